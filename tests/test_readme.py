import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text()
PACKAGE = Path(__file__).parents[1] / "code/ddpm"


def lines(*names: str) -> int:
    """How many lines the modules and packages of these names have."""
    patterns = [f"{name}.py" if (PACKAGE / f"{name}.py").exists() else f"{name}/**/*.py" for name in names]
    files = [file for pattern in patterns for file in PACKAGE.glob(pattern)]
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def test_the_package_is_as_large_as_the_readme_says():
    said = r"The mathematics \((.*?)\) has about (\d+) lines\..*?for the checks: (.*?)\."
    mathematics, number, checks = re.search(said, README, re.S).groups()
    assert lines(*re.findall(r"`(\w+)`", mathematics)) == pytest.approx(int(number), rel=0.15)
    assert lines(*re.findall(r"`(\w+)`", checks)) > lines("**") / 2


def test_the_example_runs_and_returns_the_dot(capsys):
    (source,) = re.findall(r"```python\n(.*?)```", README, re.S)
    exec(source, {})
    rows = [[float(v) for v in row.split()] for row in re.findall(r"\[([^\[\]]+)\]", capsys.readouterr().out)]
    assert rows == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_every_command_of_the_readme_is_in_the_makefile():
    makefile = (Path(__file__).parents[1] / "Makefile").read_text()
    commands = set(re.findall(r"`?make ([a-z-]+)", README))
    assert commands >= {"book", "test"}
    missing = {command for command in commands if not re.search(rf"^{command}:", makefile, re.M)}
    assert not missing
