"""What is printed in columns, as a table."""

import re
from pathlib import Path

from docutils import nodes
from docutils.utils import new_document

from bookbuild.site.tables import PrintedTables, blocks


def test_a_head_may_lack_its_first_column():
    text = "           loss   right\none run    0.1    99%\nanother    0.2    98%\nluck alone: 3%\n"
    assert blocks(text) == [
        [["", "loss", "right"], ["one run", "0.1", "99%"], ["another", "0.2", "98%"]],
        "luck alone: 3%",
    ]


def test_a_line_at_the_edge_begins_another_table():
    text = "2000 steps:  excess  p\n    seed 0:  3.9%  0.1\n    seed 1:  3.5%  0.2\n"
    text += "4000 steps:  excess  p\n    seed 0:  2.1%  0.3"
    assert blocks(text) == [
        [["2000 steps:", "excess", "p"], ["seed 0:", "3.9%", "0.1"], ["seed 1:", "3.5%", "0.2"]],
        [["4000 steps:", "excess", "p"], ["seed 0:", "2.1%", "0.3"]],
    ]


def test_numbers_that_end_at_one_place_are_one_table():
    rows = [["steps", "error"], ["5", "0.1"], ["100", "0.2"], ["1000", "0.3"]]
    assert blocks("\n".join(f"{steps:>5}  {error}" for steps, error in rows)) == [rows]


def test_what_is_no_table_stays():
    assert blocks("one\ntwo words\na  b") == ["one", "two words", "a  b"]


def test_lines_between_tables_stay_together():
    printed = nodes.literal_block("", "a head\nof two lines\na  b\nc  d\nan end")
    cell = nodes.container("", classes=["tag_table"])
    cell += nodes.container("", printed, nb_element="cell_code_output")
    document = new_document("page")
    document += cell
    PrintedTables(document).run()
    shown = document.next_node(nodes.container).children[0].children
    assert [type(node) for node in shown] == [nodes.literal_block, nodes.table, nodes.literal_block]
    assert shown[0].astext() == "a head\nof two lines" and shown[2].astext() == "an end"
    assert [entry.astext() for entry in shown[1].findall(nodes.entry)] == ["a", "b", "c", "d"]


def test_a_head_may_lack_its_first_column_before_a_column_of_words():
    text = "      predicted  measured  verdict\nmean          1         2  off"
    assert blocks(text) == [[["", "predicted", "measured", "verdict"], ["mean", "1", "2", "off"]]]


def test_what_compares_predictions_with_measurements_is_a_table_on_every_page():
    pages = [path.read_text(encoding="utf-8") for path in Path("book").glob("*.md")]
    cells = [cell for page in pages for cell in re.findall(r"```\{code-cell\}.*?```", page, re.S)]
    judged = [cell for cell in cells if re.search(r"check_answer_\w+\(.*, measured\)", cell)]
    assert len(judged) > 5 and all(re.search(r":tags: \[.*\btable\b", cell) for cell in judged)
