"""The table of the notation: every symbol stands under the chapter that needs it first."""

import json
import re
from functools import cache

import yaml
from built_site import ROOT, SITE

TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[a-zA-Z0-9]|\S")
GROUP = re.compile(r"^First in \[\]\((\w+)\.md\):\n(.*?)(?=^First in |\Z)", re.M | re.S)
PARTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
ORDER = ["introduction", *(entry["file"].removeprefix("book/") for part in PARTS for entry in part["chapters"])]
# Letters that mean something else in another place too, where it is said what.
AMBIGUOUS = {r"\delta", "B", "K", "P", "W", "a_t", "h", "m", "o", "p", "s", "u", "w", "z"}


def tokens(tex: str) -> list[str]:
    r"""The signs of a formula, without braces around a single one: `x_{t}` is `x_t`."""
    tex = re.sub(r"\\operatorname\{(\w+)\}", r"\\\1 ", tex)
    tex = re.sub(r"\\(?:text|tag)\{[^}]*\}|\\[,;:! ]", "", tex)
    return TOKEN.findall(re.sub(r"\{([a-zA-Z]|\\[a-zA-Z]+)\}", r" \1", tex))


def symbols(cell: str) -> list[str]:
    r"""What stands in the first column of a row, without arguments: `\mathcal N` of `\mathcal N(x; \mu, \Sigma)`."""
    bare = re.sub(r"\(.*", "", re.sub(r"^\\([lr]Vert|langle).*", r"\\\1", cell))
    return [part.strip() for part in re.split(r",(?![^{]*\})", bare)]


def rows() -> list[tuple[str, str]]:
    """Chapter and symbol, in the order of the table."""
    text = (ROOT / "book/notation.md").read_text(encoding="utf-8")
    return [
        (chapter, symbol)
        for chapter, table in GROUP.findall(text)
        for cell in re.findall(r"^\| \$(.+?)\$ \|", table, re.M)
        for symbol in symbols(cell)
    ]


@cache
def formulas(page: str) -> list[list[str]]:
    """All formulas of a chapter, from its notebook: there those that are printed from a check stand in TeX too."""
    path = SITE / "_notebooks" / f"{page}.ipynb"
    if not path.exists():
        return []
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    text = re.sub(r"^\|.*", "", text, flags=re.M) if page == "introduction" else text  # its own short table
    return [tokens(found[1] or found[2]) for found in re.finditer(r"\$\$(.+?)\$\$|\$(.+?)\$", text, re.S)]


def occurs(symbol: str, page: str) -> bool:
    wanted = tokens(symbol)

    def at(formula, i):
        follows = formula[i + len(wanted)] if i + len(wanted) < len(formula) else ""
        single = len(wanted) == 1 and (follows == "_" or (i and formula[i - 1] in ("_", "^")))
        return formula[i : i + len(wanted)] == wanted and not single

    return any(at(formula, i) for formula in formulas(page) for i in range(len(formula)))


def test_the_chapters_of_the_table_stand_in_the_order_of_the_book():
    chapters = list(dict.fromkeys(chapter for chapter, _ in rows()))
    assert len(rows()) > 40 and chapters == sorted(chapters, key=ORDER.index)


def test_a_symbol_stands_under_the_chapter_that_needs_it_first(site):
    for chapter, symbol in rows():
        if symbol in AMBIGUOUS:  # z stands in the algorithms, which are no formulas
            assert occurs(symbol, chapter) or symbol == "z", (chapter, symbol)
            continue
        assert [page for page in ORDER[: ORDER.index(chapter) + 1] if occurs(symbol, page)] == [chapter], symbol
