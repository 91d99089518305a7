"""Where the built site is, what is to be in it, and how to open a page of it.

The names come from the sources, so that tests can be collected while the site is being built.
"""

import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build/html"
IN_EVERY_RUN = ("index.html", "closed_form.html")
SOURCES = sorted((ROOT / "book").glob("*.md"))
CHAPTERS = [f"{path.stem}.html" for path in SOURCES]
PAGES = ["404.html", *(f"book/{name}" for name in CHAPTERS), "index.html", "search.html"]


def header(path: Path) -> dict:
    """What stands between the first two `---` of a chapter."""
    text = path.read_text(encoding="utf-8")
    return yaml.safe_load(text[3:].split("\n---", 1)[0]) if text.startswith("---") else {}


SOLUTIONS = [
    SITE.parent / f"solution/{name}.ipynb"
    for name in sorted({header(path).get("assignment") for path in SOURCES} - {None})
]
STUDENTS = [SITE / f"_notebooks/student/{path.name}" for path in SOLUTIONS]
NOTEBOOKS = [SITE / f"_notebooks/{path.stem}.ipynb" for path in SOURCES if "kernelspec" in header(path)]


GLYPHS = re.compile(r"<mjx-math.*?</mjx-math>", re.S)


@cache
def parsed(name: str) -> BeautifulSoup:
    """A page of the built site without the glyphs of its formulas, half of it; read once for all tests of a process:
    they only look at it."""
    return BeautifulSoup(GLYPHS.sub("", (SITE / name).read_text(encoding="utf-8")), "html.parser")


def param(page: str):
    """A page for a test: a few in every run, the others in `make test-slow`."""
    return pytest.param(page, marks=[] if page.endswith(IN_EVERY_RUN) else pytest.mark.slow)


WINDOW = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}


def open_page(page, url: str) -> None:
    """Go to `url` and wait until its mathematics is set."""
    page.goto(url, wait_until="load")
    page.evaluate("() => window.MathJax?.startup?.promise")


def watched(page, address: str):
    """The page; `page.outside` lists what it asks for beside the site, `page.errors` what goes wrong."""
    page.outside, page.errors = [], []

    def asked(request):
        if request.url.startswith("http") and not request.url.startswith(address):
            page.outside.append(request.url)

    page.on("request", asked)
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    return page
