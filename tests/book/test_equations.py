"""Every labelled equation of the book has an entry in the registry, and is printed from it; the directive that does
it."""

import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from built_site import ROOT, SITE, parsed

from bookbuild.cli import build
from bookbuild.site import checked, equations
from ddpm.chapters import load_equations
from ddpm.derivation import registry

DIRECTIVE = re.compile(r"^ *(?:`{3,}|:{3,}|~{3,})\{equation\} *(\S+)", re.M)
load_equations()
ENTRIES = registry.entries()


def labels_of_the_site() -> list[str]:
    """The label of each numbered equation on the pages of the built site."""
    return [
        label
        for page in sorted(SITE.glob("book/*.html"))
        for label in re.findall(r'id="equation-([^"]+)"', page.read_text())
    ]


def labels_of_the_sources() -> list[str]:
    """The label of each equation that a chapter takes from the registry."""
    return [label for path in sorted((ROOT / "book").rglob("*.md")) for label in DIRECTIVE.findall(path.read_text())]


def test_every_equation_has_an_entry_and_every_entry_an_equation(site):
    assert sorted(labels_of_the_site()) == sorted(ENTRIES)


def test_no_labelled_equation_is_typed_by_hand(site):
    assert sorted(labels_of_the_site()) == sorted(labels_of_the_sources())


def test_an_equation_stands_in_the_chapter_of_its_module():
    for path in (ROOT / "book").glob("*.md"):
        assert [
            ENTRIES[label].chapter
            for label in DIRECTIVE.findall(path.read_text())
            if ENTRIES[label].chapter != path.stem
        ] == []


def test_every_check_has_passed_and_the_book_says_what_it_found(site):
    """The build ran them; this reads the table of the chapter on how the book is checked."""
    rows = [row.select("td") for row in parsed("book/how_checked.html").select("table.longtable")[0].select("tbody tr")]
    found = {Path(row[0].a["href"]).name.partition("#equation-")[2]: row[1].get_text().strip() for row in rows}
    assert found == {label: checked.KINDS[entry.kind] for label, entry in ENTRIES.items()}
    assert len(rows) == len(found) and all(row[2].get_text().strip() for row in rows)


def test_works_are_in_the_bibliography():
    known = re.findall(r"^@\w+\{([^,]+),", (ROOT / "book/references.bib").read_text(), re.M)
    assert {entry.key for entry in ENTRIES.values() if entry.kind == "cited"} <= set(known)


CHECKS = """
from ddpm.derivation.registry import cited, proof

@proof("eq-fine")
def fine():
    return r"a = b"

@cited("eq-long", key="ho2020denoising")
def long():
    return "\\n" + r"\\begin{aligned}" + "\\n" + r"a &= b \\\\" + "\\n\\n" + r"&= c" + "\\n" + r"\\end{aligned}" + "\\n"

@proof("eq-wrong")
def wrong():
    raise ValueError("left is 1, right is 2")

def setup(app):
    pass
"""
CHAPTER = """# Start

By {eq}`eq-fine` and {eq}`eq-long`, from {cite:t}`ho2020denoising`.

```{equation} eq-fine
```

````{admonition} Box
:class: dropdown
```{equation} eq-long
```
````

```{checked-equations}
```

```{checked-tests}
```

```{checked-versions}
```

```{bibliography}
```
"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    """`book(text)` builds a book with one chapter and three registered equations; it returns the status and the
    folder."""
    shutil.copytree(ROOT / "book/_static", tmp_path / "book/_static")
    shutil.copy(ROOT / "book/references.bib", tmp_path / "book")
    config = (ROOT / "_config.yml").read_text()
    assert "bookbuild]" in config
    config = config.replace("    bookbuild: code", "    bookbuild: code\n    some_checks: code").replace(
        "bookbuild]", "bookbuild, some_checks]"
    )
    (tmp_path / "_config.yml").write_text(config)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/start\n")
    (tmp_path / "code").mkdir()
    (tmp_path / "code/some_checks.py").write_text(CHECKS)

    def write(text):
        (tmp_path / "book/start.md").write_text(text)
        return build.build(tmp_path), tmp_path

    return write


@pytest.mark.slow
def test_equation_is_set_numbered_referred_to_and_listed(book):
    status, root = book(CHAPTER)
    assert status == 0
    html = (root / "_build/html/book/start.html").read_text()
    assert re.search(r'id="equation-eq-fine"[^>]*>\s*<span class="eqno">\(1\)', html)
    assert 'href="#equation-eq-fine">(1)</a>' in html and 'href="#equation-eq-long">(2)</a>' in html
    assert "<mi>a</mi><mo>=</mo><mi>b</mi>" in html


ONE_EQUATION = """
from ddpm.derivation.registry import definition

