"""Cells on the pages: code and what it prints fit the column, else it is cut off at the edge; folds say what they
hold; no plumbing."""

import pytest
from bs4 import BeautifulSoup
from built_site import CHAPTERS

COLUMNS, IN_A_FOLD = 78, 76


@pytest.mark.parametrize("name", CHAPTERS)
def test_lines_fit_the_column(site, name):
    article = BeautifulSoup((site / "book" / name).read_text(encoding="utf-8"), "html.parser").article
    for block in article.select(".cell_input pre, .cell_output pre"):
        limit = IN_A_FOLD if block.find_parent("details") else COLUMNS
        long = [line for line in block.get_text().splitlines() if len(line) > limit]
        assert not long, f"more than {limit} columns"


@pytest.mark.parametrize("name", CHAPTERS)
def test_folds_say_what_they_hold_and_cells_show_no_glue(site, name):
    article = BeautifulSoup((site / "book" / name).read_text(encoding="utf-8"), "html.parser").article
    for cell in article.select("div.cell"):
        words = [summary.get_text().split("\n")[1] for summary in cell.select("details.hide > summary")]
        if "tag_exercise" in cell["class"]:
            assert words == ["One solution"]
        else:
            assert set(words) <= {"Show the code", "The solution in code"}
        assert "glue" not in " ".join(code.get_text() for code in cell.select(".cell_input"))
