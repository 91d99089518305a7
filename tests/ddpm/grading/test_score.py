"""A folder of notebooks is graded whatever stands in them."""

import csv
import io

import nbformat
import pytest
from ddpm.grading.score import folder, report
from ddpm.grading.score.__main__ import main

MEAN = "import numpy as np\ndef forward_mean(x_prev, beta):\n    return np.sqrt(1 - beta) * x_prev"
COVARIANCE = "def forward_covariance(x_prev, beta):\n    return beta * np.eye(x_prev.size)"
SAMPLE = "def q_sample(schedule, x_0, t, noise):\n    a = np.asarray(schedule.alpha_bar)[t]\n    return a**0.5 * x_0 + (1 - a) ** 0.5 * noise"
FORGED = "import ddpm.grading.exercise as e, ddpm.grading.verdict as v\ne._judge = lambda *a: v.Verdict(True, 0.0, 'ha')"
SYMBOLS = ("from ddpm.derivation.symbols import *\nfrom ddpm.derivation.densities import p, p_theta, q\n"
           "from ddpm.derivation.expectation import E_q\nx_t = x[t]")
WRITTEN = [
    SYMBOLS, "answer_2_1 = [E_q(-log(p(x[T]) * Product(p_theta(x[t - 1] | x[t]) / q(x[t] | x[t - 1]), (t, 1, T)))),\n"
    "              E_q(-log(p(x[T])) - Sum(log(p_theta(x[t - 1] | x[t]) / q(x[t] | x[t - 1])), (t, 1, T)))]",
    "answer_2_2a = q(x[t] | (x[t - 1], x[0]))", "answer_3_1 = (x_t + beta[t] / sqrt(1 - alpha_bar[t]) * epsilon) / sqrt(alpha[t])",
    "answer_3_2 = lambda: 1 / 0", "import ddpm.grading.written.problem as w\nw.Derivation.judge = w.Derivation._judge = lambda *a: 'ha'"]
SPEEDS = {"mean_first": 500, "noise_first": 0.5, "eager": 1.3, "jit_small": 1, "jit_large": 1.5, "gradient": 1}
NOTEBOOKS = {
    "written": WRITTEN,
    "predicted": [f"answer_4_2 = {SPEEDS}", f"import numpy as np\nmeasured = {{**{SPEEDS}, 'eager': np.float64(1.4)}}"],
    "predicted, not run": [f"answer_4_2 = {SPEEDS}"],
    "perfect": [MEAN, COVARIANCE, SAMPLE],
    "blank": ["def forward_mean(x_prev, beta):\n    ...  # your answer", COVARIANCE.replace("return", "..."), SAMPLE.partition("\n")[0] + "\n    ..."],
    "slips <b>": [MEAN, COVARIANCE.replace("beta *", "beta**0.5 *"), FORGED, "1 / 0", "globals = print = list = str = None",
                  "import os\nos.kill(os.getppid(), 9)",
                  "import pathlib\nfor path in pathlib.Path('FOLDER').glob('*.ipynb'):\n    path.unlink()"],
    "wild": [MEAN, "import os\nos._exit(1)", "import time\nwhile True:\n    time.sleep(0.01)", "hog = [b'1' * 2**27 + bytes([i]) for i in range(200)]", COVARIANCE,
             "import socket\nsocket.create_connection(('1.1.1.1', 53), 5)",
             "import ctypes\nlibc = ctypes.CDLL(None)\ns = libc.socket(2, 1, 0)\n"
             "assert libc.connect(s, b'\\x02\\x00\\x00\\x35\\x01\\x01\\x01\\x01' + bytes(8), 16) == 0",
             "def q_sample(*arguments):\n    import os\n    os._exit(1)"],
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    path = tmp_path_factory.mktemp("submitted")
    for name, cells in NOTEBOOKS.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.replace("FOLDER", str(path))) for cell in cells])
        nbformat.write(notebook, path / f"{name}.ipynb")
    (path / "torn.ipynb").write_text("{")
    limits = folder.Limits(seconds=150, cell_seconds=10, memory=2**30)
    return {s.name.removesuffix(".ipynb"): s for s in folder.score(folder.find(path), path, seed=123, limits=limits)}


