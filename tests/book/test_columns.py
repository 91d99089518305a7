"""Cells on the pages: code and what it prints fit the column, else it is cut off at the edge; folds say what they
hold; no plumbing."""

import re

import pytest
from built_site import CHAPTERS, ROOT, parsed

COLUMNS, IN_A_FOLD = 78, 76


@pytest.mark.parametrize("name", CHAPTERS)
def test_lines_fit_the_column(site, name):
    article = parsed(f"book/{name}").article
    for block in article.select(".cell_input pre, .cell_output pre"):
        limit = IN_A_FOLD if block.find_parent("details") else COLUMNS
        long = [line for line in block.get_text().splitlines() if len(line) > limit]
        assert not long, f"more than {limit} columns"


def imports(cell) -> bool:
    """Whether each line of the cell's code imports, goes on with an import, or sets the style."""
    code = cell.select_one(".cell_input pre")
    lines = re.sub(r"\([^)]*\)", "", code.get_text()).splitlines() if code and not cell.select(".cell_output") else [""]
    return all(re.match(r"(import|from) |$|figures.use_style", line) for line in lines) and any(lines)


@pytest.mark.parametrize("name", CHAPTERS)
def test_folds_say_what_they_hold_and_cells_show_no_glue(site, name):
    article = parsed(f"book/{name}").article
    for cell in article.select("div.cell"):
        words = [summary.get_text().split("\n")[1] for summary in cell.select("details.hide > summary")]
        if "tag_exercise" in cell["class"]:
            assert words == ["One solution"]
        else:
            kind = "Code of the figure" if cell.img else "Set-up" if imports(cell) else "The code"
            assert set(words) <= {kind, "The solution in code"}
            assert words or not imports(cell), "imports are folded"
        assert "glue" not in " ".join(code.get_text() for code in cell.select(".cell_input"))


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_row_of_a_printed_table_is_taken_for_its_head(site, name):
    """As happens where the columns of a row do not stand below those of the head."""
    for table in parsed(f"book/{name}").select("div.cell.tag_table table"):
        head = [cell.get_text().strip() for cell in table.select("thead th")]
        assert not [words for words in head if re.fullmatch(r"[-+]?\d+\.\d+%?", words) or "[" in words], (
            table.get_text()
        )


@pytest.mark.parametrize("name", CHAPTERS)
def test_an_exercise_has_one_number_and_that_of_its_source_is_small(site, name):
    source = (ROOT / "book" / name.replace(".html", ".md")).read_text(encoding="utf-8")
    asked = re.findall(r"^`{3,}\{exercise\}.*?\n\n\*\*(Problem .*?)\.\*\*", source, re.M | re.S)
    article = parsed(f"book/{name}").article
    titles = [box.select_one(".admonition-title") for box in article.select(".exercise.admonition")]
    assert [title.select_one(".source").get_text() for title in titles if title.select(".source")] == asked
    assert all(re.match(r"Exercise \d+\.\d+", title.get_text().strip()) for title in titles)
    assert not [
        box for box in article.select(".exercise.admonition section") if box.get_text().strip()[:8] == "Problem "
    ]
