"""`make check-gpu` on a machine that has no GPU: it says so, and its own parts report what they find."""

import sys
from pathlib import Path

import nbformat
import pytest

from bookbuild.notebook import gpu
from bookbuild.notebook.install import FOLDER

PYTHON = Path(sys.executable)


def test_no_gpu_is_said(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(gpu.shutil, "which", lambda name: None)
    assert gpu.main(tmp_path, "") == 2
    assert "no NVIDIA GPU here" in capsys.readouterr().err


@pytest.mark.slow
def test_a_jax_that_finds_none_is_said(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert gpu.main(tmp_path, str(PYTHON)) == 2
    assert f"JAX in {PYTHON} finds no NVIDIA GPU: RuntimeError" in capsys.readouterr().err


@pytest.mark.parametrize(
    "source, failed", [("import os; assert os.environ['JAX_PLATFORMS'] == 'cpu'", 0), ("1 / 0", 1)]
)
def test_a_notebook_that_fails_is_named(source, failed, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(gpu, "PLATFORMS", "cpu")
    site = tmp_path / "_build/html" / FOLDER
    site.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), site / "chapter.ipynb")
    assert gpu.run_notebooks(tmp_path, PYTHON) == failed
    printed = capsys.readouterr()
    assert ("/chapter.ipynb: FAILED" in printed.out) == failed
    assert ("ZeroDivisionError" in printed.err) == failed
