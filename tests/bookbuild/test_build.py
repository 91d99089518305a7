"""The build: what it must refuse, how it says so, and what it must not reuse. Each test has a small book of its own."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import psutil
import pytest
import yaml

from bookbuild.cli import build, check, freshness, lock, room
from bookbuild.notebook import execution, notebooks
from bookbuild.site import mathjax

ROOT = Path(__file__).parents[2]
HEADER = check.HEADER + "\n"
CELL = "\n```{{code-cell}} ipython3\n{}\n```\n"
FIGURE = """
```{code-cell} ipython3
---
mystnb:
  figure: {caption: A rising line., name: fig-line}
  image: {alt: A line rises from zero to one.}
---
from ddpm import figures
figures.use_style()
figures.plt.plot([0, 1], marker="o", markeredgecolor="white")
figures.plt.show()
```

See {numref}`fig-line`.
"""


@pytest.fixture
def book(tmp_path):
    """A book of one chapter with the real settings; `book(text)` writes the chapter."""
    shutil.copy(ROOT / "_config.yml", tmp_path)
    shutil.copytree(ROOT / "book/_static", tmp_path / "book/_static")
    (tmp_path / "book/references.bib").touch()
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/start\n")

    def write(text):
        (tmp_path / "book/start.md").write_text(text)
        return tmp_path

    return write


def problems(root, *parts):
    """Assert that the checks find one problem under `root`, with `parts` in its text."""
    found = check.check_book(root)
    assert len(found) == 1, found
    for part in parts:
        assert part in found[0]


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_this_book_passes_the_checks():
    assert check.check_book(ROOT) == []


# in a kernel of its own; in a copy, of a process that imports much
@pytest.mark.slow
@pytest.mark.parametrize("tag", ["measures-time", "hide-input"])
def test_failing_cell_is_shown_with_chapter_line_and_traceback(book, capfd, tag):
    root = book(HEADER + "# Start\n" + CELL.format(f":tags: [{tag}]\ndef f():\n    return 1 / 0\nf()"))
    assert build.build(root) == 1
    shown = capfd.readouterr().err
    assert "book/start.md:9: this cell failed" in shown
    assert "return 1 / 0" in shown and "ZeroDivisionError: division by zero" in shown
    assert "nbclient" not in shown, "the traceback of the tools is of no use to the author"


STAMPED = """
import time
from pathlib import Path
Path("{0}.began").write_text(str(time.monotonic()))
print("begun,", end="  ", flush=True)
time.sleep({1})
print("ended")
Path("{0}.ended").write_text(str(time.monotonic()))
"""


@pytest.mark.slow
def test_chapters_run_side_by_side_and_a_cell_that_measures_time_alone(book, capfd):
    root = book("# Start\n")
    names = {"timing": 1, "one": 12, "two": 2}  # seconds; the first runs when the last is done
    toc = "".join(f"- file: book/{name}\n" for name in names)
    (root / "_toc.yml").write_text("format: jb-book\nroot: book/start\nchapters:\n" + toc)
    for name, seconds in names.items():
        tag = ":tags: [measures-time]\n" if name == "timing" else ""
        (root / f"book/{name}.md").write_text(HEADER + f"# {name}\n" + CELL.format(tag + STAMPED.format(name, seconds)))
    assert build.build(root) == 0
    shown = capfd.readouterr().out
    assert all(f"book/{name} ran in" in shown for name in names) and "(3 executed" in shown
    assert "Executing notebook" not in (root / "_build/build.log").read_text(), "MyST-NB found all in the cache"
    began, ended = (
        {name: float((root / f"book/{name}.{moment}").read_text()) for name in names} for moment in ("began", "ended")
    )
    for name in ("one", "two"):
        assert began["timing"] > ended[name] or ended["timing"] < began[name]
    assert "begun,  ended\n" in (root / "_build/html/book/one.html").read_text(), "one line, though two messages"
    if execution.AT_ONCE > 1:
        assert max(began["one"], began["two"]) < min(ended["one"], ended["two"])


@pytest.mark.slow
def test_undefined_reference_fails_again_without_a_change(book, capfd):
    root = book("# Start\n\nSee {ref}`nowhere`.\n")
    shown = []
    for _ in range(2):
        assert build.build(root) == 1
        shown.append(capfd.readouterr().err)
    assert "book/start.md:3: WARNING: undefined label: 'nowhere'" in shown[0]
    assert shown[0] == shown[1]


@pytest.mark.slow
def test_chapters_run_again_when_the_package_changes_and_only_then(book, capfd):
    root = book(HEADER + "# Start\n" + FIGURE)
    source = root / "code/ddpm/schedule.py"
    source.parent.mkdir(parents=True)
    source.write_text("a = 1\n")
    executed = []
    for text, more in (("a = 1\n", ""), ("a = 1\n", ""), ("a = 1\n", "More.\n"), ("a = 2\n", "")):
        source.write_text(text)
        with open(root / "book/start.md", "a") as page:
            page.write(more)
        assert build.build(root) == 0
        shown = capfd.readouterr().out
        assert (root / "_build/html/index.html").as_uri() in shown
        executed.append("book/start ran in" in shown)
        assert ("Nothing has changed since the last build." in shown) == (len(executed) == 2)
    assert executed == [True, False, False, True]

    # the same book: its figure has one twin for dark pages, with the caption beside neither image
    html = (root / "_build/html/book/start.html").read_text()
    assert html.count('alt="A line rises from zero to one."') == 2
    assert html.count('class="only-light"') == html.count('class="only-dark"') == 1
    assert html.count('id="fig-line"') == 1
    # and, having no formula, asks for no style of formulas
    for link in re.findall(r'<link[^>]* href="([^"#?]+)', html):
        assert (root / "_build/html/book" / link).exists(), link
    from bookbuild.site.darkfigures import LIGHT_INK
    from ddpm.figures import INK

    light, dark = sorted((root / "_build/html/_images").glob("*.svg"), key=lambda path: INK not in path.read_text())
    assert LIGHT_INK in dark.read_text() and INK not in dark.read_text()
    assert "#ffffff" in light.read_text() and "#ffffff" not in dark.read_text()


@pytest.mark.parametrize("name", ["code/ddpm/a.py", "code/ddpm/data/b.npz", "requirements.txt"])
def test_results_are_keyed_on_what_cells_import(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = []
    for text in ("1", "2"):
        path.write_text(text)
        keys.append(freshness.key(tmp_path, freshness.EXECUTION))
    path.rename(path.with_name("other"))
    keys.append(freshness.key(tmp_path, freshness.EXECUTION))
    assert len(set(keys)) == 3


def test_settings_renew_the_pages_but_run_no_cell(tmp_path):
    (tmp_path / "_config.yml").write_text("title: a")
    freshness.finish(freshness.begin(tmp_path), without_warnings=True)
    for name in (*freshness.RESULTS, *freshness.READ):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "_config.yml").write_text("title: b")
    freshness.begin(tmp_path)
    assert all((tmp_path / name).exists() for name in freshness.RESULTS)
    assert not any((tmp_path / name).exists() for name in freshness.READ)


@pytest.mark.parametrize("text, seconds, read", [("2", -9, True), ("2", 9, False), ("1", -9, False)])
def test_a_chapter_that_has_changed_is_read_whatever_its_time(tmp_path, text, seconds, read):
    """Sphinx reads one alone that is younger than its last reading."""
    path = tmp_path / "book/a.md"
    path.parent.mkdir()
    path.write_text("1")
    freshness.finish(freshness.begin(tmp_path), without_warnings=True)
    (tmp_path / "_build/.doctrees").mkdir()
    path.write_text(text)
    os.utime(path, (time.time() + seconds,) * 2)
    freshness.begin(tmp_path)
    assert (tmp_path / "_build/.doctrees").exists() is not read


@pytest.mark.parametrize(
    "name, kept", [("code/ddpm/a.py", set()), ("code/bookbuild/a.py", {"execution"}), ("book/a.md", {"execution"})]
)
@pytest.mark.parametrize("back", [False, True])
def test_what_changes_while_the_build_runs_is_read_by_the_next(tmp_path, name, kept, back):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text("1")
    freshness.finish(freshness.begin(tmp_path), without_warnings=True)
    assert set(json.loads((tmp_path / freshness.STATE).read_text())) == {"execution", "pages", "chapters"}
    before = freshness.begin(tmp_path)
    path.write_text("2")
    if back:  # what was read in between is not known
        path.write_text("1")
    assert freshness.finish(before, without_warnings=True) == [name]
    assert set(json.loads((tmp_path / freshness.STATE).read_text())) == kept


@pytest.mark.parametrize(
    "name",
    ["code/ddpm/a.py", "code/bookbuild/a.py", "book/a.md", "_toc.yml", "tests/test_a.py", "README.md"]
    + ["_build/html/a.html", "_build/solution/a.ipynb"],
)
def test_there_is_nothing_to_build_while_sources_and_site_are_as_they_were(tmp_path, name):
    def built(**how):
        before = freshness.begin(tmp_path)
        for each in ("_build/html/b.html", *[name] * name.startswith("_build")):
            (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / each).write_text("1")
        freshness.finish(before, **({"without_warnings": True, "website": True} | how))
        return freshness.nothing_to_build(tmp_path)

    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("1")
    assert not freshness.nothing_to_build(tmp_path)
    assert built() and not built(without_warnings=False) and not built(website=False) and built()
    (tmp_path / name).write_text("22")
    assert not freshness.nothing_to_build(tmp_path)
    assert built()
    (tmp_path / name).unlink()
    assert not freshness.nothing_to_build(tmp_path)


def test_a_test_that_is_written_while_the_build_runs_is_counted_by_the_next(tmp_path):
    before = freshness.begin(tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").touch()
    assert freshness.finish(before, without_warnings=True, website=True) == []
    assert not freshness.nothing_to_build(tmp_path)


@pytest.mark.slow
def test_an_edit_made_while_a_chapter_runs_is_not_lost(book, capfd):
    root = book(
        HEADER
        + "# Start\n"
        + CELL.format(
            "from pathlib import Path\n"
            "path = Path('start.md')\n"
            "path.write_text(path.read_text() + 'Written meanwhile.\\n')"
        )
    )
    assert build.build(root) == 0
    assert "Changed while the build ran: book/start.md. Build again" in capfd.readouterr().out
    assert build.build(root) == 0
    assert "Written meanwhile." in (root / "_build/html/book/start.html").read_text()


@pytest.mark.slow
def test_a_page_built_twice_is_the_page_built_once(book):
    """Whatever is done to pages when all are written is done once to each, and stays when another page is written
    again."""
    root = book("# Start\n\n[Another page](other.md) on\n\n$$\nx = 1\n$$\n")
    (root / "_toc.yml").write_text("format: jb-book\nroot: book/start\nchapters:\n- file: book/other\n")
    (root / "book/other.md").write_text(
        "# Other\n\n$$\ny\n$$\n\n" + FIGURE.split("\n```\n")[-1].replace("See {numref}`fig-line`.", "End.")
    )
    assert build.build(root) == 0
    site = root / "_build/html"
    first = {path.name: path.read_text() for path in site.rglob("*.html")}
    assert all("_static/mathjax.css?v=" in first[name] for name in ("start.html", "other.html"))
    for text in ("More.\n", ""):
        change(root / "book/other.md", "End." if text else "More.", "More." if text else "End.")
        assert build.build(root) == 0
    assert {path.name: path.read_text() for path in site.rglob("*.html")} == first


def processes_of(root):
    found = []
    for process in psutil.process_iter():
        try:
            found += [process] if process.cwd().startswith(str(root)) else []
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            pass
    return found


def started(root):
    """`python -m bookbuild html` under `root`, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "bookbuild", "html", str(root)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "code")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_told_to_end_a_build_leaves_no_process(book):
    root = book(
        HEADER + "# Start\n" + CELL.format("from pathlib import Path\nPath('running').touch()\nsum(range(10**12))")
    )
    process = started(root)
    end = time.monotonic() + 60
    while not (root / "book/running").exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert len(processes_of(root)) >= 2, "Jupyter Book and a kernel"
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 143
    assert psutil.wait_procs(processes_of(root), timeout=5)[1] == []


