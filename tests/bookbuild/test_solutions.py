"""What is printed of exercises on paper: nothing that says of the reader's answer what holds of the book's."""

from docutils import nodes

from bookbuild.print.solutions import verdict, without_predictions
from bookbuild.site.tables import table


def block(text):
    return nodes.literal_block(text, text)


def test_what_a_check_said_goes_with_the_solution():
    frame, check, said, other = map(block, ("...  # yours", "print(check(f))", "Right: f agrees.", "Right: no check"))
    page = nodes.section("", frame, check, nodes.container("", nodes.container("", said)), other)
    found = verdict(frame, list(page.findall(nodes.literal_block)))
    assert [part.astext() for part in found] == ["Right: f agrees."]
    assert [part.astext() for part in page.children] == ["...  # yours", "print(check(f))", "Right: no check"]


def test_a_frame_without_a_check_takes_nothing():
    frame, output = block("...  # yours"), block("mean 3")
    page = nodes.section("", frame, block("print(mean)"), output, block("Right: of another"))
    assert verdict(frame, list(page.findall(nodes.literal_block))) == [] and output.parent is page


def test_a_table_of_predictions_shows_what_was_measured():
    rows = [["", "predicted", "measured", "verdict"], ["mean", "1", "1.01", "right"], ["most", "yes", "no", "off"]]
    other = [["", "predicted", "measured"], ["mean", "1", "2"]]
    page = nodes.section("", block("Right: all 2 predictions hold."), table(rows), table(other))
    without_predictions(page)
    first, second = page.children
    words = [entry[-1].astext() for entry in first.findall(nodes.entry)]
    assert words[1:] == ["measured", "mean", "1.01", "most", "no"]
    assert len(list(first.findall(nodes.colspec))) == first.next_node(nodes.tgroup)["cols"] == 2
    assert len(list(second.findall(nodes.colspec))) == 3
