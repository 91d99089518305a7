"""Notebooks in environments without the book: what the first cell does, and that a fault is seen. `make
check-notebooks` runs them all."""

import base64
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest

from bookbuild.notebook import bare, install, wheel

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FLOOR = re.compile(r"([\w.-]+)>=([\d.]+)")


def notebook(*sources, tags=()):
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}) for source in sources]
    )


def test_the_versions_promised_are_those_that_are_tried():
    needs = PROJECT["dependencies"] + PROJECT["optional-dependencies"][install.EXTRA]
    promised = dict(FLOOR.match(text).groups() for text in needs if not text.startswith(PROJECT["name"]))
    tried = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "tests/bare/oldest.txt").read_text(), re.M))
    brought = {"jaxtyping", "equinox"}  # by the first cell
    assert {name: version for name, version in promised.items() if name not in brought}.items() <= tried.items()
    assert not brought & tried.keys()


@pytest.mark.parametrize("name", ["oldest", "newest"])
def test_every_version_is_pinned(name):
    lines = [
        line
        for line in (ROOT / f"tests/bare/{name}.txt").read_text().splitlines()
        if line and not line.lstrip().startswith("#")
    ]
    assert lines and all(re.match(r"[\w.-]+==[\w.]+( ;|$)", line) for line in lines)


def test_a_kernel_of_the_environment_runs_in_an_empty_folder_without_the_book(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "code"))
    cell = notebook(
        "import sys, os\nassert 'PYTHONPATH' not in os.environ and os.listdir() == []\nprint(sys.executable)"
    )
    problem, _ = bare.run(Path(sys.executable), cell)
    assert not problem
    assert cell.cells[0].outputs[0].text.strip() == sys.executable


def test_a_cell_that_fails_is_reported():
    problem, _ = bare.run(Path(sys.executable), notebook("x = 1", "x / 0"))
    assert "x / 0" in problem and "ZeroDivisionError" in problem and "\x1b" not in problem


@pytest.mark.parametrize(
    "blank, says, fine",
    [
        (True, "Not yet answered: f returns None.", True),
        (True, "Right: f", False),
        (False, "Right: f", True),
        (False, "Not right yet: f", False),
        (False, "Not yet answered: f", False),
    ],
)
def test_verdicts_are_judged(blank, says, fine):
    cells = [
        notebook("...  # your answer" if blank else "x = 1", tags=["exercise"]).cells[0],
        notebook("print(f)", tags=["check"]).cells[0],
    ]
    cells[1].outputs = [nbformat.v4.new_output("stream", text=says)]
    assert (bare.judged(nbformat.v4.new_notebook(cells=cells)) == "") == fine


def test_the_package_comes_from_the_repository_or_the_site_or_the_cell_itself(tmp_path):
    built = tmp_path / "a-1-py3-none-any.whl"
    built.write_bytes(bytes(range(256)))
    repository, site = "https://github.com/someone/book", "https://someone.github.io/book"
    name = f"{PROJECT['name']}[book]"
    assert install.package(repository, "next", site, built) == f'    package = "{name} @ git+{repository}@next"'
    assert install.package("", "main", site, built) == f'    package = "{name} @ {site}/_notebooks/{built.name}"'
    resort, cell = install.cells("", "main", "", built)
    exec(resort.source, found := {})
    file, data = found["carried"]
    assert base64.b64decode(data) == built.read_bytes() and file == built.name
    (other,) = install.cells(repository, "next", site, built)
    for source in (other.source, cell.source):
        assert f'd.name != "{PROJECT["name"]}"' in source  # its own version is no constraint
        assert len(source) < 2000 and source.startswith("# @title Set-up: run this first\n")
        compile(re.sub(r"%pip.*", "pass", source), "cell", "exec")


def test_where_the_package_is_the_cell_does_nothing():
    (cell,) = install.cells("https://example.org/book", "main", "", None)
    source = re.sub(r"%pip.*", "raise AssertionError", cell.source)
    exec(source, {})


def three_notebooks(root, source):
    """Write a built book of a chapter and an assignment, their names put into the source; these names."""
    names = ["html/_notebooks/chapter", "html/_notebooks/student/homework", "solution/homework"]
    for name in names:
        (path := root / f"_build/{name}.ipynb").parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook(source.format(name)), path)
    for folder in ("html/_notebooks", "html/_notebooks/student"):
        (root / "_build" / folder / "a-1.whl").touch()
    return names


def test_students_notebooks_run_with_the_package_that_they_carry_after_all_others(tmp_path, monkeypatch):
    names = three_notebooks(tmp_path, "# {}")
    there, ran = {}, []  # the folder of the wheel that is installed in each environment
    monkeypatch.setattr(bare, "environment", lambda root, name, python: name)
    monkeypatch.setattr(
        bare, "first_cell", lambda name, python, notebook, wheel: there.update({python: wheel.parent.name}) or ""
    )
    monkeypatch.setattr(
        bare,
        "run",
        lambda python, notebook: ran.append((python, notebook.cells[0].source[2:], there[python])) or ("", 0.0),
    )
    assert bare.main(tmp_path) == 0
    assert sorted(ran) == sorted(
        (python, name, "student" if "student" in name else "_notebooks")
        for python in ("oldest", "newest")
        for name in names
    )
    assert all("student" in name for _, name, _ in ran[-2:])


def test_what_stands_beside_the_pins_runs_before_each_notebook(tmp_path, monkeypatch):
    three_notebooks(tmp_path, "assert first")
    (tmp_path / "tests/bare").mkdir(parents=True)
    (tmp_path / "tests/bare/oldest.py").write_text("first = 1")
    ran = []
    monkeypatch.setattr(bare, "environment", lambda root, name, python: name)
    monkeypatch.setattr(bare, "first_cell", lambda *_: "")
    monkeypatch.setattr(bare, "run", lambda *run: ran.append((run[0], [c.source for c in run[1].cells])) or ("", 0.0))
    assert bare.main(tmp_path) == 0
    assert sorted(ran) == [("newest", ["assert first"])] * 3 + [("oldest", ["first = 1", "assert first"])] * 3


@pytest.mark.slow
def test_the_two_packages_are_told_apart(tmp_path):
    python = tmp_path / "bin/python"
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(tmp_path)], check=True)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    whole, lean = wheel.build(ROOT, tmp_path / "a"), wheel.build(ROOT, tmp_path / "b", references=False)
    install_it = [*uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--reinstall", "--python", str(python)]
    for brought, other in ((whole, lean), (lean, whole)):
        subprocess.run([*install_it, str(brought)], check=True)
        assert bare.modules(python) == bare.contents(brought) != bare.contents(other)
