"""A folder of submissions is graded whatever stands in them: each costs its owner, and nobody else."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from submissions import COVARIANCE, HOSTILE, MEAN, SAMPLE, SPEEDS, WRITTEN, notebook

from ddpm.chapters.exercises import PROBLEMS
from ddpm.grading import Status
from ddpm.grading.score import folder, lean, sandbox
from ddpm.grading.score.found import find

ROOT = Path(__file__).parents[3]
THREE = ("forward_mean", "forward_covariance", "q_sample")
FOUR_2 = ["answer_4_2"]
HUGE = "from ddpm.derivation.symbols import *\nanswer_3_2 = {}"
SUBMISSIONS = {
    "perfect": notebook([MEAN, COVARIANCE, SAMPLE], "diffusion", THREE),
    "copy": notebook(["# mine\n" + MEAN, COVARIANCE, SAMPLE], "diffusion", THREE),
    "blank": notebook(
        ["def forward_mean(x_prev, beta):\n    ...  # your answer", SAMPLE.partition("\n")[0] + "\n    ..."],
        "diffusion",
        THREE,
    ),
    "slips <b>": notebook(
        [MEAN, COVARIANCE.replace("beta *", "beta**0.5 *"), "1 / 0", "globals = print = list = str = None"],
        "diffusion",
        THREE,
    ),
    "written": notebook(WRITTEN, "derivations", ["answer_2_1", "answer_3_1", "answer_3_2"]),
    "huge": notebook(
        [HUGE.format("(999999999/999999998*alpha[t])**99999999"), "answer_3_1 = exp(-999999999)"],
        "derivations",
        ["answer_2_1", "answer_3_1", "answer_3_2"],
    ),
    "predicted": notebook(
        [f"answer_4_2 = {SPEEDS}", f"import numpy as np\nmeasured = {{**{SPEEDS}, 'eager': np.float64(1.4)}}"],
        "loss_func_comp",
        FOUR_2,
    ),
    "predicted, not run": notebook([f"answer_4_2 = {SPEEDS}"], "loss_func_comp", FOUR_2),
    "measured in the head": notebook([f"answer_4_2 = {SPEEDS}", "measured = answer_4_2"], "loss_func_comp", FOUR_2),
}


def hand_in(top: Path, made: dict) -> Path:
    subs = top / "subs"
    subs.mkdir()
    for name, one in made.items():
        text = nbformat.writes(one).replace("FOLDER", str(subs)).replace("ROOT", str(ROOT))
        (subs / f"{name}.ipynb").write_text(text)
    return subs


def graded(subs: Path, level=None) -> dict:
    """The scores by name, and under "" the whole class."""
    limits = folder.Limits(seconds=200, cell_seconds=15, memory=2**30)
    found = folder.score(PROBLEMS, find(subs)[0], seed=123, limits=limits, level=level)
    return {"": found} | {s.name.removesuffix(".ipynb"): s for s in found.scores}


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    return graded(hand_in(tmp_path_factory.mktemp("honest"), SUBMISSIONS))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    made = {name: notebook(cells, "diffusion", THREE) for name, cells in HOSTILE.items()} | {
        "zz perfect": SUBMISSIONS["perfect"]
    }
    return graded(hand_in(tmp_path_factory.mktemp("hostile"), made))


@pytest.mark.slow(seconds=150)  # the whole file
def test_answers_are_judged(honest):
    assert (
        honest["perfect"].points == 3
        and not honest["perfect"].problem
        and not honest["perfect"].cells
        and not honest["perfect"].remarks
    )
    assert honest["blank"].points == 0 and {v.status for v in honest["blank"].verdicts.values()} == {Status.BLANK}
    slips = honest["slips <b>"]
    assert slips.verdicts["forward_mean"].passed and "standard deviation" in slips.verdicts["forward_covariance"].slip
    assert "not in the notebook" in str(slips.verdicts["q_sample"]) and "ZeroDivisionError" in slips.cells[3]
    assert honest[""].same == [
        "copy.ipynb, perfect.ipynb: the same answers in all of forward_mean, forward_covariance, q_sample"
    ]


@pytest.mark.slow
def test_written_answers_are_graded_like_code(honest):
    verdicts = honest["written"].verdicts
    assert (
        verdicts["answer_2_1"].passed
        and "sign of the noise" in verdicts["answer_3_1"].slip
        and "ZeroDivisionError" in str(verdicts["answer_3_2"])
    )
    assert honest["written"].points == 1 and honest["huge"].points == 0 and len(honest["huge"].verdicts) == 3


@pytest.mark.slow
def test_predictions_are_held_against_what_the_notebook_has_measured(honest):
    assert honest["predicted"].points == 1 and honest["predicted, not run"].points == 0
    assert any("makes `measured` out of answer_4_2" in remark for remark in honest["measured in the head"].remarks)


needs_sandbox = pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap (bwrap) is not installed")


@pytest.mark.slow
@needs_sandbox
def test_hostile_submissions_cost_their_owners_alone(hostile):
    assert hostile["zz perfect"].points == 3 and not hostile["zz perfect"].remarks
    assert hostile["thief"].cells == {}, "it saw classmates, files, processes, or references, or wrote the package"
    assert {name: hostile[name].points for name in ("thief", "crowd", "loud", "full")} == dict.fromkeys(
        ("thief", "crowd", "loud", "full"), 2
    )
    assert [hostile[name].points for name in ("hidden", "deep", "nested", "greedy")] == [2, 2, 2, 2]
    assert hostile["deep"].cells == {3: "ended the kernel"} and not list(
        Path(tempfile.gettempdir()).glob("ddpm-*/s*/d")
    )
    assert "files" in hostile["hidden"].cells[2] and "files" in hostile["hidden"].cells[3]
    assert not hostile["nested"].cells
    assert (os.cpu_count() or 1) < 2 or "processors" in hostile["greedy"].cells[2]
    assert "300 processes" in hostile["crowd"].cells[2] and "files" in hostile["full"].cells[2]
    assert hostile["forger"].points == 0, "what cannot be read earns nothing"
    assert hostile["patcher"].points == 2, "what is patched in the package is put back before it is used"
    for name in ("forger", "patcher"):
        assert any("looks into the checks" in remark for remark in hostile[name].remarks)
    assert not [p for p in psutil.process_iter(["cmdline"]) if "3141" in (p.info["cmdline"] or [])], "a process is left"


@pytest.mark.slow
@needs_sandbox
def test_the_cell_that_ends_the_kernel_is_named_and_pays_alone(hostile):
    quits, wild = hostile["quits"], hostile["wild"]
    assert (
        quits.points == 3
        and quits.cells.keys() == {2, 3, 5, 6}
        and "ends the kernel" in quits.cells[2]
        and quits.cells[6] == "ended the kernel"
    )
    assert wild.points == 2 and "ended the kernel" in str(wild.verdicts["q_sample"])
    assert wild.cells[2] == "ended the kernel" and "15 s" in wild.cells[3] and "memory" in wild.cells[4]
    assert "unreachable" in wild.cells[6] and "AssertionError" in wild.cells[7], (
        "no network, not even for compiled code"
    )


@pytest.mark.slow
@needs_sandbox
def test_a_cell_that_fails_is_named_and_its_other_imports_happen(hostile):
    cells = hostile["elsewhere"].cells
    assert (
        cells.keys() == {1, 2, 5} and "google" in cells[1] and "torch" in cells[1] and "%tensorflow_version" in cells[2]
    )
    assert hostile["elsewhere"].points == 2 and "pandas_of_mine" in cells[5]


@pytest.mark.slow
@needs_sandbox
def test_the_packages_own_function_is_told(hostile):
    assert hostile["borrowed"].points == 2
    own = "called the package's own ddpm.process.forward.q_sample"
    assert any(own in remark for remark in hostile["borrowed"].remarks)
    assert any("code cell 2 names setprofile" in remark for remark in hostile["unwatched"].remarks)
    said = "; ".join(hostile["unwatched"].remarks)
    assert "forward_covariance called the package's own ddpm.arrays" in said, "in a thread"


@pytest.mark.slow
@pytest.mark.parametrize("level", [sandbox.USER, sandbox.NONE])
def test_without_a_sandbox_it_works_and_says_what_is_not_safe(tmp_path, level):
    with tempfile.TemporaryDirectory() as top:  # where other users may pass, unlike in `tmp_path`
        os.chmod(top, 0o755)
        package = lean.write(Path(top, "package"), PROBLEMS.module, judged_elsewhere=True).parent
        if problem := sandbox.problem(sandbox.Sandbox(level, package), Path(top), PROBLEMS.module):
            pytest.skip(f"{level}: {problem}")
    made = {name: notebook(HOSTILE[name], "diffusion", THREE) for name in ("quits", "crowd", "orphans")} | {
        "zz perfect": SUBMISSIONS["perfect"]
    }
    found = graded(hand_in(tmp_path, made), level)
    assert [found[name].points for name in made] == [3, 2, 2, 3]
    assert found["orphans"].cells.keys() == {3} and "300 processes" in found["orphans"].cells[3]
    left = list(Path("/tmp").glob("ddpm-left-*"))
    assert bool(left) == (level == sandbox.NONE), "what is not a user's own cannot be told"
    for path in left:
        path.unlink()
    assert {sandbox.NONE: "read and change all", sandbox.USER: "open to all users"}[level] in found[""].ran
    assert not [p for p in psutil.process_iter(["cmdline"]) if "3141" in (p.info["cmdline"] or [])]


@pytest.mark.slow
def test_the_time_of_a_whole_notebook_is_limited(tmp_path):
    subs = hand_in(tmp_path, {"slow": notebook([MEAN, "import time\ntime.sleep(600)"], "diffusion", THREE)})
    begun = time.monotonic()
    [score] = folder.score(PROBLEMS, find(subs)[0], seed=1, limits=folder.Limits(seconds=25)).scores
    assert re.search("did not end within 25 s; it was at (code cell [12]|the start)", score.problem)  # some are busy
    assert "Not graded" in str(score.verdicts["forward_mean"]) and time.monotonic() - begun < 500


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "told to end"])
def test_what_was_graded_until_then_is_kept(tmp_path, number):
    subs = hand_in(
        tmp_path,
        {
            "a": SUBMISSIONS["perfect"],
            "b": notebook([MEAN, "import time\ntime.sleep(600)"], "diffusion", THREE),
            "c": notebook(["import time\ntime.sleep(600)", MEAN], "diffusion", THREE),
        },
    )
    (subs / "scores.csv").write_text("the last scores")
    temporary = tempfile.mkdtemp(prefix="t")  # a path short enough for sockets
    listening = (
        "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "  # a shell's job may not
        "runpy.run_module('ddpm.chapters.grade', run_name='__main__')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", listening, str(subs)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "code"), "TMPDIR": temporary},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    until = time.monotonic() + 400
    while not (subs / "scores.part.csv").exists() and time.monotonic() < until:
        time.sleep(0.5)
    process.send_signal(number)
    said = process.communicate(timeout=400)[0]
    assert process.returncode == 130 and "scores.part.csv" in said, said
    assert (
        "a.ipynb,diffusion,3,3" in (subs / "scores.part.csv").read_text()
        and (subs / "scores.csv").read_text() == "the last scores"
    )
    os.rmdir(temporary)  # nothing is left in it
