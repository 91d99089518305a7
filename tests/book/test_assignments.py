"""The assignment notebooks: what they take from a chapter, and that nothing of a solution is left in the students'
version."""

import importlib
import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from built_site import ROOT, SITE, SOLUTIONS

from bookbuild.cli import build, check
from bookbuild.notebook import bare, install
from bookbuild.notebook.assignments import WAITING, YOUR_WORDS
from bookbuild.notebook.blanks import BEGIN, END, asked, blank
from bookbuild.notebook.cellnames import names
from ddpm.grading.blank import is_blank

CHAPTER = r"""
# Chapter

Prose of the book, not of the assignment: see {ref}`ex-words`.

```{code-cell} ipython3
:tags: [remove-cell]

from math import pi
hidden = 3
```

```{code-cell} ipython3
unused = 1
```

```{code-cell} ipython3
def area(f):
    return [hidden * f(1) for _ in range(2)]
```

## Asked

::::{rst-class} assignment
Given $a$, with {eq}`eq-in` and not {eq}`eq-out`, and [the other](other.md):

$$
a = 1
$$ (eq-in)
::::

$$
secret = 2
$$ (eq-out)

```{exercise}
:label: ex-words
:class: assignment
In words.
```

```{solution} ex-words
:class: dropdown
Words of the answer, {eq}`eq-out`.
```

### Deeper

::::{rst-class} assignment
More is told here.
::::

```{exercise}
:label: ex-code
:class: assignment
In code.
```

```{code-cell} ipython3
:tags: [exercise, hide-input]

def double(x):
    "Twice x."
    # BEGIN SOLUTION
    twice = x + x
    return twice
    # END SOLUTION
```

```{code-cell} ipython3
print(double(2) or "Not yet answered")
```

```{code-cell} ipython3
for_the_book = 2 * 21
```

```{solution} ex-code
:class: dropdown
Add it to itself.
```

```{exercise}
:label: ex-extra
Not for the assignment.
```

```{solution} ex-extra
Extra answer.
```

```{code-cell} ipython3
:tags: [assignment]

print(area(lambda r: pi))
```

```{code-cell} ipython3
:tags: [assignment]

def again(x):
    return 1 + double(x)


four = again(1.5)
```

```{code-cell} ipython3
:tags: [assignment]

double_check = four + 1
four = 4
```

```{code-cell} ipython3
:tags: [assignment]

four
```
"""
OTHER = r"""
# Other

```{exercise}
:label: ex-last
:class: assignment
Go on from {ref}`ex-code`.
```
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    root = tmp_path_factory.mktemp("book")
    shutil.copy(ROOT / "_config.yml", root)
    shutil.copytree(ROOT / "book/_static", root / "book/_static")
    (root / "book/references.bib").touch()
    (root / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\noptions: {numbered: true}\n"
        "chapters: [{file: book/zeroth}, {file: book/other}]\n"
    )
    header = check.HEADER.replace("---\n", "---\nassignment: homework\n", 1) + "\n"
    (root / "book/index.md").write_text("# Book\n")
    (root / "book/zeroth.md").write_text(header + CHAPTER)
    (root / "book/other.md").write_text(header + OTHER)
    assert build.build(root) == 0
    return root


def read(path) -> list:
    return nbformat.read(path, as_version=4).cells


@pytest.fixture(scope="module")
def student(book):
    return read(book / "_build/html/_notebooks/student/homework.ipynb")


@pytest.fixture(scope="module")
def solution(book):
    return read(book / "_build/solution/homework.ipynb")


BLANK = 'def double(x):\n    "Twice x."\n    ...  # your answer'


@pytest.mark.slow
def test_the_students_version_has_the_marked_parts_and_what_they_need_in_the_order_of_the_book(student):
    assert [cell.source for cell in student[2:]] == [
        "## 1. Chapter",
        "from math import pi\nhidden = 3",
        "def area(f):\n    return [hidden * f(1) for _ in range(2)]",
        "### 1.1. Asked\n\nGiven $a$, with [(1.1)](#equation-eq-in) and not (1.2), and the other:\n\n"
        '<a id="equation-eq-in"></a>\n\n'
        '$$\na = 1 \\tag{1.1}\n$$\n\n> <a id="ex-words"></a>**Exercise 1.1**\n>\n> In words.',
        YOUR_WORDS,
        '#### 1.1.1. Deeper\n\nMore is told here.\n\n> <a id="ex-code"></a>**Exercise 1.2**\n>\n> In code.',
        BLANK,
        'print(double(2) or "Not yet answered")',
        "print(area(lambda r: pi))",
        WAITING,
        "%%answered double\ndef again(x):\n    return 1 + double(x)\n\n\nfour = again(1.5)",
        "%%answered double\ndouble_check = four + 1\nfour = 4",
        "%%answered double\nfour",
        '## 2. Other\n\n> <a id="ex-last"></a>**Exercise 2.1**\n>\n> Go on from [Exercise 1.2](#ex-code).',
        YOUR_WORDS,
    ]


@pytest.mark.slow
def test_the_version_with_solutions_has_them_and_no_place_for_words(student, solution):
    sources = [cell.source for cell in solution]
    assert any("twice = x + x" in source for source in sources)
    text = "\n".join(sources)
    assert "Words of the answer" in text and "Add it to itself." in text and "Extra answer" not in text
    assert "<details>" not in text, "the solutions are open"
    assert "double-click" not in text and "solutions" in sources[0]


@pytest.mark.slow
def test_exercises_are_open_and_can_be_filled_in_and_checks_stay(student):
    (exercise,) = (cell for cell in student if "exercise" in cell.metadata.get("tags", ()))
    assert exercise.metadata == {
        "tags": ["exercise"],
        "deletable": False,
        "ddpm": {"assignment": "homework", "exercises": ["double"]},
    }
    assert student[student.index(exercise) + 1].metadata == {"tags": ["check"], "deletable": False, "editable": False}


@pytest.mark.slow
@pytest.mark.parametrize("folder, version", [("html/_notebooks/student", "student"), ("solution", "solution")])
def test_a_notebook_states_which_assignment_it_is_and_what_it_asks_for(book, folder, version):
    notebook = nbformat.read(book / f"_build/{folder}/homework.ipynb", as_version=4)
    assert notebook.metadata["ddpm"] == {"assignment": "homework", "exercises": ["double"], "version": version}


@pytest.mark.parametrize(
    "source, names",
    [
        (
            "def f(x):\n    ...  # your answer\n\n\ndef g(x):\n    y = ...\n    return y\n\n\n"
            "def h(x):\n    return x[..., 0]",
            ["f", "g"],
        ),
        ("help = 1\nx = ...  # your answer\ny = ...  # your answer\nz = [...]", ["x", "y"]),
        ("...  # your answer", []),
    ],
)
def test_what_a_blanked_cell_asks_for(source, names):
    assert asked(source) == names


def run(book, answer: str) -> list:
    """The cells of the students' notebook after it has been run with `answer` for the blank."""
    notebook = nbformat.read(book / "_build/html/_notebooks/student/homework.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("...  # your answer", answer)
    assert bare.run(Path(sys.executable), notebook)[0] == ""
    return notebook.cells


@pytest.mark.slow
def test_cells_wait_for_the_answers_that_they_need(book):
    def shown(cells):
        return [cell.outputs for cell in cells if cell.source.startswith("%%answered")]

    waiting = shown(run(book, "...  # your answer"))
    assert [outputs[0].text for outputs in waiting] == ["This cell waits. Not yet answered: double.\n"] * 3
    assert shown(run(book, "return x * 2"))[-1][0].data["text/plain"] == "4"


@pytest.mark.parametrize(
    "source, blank",
    [
        ("f = ...", True),
        ("f = None", True),
        ("f = 0", False),
        ("def f(x):\n    ...", True),
        ("def f(x):\n    y = ...\n    return y", True),
        ("def f(x):\n    return x[..., 0]", False),
        ("def f(x):\n    return x", False),
        ("import jax\n@jax.jit\ndef f(x):\n    ...", True),
        ("import jax\n@jax.jit\ndef f(x):\n    return x", False),
        ("from math import sqrt as f", False),
    ],
)
def test_what_counts_as_an_answer(source, blank, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    name = f"cell_{abs(hash(source))}"
    (tmp_path / f"{name}.py").write_text(source)
    assert is_blank(importlib.import_module(name).f) == blank


@pytest.mark.slow
def test_a_solution_without_its_end_stops_the_build_with_place_and_reason(book, capfd, tmp_path):
    root = tmp_path / "book"
    shutil.copytree(book, root, ignore=shutil.ignore_patterns("_build"))
    path = root / "book/zeroth.md"
    path.write_text(path.read_text().replace("    # END SOLUTION\n", ""))
    assert build.build(root) == 1
    shown = capfd.readouterr().err
    assert "book/zeroth" in shown and "def double" in shown and "`# BEGIN SOLUTION` without `# END SOLUTION`" in shown


# The student's version of a cell


def solved(text: str, indent="") -> str:
    return "\n".join(indent + line for line in [BEGIN, *text.splitlines(), END])


@pytest.mark.parametrize(
    "solution, later, rest, expected",
    [
        ("x = 1", {"x"}, "", "x = ...  # your answer"),
        ("x = 1", set(), "print(x)", "x = ...  # your answer\nprint(x)"),
        ("x = 1", set(), "print(xy)", "...  # your answer\nprint(xy)"),
        (
            "a, (b, *c) = 1, (2, 3)\nhelper = 0",
            {"a", "b", "c"},
            "",
            "a = ...  # your answer\nb = ...  # your answer\nc = ...  # your answer",
        ),
        ("import numpy as np\nf = lambda x: x", {"f", "x"}, "", "f = ...  # your answer"),
        ("def f(x, *, y=2):\n    z = 1\n    return x", {"f", "z"}, "", "def f(x, *, y=2):\n    ...  # your answer"),
        ("for i in y:\n    total = i", {"total", "i"}, "", "i = ...  # your answer\ntotal = ...  # your answer"),
        ("[k for k in y]", {"k"}, "", "...  # your answer"),
    ],
)
def test_blank_at_the_top_of_a_cell(solution, later, rest, expected):
    assert blank(f"{solved(solution)}\n{rest}".rstrip(), later) == expected


def test_blanks_in_functions():
    source = f"def f(x):\n{solved('y = x', '    ')}\n    return y\n\n\ndef g(x):\n{solved('y = x', '    ')}"
    assert blank(source.replace("y = x", "w = y = x"), {"w"}) == blank(source, {"y"}), (
        "what only solutions use stays out"
    )
    assert (
        blank(source, {"y"})
        == "def f(x):\n    y = ...  # your answer\n    return y\n\n\ndef g(x):\n    ...  # your answer"
    )


@pytest.mark.parametrize(
    "source, message",
    [
        ("x = 1", "no solution in this cell"),
        (BEGIN + "\nx = 1", f"line 1: `{BEGIN}` without"),
        ("x = 1\n" + END, f"line 2: `{END}` without"),
        (f"{BEGIN}\nx = 1\n{BEGIN}\n{END}", "line 3: .* inside of a solution"),
        (f"{BEGIN}\n# only words\n{END}", "an empty solution"),
    ],
)
def test_marks_that_do_not_fit_are_told(source, message):
    with pytest.raises(ValueError, match=message):
        blank(source, set())


@pytest.mark.parametrize(
    "source, made, used",
    [
        ("x = f(x)", {"x"}, {"f", "x"}),
        ("x = 1\nx += y", {"x"}, {"y"}),
        ("import a.b as c, d.e\nfrom g import h", {"c", "d", "h"}, set()),
        ("def f(p, q=r):\n    s = p\n    return s + t + f(q)", {"f"}, {"r", "t"}),
        ("z = 2\nlist(z * k for k in m)", {"z"}, {"list", "m"}),
        ("for i in n:\n    i.o", {"i"}, {"n"}),
    ],
)
def test_names_that_a_cell_makes_and_needs(source, made, used):
    assert names(source) == (made, used)


def test_magics_have_no_names():
    assert names("%pip install x") is None


# The assignments of this book


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_nothing_of_a_solution_is_left_in_the_students_version(site, path):
    student = SITE / install.FOLDER / "student" / path.name
    text = re.sub(r"\s+", " ", student.read_text())
    assert BEGIN not in text and not re.search(r"SOLUTION\b", text) and "<details>" not in text
    given = {line.strip() for cell in read(student) for line in cell.source.splitlines()}
    hidden = 0
    for cell in read(path):
        for part in re.findall(rf"{BEGIN}\n(.*?)\n *{END}", cell.source, re.S):
            for line in map(str.strip, part.splitlines()):
                if len(line) > 12 and not line.startswith(("def ", "import ", "from ")):
                    assert line not in given, f"{line!r} is left"
                    hidden += 1
        if cell.cell_type == "markdown":
            for box in re.findall(r"(> .*\*\*Solution(?:.|\n)*?)(?=\n[^>]|$)", cell.source):
                for line in box.splitlines()[1:]:
                    assert len(line) < 20 or line.strip() not in given
    assert hidden, "no solution was looked for"
    assert all(cell.cell_type == "markdown" or cell.outputs == [] for cell in read(student))


def test_the_problem_set_has_its_three_notebooks_one_for_the_derivations_and_those_beyond_it(site):
    for folder in (SITE / install.FOLDER / "student", SITE.parent / "solution"):
        assert {path.stem for path in folder.glob("*.ipynb")} <= {
            "diffusion",
            "derivations",
            "loss_func_comp",
            "denoising",
            "score",
            "samplers",
            "digits",
            "scale",
        }
