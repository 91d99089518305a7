"""The notebooks: what stands in them for each construct of a chapter, and that those of the book run anywhere."""

import base64
import json
import re
import shutil
import zipfile

import nbformat
import pytest
from built_site import NOTEBOOKS, ROOT, SOLUTIONS, STUDENTS, parsed

from bookbuild.cli import build, check
from bookbuild.notebook import notebooks, page, tex, wheel
from bookbuild.notebook.blanks import MARKS

BUILT = [*NOTEBOOKS, *STUDENTS, *SOLUTIONS]
BOOK = pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}/{path.stem}")
# directives, roles, labels in brackets, and placeholders that Sphinx or MyST should have resolved
LEFTOVER = re.compile(
    r"\{[a-z:-]+\}`|^ *:::|^ *(`{3,}|~{3,})\{|^\([\w-]+\)=$|%s|\[\^|"
    r"<(problematic|system_message)|\bNone\b(?! (?:of|reaches)\b)",
    re.M,
)
CODE = re.compile(r"^( *(?:> *)*)(`{3,}).*?^\1\2$|(`+).+?\3", re.S | re.M)
CHAPTER = r"""
(closed)=
# A *title* with $x_t$

See {cite:t}`ho2020denoising`, {cite:p}`ho2020denoising`, [next](other.md), {ref}`there`, {numref}`there`,
{numref}`fig-x`, {ref}`closed`,
{eq}`eq-a`, {eq}`eq-there`, {ref}`ex-one`. A 5\$ * star, snake_case, `a | b`, <https://example.org/a_b>.[^one]
- not a list: {glue:text}`num`
{sub}`2`

[^one]: The note with $x$.

$$
x
 = 1 % why
$$ (eq-a)

\begin{align}
a &= b
\end{align}

:::{note}
Here $$ z = \begin{cases} 1 \\ 2 \end{cases} $$ too.
:::

:::{admonition} Predict $x$
:class: dropdown
Hidden.

1. one

   $$
   a
   \\ b
   $$
:::

````{exercise} Its title
:label: ex-one
Do it.
````

```{solution} ex-one
:class: dropdown
Done.
```

Term
: Definition.

```{table} A caption
:name: tab-a
| a | b |
|:--|--:|
| $\|x\|$ | `d` |
```

```{code-cell} ipython3
from ddpm.notebook.glue import glue
glue("num", 3.14159, ".2f")
```

```{code-cell} ipython3
:tags: [remove-cell]
needed = [0, 3]
```

```{code-cell} ipython3
:tags: [remove-cell]
useless = 1
glue("other", useless, "d")
```

```{code-cell} ipython3
---
mystnb:
  figure: {name: fig-x, caption: "The *caption*."}
  image: {alt: A line rises.}
tags: [hide-input]
---
from ddpm import figures
figures.plt.plot(needed)
figures.plt.show()
```

![Mark](_static/favicon.svg)

## Below

The end.
"""
OTHER = r"""
# Other

(there)=
## There

```{math}
:label: eq-there
y
```
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The folder of the notebooks of a small book that has every construct."""
    root = tmp_path_factory.mktemp("book")
    (root / "_config.yml").write_text(
        (ROOT / "_config.yml").read_text().replace("macros: {}", "macros: {KL: '\\mathrm{KL}'}")
    )
    shutil.copytree(ROOT / "book/_static", root / "book/_static")
    shutil.copy(ROOT / "book/references.bib", root / "book")
    (root / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\noptions: {numbered: true}\n"
        "chapters: [{file: book/chapter}, {file: book/other}, {file: book/bibliography}]\n"
    )
    for name, text in {
        "index": "# Book\n",
        "bibliography": "# Bibliography\n\n```{bibliography}\n```\n",
        "chapter": check.HEADER + "\n" + CHAPTER,
        "other": check.HEADER + "\n" + OTHER,
    }.items():
        (root / f"book/{name}.md").write_text(text)
    assert build.build(root) == 0
    return root / "_build/html/_notebooks"


@pytest.fixture(scope="module")
def cells(small):
    return nbformat.read(small / "chapter.ipynb", as_version=4).cells


def test_pages_without_cells_make_no_notebook(small):
    assert {path.name for path in small.glob("*.ipynb")} == {"chapter.ipynb", "other.ipynb"}


