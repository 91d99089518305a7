"""The cell magic `%%answered NAME ...` of the students' notebooks: such a cell waits until the named answers are there.

Whether the function of an exercise is there is found as its check finds it, by calling it; so the two never disagree.
"""

import ast
import inspect
from textwrap import dedent

from IPython import get_ipython

from ddpm.grading.runner import run


def is_blank(value, name: str = "") -> bool:
    """Whether `value`, the answer called `name`, is a placeholder: `...`, None, or a function that comes to it."""
    if value is None or value is Ellipsis:
        return True
    from ddpm.chapters.exercises import EXERCISES  # late: the written ones among them use this module

    exercise = EXERCISES.get(name)
    if callable(value) and hasattr(exercise, "arguments"):
        return bool(run(value, exercise.cases(0)[:1], exercise.arguments).blank)
    return _has_a_blank(value)


def _has_a_blank(function) -> bool:
    """Whether a function that no check knows has a `name = ...` and no other value for it, or `...` and no return."""
    try:
        nodes = list(ast.walk(ast.parse(dedent(inspect.getsource(inspect.unwrap(function))))))
    except (TypeError, OSError, SyntaxError):  # not a function of a cell
        return False
    dots = [
        node
        for node in nodes
        if isinstance(node, ast.Expr | ast.Assign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is Ellipsis
    ]
    waiting = {
        target.id
        for node in dots
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    filled = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and node not in dots
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    returns = any(isinstance(node, ast.Return) and node.value is not None for node in nodes)
    return bool(waiting - filled) or (bool(dots) and not returns)


def answered(line: str, cell: str) -> None:
    """Run `cell` if none of the names on `line` is blank, and else say which are."""
    shell = get_ipython()
    blank = [name for name in line.split() if is_blank(shell.user_ns.get(name), name)]
    if blank:
        print(f"This cell waits. Not yet answered: {', '.join(blank)}.")
    else:
        shell.run_cell(cell).raise_error()


if shell := get_ipython():
    shell.register_magic_function(answered, "cell")