@definition("eq-there")
def there():
    return "a = b"

def load_equations():
    pass
"""


def test_equations_are_checked_apart_once(tmp_path):
    (tmp_path / "ddpm").mkdir()  # the package, but for its chapters, whose equations bring all of it with them
    (tmp_path / "ddpm/__init__.py").write_text(f"__path__.append({str(ROOT / 'code/ddpm')!r})\n")
    (tmp_path / "ddpm/chapters.py").write_text(ONE_EQUATION)
    env = build.environment(ROOT)
    env["PYTHONPATH"] = os.pathsep.join([str(tmp_path), env["PYTHONPATH"]])
    app = SimpleNamespace(outdir=tmp_path / "html")
    texts = ["# A\n\n```{equation} eq-there\n```\n", "# B\n\n```{equation} eq-nowhere\n```\n"]
    assert equations.unchecked(app, texts) == ["eq-there", "eq-nowhere"]
    equations.check_apart(app, ["eq-there", "eq-nowhere"], env)
    assert equations.unchecked(app, texts) == ["eq-nowhere"]
    kept = equations.passed(app)["eq-there"]
    assert kept.pop(5) >= 0  # seconds
    assert kept == ["a = b", "a = b", "definition", "the package computes the same", None, 0]


@pytest.mark.slow
def test_equation_without_a_passing_check_fails_the_build_every_time(book, capfd):
    text = "# Start\n" + "".join(
        f"\n```{{equation}} {rest}\n```\n" for rest in ("eq-wrong", "eq-fin", "eq-fine\na = b")
    )
    shown = []
    for _ in range(2):
        assert book(text)[0] == 1
        shown.append(capfd.readouterr().err)
    for part in (
        "book/start.md:3: WARNING: the check of `eq-wrong` failed",
        "ValueError: left is 1, right is 2",
        "book/start.md:6: WARNING: no check is registered for the equation `eq-fin`. Did you mean `eq-fine`?",
        "book/start.md:9: WARNING: 'equation': Has content, but none permitted",
    ):
        assert part in shown[0]
    assert shown[0] == shown[1]


def test_tests_are_counted(tmp_path):
    for name, count in {
        "ddpm/derivation/test_a.py": 1,
        "ddpm/test_b.py": 2,
        "book/test_c.py": 0,
        "test_d.py": 1,
    }.items():
        path = tmp_path / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("def helper(): pass\n" + "".join(f"def test_{i}(): pass\n" for i in range(count)))
    tests = list(checked.tests_below(tmp_path / "tests"))
    counts = {"the derivations": 1, "the package": 2, "everything else": 1}
    assert checked.count_tests(tmp_path, tests) == counts


def test_tests_on_lists_of_cases_are_told_from_others(tmp_path):
    (tmp_path / "test_a.py").write_text(
        "@pytest.mark.slow\ndef test_1(): pass\n@pytest.mark.parametrize('n', [1, 2])\ndef test_2(n): pass\n"
    )
    assert [test for _, test in checked.tests_below(tmp_path)] == [
        checked.Test("test_1", False),
        checked.Test("test_2", True),
    ]


def test_tests_that_a_function_makes_are_counted_by_their_names(tmp_path):
    (tmp_path / "support").mkdir()
    (tmp_path / "support/shared.py").write_text(
        "def shared_tests(words):\n    @pytest.mark.parametrize('word', words)\n    def one(word): pass\n\n"
        "    def other(): pass\n\n    return one, other\n"
    )
    (tmp_path / "test_a.py").write_text(
        "test_x, test_y = shared_tests([1])\nx = shared_tests([2])\ntest_words = 'no test'\n"
    )
    assert [test for _, test in checked.tests_below(tmp_path)] == [
        checked.Test("test_x", True),
        checked.Test("test_y", False),
    ]
