"""Whether an answer is a placeholder. Of an exercise in code its check finds that by calling it; so does this."""

import ast
import inspect
from textwrap import dedent

from ddpm.grading.exercise import Exercise
from ddpm.grading.in_code import CodeExercise
from ddpm.grading.runner import run


def is_blank(value, exercise: Exercise | None = None) -> bool:
    """Whether `value` is a placeholder: `...`, None, or a function that comes to it.

    Args:
        exercise: that it answers; None if that is not known.
    """
    if value is None or value is Ellipsis:
        return True
    if callable(value) and isinstance(exercise, CodeExercise):
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
