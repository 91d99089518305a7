"""What lies in a folder of submissions is found, read, named and listed, whatever it is. (What runs is in
`test_sandbox`.)"""

import csv
import dataclasses
import io
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from submissions import COVARIANCE, MEAN, SAMPLE, TITLE, notebook

from ddpm.chapters.exercises import PROBLEMS
from ddpm.chapters.grade import main
from ddpm.grading import CodeExercise, Compared, Status, Verdict
from ddpm.grading.cases import Wave
from ddpm.grading.data import pack_cases, pack_run, unpack_cases, unpack_run
from ddpm.grading.runner import run
from ddpm.grading.score import assigned, flags, output, report, sandbox
from ddpm.grading.score.assigned import Stated
from ddpm.grading.score.flags import answers, of_notebook, same
from ddpm.grading.score.folder import Class, Score
from ddpm.grading.score.found import find, readable, twice
from ddpm.grading.score.notebook import Cell, NoNotebook, read

EXERCISES, ASSIGNMENTS = PROBLEMS.exercises, PROBLEMS.assignments
CODE = [name for name, exercise in EXERCISES.items() if isinstance(exercise, CodeExercise)]
ROOT = Path(__file__).parents[3]
JSON = nbformat.writes(notebook([MEAN, "# gr\u00fc\u00dfe"]), ensure_ascii=False)
OLD = json.dumps(
    {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": [MEAN, ""], "metadata": {}}]}]}
)


# A file: what can be read is read, and else it is said why not


@pytest.mark.parametrize(
    "data, encoding",
    [
        (JSON.encode(), ""),
        (b"\xef\xbb\xbf" + JSON.encode(), "utf-8-sig"),
        (JSON.encode("utf-16"), "utf-16"),
        (JSON.encode("utf-16-le"), "utf-16-le"),
        (JSON.encode("utf-16-be"), "utf-16-be"),
        (JSON.encode("utf-32"), "utf-32"),
        (JSON.encode("cp1252"), "cp1252"),
    ],
    ids=["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"],
)
def test_notebooks_are_read_in_every_usual_encoding(tmp_path, data, encoding):
    path = tmp_path / "x.ipynb"
    path.write_bytes(data)
    found = read(path)
    assert [cell.source for cell in found.cells] == [MEAN, "# gr\u00fc\u00dfe"] and found.encoding == encoding


def test_notebooks_of_the_old_format_are_read(tmp_path):
    (tmp_path / "x.ipynb").write_text(OLD)
    assert [cell.source for cell in read(tmp_path / "x.ipynb").cells] == [MEAN]


@pytest.mark.parametrize(
    "data, why",
    [
        (b"", "an empty file"),
        (b"{", "broken JSON"),
        (JSON.encode()[:-20], "broken JSON"),
        (b"[" * 100_000, "no JSON|too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"{}", "JSON without cells"),
        (b"[1]", "JSON without cells"),
        (b'{"cells": 1}', "without cells"),
        (b"print(1)", "no JSON"),
        (b"<html>", "no JSON"),
        (b"PK\x03\x04...", "ZIP archive"),
        (b"%PDF-1.7", "a PDF"),
        (b'{"cells": "\x81"}', "encoding: no UTF-8"),
        (b"\xff\xfe{\x00\x00\xd8", "encoding: no utf-16"),
    ],
    ids=[
        "empty",
        "half",
        "cut",
        "deep list",
        "deep object",
        "object",
        "list",
        "number",
        "code",
        "HTML",
        "ZIP",
        "PDF",
        "byte",
        "surrogate",
    ],
)
def test_what_is_no_notebook_says_why(tmp_path, data, why):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(NoNotebook, match=why):
        read(tmp_path / "x")


def test_odd_cells_do_no_harm(tmp_path):
    (tmp_path / "x").write_text(
        json.dumps(
            {
                "metadata": 3,
                "cells": [
                    1,
                    None,
                    {},
                    {"cell_type": "code", "source": 5, "metadata": []},
                    {"cell_type": "code", "source": ["a", 1]},
                ],
            }
        )
    )
    assert [cell.source for cell in read(tmp_path / "x").cells] == ["5", "a1"]


# A folder: all of it appears


def test_everything_in_a_folder_appears(tmp_path):
    folder, secret = tmp_path / "subs", tmp_path / "secret.ipynb"
    secret.write_text(JSON)
    for name in (
        b"Ben.IPYNB",
        b"a.ipynb.txt",
        b"b.ipynb.json",
        b"x.ipynb (1)",
        "J\u00fcrgen.ipynb".encode("latin-1"),
        "J\u00fcrgen2.ipynb".encode("cp437"),
        b"deep/er/c.ipynb",
        b".hidden.ipynb",
    ):
        path = Path(os.fsdecode(os.path.join(os.fsencode(folder), name)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(JSON)
    own = ("scores.csv/inside.txt", "scores.part.csv", "graded-scores.csv", "deep/report.html")
    for name in ("all.zip", "code.py", "paper.pdf", *own, ".ipynb_checkpoints/c.ipynb", ".DS_Store"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"PK\x03\x04" if name == "all.zip" else b"%PDF" if name == "paper.pdf" else b"text")
    (folder / "nothing").mkdir()
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "link.ipynb").symlink_to(secret)
    (folder / "folder_link").symlink_to(tmp_path)
    (folder / "zero.ipynb").symlink_to("/dev/zero")
    (folder / "report.html").symlink_to(secret)
    found, ignored = find(folder)
    by_name = {f.name: f for f in found}
    assert {name for name, f in by_name.items() if f.notebook} == {
        "Ben.IPYNB",
        "a.ipynb.txt",
        "b.ipynb.json",
        "x.ipynb (1)",
        "J\u00fcrgen.ipynb",
        "J\u00fcrgen2.ipynb",
        "deep/er/c.ipynb",
        ".hidden.ipynb",
    }
    problems = {name: f.problem for name, f in by_name.items() if not f.notebook}
    assert {
        name: next(word for word in ("ZIP", "no JSON", "PDF", "empty folder", "FIFO", "link") if word in problem)
        for name, problem in problems.items()
    } == {
        "all.zip": "ZIP",
        "code.py": "no JSON",
        "paper.pdf": "PDF",
        "nothing/": "empty folder",
        "pipe.ipynb": "FIFO",
        "link.ipynb": "link",
        "folder_link": "link",
        "zero.ipynb": "link",
        "scores.csv/inside.txt": "no JSON",
        "deep/report.html": "no JSON",
        "report.html": "link",
    }
    assert sorted(ignored) == [".DS_Store", ".ipynb_checkpoints", "graded-scores.csv", "scores.part.csv"]


@pytest.mark.parametrize("make", [lambda path, real: path.symlink_to(real), lambda path, real: os.mkfifo(path)])
def test_a_file_that_becomes_a_link_or_a_pipe_between_two_looks_is_neither_followed_nor_waited_for(
    tmp_path, monkeypatch, make
):
    real, path = tmp_path / "real", tmp_path / "x.ipynb"
    real.write_text(JSON)
    make(path, real)
    monkeypatch.setattr("ddpm.grading.score.notebook.os.lstat", lambda _: os.stat(real))
    with pytest.raises(NoNotebook, match="no file any more|cannot be opened"):
        read(path)


def test_a_folder_of_any_depth_ends_nothing(tmp_path):
    (tmp_path / "a.ipynb").write_text(JSON)
    (tmp_path / "/".join("d" * 60)).mkdir(parents=True)
    (honest, deep), _ = find(tmp_path)
    assert honest.notebook and "more than 50 folders" in deep.problem


def test_code_that_would_fill_the_memory_is_not_parsed(tmp_path):
    (tmp_path / "x.ipynb").write_text(nbformat.writes(notebook(["a=1\n" * 600_000])))
    with pytest.raises(NoNotebook, match="more than 2 MB of code"):
        read(tmp_path / "x.ipynb")


def test_a_file_that_nothing_can_read_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "x.ipynb").write_text(JSON)
    monkeypatch.setattr("ddpm.grading.score.found.read", lambda path: [0] * 10**19)
    [(one, two)] = [(f.notebook, f.problem) for f in find(tmp_path)[0]]
    assert one is None and two in ("cannot be read (MemoryError)", "cannot be read (OverflowError)")


@pytest.mark.parametrize("cells", [7, True, "abc", {"a": 1}])
def test_sheets_of_the_old_format_may_hold_anything(tmp_path, cells):
    (tmp_path / "x.ipynb").write_text(
        json.dumps({"worksheets": [3, {"cells": cells}, {"cells": [{"cell_type": "code"}]}]})
    )
    assert [cell.source for cell in read(tmp_path / "x.ipynb").cells] == [""]


def test_half_a_letter_is_replaced(tmp_path):
    """Nothing can send it to a kernel."""
    (tmp_path / "x.ipynb").write_text('{"cells": [{"cell_type": "code", "source": "a = \'\\ud83d \\ud83d\\ude00\'"}]}')
    assert [cell.source for cell in read(tmp_path / "x.ipynb").cells] == ["a = '\ufffd \U0001f600'"]


def test_what_would_fill_the_memory_as_lists_is_refused_or_left(tmp_path, monkeypatch):
    cell = {"cell_type": "code", "source": "1", "metadata": {"x": [[]] * 50}}
    own = {"assignment": "diffusion", "exercises": ["q_sample"] * 5000}
    (tmp_path / "x").write_text(json.dumps({"cells": [cell], "metadata": {"ddpm": own, "x": [[]] * 50}}))
    made = read(tmp_path / "x")
    assert made.states == ("diffusion", ("q_sample",) * 1000) and made.cells == [Cell("1", ("", ()))]
    monkeypatch.setattr("ddpm.grading.score.notebook.MOST_PARTS", 109)  # 100, and what holds them
    assert read(tmp_path / "x") == made
    monkeypatch.setattr("ddpm.grading.score.notebook.MOST_PARTS", 108)
    with pytest.raises(NoNotebook, match="lists and objects of JSON"):
        read(tmp_path / "x")


def test_one_file_and_no_file(tmp_path):
    (tmp_path / "x.ipynb").write_text(JSON)
    assert [f.name for f in find(tmp_path / "x.ipynb")[0]] == ["x.ipynb"]
    for place in (tmp_path / "none", tmp_path / "x"):
        with pytest.raises(FileNotFoundError, match="there is no"):
            find(place)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="nothing to grade"):
        find(tmp_path / "empty")


def test_names_are_text_and_differ():
    assert [readable(os.fsdecode(raw)) for raw in (b"\xfc.ipynb", b"\x81.ipynb", "\u00fc.ipynb".encode(), b"a\nb")] == [
        "\u00fc.ipynb"
    ] * 3 + ["a\\x0ab"]
    assert twice(["a", "b", "a", "a"]) == ["a", "b", "a (2)", "a (3)"]
    assert twice(["a", "a", "a (2)", "a"]) == ["a", "a (3)", "a (2)", "a (4)"]


# What was set


def written(made, text=()):
    """The notebook as it is read from a file."""
    path = Path(written.folder, "x.ipynb")
    made.cells = [*map(nbformat.v4.new_markdown_cell, text), *made.cells]
    path.write_text(nbformat.writes(made))
    return read(path)


def stated(made):
    return assigned.stated(made, ASSIGNMENTS)


def in_class(all_stated):
    return assigned.in_class(all_stated, ASSIGNMENTS)


@pytest.fixture(autouse=True)
def folder(tmp_path):
    written.folder = tmp_path


MENTIONS = [
    "# forward_mean, mean_loss, answer_2_1",
    "from ddpm.process import q_sample\nfrom ddpm.losses import noise_loss, mean_loss",
    "forward_mean.my_betas = 'answer_2_1'",
]


def test_metadata_decide_whatever_is_mentioned():
    made = notebook([*MENTIONS, SAMPLE, MEAN], "denoising", ASSIGNMENTS["denoising"])
    assert stated(written(made, [TITLE.format("diffusion")])) == Stated("denoising", ASSIGNMENTS["denoising"])
    made = notebook(MENTIONS, "derivations", ["answer_3_2", "help", "q_sample", "answer_2_1"])
    assert stated(written(made)) == Stated("derivations", ("answer_2_1", "answer_3_2"))


def test_without_its_metadata_a_notebook_is_told_by_its_cells_then_its_title_then_its_checks_then_what_it_defines():
    made = notebook(MENTIONS)
    made.cells[0].metadata["ddpm"] = {"assignment": "loss_func_comp", "exercises": ["mean_loss"]}
    found = stated(written(made, [TITLE.format("diffusion")]))
    assert (found.assignment, found.exercises) == ("loss_func_comp", ("mean_loss",)) and "cells" in found.rule
    titles = [TITLE.format("denoising") + ", solutions", TITLE.format("diffusion")]
    found = stated(written(notebook([*MENTIONS, MEAN]), titles))
    assert (found.assignment, found.exercises) == ("denoising", ASSIGNMENTS["denoising"]) and "title" in found.rule
    found = stated(
        written(
            notebook(
                [*MENTIONS, SAMPLE, "print(check_sampler(sampler))", "%pip install x\ncheck_layer_sizes(layer_sizes)"]
            )
        )
    )
    assert found.assignment == "denoising" and "checks" in found.rule
    found = stated(written(notebook([*MENTIONS, MEAN])))
    assert found.assignment == "diffusion" and "defines" in found.rule
    assert stated(written(notebook(MENTIONS))) == Stated("")


@pytest.mark.parametrize(
    "cells, rule",
    [
        (["def a(): pass", "b = 1\ndef c(): pass"], "by what it defines, since metadata and title are lost"),
        (
            ["check_a(a)", "print(check_b(b, 1), check_c(c, 'x'), check_d(1, d))"],
            "by the checks that it calls, since metadata and title are lost",
        ),
    ],
)
def test_of_two_assignments_it_is_the_one_of_which_more_is_there(cells, rule):
    groups = {"long": ("c", "d", "e", "f"), "short": ("a", "b")}
    assert assigned.stated(written(notebook(cells)), groups) == Stated("short", ("a", "b"), rule)


def test_nobody_alone_changes_what_was_set():
    all_of_it, less = ASSIGNMENTS["denoising"], ASSIGNMENTS["denoising"][:2]
    assert in_class([Stated("denoising", less), Stated("denoising", all_of_it), Stated("denoising", all_of_it)]) == {
        "denoising": all_of_it
    }
    assert in_class([Stated("denoising", all_of_it), Stated("denoising", less), Stated("denoising", less)]) == {
        "denoising": less
    }
    assert in_class([Stated("denoising", less), Stated("denoising", all_of_it), Stated("")]) == {"denoising": all_of_it}


def test_what_was_set_is_told_with_the_number_of_votes():
    all_of_it, less = ASSIGNMENTS["denoising"], ASSIGNMENTS["denoising"][:1]
    few, whole = Stated("denoising", less), Stated("denoising", all_of_it)
    assert assigned.in_words({"denoising": less}, [few, few, whole, Stated("")], ASSIGNMENTS) == [
        f"denoising: layer_sizes (1 of {len(all_of_it)} exercises), as stated by 2 of 3 notebooks"
    ]
    said = assigned.in_words({"denoising": all_of_it}, [whole], ASSIGNMENTS)
    assert said == ["denoising: all 5 exercises, as stated by 1 of 1 notebooks"]


# What a person should look at


@pytest.mark.parametrize(
    "cells, name, remark",
    [
        (
            [
                "from ddpm.process import q_sample as ready\n"
                + SAMPLE.replace("return", "return ready(schedule, x_0, t, noise)\n    return")
            ],
            "q_sample",
            "q_sample uses the package's own ddpm.process.q_sample",
        ),
        (["import ddpm.process\nq_sample = ddpm.process.q_sample"], "q_sample", "own ddpm.process.q_sample"),
        (
            ["import ddpm.process as d\nf = d.q_sample", "q_sample = (f, print)[0]"],
            "q_sample",
            "own ddpm.process.q_sample",
        ),
        (
            [
                "import ddpm.process as f",
                "def mix(*a):\n    return f.q_sample(*a)",
                "def q_sample(*a):\n    return mix(*a)",
            ],
            "q_sample",
            "own ddpm.process.q_sample",
        ),
        (
            [
                "from ddpm.chapters.likelihood_to_kl.exercises import problem_2_2b",
                "answer_2_2b = problem_2_2b._kl_form()",
            ],
            "answer_2_2b",
            "looks into the checks: ddpm.chapters.likelihood_to_kl.exercises.problem_2_2b._kl_form",
        ),
        (
            ["import ddpm.chapters.forward_extremes.exercises.step as g\ng.FORWARD_MEAN"],
            "forward_mean",
            "looks into the checks: ddpm.chapters.forward_extremes.exercises.step.FORWARD_MEAN",
        ),
        (
            ["answer_4_2 = {}", "measured = dict(answer_4_2)"],
            "answer_4_2",
            "code cell 2 makes `measured` out of answer_4_2",
        ),
        (
            ["answer_4_2 = {}", "measured = {k: 1.01 * v for k, v in globals()['answer_' + '4_2'].items()}"],
            "answer_4_2",
            "code cell 2 makes `measured` out of nothing that the notebook has computed",
        ),
        (["import sys", "sys.setprofile(None)"], "q_sample", "code cell 2 names setprofile"),
    ],
)
def test_what_a_person_should_look_at(cells, name, remark):
    assert any(remark in found for found in of_notebook(written(notebook(cells)), [name]))


@pytest.mark.parametrize(
    "cell, seen",
    [
        ("import ddpm.grading.runner as r\nr.run", "ddpm.grading.runner.run"),
        ("import ddpm\nddpm.grading.seal", "ddpm.grading.seal"),
        ("from ddpm.chapters.closed_form.exercises import q_sample as m", ""),  # only named, not used
        ("from ddpm.chapters.closed_form.exercises import q_sample as m\nm", "exercises.q_sample"),
        ("from ddpm.chapters.closed_form import exercises as e\ne.check_q_sample", ""),
        ("from ddpm.chapters.closed_form.exercises import check_q_sample as c\nc.__doc__", ""),
        ("from ddpm.chapters.closed_form import exercises as e\ne.check_q_sample.__closure__.x", "__closure__.x"),
        ("import ddpm.grading as g\ng", ""),
        ("import ddpm.losses as g\ng.noise_loss", ""),
    ],
)
def test_what_looks_into_the_checks(cell, seen):
    said = [line for line in of_notebook(written(notebook(["1", cell])), []) if "looks into the checks" in line]
    assert bool(said) == bool(seen) and all(line.startswith("code cell 2 ") for line in said)
    assert not seen or said[-1].endswith(seen)


def test_honest_notebooks_need_no_look():
    cells = [
        "from ddpm.process import q_sample as of_the_book\nimport ddpm\nnoise = of_the_book(1, 2, 3, 4)",
        SAMPLE,
        MEAN,
        "from ddpm.chapters.closed_form.exercises import check_q_sample\nfrom ddpm.chapters import answered\n"
        "print(check_q_sample(q_sample))",
        "from ddpm.derivation.symbols import x, t, mu_tilde\nanswer_3_1 = mu_tilde(t, x[t], x[0])",
        "from ddpm.chapters.mean_to_noise.exercises import check_answer_3_1\ncheck_answer_3_1(answer_3_1)\n"
        "measured = {'a': noise}",
        "def my_betas(T):\n    return ddpm.linear(T).beta[1:]",
        "def beta():\n    return of_the_book(1)",
        "from ddpm.process import posterior_mean as x_prev",
    ]  # arguments of forward_mean have these names
    assert of_notebook(written(notebook(cells)), ["q_sample", "forward_mean", "answer_3_1", "my_betas"]) == []


def test_the_same_answers_are_told_and_blanks_are_none():
    noted = "def forward_mean(x_prev, beta):\n    'Mine.'\n    # my own work\n    return np.sqrt(1-beta)*x_prev"
    asked = ["forward_mean", "forward_covariance", "q_sample"]
    blank = "def q_sample(*a):\n    ...  # your answer"
    ada, ben, cleo, dora = (
        answers(written(notebook(cells)), asked)
        for cells in (
            [MEAN, COVARIANCE, blank],
            [noted, "extra = 1\n" + COVARIANCE],
            [MEAN, COVARIANCE, SAMPLE],
            [blank],
        )
    )
    assert same([("ada", ada), ("ben", ben), ("cleo", cleo), ("dora", dora), ("emil", dora)]) == [
        "ada, ben: the same answers in all of forward_mean, forward_covariance"
    ]


@pytest.mark.parametrize(
    "name, exercises", [(["diffusion"], 5), ({"a": 1}, None), (5, [["q_sample"], {}, "q_sample"]), (None, True)]
)
def test_metadata_may_hold_anything(tmp_path, name, exercises):
    listed = ("q_sample",) if isinstance(exercises, list) else ASSIGNMENTS["diffusion"]
    for own, known in ((name, Stated("")), ("diffusion", Stated("diffusion", listed))):
        metadata = {"ddpm": {"assignment": own, "exercises": exercises}}
        for whole, of_its_cell in ((metadata, 3), ([], metadata)):
            cell = {"cell_type": "code", "source": "1", "metadata": of_its_cell}
            (tmp_path / "x").write_text(json.dumps({"cells": [cell], "metadata": whole}))
            assert dataclasses.replace(stated(read(tmp_path / "x")), rule="") == known


def test_an_answer_that_cannot_be_written_anew_ends_no_comparison():
    """Python reads a number of any length in hexadecimal digits, and does not write it in decimal ones."""
    made = written(notebook([MEAN, COVARIANCE, "q_sample = 0x" + "F" * 9000]))
    assert answers(made, ["forward_mean", "forward_covariance", "q_sample"]).keys() == {
        "forward_mean",
        "forward_covariance",
    }


def test_code_that_takes_hours_to_look_through_is_left(monkeypatch):
    many = ", ".join(f"a{i}" for i in range(5_000))
    monkeypatch.setattr(flags, "SECONDS", 0.2)
    (said,) = of_notebook(written(notebook([f"{many} = z\nforward_mean = [{many}]"])), ["forward_mean"])
    assert "too long" in said


def test_a_crowd_of_remarks_leaves_the_report_readable():
    many = "import ddpm\n" + "\n".join(f"ddpm.grading.a{i}.{'b' * 1000}" for i in range(100))
    said = of_notebook(written(notebook([many])), [])
    assert len(said) == 21 and max(map(len, said)) < 250 and said[-1] == "180 more remarks of this kind"


@pytest.mark.parametrize("source", ["1 +", "a = '\ud800'", "1" + "+1" * 5000, "-" * 100_000 + "1"])
def test_a_cell_that_is_no_python_defines_nothing(source):
    """Its grammar, its letters, its depth, and the memory that it would take are none that a parser bears."""
    assert assigned.parsed(Cell(source)).body == []
    assert list(assigned.definitions(assigned.parsed(Cell("%time x\n!ls\nif a:\n  %run y\nb = 1")))) == ["b"]


def test_a_very_long_sum_does_no_harm():
    made = written(notebook([MEAN, "answer_3_2 = " + "+".join(["1"] * 3000), "answer_3_1 = " + "(" * 300 + ")" * 300]))
    assert of_notebook(made, ["answer_3_2"]) == [] and answers(made, ["forward_mean", "answer_3_2"]).keys() <= {
        "forward_mean",
        "answer_3_2",
    }


# Data, there and back


@pytest.mark.usefixtures("unsealed")
@pytest.mark.parametrize("name", CODE)
def test_cases_and_runs_survive_as_data(name):
    exercise = EXERCISES[name]
    if isinstance(exercise, Compared):
        exercise = dataclasses.replace(exercise, later=())  # the references are NumPy's
    cases = exercise.cases(3)
    back = unpack_cases(json.loads(json.dumps(pack_cases(cases))))
    shown, again = ([repr(v) for case in of for v in case if isinstance(v, Wave)] for of in (cases, back))
    assert shown == again, "a stand-in for a network is another"
    student = getattr(exercise, "reference", lambda T: np.full(T, min(0.5, 10 / T)))
    first, second = (run(student, given, exercise.arguments) for given in (cases, back))
    assert exercise.judge(json.loads(json.dumps(pack_run(second))), cases).passed
    assert exercise.judge(json.loads(json.dumps(exercise.collect({name: student}, back))), cases).passed
    for a, b in zip(first.answers, second.answers, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "data",
    [
        {"answers": ["a"] * 1001, "blank": "", "notes": []},
        {"answers": [{"shape": [2], "values": [1, 2, 3]}], "blank": "", "notes": []},
        {"answers": [{"shape": [200_000], "values": [0.0] * 200_000}], "blank": "", "notes": []},
        {"answers": [3], "blank": "", "notes": []},
        {},
    ],
)
def test_data_that_are_no_run_are_refused(data):
    with pytest.raises((ValueError, KeyError, TypeError)):
        unpack_run(data)


# Files of scores, and the report


def test_scores_are_put_in_place_whole(tmp_path, monkeypatch):
    target = tmp_path / "precious"
    target.write_text("mine")
    (tmp_path / "scores.csv").symlink_to(target)
    assert output.put(tmp_path, "scores.csv", "a\udcfc") == tmp_path / "scores.csv"
    assert (
        target.read_text() == "mine"
        and not (tmp_path / "scores.csv").is_symlink()
        and (tmp_path / "scores.csv").read_text() == "a\\udcfc"
    )
    (tmp_path / "report.html").mkdir()
    assert output.put(tmp_path, "report.html", "b").name == "graded-report.html"
    assert output.put(tmp_path / "gone/away", "scores.csv", "c").read_text() == "c"
    (tmp_path / "file").write_text("")
    assert output.put(tmp_path / "file", "scores.csv", "d").read_text() == "d"
    assert not [path for path in tmp_path.rglob(".writing*")]
    monkeypatch.setattr(output.tempfile, "mkdtemp", lambda **_: str(tmp_path / "file"))
    with pytest.raises(OSError):
        output.put(tmp_path / "file", "scores.csv", "e")
    assert (tmp_path / "scores.csv").stat().st_mode & 0o777 == 0o644


def test_a_disk_without_room_is_told_and_gets_no_torn_file(tmp_path, capsys, monkeypatch):
    (tmp_path / "scores.csv").write_text("the last")
    (tmp_path / "x.ipynb").write_text("{")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def full(problems, found, seed, limits, done):
        resource.setrlimit(resource.RLIMIT_FSIZE, (5, before[1]))
        done(Score("x.ipynb", verdicts={"q_sample": Verdict(Status.RIGHT, "")}))
        return Class([], [], "It ran.")

    monkeypatch.setattr("ddpm.grading.score.folder.score", full)
    try:
        assert main([str(tmp_path)]) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    said = capsys.readouterr()
    assert "x.ipynb: 1 of 1" in said.out and "cannot be written: File too large" in said.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["scores.csv", "x.ipynb"]
    assert (tmp_path / "scores.csv").read_text() == "the last"


def test_csv_and_page():
    verdicts = {
        "forward_mean": Verdict(Status.RIGHT, "Right", 1e-8),
        "q_sample": Verdict(Status.WRONG, "Not \ud800 <b>", 0.5, "the slip <i>"),
    }
    scores = [
        Score("=a<b>\udcfc", "diffusion", verdicts, {4: "ZeroDivisionError: <b>\u202e\x1b"}, "", ["uses <b>"]),
        Score("torn", problem="broken JSON"),
        Score(
            "blank",
            "diffusion",
            {"forward_mean": Verdict(Status.BLANK, "Not yet answered")},
            closed=False,
        ),
    ]
    rows = list(csv.DictReader(io.StringIO(report.to_csv(scores, PROBLEMS))))
    assert (
        rows[0]["notebook"].startswith("'=")
        and rows[0]["points"] == "1"
        and rows[0]["of"] == "2"
        and rows[0]["remarks"] == "uses <b>"
    )
    assert rows[1]["problem"] == "broken JSON" and rows[1]["q_sample"] == "" and rows[2]["forward_mean"] == "0"
    graded = Class(scores, ["a, c: the same"], "It ran <here>.", ["diffusion: all <6>"])
    page = report.to_html(graded, PROBLEMS, seed=123, ignored=[".DS_Store"])
    assert not {"<b>", "<i>", "<here>"} & set(page.replace(">", "> ").split()) and "<b>" not in page
    for text in (
        "What was set</h2><ul><li>diffusion: all &lt;6&gt;",
        "1 × q_sample: the slip &lt;i&gt;",
        "a, c: the same",
        ".DS_Store",
        "Code cell 4: ZeroDivisionError: &lt;b&gt;\\x202e\\x1b<",
        "broken JSON",
        "a hook in Python alone",
        "seed 123",
        f"numpy {np.__version__}",
    ):
        assert text in page


def test_a_row_has_points_and_errors_of_what_was_set():
    wrong, right = Verdict(Status.WRONG, "", 0.25, "the root"), Verdict(Status.RIGHT, "", 1e-8)
    written_ = Verdict(Status.OTHER_FORM, "")
    scores = [
        Score("a", "diffusion", {"q_sample": right, "forward_mean": wrong}),
        Score("b", "derivations", {"answer_3_1": written_, "q_sample": Verdict(Status.BLANK, "")}, problem="-1"),
    ]
    table = [*csv.reader(io.StringIO(report.to_csv(scores, PROBLEMS)))]
    head = ["notebook", "assignment", "points", "of", "forward_mean", "q_sample", "answer_3_1"]
    assert table[0] == [*head, "forward_mean mean error", "q_sample mean error", "problem", "remarks"]
    assert table[1] == ["a", "diffusion", "1", "2", "0", "1", "", "0.25", "1e-08", "", ""]
    assert table[2] == ["b", "derivations", "0", "2", "", "0", "0", "", "", "'-1", ""]
    for text, shown in (
        *((f"{first}x", f"'{first}x") for first in ("=", "+", "-", "@", "\t=", " =")),
        ("a=x", "a=x"),
        ("a; =x;b", "a;' =x;b"),  # a new cell where a comma stands in numbers
        ("a\x1b[31m\u202e", "a\\x1b[31m\\x202e"),
        ("", ""),
        ("a\rb\nc", "a b c"),  # each file has a line of its own
    ):
        lines = report.to_csv([Score("x", remarks=[text])], PROBLEMS).split("\n")
        assert len(lines) == 3 and lines[1] == f"x,,0,0,,{shown}" and "\r" not in lines[1]


def test_the_page_tells_the_slips_most_frequent_first_and_each_score():
    def made(**slips):
        return {name: Verdict(Status.WRONG, f"{name}?", 0.5, slip) for name, slip in slips.items()}

    scores = [
        Score("one", "diffusion", made(q_sample="b", forward_covariance="c"), {2: "E", 1: "D"}, "It ended.", ["why?"]),
        Score("two", "diffusion", made(forward_mean="a", q_sample="b"), remarks=["copied"]),
        Score("three", "diffusion", made(forward_mean=None) | {"q_sample": Verdict(Status.RIGHT, "m" * 30_000)}),
        Score("four"),
    ]
    page = report.to_html(Class(scores, [], "It ran."), PROBLEMS, seed=5)
    listed = dict(re.findall(r"<h2>([^<]*)</h2><ul>(.*?)</ul>", page))
    assert {title: re.findall("<li>(.*?)</li>", lines) for title, lines in listed.items()} == {
        "To look at": ["one: why?", "two: copied"],
        "Not graded, or not to the end": ["one: It ended."],
        "Slips made": ["2 × q_sample: b", "1 × forward_mean: a", "1 × forward_covariance: c"],
    }
    assert "<p>3 notebooks, 1 other files; cases drawn with the seed 5.\nIt ran.</p>" in page
    one, _, three, four = page.split('<h2 id="n')[1:]
    assert one.startswith('0">one: 0 of 2</h2><p>Remark: It ended.</p><p>Remark: why.</p>')
    assert "<ul><li>Code cell 1: D</li><li>Code cell 2: E</li></ul><h3>q_sample</h3><pre>q_sample?</pre>" in one
    assert three.startswith('2">three: 1 of 2</h2><h3>') and f"<pre>{'m' * 20_000}</pre>" in three
    assert four.startswith('3">four: not graded</h2></html>')
    rows = re.findall(r'<tr><th scope="row"><a href="#n(\d)">(.*?)</a></th>(.*?)</tr>', page)
    assert [(i, name) for i, name, _ in rows] == [("0", "one"), ("1", "two"), ("2", "three"), ("3", "four")]
    assert re.findall("<td>(.*?)</td>", rows[2][2]) == ["diffusion", "1 of 2", "wrong", "", "right"]
    assert re.findall(r'<th scope="col">(\w+)<br>', page) == ["forward_mean", "forward_covariance", "q_sample"]


def test_the_command_says_what_it_lacks(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ddpm.grading.score.folder", None)
    assert main([str(tmp_path)]) == 2
    assert "folder needs ddpm.grading.score.folder: pip install jupyter_client" in capsys.readouterr().err


def test_the_command(tmp_path, capsys, monkeypatch):
    choose, modes = sandbox.choose, []

    def chosen(package, scratch, module):
        modes.append(scratch.stat().st_mode & 0o777)
        return choose(package, scratch, module)

    monkeypatch.setattr(sandbox, "choose", chosen)
    assert main([str(tmp_path)]) == 2 and "nothing to grade" in capsys.readouterr().err
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "subs $HOME").mkdir()
    (tmp_path / "subs $HOME/torn.ipynb").write_text("{")
    (tmp_path / "subs $HOME/scores.csv").write_text("the last scores")
    assert main(["~/subs $HOME", "--seed", "9"]) == 0 and "Seed 9" in capsys.readouterr().out
    assert (
        "torn.ipynb" in (tmp_path / "subs $HOME/scores.csv").read_text()
        and "broken JSON" in (tmp_path / "subs $HOME/report.html").read_text()
    )
    assert {path.name for path in (tmp_path / "subs $HOME").iterdir()} == {"torn.ipynb", "scores.csv", "report.html"}
    assert modes == [0o711]  # what runs as another user may pass through the folder of all, and not look around


def test_where_the_paths_of_temporary_files_are_too_long_nothing_is_graded(tmp_path, capsys, monkeypatch):
    """Kernels are reached through sockets, whose addresses have 108 bytes at the most (unix(7))."""
    (tmp_path / "subs").mkdir()
    (tmp_path / "subs/torn.ipynb").write_text("{")
    long = tmp_path / ("t" * 90)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    assert main([str(tmp_path / "subs")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Nothing is graded: the path of ") and "Set TMPDIR to a folder with a shorter one" in said
    assert not [*long.iterdir()] and [path.name for path in (tmp_path / "subs").iterdir()] == ["torn.ipynb"]


@pytest.mark.parametrize("name", ["~/subs", "a $HOME b", "it's", 'a"b', "$(x)", "a;b"])
def test_make_hands_the_folder_over_as_it_is(name):
    alone = {
        key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))
    }  # tests may run under make
    command = ["make", "-n", "-o", ".venv/.ready", "grade", f"SUBMISSIONS={name}"]
    made = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True)
    folder = made.stdout.strip().splitlines()[-1].split(" -m ddpm.chapters.grade ")[1]
    assert subprocess.run(["sh", "-c", f"printf %s {folder}"], capture_output=True, text=True).stdout == name


def test_the_recipe_of_the_container_copies_what_is_there():
    page = (ROOT / "book/for_instructors.md").read_text(encoding="utf-8")
    copied = [name for line in re.findall(r"^COPY (.*)$", page, re.M) for name in line.split()[:-1]]
    assert {"Makefile", "pyproject.toml", "requirements.txt", "code"} <= set(copied) and all(
        (ROOT / name).exists() for name in copied
    )
    (target,) = re.findall(r"^RUN make (\S+) && chmod 700 code$", page, re.M)
    assert "READY  := $(VENV)/.ready" in (ROOT / "Makefile").read_text() and target == ".venv/.ready"
    assert '"-m", "ddpm.chapters.grade", "/root/submissions"' in page and "submissions:/root/submissions" in page
