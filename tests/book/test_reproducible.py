"""Two builds from nothing give the same site, search index included, but for what is measured."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from built_site import NOTEBOOKS, ROOT, SITE
from jupyter_cache import get_cache

from bookbuild.cli import build, freshness
from bookbuild.notebook.execution import COMPILED

SOURCES = [
    "_config.yml",
    "_toc.yml",
    "CITATION.cff",
    "book",
    "code",
    "tests",
    "pyproject.toml",
    "README.md",
    "requirements.txt",
    "CITATION.cff",
]
# What may differ: on these pages what cells gave, in the section of this id or everywhere, and in their notebooks what
# is not code; elsewhere the seconds.
MEASURED = {
    "mean_or_noise_timing": "",
    "forward_extremes": "optional-with-and-without-jax-jit",
    "larger": "what-a-run-costs",
}
QUOTED = {"loss_func_comp"}  # a notebook whose solutions quote what is measured
GIVEN = ".cell_output, .pasted-text, figure"
INDEX = "_static/search/sections.js"
# of files that are compared apart and hold what is measured
STAMP = re.compile(r"(_static/(?:search/sections|previews/book/\w+)\.js)\?v=\w+")
SECONDS = {"how_checked": re.compile(r"\d+\.\d+(?:\s|&nbsp;)s\b")}


def files(site: Path) -> dict[str, Path]:
    return {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*")) if path.is_file()}


def without_measurements(page: Path) -> str:
    text = STAMP.sub(r"\1", page.read_text(encoding="utf-8"))
    if page.stem in SECONDS:
        return SECONDS[page.stem].sub("", text)
    if page.stem not in MEASURED:
        return text
    soup = BeautifulSoup(text, "html.parser")
    section = soup.find(id=MEASURED[page.stem]) if MEASURED[page.stem] else soup.article
    for given in section.select(GIVEN):
        given.decompose()
    return str(soup)


def code(notebook: Path) -> list[str] | bytes:
    """What is compared of a notebook: all of it, or where something is measured the code."""
    if notebook.stem not in MEASURED.keys() | QUOTED:
        return notebook.read_bytes()
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def pictures(site: Path) -> set[str]:
    """The pictures of the pages on which nothing is measured."""
    pages = [path for path in site.glob("book/*.html") if path.stem not in MEASURED]
    return {name for path in pages for name in re.findall(r"_images/([^\"]+)", path.read_text(encoding="utf-8"))}


def index(site: Path) -> list[dict]:
    """The sections that the search knows, without the texts of the pages on which something is measured."""
    found = json.loads((site / INDEX).read_text(encoding="utf-8").removeprefix("window.bookSections = ").rstrip(";\n"))
    left_out = MEASURED.keys() | SECONDS.keys()
    return [section | {"text": ""} if Path(section["id"]).stem in left_out else section for section in found]


def differences(first: Path, second: Path) -> list[str]:
    """The names of files that are there once, or differ in more than measurements."""
    one, two = files(first), files(second)
    found = [name for name in one.keys() ^ two.keys() if not name.startswith("_images/")]
    if pictures(first) != pictures(second):
        found.append("_images")
    if index(first) != index(second):
        found.append(INDEX)
    quoted = {f"_static/previews/book/{name}.js" for name in MEASURED}  # from those pages, figures too
    for name in sorted(one.keys() & two.keys() - {INDEX} - quoted):
        read = {".html": without_measurements, ".ipynb": code}.get(Path(name).suffix, Path.read_bytes)
        if read(one[name]) != read(two[name]):
            found.append(name)
    return found


def keep_measured(first: Path, second: Path) -> None:
    """Give the second build the results of the cells of pages on which all of them are left out, and no others."""
    shutil.copytree(first / ".jupyter_cache", second / ".jupyter_cache")
    shutil.copy(first / Path(freshness.STATE).name, second)
    cache = get_cache(second / ".jupyter_cache")
    for record in cache.list_cache_records():
        if MEASURED.get(Path(record.uri).stem) != "":
            cache.remove_cache(record.pk)


@pytest.mark.slow(seconds=400)
def test_two_builds_from_nothing_are_the_same(site, tmp_path, monkeypatch, capsys):
    """The cells of the second build run anew; programs that the first compiled they take as they are."""
    monkeypatch.delenv("XLA_FLAGS")  # of the tests; numbers are rounded otherwise with it
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(SITE.parent / COMPILED))
    for name in SOURCES:
        source, ignored = ROOT / name, shutil.ignore_patterns("__pycache__", "*.egg-info")
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(source, tmp_path)
    keep_measured(SITE.parent, tmp_path / "_build")
    assert build.build(tmp_path) == 0
    print(said := capsys.readouterr().out)
    ran = {Path(name).name for name in re.findall(r"(\S+) ran in", said)}
    assert ran == {path.stem for path in NOTEBOOKS} - {name for name, where in MEASURED.items() if not where}
    assert differences(site, tmp_path / "_build/html") == []
    one, two = files(SITE.parent / "solution"), files(tmp_path / "_build/solution")
    assert {name: code(path) for name, path in one.items()} == {name: code(path) for name, path in two.items()}


CHANGES = [  # of a file, and whether it counts
    ("book/closed_form.html", "<p>", "<p> ", True),
    ("book/forward_extremes.html", 'class="pasted-text">', 'class="pasted-text">9', True),  # not where it measures
    ("book/how_checked.html", " s in this build", "1 s in this build", False),
    (INDEX, "noise", "noises", True),
    ("_notebooks/closed_form.ipynb", "a", "b", True),
    ("_notebooks/mean_or_noise_timing.ipynb", "**Time:** about", "**Time:** near", False),
    ("_notebooks/larger.ipynb", "import jax", "import  jax", True),
]


@pytest.mark.slow
def test_each_difference_is_seen_and_measurements_are_none(site, tmp_path):
    copy = shutil.copytree(site, tmp_path / "site", copy_function=os.link)
    for name, old, new, _ in CHANGES:
        text = (copy / name).read_text(encoding="utf-8")
        assert old in text, name
        (copy / name).unlink()
        (copy / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert sorted(differences(site, copy)) == sorted(name for name, _, _, seen in CHANGES if seen)