@pytest.mark.parametrize(
    "text",
    [
        '<a id="closed"></a>\n\n# 1. A *title* with $x_t$',
        r"See Ho *et al.* \[[2020](#ref-ho2020denoising)\], \[[Ho *et al.*, 2020](#ref-ho2020denoising)\], "
        "[next](other.ipynb), [There](other.ipynb#there), [Section 2.1](other.ipynb#there), "
        "[Fig. 1.1](#fig-x), [A title with x_t](#closed), [(1.1)](#equation-eq-a), "
        "[(2.1)](other.ipynb#equation-eq-there), [Exercise 1.1](#ex-one). "
        r"A 5\$ \* star, snake_case, `a | b`, <https://example.org/a_b>.<sup>[1](#one)</sup>",
        "- not a list: 3.14 <sub>2</sub>",
        "$$\nx\n= 1 \\tag{1.1}\n$$",
        "$$\n\\begin{aligned}\na &= b\n\\end{aligned} \\tag{1.2}\n$$",
        "> **Note**\n>\n> Here $$z = \\begin{cases} 1 \\\\ 2 \\end{cases}$$ too.",
        "<details>\n<summary><b>Predict $x$</b></summary>\n\nHidden.\n\n"
        "1. one\n\n   $$\\begin{aligned} a \\\\ b \\end{aligned}$$\n\n</details>",
        '> <a id="ex-one"></a>**Exercise 1.1 (Its title)**\n>\n> Do it.',
        "<details>\n<summary><b>Solution</b></summary>\n\nDone.\n\n</details>",
        "- **Term**: Definition.",
        '<a id="tab-a"></a>**Table 1.1.** A caption\n\n| a | b |\n| :-- | --: |\n| $\\vert x\\vert $ | `d` |',
        '<a id="one"></a><sup>1</sup> The note with $x$.',
        "## 1.1. Below",
        '- <a id="ref-ho2020denoising"></a>Jonathan Ho, Ajay Jain, and Pieter Abbeel. '
        "Denoising diffusion probabilistic models. In *Advances",
    ],
)
def test_construct(cells, text):
    assert text in "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_order_of_the_cells(cells):
    kinds = [cell.cell_type for cell in cells]
    assert kinds[:3] == ["markdown", "code", "markdown"] and cells[0].source.endswith("$x_t$")
    figure = next(i for i, cell in enumerate(cells) if "plot(needed)" in cell.source)
    assert cells[figure - 1].source == "needed = [0, 3]", "a removed cell on which a later one depends is kept"
    assert not any("useless" in cell.source for cell in cells)
    assert cells[figure].metadata == {"tags": ["hide-input"], "jupyter": {"source_hidden": True}}
    assert cells[figure + 1].source.startswith('<a id="fig-x"></a>**Fig. 1.1.** The *caption*.\n\n')


def test_images_travel_inside_the_notebook(cells):
    found = [m for cell in cells for m in re.findall(r'<img alt="(.*?)" src="data:(.*?);base64,(.*?)">', cell.source)]
    assert [image[:2] for image in found] == [("Mark", "image/svg+xml")], "one: no twin for dark pages"
    given, image = (ROOT / "book/_static/favicon.svg").read_bytes(), base64.b64decode(found[0][2])
    assert image == re.sub(rb">\s+<", b"><", given)


def test_the_page_offers_its_notebook(small):
    page = (small.parent / "book/chapter.html").read_text()
    assert 'href="../_notebooks/chapter.ipynb"' in page
    assert "colab" not in page
    assert "_notebooks/" not in (small.parent / "book/bibliography.html").read_text()


def test_with_a_repository_on_github_colab_opens_the_notebook():
    class App:
        class config:
            html_theme_options = {"repository_url": "https://github.com/someone/book", "repository_branch": "next"}

    assert (
        notebooks.colab(App, "chapter")
        == "https://colab.research.google.com/github/someone/book/blob/notebooks/chapter.ipynb"
    )
    App.config.html_theme_options = {"repository_url": ""}
    assert notebooks.colab(App, "chapter") == ""


@pytest.mark.parametrize(
    "text, number, standalone, expected",
    [
        ("a % b\n\n\nc", "", False, r"\begin{gathered}a \\ c\end{gathered}"),
        (r"5\% x", "1.1", False, r"5\% x \tag{1.1}"),
        (r"a \\ b", "", False, r"\begin{aligned}a \\ b\end{aligned}"),
        (r"\begin{cases} a \\ b \end{cases}", "", False, r"\begin{cases} a \\ b \end{cases}"),
        (r"\begin{equation} a \end{equation}", "1", True, r" a  \tag{1}".strip()),
        (r"\begin{gather*} a \\ b \end{gather*}", "", True, r"\begin{gathered} a \\ b \end{gathered}"),
    ],
)
def test_equations(text, number, standalone, expected):
    assert tex.one_line(tex.display(text, number, standalone)) == tex.one_line(expected)


