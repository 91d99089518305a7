"""What is printed in columns, as a table."""

from bookbuild.site.tables import blocks


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


def test_what_is_no_table_stays():
    assert blocks("one\ntwo words\na  b") == ["one", "two words", "a  b"]
