"""Code and what it prints fit the column of a page: what does not is cut off at the edge, or scrolls unseen."""

import pytest
from bs4 import BeautifulSoup
from built_site import SITE

PAGES = sorted(path.name for path in (SITE / "book").glob("*.html"))
COLUMNS, IN_A_FOLD = 78, 76


@pytest.mark.parametrize("name", PAGES or [None])
def test_lines_fit_the_column(site, name):
    article = BeautifulSoup((site / "book" / name).read_text(encoding="utf-8"), "html.parser").article
    for block in article.select(".cell_input pre, .cell_output pre"):
        limit = IN_A_FOLD if block.find_parent("details") else COLUMNS
        long = [line for line in block.get_text().splitlines() if len(line) > limit]
        assert not long, f"more than {limit} columns"
