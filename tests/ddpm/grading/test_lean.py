"""The package without references, as students and submissions get it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ddpm.chapters.exercises import PROBLEMS
from ddpm.chapters.forward_extremes.exercises import check_forward_mean
from ddpm.chapters.forward_extremes.exercises.step import FORWARD_MEAN
from ddpm.derivation.symbols import alpha_bar, t
from ddpm.grading import Status
from ddpm.grading.score import lean, stored, unjudged

EXERCISES = PROBLEMS.exercises
ROOT = Path(__file__).parents[3]


@pytest.fixture
def stored_mean(monkeypatch):
    """An exercise of which nothing but values is left."""
    text = json.dumps({FORWARD_MEAN.name: lean._values(FORWARD_MEAN)})
    monkeypatch.setitem(sys.modules, "ddpm.grading.score.values", SimpleNamespace(TEXT=text))
    stored.values.cache_clear()
    yield stored.exercise(FORWARD_MEAN.name)
    stored.values.cache_clear()


def test_values_tell_right_wrong_and_slips_as_formulas_do(stored_mean):
    check_stored = stored.checks(stored_mean)
    for student in (lambda x, beta: np.sqrt(1 - beta) * x, lambda x, beta: (1 - beta) * x, lambda x, beta: 0 * x):
        there, here = check_stored(student), check_forward_mean(student)
        assert (there.status, there.slip) == (here.status, here.slip)
    assert stored_mean.problem == FORWARD_MEAN.problem and not stored_mean.later


def test_a_value_that_is_stored_is_a_number_of_five_digits_or_none():
    assert lean._number(None) is None and lean._number(2 / 3) == {"shape": (), "values": [0.66667]}
    assert lean._number(np.float32([[1e-9, 123456.0]])) == {"shape": (1, 2), "values": [1e-9, 123460.0]}


def test_where_submissions_run_a_written_answer_is_read_and_not_judged():
    made = unjudged.derivation("answer_1_4", "1.4")
    assert made.collect({"answer_1_4": alpha_bar[t]}) == EXERCISES["answer_1_4"].collect({"answer_1_4": alpha_bar[t]})
    verdict = unjudged.check("answer_1_4")(alpha_bar[t], "more")
    assert verdict.status is Status.NOT_CHECKED and str(verdict).startswith("answer_1_4 is judged when")


@pytest.mark.slow
def test_where_submissions_run_no_formula_of_a_written_answer_is_there(tmp_path):
    package = lean.write(tmp_path, PROBLEMS.module, judged_elsewhere=True)
    texts = {path.relative_to(package).as_posix(): path.read_text() for path in package.rglob("*.py")}
    assert not [name for name in texts if name.endswith(("formulas.py", "equations.py"))]
    bound = [f"likelihood_to_kl/exercises/problem_2_{part}" for part in ("1", "2a", "2b")]
    for module in (*bound, "closed_form/exercises/written", "mean_to_noise/exercises/written"):
        assert "Slip" not in texts[f"chapters/{module}.py"]
    loaded = [sys.executable, "-P", "-c", f"import sys, {PROBLEMS.module}; print(*sys.modules)"]
    done = subprocess.run(loaded, env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True)
    assert "ddpm.chapters.mean_to_noise.exercises.written" in done.stdout.split(), done.stderr


TRIAL = """
import sys
from pathlib import Path
import numpy as np
from ddpm.grading import check
from ddpm.chapters.exercises import PROBLEMS
import ddpm.chapters.likelihood_to_kl.exercises
found = []
namespace = {"np": np}
exec(Path(sys.argv[1]).read_text(), namespace)
for name, student in namespace["STUDENTS"]:
    found.append(repr(check(student, PROBLEMS.exercises[name])))
print(repr((found, ddpm.chapters.likelihood_to_kl.exercises.check_answer_2_2a(0) is not None)))
"""
STUDENTS = """
STUDENTS = [
    ("forward_mean", lambda x, beta: np.sqrt(1 - beta) * x),
    ("forward_mean", lambda x, beta: (1 - beta) * x),
    ("forward_mean", lambda x, beta: None),
    ("forward_covariance", lambda x, beta: np.sqrt(beta) * np.eye(x.size)),
    ("layer_sizes", lambda sizes: sizes + sizes[:-1][::-1]),
    ("layer_sizes", lambda sizes: sizes),
    ("q_sample", lambda s, x, t, e: s.alpha_bar[t] * x + (1 - s.alpha_bar[t]) * e),
    ("sampler", lambda s, p, x, e: p(x, 1)),
    ("training_loss", lambda s, p, x, t, e: np.mean((p(x, t) - e) ** 2)),
]
"""


@pytest.mark.slow
def test_it_checks_as_the_whole_one_does(tmp_path, monkeypatch, capsys):
    """To the words, but for the digits of a mean error: the stored values have five."""
    package = tmp_path / "package"
    command = [sys.executable, "-P", "-m", "ddpm.grading.score.lean", package, PROBLEMS.module]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT / "code")}, cwd=tmp_path)
    assert (package / "ddpm" / "grading" / "score" / "values.py").is_file()
    (tmp_path / "students.py").write_text(STUDENTS)
    of_lean = subprocess.run(
        [sys.executable, "-P", "-c", TRIAL, str(tmp_path / "students.py")],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(package)},
    ).stdout
    monkeypatch.setattr(sys, "argv", ["-c", str(tmp_path / "students.py")])
    exec(TRIAL, {})
    shown = of_lean, capsys.readouterr().out
    few, whole = (re.sub(r"-?\d+\.?\d*(e[-+]?\d+)?", "#", text) for text in shown)
    assert few == whole and "known slip" in few and "Right" in few