def test_macros_are_written_out():
    macros = {"KL": r"\operatorname{KL}", "E": [r"\mathbb{E}_{#1}", 1], "al": r"\alpha", "both": [r"\E{#1} #2", 2]}
    assert (
        tex.expand(r"\KL(q) \E{x_{1}} \al x \alpha \both{a}b", macros)
        == r"\operatorname{KL}(q) {\mathbb{E}_{x_{1}}} \alpha x \alpha {{\mathbb{E}_{a}} b}"
    )


def test_wheel_has_the_whole_package_and_the_same_bytes_every_time(site, tmp_path):
    first, (second,) = wheel.build(ROOT, tmp_path), (site / notebooks.FOLDER).glob("*.whl")
    assert first.read_bytes() == second.read_bytes()
    source = {path.relative_to(ROOT / "code").as_posix() for path in wheel.files(ROOT / "code/ddpm")}
    with zipfile.ZipFile(first) as archive:
        packed = {name for name in archive.namelist() if ".dist-info" not in name}
    assert packed == source


def test_wheel_that_cannot_be_built_says_why(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 3\n")
    (tmp_path / "README.md").touch()
    with pytest.raises(RuntimeError, match="(?s)could not build the wheel.*name"):
        wheel.build(tmp_path, tmp_path)


# The book's own notebooks


@BOOK
def test_notebook_is_clean(site, path):
    nbformat.validate(notebook := nbformat.read(path, as_version=4))
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    (install,) = (cell for cell in notebook.cells if "install" in cell.metadata.get("tags", ()))
    assert notebook.cells.index(install) < 3
    if path.parent.name == notebooks.FOLDER:
        assert not any(MARKS.search(cell.source) for cell in notebook.cells)
    assert len(install.source) < 2000  # what is carried stands in a cell of its own
    rest = [cell for cell in notebook.cells if "carried" not in cell.metadata.get("tags", ())]  # any four letters
    rest.remove(install)
    text = " ".join([str(notebook.metadata), *(f"{cell.source} {cell.metadata}" for cell in rest)])
    assert "IPKernel" not in text and "myst" not in text.lower() and "glue" not in text
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.execution_count is None
            assert cell.outputs == [] or path.parent.name == notebooks.FOLDER and "<script" not in str(cell.outputs)
            continue
        prose = CODE.sub("", cell.source)
        assert not LEFTOVER.search(prose), LEFTOVER.search(prose)
        prose = re.sub(r"\$\$(.+?)\$\$", check_math, prose.replace(r"\$", ""), flags=re.S)
        prose = re.sub(r"\$(\S|\S.*?\S)\$", check_math, prose)
        assert "$" not in prose, "a formula without an end"
        assert "\\begin" not in prose and "\\(" not in prose and "\\tag" not in prose, "a formula outside of dollars"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_preview_shows_what_was_printed_and_small_figures(site, path):
    found = [output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", ())]
    figures = [output.data["image/svg+xml"] for output in found if output.output_type == "display_data"]
    assert max(map(len, figures), default=0) <= notebooks.SMALL
    assert sum(map(len, figures)) < 1_000_000
    printed = " ".join(word for output in found if output.output_type == "stream" for word in output.text.split())
    for part in parsed(f"book/{path.stem}.html").select(".cell_output pre, table.printed td"):
        assert " ".join(part.get_text().split()) in printed


def check_math(found) -> str:
    body = found[1]
    assert "$" not in re.sub(r"\\text\{.*?\}", "", body) and "\n\n" not in body and "%" not in body.replace(r"\%", "")
    assert "\n>" not in body, "Jupyter would show the mark of the quotation in the formula"
    assert body.count("{") - body.count(r"\{") == body.count("}") - body.count(r"\}")
    return ""


@BOOK
def test_links_lead_somewhere(site, path):
    folder, text = path.parent, path.read_text()
    for name, place in re.findall(r"\]\(([\w.-]*)(?:#([^)\s]+))?\)", text):
        target = folder / name if name else path
        assert target.is_file(), f"{name}: no such notebook"
        assert not place or f'<a id=\\"{place}\\"></a>' in target.read_text(), f"{name}#{place}: no such place"


def test_ids_are_the_same_in_every_build(small):
    text = (small / "chapter.ipynb").read_text()
    ids = [cell["id"] for cell in json.loads(text)["cells"]]
    assert ids == [f"cell-{i}" for i in range(len(ids))]
    assert not page.UNNAMED.search(text)
