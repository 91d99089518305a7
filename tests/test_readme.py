import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text()


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
