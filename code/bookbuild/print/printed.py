r"""The book on paper: what is folded away on the site is printed, and solutions stand at the end of their chapter.

In the place of a solution stands the number of its page. Of an exercise in code the frame is printed where it is
asked for, and the whole among the solutions.
"""

import re
from math import ceil

from docutils import nodes
from sphinx import addnodes
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_exercise_node, is_solution_node

from bookbuild.notebook.blanks import BEGIN, END, unmarked

FOLDS = {"tag_hide-input", "tag_hide-output", "tag_hide-cell"}
RAISED, LOWERED = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+"), str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")
BLOCKS = (nodes.paragraph, nodes.math_block, nodes.literal_block, nodes.table)
TALL = re.compile(r"\\(?:frac|sum|prod|int|begin)\b")
EQUATION = re.compile(r"%?([^#]+)#equation-(.+)")
SOLUTION = re.compile(rf"^( *){BEGIN}\n.*?{END} *$", re.S | re.M)


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


class SolutionsLast(SphinxPostTransform):
    """After sphinx-exercise has numbered exercises and solutions, at 20 and 21; before parts are made of chapters,
    at 700."""

    default_priority = 450
    formats = ("latex",)

    def run(self, **kwargs):
        for chapter in self.document.findall(addnodes.start_of_file):
            if any(isinstance(child, nodes.section) for child in chapter.children):
                collect(chapter)
                numbered = chapter["docname"] in self.env.toc_secnumbers  # as on the site; parts count as -1
                chapter.insert(0, latex(rf"\setcounter{{secnumdepth}}{{{2 if numbered else -1}}}"))


def collect(chapter: nodes.Element) -> None:
    """Move the solutions of a chapter into a section at its end."""
    titles = {node["label"]: node.next_node(nodes.title).astext().strip() for node in chapter.findall(is_exercise_node)}
    moved, exercise = [], None
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
            moved.append((exercise, [room(7), head, with_text(node.deepcopy(), unmarked(node.astext()))]))
            with_text(node, SOLUTION.sub(r"\1...  # yours", node.astext()))
    if moved:
        moved.sort(key=lambda part: list(titles).index(part[0]))
        section = nodes.section(
            "", nodes.title("", "Solutions"), ids=[f"{chapter['docname'].replace('/', '-')}-solutions"]
        )
        for _, part in moved:
            section += part
        next(child for child in chapter.children if isinstance(child, nodes.section)).append(section)


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


def is_unfolded(node) -> bool:
    return isinstance(node, nodes.container) and "unfolded" in node["classes"] and "tag_exercise" not in node["classes"]


def is_frame(node) -> bool:
    return isinstance(node, nodes.literal_block) and bool(SOLUTION.search(node.astext()))


def with_text(node, text: str):
    node.rawsource = text
    node.clear()
    node += nodes.Text(text)  # which makes the node its parent
    return node


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
    app.add_post_transform(SolutionsLast)
    app.connect("env-get-updated", number_as_on_the_site, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
