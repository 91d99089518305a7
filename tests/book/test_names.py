"""What the book's text and cells call by a name of the package is there under that name."""

import ast
import re
from pkgutil import resolve_name

import pytest
from built_site import ROOT

import ddpm

PAGES = sorted((ROOT / "book").glob("*.md"))
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?:---\n.*?\n---\n|(?::[^\n]*\n)*)(.*?)^```$", re.M | re.S)
NAME = re.compile(r"\bddpm(?:\.\w+)+(?!\.?[\w*])")
# In the table of the notation: what a reader's own code calls so, and libraries.
VARIABLES = {"x_0", "x_t", "noise", "noises", "predict_noise", "schedule", "jnp", "norm", "stats", "weights"}


def imports(source: str) -> set[str]:
    """What the cells of a page import from the package, as dotted names."""
    found = set()
    for cell in CELL.findall(source):
        code = re.sub(r"^%.*$", "", cell, flags=re.M)
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == "ddpm":
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names if alias.name.partition(".")[0] == "ddpm"}
    return found


def exists(name: str) -> bool:
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def defined() -> set[str]:
    """The functions and classes that modules of the package define."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "code/ddpm").rglob("*.py")]
    return {name for source in sources for name in re.findall(r"^(?:def|class) (\w+)", source, re.M)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_calls_by_name_is_in_the_package(page):
    source = page.read_text(encoding="utf-8")
    missing = sorted(name for name in {*NAME.findall(source), *imports(source)} if not exists(name))
    assert not missing


def test_the_names_are_read():
    source = (ROOT / "book/train_and_observe.md").read_text(encoding="utf-8")
    assert "ddpm.train.train" in imports(source) and "ddpm.sample.ancestral_step" in NAME.findall(source)
    assert NAME.findall("`ddpm.chapters.*.exercises`, `ddpm.losses.mean_loss`.") == ["ddpm.losses.mean_loss"]
    assert not exists("ddpm.losses.no_such_loss") and not exists("ddpm.no_such_module")


def test_the_notation_names_what_is_in_the_package():
    table = (ROOT / "book/notation.md").read_text(encoding="utf-8")
    column = [row.rsplit("|", 2)[1] for row in table.splitlines() if row.startswith("| $")]
    code = {name for cell in column for name in re.findall(r"`([A-Za-z]\w*)", cell)}
    assert {"kl_divergence", "q_mean_variance"} < code
    assert not code - defined() - VARIABLES - {"ddpm"}
    attributes = {name for cell in column for name in re.findall(r"`schedule\.(\w+)", cell)}
    assert "alpha_bar" in attributes and all(hasattr(ddpm.cosine(4), name) for name in attributes)
