"""A reading as plain data and back: what a submitted notebook says is judged in another process, and nothing of it
is ever run there."""

import sympy as sp

from ddpm.grading.written import too_large
from ddpm.grading.written.lines import Line, Reading
from ddpm.grading.written.notation import FUNCTIONS, HEADS, NAMES, in_notation

BY_NAME = {head.__name__: head for head in HEADS} | FUNCTIONS
LAZY = (sp.Add, sp.Mul, sp.Pow, sp.log, sp.exp, sp.Abs)  # all that SymPy calculates with
CONSTANTS = {"pi": sp.pi, "e": sp.E}
KINDS = ("", "induction", "identity", "definition")


def to_json(reading: Reading) -> dict:
    """The reading as dictionaries, lists and strings."""
    lines = [
        {
            "right": packed(line.right),
            "left": None if line.left is None else packed(line.left),
            "of": line.of,
            "name": line.name,
            "between": [packed(expr) for expr in line.between],
        }
        for line in reading.lines
    ]
    return {"lines": lines, "texts": reading.texts, "blank": reading.blank, "fault": reading.fault}


def from_json(data: dict) -> Reading:
    """The reading in the words of `to_json`.

    Raises:
        ValueError, KeyError, TypeError, RecursionError: the data are something else; they come from a notebook and
            may be anything.
    """

    def expression(part):
        return in_notation(unpacked(part, [too_large.LARGEST]))

    lines = []
    for line in data["lines"]:
        left = None if line["left"] is None else expression(line["left"])
        between = tuple(map(expression, line["between"]))
        lines.append(Line(expression(line["right"]), left, KINDS[KINDS.index(line["of"])], between, str(line["name"])))
    return Reading(tuple(lines), int(data["texts"]), str(data["blank"]), str(data["fault"]))


def packed(expr):
    """A number as "2/3", a symbol as its name with a dot before it, anything else as [head, arguments...]."""
    if expr.is_Rational:
        return f"{expr.p}/{expr.q}"
    for name, constant in CONSTANTS.items():
        if expr == constant:
            return f"!{name}"
    if isinstance(expr, sp.Symbol):
        return f".{expr.name}"
    head = getattr(expr, "code", "") or type(expr).__name__
    if head not in BY_NAME:
        raise ValueError(f"no data for {type(expr).__name__}")
    return [head, *map(packed, expr.args)]


def unpacked(part, left):
    """The expression, not evaluated: what it would be as a number is nobody's business before `too_large` has looked at
    it.

    Args:
        left: how many parts there may still be, in a list.
    """
    left[0] -= 1
    if left[0] < 0:
        raise ValueError("an expression that is too large")
    if isinstance(part, str):
        if part.startswith("."):
            return NAMES.get(part[1:], sp.Symbol(part[1:]))
        if part.startswith("!"):
            return CONSTANTS[part[1:]]
        above, _, below = part.partition("/")
        if len(part) > 2 * too_large.DIGITS + 5:
            raise ValueError("a number that is too long")
        return sp.Rational(int(above), int(below))
    head, args = BY_NAME[part[0]], [unpacked(arg, left) for arg in part[1:]]
    return head(*args, evaluate=False) if head in LAZY else head(*args)
