"""The book on paper: what is folded away on the site is printed, equations have the numbers of the site, and boxes
begin where they have room. The solutions are in `solutions`."""

import re
from math import ceil

from docutils import nodes
from sphinx import addnodes
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_exercise_node

FOLDS = {"tag_hide-input", "tag_hide-output", "tag_hide-cell"}
RAISED, LOWERED = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+"), str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")
BLOCKS = (nodes.paragraph, nodes.math_block, nodes.literal_block, nodes.table)
TALL = re.compile(r"\\(?:frac|sum|prod|int|begin)\b")
EQUATION = re.compile(r"%?([^#]+)#equation-(.+)")


class Unfold(SphinxPostTransform):
    """Before sphinx-jupyterbook-latex leaves hidden cells out, at 400."""

    default_priority = 10
    formats = ("latex",)

    def run(self, **kwargs):
        for node in self.document.findall(nodes.container):
            node["classes"] = ["unfolded" if name in FOLDS else name for name in node["classes"]]


class Links(SphinxPostTransform):
    """Links to an equation or an exercise by its place on the site lead to its label in LaTeX."""

    default_priority = 450
    formats = ("latex",)

    def run(self, **kwargs):
        exercises = {node["label"] for node in self.document.findall(is_exercise_node)}
        for link in list(self.document.findall(nodes.reference)):
            if found := EQUATION.match(link.get("refuri", "")):
                link.replace_self(latex(rf"\hyperref[equation:{found[1]}:{found[2]}]{{{link.astext()}}}"))
            elif (label := link.get("refuri", "").rpartition("#")[2]) in exercises:
                link.replace_self(latex(rf"\hyperref[exercise:{label}]{{{link.astext()}}}"))


class EquationNumbers(SphinxPostTransform):
    """The numbers of the site: LaTeX would count anew, and solutions are moved."""

    default_priority = 460  # after the heights of boxes have been reckoned from their formulas
    formats = ("latex",)

    def run(self, **kwargs):
        for node in list(self.document.findall(nodes.math_block)):
            if label := node.get("label"):
                numbers = self.env.toc_fignumbers[node["docname"]]["displaymath"]
                number = ".".join(map(str, numbers[node["ids"][0]]))
                place = f"equation:{node['docname']}:{label}"
                body = rf"\begin{{split}}{node.astext().strip()}\end{{split}}"
                numbered = latex(rf"\begin{{equation}}\tag{{{number}}}\label{{{place}}}{body}\end{{equation}}")
                node.replace_self(numbered)


class LongTables(SphinxPostTransform):
    """Columns that break their lines, as wide as their longest cell asks for: Sphinx lets those of long tables run
    on."""

    default_priority = 450
    formats = ("latex",)

    def run(self, **kwargs):
        for table in list(self.document.findall(nodes.table)):
            rows = list(table.findall(nodes.row))
            if len(rows) > 30 or "notation" in table["classes"]:
                widths = [
                    min(40, max(9, *(len(cell.astext()) for cell in column)))
                    for column in zip(*(row.children for row in rows))
                ]
                spec = addnodes.tabular_col_spec()
                spec["spec"] = "".join(rf"\X{{{width}}}{{{sum(widths)}}}" for width in widths)
                table.parent.insert(table.parent.index(table), spec)


class RoomForBoxes(SphinxPostTransform):
    """A box begins where there is room for its tallest formula, or its table: LaTeX does not break these."""

    default_priority = 455  # after solutions have moved
    formats = ("latex",)

    def run(self, **kwargs):
        for box in list(self.document.findall(nodes.Admonition)):
            if lines := room_for(box):
                box.parent.insert(box.parent.index(box), room(lines))


class RaisedDigits(SphinxPostTransform):
    """Powers of ten as cells give them: the fonts have few of Unicode's raised digits."""

    default_priority = 450
    formats = ("latex",)

    def run(self, **kwargs):
        for text in list(self.document.findall(nodes.Text)):
            if RAISED.search(text) and not isinstance(
                text.parent, (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block)
            ):
                parts = [
                    nodes.superscript("", part.translate(LOWERED)) if RAISED.match(part) else nodes.Text(part)
                    for part in re.split(f"({RAISED.pattern})", text)
                ]
                text.parent.replace(text, parts)


def room_for(box: nodes.Element) -> int:
    """About how many lines a box takes down to the end of its tallest formula or table; 0 without such."""
    down, ends = 2, {}  # of what does not break: its height, and where it ends
    for part in box.findall(lambda node: isinstance(node, BLOCKS) and not enclosed(node)):
        text = part.astext()
        if isinstance(part, nodes.math_block):
            height = 1 + sum(2.4 if TALL.search(line) else 1.5 for line in text.split(r"\\"))
        elif isinstance(part, nodes.table):
            height = 2 + sum(1.5 for _ in part.findall(nodes.row))
        else:
            down += text.count("\n") + 1 if isinstance(part, nodes.literal_block) else len(text) / 85 + 1
            continue
        down += height
        ends.setdefault(height, down)
    return min(40, ceil(ends[max(ends)])) if ends else 0


def room(lines: int) -> nodes.raw:
    """A new page here, where so many lines have no room. It is no paragraph, which would leave an empty line."""
    return latex(f"\n\\needspace{{{lines}\\baselineskip}}\n")


def enclosed(node) -> bool:
    return isinstance(node.parent, nodes.entry)


def latex(text: str) -> nodes.raw:
    return nodes.raw("", text, format="latex")


def number_as_on_the_site(app, env):
    """Exercises by chapter: for a book in parts sphinx-jupyterbook-latex has them counted anew in each section."""
    if app.builder.format == "latex":
        depth, app.config.numfig_secnum_depth = app.config.numfig_secnum_depth, 1
        TocTreeCollector().assign_figure_numbers(env)
        app.config.numfig_secnum_depth = depth
    return []


def setup(app):
    app.add_post_transform(Unfold)
    app.add_post_transform(Links)
    app.add_post_transform(EquationNumbers)
    app.add_post_transform(LongTables)
    app.add_post_transform(RoomForBoxes)
    app.add_post_transform(RaisedDigits)
    app.connect("env-get-updated", number_as_on_the_site, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