@pytest.mark.slow
def test_perfect_blank_and_slips(graded):
    assert graded["perfect"].points == 3 and not graded["perfect"].problem and not graded["perfect"].cells
    assert graded["blank"].points == 0 and not any(v.answered for v in graded["blank"].verdicts.values())
    verdicts = graded["slips <b>"].verdicts
    assert verdicts["forward_mean"].passed and "standard deviation" in verdicts["forward_covariance"].slip
    assert "not in the notebook" in str(verdicts["q_sample"]) and "ZeroDivisionError" in graded["slips <b>"].cells["4"]


@pytest.mark.slow
def test_a_notebook_cannot_end_the_grading_or_take_the_others_away(graded):
    assert "no signals to other programs" in graded["slips <b>"].cells["6"] and "7" not in graded["slips <b>"].cells
    assert graded["wild"].points == 2  # it comes later, when its file is gone


@pytest.mark.slow
def test_what_breaks_the_kernel_costs_its_own_cell_only(graded):
    wild = graded["wild"]
    assert wild.verdicts["forward_mean"].passed and wild.verdicts["forward_covariance"].passed
    assert "ended the kernel" in str(wild.verdicts["q_sample"])
    assert wild.cells["2"] == "ended the kernel" and "10 s" in wild.cells["3"] and "memory" in wild.cells["4"]


@pytest.mark.slow
def test_no_network(graded):
    wild = graded["wild"]
    assert "no network" in wild.cells["6"] or "unreachable" in wild.cells["6"]
    assert not wild.isolated or "AssertionError" in wild.cells["7"]  # not even for compiled code


@pytest.mark.slow
def test_a_file_that_is_no_notebook_stops_nothing(graded):
    assert "cannot be read" in graded["torn"].problem and graded["torn"].points == 0


@pytest.mark.slow
def test_written_answers_are_graded_like_code(graded):
    verdicts = graded["written"].verdicts
    assert verdicts["answer_2_1"].passed and report.word(verdicts["answer_2_2a"]) == "other form"
    assert "sign of the noise" in verdicts["answer_3_1"].slip and "ZeroDivisionError" in str(verdicts["answer_3_2"])
    assert graded["written"].points == 1


@pytest.mark.slow
def test_predictions_are_held_against_what_the_notebook_has_measured(graded):
    assert graded["predicted"].verdicts["answer_4_2"].passed
    assert "the experiment has left no" in str(graded["predicted, not run"].verdicts["answer_4_2"])


@pytest.mark.slow
def test_csv_and_page(graded):
    scores = list(graded.values())
    rows = {row["notebook"]: row for row in csv.DictReader(io.StringIO(report.to_csv(scores)))}
    assert rows["perfect.ipynb"]["points"] == rows["perfect.ipynb"]["of"] == "3" and rows["slips <b>.ipynb"]["points"] == "1"
    assert rows["wild.ipynb"]["q_sample"] == "0" and rows["torn.ipynb"]["q_sample"] == ""
    page = report.to_html(scores, seed=123)
    assert "slips &lt;b&gt;" in page and "<b>" not in page and "1 × forward_covariance: the standard deviation" in page


@pytest.mark.slow
def test_the_time_of_a_whole_notebook_is_limited(tmp_path):
    cells = [nbformat.v4.new_code_cell(MEAN), nbformat.v4.new_code_cell("import time\ntime.sleep(600)")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "slow.ipynb")
    [score] = folder.score(folder.find(tmp_path), tmp_path, seed=1, limits=folder.Limits(seconds=6))
    assert "did not end within 6 s" in score.problem and "stopped before" in str(score.verdicts["forward_mean"])


def test_the_command(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2 and "no notebook" in capsys.readouterr().err
    (tmp_path / "torn.ipynb").write_text("{")
    assert main([str(tmp_path), "--seed", "9"]) == 0 and "Seed 9" in capsys.readouterr().out
    assert (tmp_path / "scores.csv").is_file() and (tmp_path / "report.html").is_file()
