"""Where the built site is, and how to open a page of it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build/html"
IN_EVERY_RUN = ("introduction.html", "closed_form.html")


def is_redirect(path: Path) -> bool:
    return 'http-equiv="refresh"' in path.read_text(encoding="utf-8").lower()


def pages() -> list[str]:
    """The pages of the built site, as paths under its top."""
    return sorted(
        p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html") if "_static" not in p.parts and not is_redirect(p)
    )


def param(page: str):
    """A page for a test: a few in every run, the others in `make test-slow`."""
    return pytest.param(page, marks=[] if page.endswith(IN_EVERY_RUN) else pytest.mark.slow)


def open_page(page, url: str) -> None:
    """Go to `url` and wait until its mathematics is set."""
    page.goto(url, wait_until="load")
    page.evaluate("() => window.MathJax?.startup?.promise")