@pytest.mark.slow
def test_the_second_of_two_builds_waits_and_says_so(book, capfd):
    root = book("# Start\n")
    with lock.held(root / "_build"):
        process = started(root)
        said = process.stderr.readline()
        assert f"process {os.getpid()}" in said and "waiting for it" in said
        assert not (root / "_build/html").exists()
    process.communicate(timeout=60)
    assert process.returncode == 0 and (root / "_build/html/index.html").exists()


def test_a_folder_that_cannot_be_written_is_named(book, capfd):
    root = book("# Start\n")
    (root / "_build").touch()
    assert build.build(root) == 1
    said = capfd.readouterr().err
    assert (
        f"cannot be built in {root}" in said and "_build" in said and "build a copy" in said and "Traceback" not in said
    )


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
WORDS = "No room was left on a disk; now "


@pytest.mark.parametrize("said", ["raised", "OSError: [Errno 28] No space left on device", "", "NameError"])
def test_on_a_full_disk_a_build_says_so_and_takes_over_nothing_that_it_left(book, capfd, monkeypatch, said):
    root, free = book("# Start\n"), SimpleNamespace(free=2**19 if not said else 2**30)
    freshness.finish(freshness.begin(root), without_warnings=True)
    results = [root / name for name in (*freshness.RESULTS, freshness.COMPILED)]

    def run(*_):
        for path in results:
            path.mkdir()
        if said == "raised":
            raise FULL
        return 1, 0, said

    monkeypatch.setattr(build, "run_jupyter_book", run)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda place: free)
    assert build.build(root) == 1
    shown, kept = capfd.readouterr().err, said == "NameError"
    assert (WORDS in shown and str(root / "_build") in shown and "Traceback" not in shown) is not kept
    freshness.begin(root)
    assert [path.exists() for path in results] == [kept] * len(results)


