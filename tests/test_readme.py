"""What README.md and CONTRIBUTING.md say is so."""

import ast
import re
import tomllib
from pathlib import Path
from pkgutil import resolve_name

import pytest
import yaml

from bookbuild.cli import readme

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "code/ddpm"
README, CONTRIBUTING = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md"))
BOTH = pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
ROOMS = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()} - {
    "__init__"
}
NOT_CORE = {"derivation", "grading", "figures", "notebook", "chapters"}


def lines(*names: str) -> int:
    """How many lines the rooms of these names have."""
    files = [file for name in names for file in (PACKAGE / name).rglob("*.py")]
    files += [file for name in names if (file := PACKAGE / f"{name}.py").exists()]
    return sum(map(lines_of, files))


def lines_of(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def paths(text: str) -> set[str]:
    """What a text names as a path of the clone: links, and code that begins like one or ends like a file."""
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    code = re.findall(r"`((?:code|book|tests|\.ci)(?:/[\w./-]+)?|[\w./-]+\.(?:py|md|toml|in|txt|yml))`", text)
    return {*links, *code} - {"book/name.md", "scores.csv"}


def test_the_package_is_as_large_as_the_readme_says():
    core = lines(*(ROOMS - NOT_CORE))
    (number,) = re.findall(r"The core .*? about\s(\d+) lines, less than a third", README, re.S)
    assert core == pytest.approx(int(number), rel=0.15)
    assert core < lines(*ROOMS) / 3
    of_chapters = [*PACKAGE.glob("chapters/*/equations/**/*.py"), *PACKAGE.glob("chapters/*/equations.py")]
    of_chapters += PACKAGE.glob("chapters/*/exercises/**/*.py")
    checks = lines("derivation", "grading") + sum(map(lines_of, of_chapters))
    assert checks > (lines(*ROOMS) - core) / 2


def test_the_readme_names_every_room_and_no_other():
    table = README.partition("| Room |")[2].partition("\n\n")[0]
    named = [
        name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")
    ]
    assert sorted(named) == sorted(ROOMS)


def test_the_parts_that_are_made_are_as_they_should_be():
    assert readme.made(README, ROOT) == README, "run `make readme`"


def test_the_chapters_are_those_of_the_book_with_their_minutes():
    table = re.findall(r"^\| (?:\d+\. )?\[(.*?)\]\((book/\w+)\.md\) \| (.+?) \| (\d+) \| .+ \|$", README, re.M)
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [
        toc["root"],
        *(entry["file"] for part in toc["parts"] if part.get("numbered") for entry in part["chapters"]),
    ]
    said = []
    for name in chapters:
        text = (ROOT / f"{name}.md").read_text(encoding="utf-8")
        patterns = (r"^# (.*)$", r"^question: [\"']?(.*?)[\"']?$", r"\*\*Time:\*\* about (\d+)")
        title, question, minutes = (re.search(pattern, text, re.M)[1] for pattern in patterns)
        said.append((title, name, question, minutes))
    assert table == said


def test_the_plan_hands_an_assignment_in_when_its_last_chapter_is_read():
    rows = re.findall(r"^\| (\d) \| (.*) \| ([\d.]+) \| (.*?) *\|$", README, re.M)
    assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1)) and len(rows) == 4
    minutes = {name: int(m) for name, m in re.findall(r"\]\((book/\w+)\.md\) \| .+? \| (\d+) \|", README)}
    last = {}
    for number, chapters, hours, _ in rows:
        names = re.findall(r"\((book/\w+)\.md\)", chapters)
        assert float(hours) == pytest.approx(sum(minutes[name] for name in names) / 60, abs=0.051)
        for name in names:
            if found := re.search(r"^assignment: (\w+)", (ROOT / f"{name}.md").read_text(encoding="utf-8"), re.M):
                last[found[1]] = number
    assert {name: row[0] for row in rows for name in re.findall(r"`(\w+)`", row[3])} == last


def test_links_come_from_the_settings_as_soon_as_these_name_a_place(tmp_path):
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["html"]["baseurl"] = "https://someone.example/book/"
    config["repository"]["url"] = "https://github.com/someone/book"
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (tmp_path / "CITATION.cff").write_text((ROOT / "CITATION.cff").read_text(encoding="utf-8"), encoding="utf-8")
    made = readme.links(tmp_path)
    assert "(https://someone.example/book/)" in made and "(https://someone.example/book/book.pdf)" in made
    assert "colab.research.google.com/github/someone/book/blob/notebooks/introduction.ipynb)" in made
    assert "url = {https://github.com/someone/book}" in readme.cite(tmp_path)
    addresses = re.findall(r"https?://[\w./-]+", README)
    assert not [address for address in addresses if "someone" in address or "denoising-diffusion-checked" in address]


def test_the_version_is_one():
    versions = {
        tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"],
        yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"],
        re.search(r"^## ([\d.]+) ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)[1],
    }
    assert len(versions) == 1


def test_the_order_of_the_core_is_that_of_the_table():
    table = ast.parse((ROOT / "tests/test_imports.py").read_text(encoding="utf-8"))
    (core,) = (node.value for node in table.body if isinstance(node, ast.Assign) and node.targets[0].id == "CORE")
    said = re.search(r"In the core each of these sees those before it: (.*?)\. ", CONTRIBUTING, re.S)[1]
    assert [set(re.findall(r"`(\w+)`", row)) for row in said.split(";")] == list(ast.literal_eval(core))


@BOTH
def test_paths_that_are_named_exist(text):
    named = paths(text)
    assert named >= {"book/jax.md", "LICENSE"} or named >= {"code/ddpm/chapters/exercises.py", ".ci/run"}
    assert not [path for path in named if not (ROOT / path).exists()]


@BOTH
def test_modules_that_are_named_exist(text):
    named = set(re.findall(r"\bddpm(?:\.\w+)+", text))
    assert named
    for name in named:
        resolve_name(name)


def test_the_two_lines_on_speed_are_those_of_the_table():
    said = re.search(r"## How fast\n(.*?)\n## ", README, re.S)[1]
    table = (ROOT / "code/bench/RESULTS.md").read_text(encoding="utf-8")
    numbers = re.findall(r"\d+\.\d+|\d{4,}", said)
    assert len(numbers) >= 3 and all(number in table for number in numbers)


def test_the_example_runs_and_returns_the_dot(capsys):
    source = re.search(r"```python\n(.*?)```", README, re.S)[1]
    exec(source, {})
    rows = [[float(v) for v in row.split()] for row in re.findall(r"\[([^\[\]]+)\]", capsys.readouterr().out)]
    assert rows == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


@BOTH
def test_every_command_that_is_named_is_in_the_makefile(text):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    code = re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", text, re.M)
    commands = {one or other for one, other in code}
    assert "book" in commands
    assert not {command for command in commands if not re.search(rf"^{command}:", makefile, re.M)}
