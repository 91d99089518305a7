"""A code cell as readers see it: a solution without its marks, no line that serves the book alone, folds named for
what they hold."""

import ast

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_solution_node

from bookbuild.notebook.blanks import unmarked

ANY = ("The code", "Hide the code")
SETUP = ("Set-up", "Hide the set-up")
FIGURE = ("Code of the figure", "Hide the code")
EXERCISE = ("One solution", "Hide the solution")
COMPUTED = ("The solution in code", "Hide the code")  # below a solution in words


def without_glue(source: str) -> str:
    """`source` without what hands numbers to the text of the book.

    Raises:
        ValueError: `glue` cannot be left out, as where a block would be empty without it; with the line.
    """
    if "glue" not in source:
        return source
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic
        return source
    lines, gone = source.splitlines(), set()
    for node in unneeded(tree.body):
        gone |= set(range(node.lineno, node.end_lineno + 1))
    left = "\n".join(line for number, line in enumerate(lines, start=1) if number not in gone).strip("\n")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "glue" and node.lineno not in gone:
            raise ValueError(
                f"line {node.lineno}: glue(...) must be a statement of its own: {lines[node.lineno - 1].strip()}"
            )
    try:
        ast.parse(left)
    except SyntaxError as error:
        raise ValueError(f"line {min(gone)}: a block holds nothing but glue(...), and cannot do without it") from error
    return left


def unneeded(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements that only glue or import `glue`; of a block that does nothing else, the whole."""
    found = []
    for node in body:
        inner = unneeded(getattr(node, "body", []))
        if is_glue(node) or inner and all(one in inner for one in node.body) and not getattr(node, "orelse", None):
            found.append(node)
        else:
            found += inner + unneeded(getattr(node, "orelse", []))
    return found


def is_glue(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "ddpm.notebook.glue"
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "glue"


class Shown(SphinxPostTransform):
    """Before myst-nb folds cells away, at 199."""

    default_priority = 5

    def run(self, **kwargs):
        for cell in list(self.document.findall(is_code_cell)):
            name(cell)
            marks_stay = (
                "tag_exercise" in cell["classes"] and self.app.builder.format == "latex"
            )  # for bookbuild.print.solutions
            for part in [part for part in cell.children if part.get("nb_element") == "cell_code_source"]:
                for block in part.findall(nodes.literal_block):
                    with_text(block, without_glue(block.rawsource if marks_stay else unmarked(block.rawsource)))
                if not part.astext():
                    cell.remove(part)


def with_text(block: nodes.literal_block, text: str) -> nodes.literal_block:
    """`block`, which now holds `text`."""
    block.rawsource = text
    block.clear()
    block += nodes.Text(text)  # which makes the block its parent
    return block


def is_code_cell(node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def name(cell: nodes.container):
    """The words on the fold of a cell, if it has one. What only imports is always folded."""
    code = cell.next_node(nodes.literal_block)
    setup = code is not None and len(cell) == 1 and is_setup(code.rawsource)
    if setup and "tag_exercise" not in cell["classes"]:
        cell["hide_mode"] = "input"
    if cell.get("hide_mode"):
        cell["prompt_show"], cell["prompt_hide"] = (
            EXERCISE
            if "tag_exercise" in cell["classes"]
            else COMPUTED
            if follows_solution(cell)
            else SETUP
            if setup
            else FIGURE
            if cell.next_node(nodes.image)
            else ANY
        )


def is_setup(source: str) -> bool:
    """Whether `source` only imports, and sets the style of figures."""
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a magic
        return False
    return bool(body) and all(
        isinstance(node, ast.Import | ast.ImportFrom) or ast.unparse(node) == "figures.use_style()" for node in body
    )


def follows_solution(cell) -> bool:
    place = cell.parent.index(cell)
    return place > 0 and bool(is_solution_node(cell.parent[place - 1]))


def setup(app):
    app.add_post_transform(Shown)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
