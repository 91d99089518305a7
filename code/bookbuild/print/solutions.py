r"""On paper solutions stand at the end of their chapter.

In the place of a solution stands the number of its page. Of an exercise in code the frame is printed where it is
asked for, and the whole, with what its check says, among the solutions.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_exercise_node, is_solution_node

from bookbuild.notebook.blanks import BEGIN, END, unmarked
from bookbuild.print.printed import latex, room
from bookbuild.site.shown import with_text

SOLUTION = re.compile(rf"^( *){BEGIN}\n.*?{END} *$", re.S | re.M)
VERDICT = re.compile("Right|Noted")


class SolutionsLast(SphinxPostTransform):
    """After sphinx-exercise has numbered exercises and solutions, at 20 and 21; before parts are made of chapters,
    at 700."""

    default_priority = 450
    formats = ("latex",)

    def run(self, **kwargs):
        for chapter in self.document.findall(addnodes.start_of_file):
            if any(isinstance(child, nodes.section) for child in chapter.children):
                collect(chapter)
                without_predictions(chapter)
                numbered = chapter["docname"] in self.env.toc_secnumbers  # as on the site; parts count as -1
                chapter.insert(0, latex(rf"\setcounter{{secnumdepth}}{{{2 if numbered else -1}}}"))


def collect(chapter: nodes.Element) -> None:
    """Move the solutions of a chapter into a section at its end."""
    titles = {node["label"]: node.next_node(nodes.title).astext().strip() for node in chapter.findall(is_exercise_node)}
    moved, exercise = [], None
    blocks = list(chapter.findall(nodes.literal_block))
    for node in list(chapter.findall(lambda n: is_exercise_node(n) or is_solution_node(n) or is_frame(n))):
        if is_exercise_node(node):
            exercise = node["label"]
        elif is_solution_node(node):
            label = node["target_label"]
            place = f"solution:{node['label']}"
            node.next_node(nodes.title).children = [
                latex(rf"\phantomsection\label{{{place}}}Solution to \hyperref[exercise:{label}]{{{titles[label]}}}")
            ]
            parent, here = node.parent, node.parent.index(node) + 1
            cells = []  # what was folded away behind the solution belongs to it
            while here < len(parent) and is_unfolded(parent[here]):
                cells.append(parent.pop(here))
            words = rf"Solution to {titles[label]}: page~\pageref*{{{place}}}"
            pointer = latex(rf"\noindent\hyperref[{place}]{{\itshape {words}}}")
            parent.replace(node, nodes.paragraph("", "", pointer))
            moved.append((label, [node, *cells]))
        elif exercise:
            words = rf"\textbf{{Code for \hyperref[exercise:{exercise}]{{{titles[exercise]}}}}}"
            head = nodes.paragraph("", "", latex(rf"\noindent{words}"))
            code = with_text(node.deepcopy(), unmarked(node.astext()))
            moved.append((exercise, [room(7), head, code, *verdict(node, blocks)]))
            with_text(node, SOLUTION.sub(r"\1...  # yours", node.astext()))
    if moved:
        moved.sort(key=lambda part: list(titles).index(part[0]))
        section = nodes.section(
            "", nodes.title("", "Solutions"), ids=[f"{chapter['docname'].replace('/', '-')}-solutions"]
        )
        for _, part in moved:
            section += part
        next(child for child in chapter.children if isinstance(child, nodes.section)).append(section)


def verdict(frame: nodes.literal_block, blocks: list[nodes.literal_block]) -> list[nodes.literal_block]:
    """What the check behind a frame says of the book's solution: taken from there, since the frame is empty."""
    for block in blocks[blocks.index(frame) + 1 :][:2]:  # the check, and what it prints
        if VERDICT.match(block.astext()):
            copy = block.deepcopy()
            take_away(block)
            return [copy]
    return []


def take_away(node: nodes.Element) -> None:
    """`node`, and what would be empty without it."""
    while len(node.parent) == 1:
        node = node.parent
    node.parent.remove(node)


def without_predictions(chapter: nodes.Element) -> None:
    """Of the book's own predictions, which are no reader's, a table shows what was measured."""
    for table in [table for table in chapter.findall(nodes.table) if "printed" in table["classes"]]:
        heads = [cell.astext() for cell in table.next_node(nodes.row)]
        if heads[1:] == ["predicted", "measured", "verdict"]:
            above = table.parent[table.parent.index(table) - 1]
            if isinstance(above, nodes.literal_block):
                above.parent.remove(above)
            group = table.next_node(nodes.tgroup)
            group["cols"] = 2
            for row in [list(group.findall(nodes.colspec)), *group.findall(nodes.row)]:
                for cell in (row[1], row[3]):
                    cell.parent.remove(cell)


def is_unfolded(node) -> bool:
    return isinstance(node, nodes.container) and "unfolded" in node["classes"] and "tag_exercise" not in node["classes"]


def is_frame(node) -> bool:
    return isinstance(node, nodes.literal_block) and bool(SOLUTION.search(node.astext()))


def setup(app):
    app.add_post_transform(SolutionsLast)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
