"""A reading as plain data and back: what a submitted notebook says is judged in another process, and nothing of it is ever run there."""

import sympy as sp

from ddpm.derivation.densities import Density
from ddpm.derivation.expectation import KL, Expectation
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.symbols import Path, SquaredNorm
from ddpm.grading.written.notation import FUNCTIONS, LARGEST, NAMES, in_notation, size
from ddpm.grading.written.reading import Line, Reading

HEADS = {head.__name__: head for head in (
    sp.Add, sp.Mul, sp.Pow, sp.Tuple, sp.log, sp.exp, sp.Abs, sp.Sum, sp.Product, Density, Normal, Expectation, KL, SquaredNorm, Path)} | FUNCTIONS
CONSTANTS = {"pi": sp.pi, "e": sp.E}
MOST_DIGITS, MOST_BITS = 30, 2000


def to_json(reading: Reading) -> dict:
    """The reading as dictionaries, lists and strings."""
    lines = [{"right": packed(line.right), "left": None if line.left is None else packed(line.left), "of": line.of} for line in reading.lines]
    return {"lines": lines, "blank": reading.blank, "fault": reading.fault}


def from_json(data: dict) -> Reading:
    """The reading in the words of `to_json`.

    Raises:
        ValueError, KeyError, TypeError, RecursionError: the data are something else; they come from a notebook and may be anything.
    """
    def expression(part):
        expr = unpacked(part)
        if size(expr) > LARGEST:
            raise ValueError("an expression that is too large")
        return in_notation(expr)

    lines = [Line(expression(line["right"]), None if line["left"] is None else expression(line["left"]), str(line["of"])) for line in data["lines"]]
    return Reading(tuple(lines), str(data["blank"]), str(data["fault"]))


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
    if head not in HEADS:
        raise ValueError(f"no data for {type(expr).__name__}")
    return [head, *map(packed, expr.args)]


def unpacked(part):
    if isinstance(part, str):
        if part.startswith("."):
            return NAMES.get(part[1:], sp.Symbol(part[1:]))
        if part.startswith("!"):
            return CONSTANTS[part[1:]]
        above, _, below = part.partition("/")
        if len(part) > MOST_DIGITS:
            raise ValueError("a number that is too long")
        return sp.Rational(int(above), int(below))
    head, args = HEADS[part[0]], list(map(unpacked, part[1:]))
    if head is sp.Pow:
        small(*args)
    return head(*args)


def small(base, exponent):
    """Refuse powers of numbers that would fill the memory."""
    if not (base.is_number and exponent.is_number):
        return
    bits = max(abs(base.p).bit_length(), base.q.bit_length()) if base.is_Rational else MOST_BITS
    if not exponent.is_Rational or abs(exponent) > MOST_BITS or bits * abs(exponent) > MOST_BITS:
        raise ValueError("a power that is too large")