def test_what_is_said_of_a_full_disk(tmp_path, monkeypatch):
    other, left = tmp_path / "other", {}
    other.mkdir()
    monkeypatch.setenv("TMPDIR", str(other))
    monkeypatch.setattr(room.shutil, "disk_usage", lambda place: SimpleNamespace(free=left.get(place, 3_000_000)))
    assert room.lacking(tmp_path) == room.lacking(tmp_path, "No such file") == ""
    words = f"3 MB in {tmp_path} and 3 MB in {other} are free. Make room there, then run this again."
    for said in ("[Errno 28] No space left on device", "Disk quota exceeded", "database or disk is full"):
        assert room.lacking(tmp_path, said) == WORDS + words
    (tmp_path / "_build").mkdir()
    for place in (tmp_path / "_build", other):
        left[place] = 2**20 - 1
        assert f"1 MB in {place}" in room.lacking(tmp_path)
        left[place] = 2**20
        assert room.lacking(tmp_path) == ""


def test_notebooks_are_there_when_all_of_them_are(tmp_path, monkeypatch, capsys):
    from bookbuild import __main__ as bookbuild

    made, copy = [tmp_path / "_build/html" / notebooks.FOLDER, tmp_path / "_build/solution"], shutil.copytree
    for number, folder in enumerate(made):
        folder.mkdir(parents=True)
        (folder / f"{number}.ipynb").touch()

    def torn(source, target):
        copy(source, target)
        if source == made[1]:
            raise shutil.Error([(source, target, str(FULL))])

    monkeypatch.setattr(build, "build", lambda root: 0)
    for copied in (copy, torn, copy):
        monkeypatch.setattr(notebooks.shutil, "copytree", copied)
        status, whole = bookbuild.main(["notebooks", str(tmp_path)]), copied is copy
        found = [path.name for path in sorted((tmp_path / "_build/notebooks").rglob("*.ipynb"))]
        assert status == (not whole) and found == ["0.ipynb", "1.ipynb"] * whole
        assert (WORDS in capsys.readouterr().err) is not whole
    monkeypatch.setattr(build, "build", lambda root: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bookbuild.main(["notebooks", str(tmp_path)])


def test_broken_yaml(book):
    root = book("# Start\n")
    change(root / "_config.yml", "author:", "author: [")
    problems(root, "_config.yml:", "not valid YAML")


@pytest.mark.parametrize(
    "old, new, line, hint",
    [
        ("author:", "autor:", 3, "Did you mean `author`?"),
        ("  timeout:", "  timout:", None, "Did you mean `timeout`?"),
        ("title:", "bibtex_reference_style: label\ntitle:", 2, "sphinx: config:"),
        ("execute_notebooks: cache", "execute_notebooks: cached", None, "'cached' is not one of"),
        ("author:", "title: Another\nauthor:", 3, "in line 2"),
    ],
)
def test_unknown_or_wrong_setting(book, old, new, line, hint):
    root = book("# Start\n")
    change(root / "_config.yml", old, new)
    problems(root, f"_config.yml:{line or ''}", hint)


@pytest.mark.slow
@pytest.mark.parametrize(
    "old, new, message",
    [
        ("    numfig: true", "    numfigg: true", "WARNING: unknown config value 'numfigg'"),
        ("sphinx_exercise,", "sphinx_exercice,", "Extension error: Could not import extension sphinx_exercice"),
    ],
)
def test_what_only_sphinx_can_know_is_told_in_one_line(book, capfd, old, new, message):
    root = book("# Start\n")
    change(root / "_config.yml", old, new)
    assert build.build(root) == 1
    shown = capfd.readouterr().err.strip().splitlines()
    assert message in shown[0]
    assert len(shown) == 3 and shown[-1].startswith("The book was not built.")


@pytest.mark.slow
def test_a_published_book_works_below_any_address_and_links_to_its_repository(book):
    root = book("# Start\n\n[Another page](other.md) on $x$.\n")
    (root / "_toc.yml").write_text("format: jb-book\nroot: book/start\nchapters:\n- file: book/other\n")
    (root / "book/other.md").write_text("# Other\n")
    change(root / "_config.yml", '\n  url: ""', "\n  url: https://github.com/someone/book")
    change(root / "_config.yml", 'baseurl: ""', "baseurl: https://someone.github.io/book/")
    assert build.build(root) == 0
    site = root / "_build/html"
    html = (site / "book/start.html").read_text()
    for address in ("", "/edit/main/book/start.md", "/issues/new?"):
        assert f'href="https://github.com/someone/book{address}' in html
    assert '<link rel="canonical" href="https://someone.github.io/book/book/start.html"' in html
    for name in ("index.html", "book/start.html", "book/other.html", "search.html"):
        links = re.findall(r'<(?:a|link|script|img)[^>]*? (?:href|src)="(.*?)"', (site / name).read_text())
        assert [
            link
            for link in links
            if link.startswith(("/", "https://someone.github.io")) and link != f"https://someone.github.io/book/{name}"
        ] == [], name
    # the 404 page is shown at any depth, so its links start from the top of the host
    lost = re.findall(
        r'<(?:a|link|script|img)[^>]*? (?:href|src)="(?!https?:|#)(.*?)"', (site / "404.html").read_text()
    )
    assert {"/book/book/other.html", "/book/book/start.html"} <= set(lost)
    for link in lost:
        assert link.startswith("/book/") and (site / urlsplit(link).path.removeprefix("/book/")).exists(), link


def test_missing_chapter_and_unnamed_chapter(book):
    root = book("# Start\n")
    (root / "_toc.yml").write_text("format: jb-book\nroot: book/start\nchapters:\n- file: book/forwrd\n")
    (root / "book/forward.md").write_text("# Forward\n")
    first, second = check.check_book(root)
    assert first.startswith("_toc.yml:4: there is no book/forwrd.md. Did you mean `book/forward`?")
    assert second.startswith("book/forward.md: not named in _toc.yml")


def test_malformed_table_of_contents(book):
    root = book("# Start\n")
    change(root / "_toc.yml", "root:", "rot:")
    assert "_toc.yml:1:" in check.check_book(root)[0]


@pytest.mark.parametrize(
    "text, parts",
    [
        ("# Start\n" + CELL.format("1"), ["book/start.md:1:", "none would run"]),
        (
            HEADER.replace("kernelspec", "kernel") + "# Start\n" + CELL.format("1"),
            ["book/start.md:1:", "names no kernel"],
        ),
        (
            HEADER.replace("{extension", "[extension") + "# Start\n" + CELL.format("1"),
            ["book/start.md:2:", "not valid YAML"],
        ),
        (HEADER + "# Start\n" + FIGURE.replace("alt:", "altt:"), ["book/start.md:7:", "without a description"]),
    ],
)
def test_chapter_that_would_be_built_wrong(book, text, parts):
    problems(book(text), *parts)


def test_the_book_lists_all_problems_and_does_not_start(book, capfd):
    root = book("# Start\n" + CELL.format("1"))
    change(root / "_config.yml", "author:", "autor:")
    assert build.build(root) == 1
    assert "2 to mend" in capfd.readouterr().err
    assert not (root / "_build").exists()


@pytest.mark.slow
def test_unknown_command_in_a_formula_fails_the_build_every_time(book, capfd):
    root = book("# Start\n\nHere $a \\nosuch b$ is.\n")
    for _ in range(2):
        assert build.build(root) == 1
        assert r"book/start: Undefined control sequence \nosuch in the formula a \nosuch b" in capfd.readouterr().err


def test_macros_reach_latex():
    assert mathjax.newcommand("KL", r"\mathrm{KL}") == r"\providecommand{\KL}{}\renewcommand{\KL}{\mathrm{KL}}"
    assert (
        mathjax.newcommand("E", [r"\mathbb{E}_{#1}", 1])
        == r"\providecommand{\E}{}\renewcommand{\E}[1]{\mathbb{E}_{#1}}"
    )


def test_settings_name_the_extensions_that_jupyter_book_would_load():
    """`extensions` replaces Jupyter Book's list: only thebe and intersphinx may be missing."""
    from jupyter_book.config import get_default_sphinx_config

    ours = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]["extensions"]
    assert set(get_default_sphinx_config()["extensions"]) - set(ours) == {"sphinx_thebe", "sphinx.ext.intersphinx"}
