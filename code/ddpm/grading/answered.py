"""The cell magic `%%answered NAME ...` of the students' notebooks: such a cell waits until the named answers are there."""

import ast
import inspect
from textwrap import dedent

from IPython import get_ipython


def is_blank(value) -> bool:
    """Whether `value` is still the placeholder: `...`, None, or a function with a statement `...` or `name = ...` in it."""
    if value is None or value is Ellipsis:
        return True
    try:
        tree = ast.parse(dedent(inspect.getsource(inspect.unwrap(value))))
    except (TypeError, OSError, SyntaxError):  # not a function of a cell
        return False
    return any(isinstance(node, ast.Expr | ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is Ellipsis
               for node in ast.walk(tree))


def answered(line: str, cell: str) -> None:
    """Run `cell` if none of the names on `line` is blank, and else say which are."""
    shell = get_ipython()
    blank = [name for name in line.split() if is_blank(shell.user_ns.get(name))]
    if blank:
        print(f"This cell waits. Not yet answered: {', '.join(blank)}.")
    else:
        shell.run_cell(cell).raise_error()


if shell := get_ipython():
    shell.register_magic_function(answered, "cell")
