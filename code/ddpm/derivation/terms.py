"""Expressions with bound indices, and equalities put into them under the conditions they hold with."""

from typing import NamedTuple

import sympy as sp

from ddpm.derivation.densities import STATE, Density, Undecided
from ddpm.derivation.expectation import KL, LAW_Q, NOISES, Expectation
from ddpm.derivation.lowest import is_at_least, least, lower
from ddpm.derivation.rebuilt import evaluated, known_of
from ddpm.derivation.symbols import epsilon

CLOSED = (
    Density,
    KL,
    sp.Integral,
    sp.Derivative,
    sp.Limit,
    sp.Lambda,
    sp.Subs,
)  # nothing is put into them: they bind variables
RANDOM = STATE, *NOISES
BINDING = sp.Sum, sp.Product, sp.Integral, sp.Derivative, sp.Limit, sp.Subs, sp.Lambda


class Equality(NamedTuple):
    """`new` may be put for `old`, where each symbol has at least the value in `where`, 1 where none is given.

    `general`: for all values of its symbols, and so in a sum over one of them too.
    """

    old: sp.Basic
    new: sp.Basic
    where: dict
    general: bool


def put_in(expr, known: Equality, lowest: dict):
    """`expr` with the new for the old of an equality that is known.

    Raises:
        Undecided: the old stands where it is not known to equal the new, or where a name in the new is bound.
    """
    if expr == known.old:
        return _new(known, lowest)
    if not expr.args or isinstance(expr, CLOSED):
        return expr
    if isinstance(expr, Expectation) and not _holds_inside(known, expr.args[1]):
        if known.old.has(*RANDOM) or not expr.has(known.old):
            return expr
        raise Undecided(f"not decided: {known.old} is {known.new}, which {expr} binds")
    if isinstance(expr, (sp.Sum, sp.Product)):
        return _put_into_sum(expr, known, lowest)
    if (expr.is_Add or expr.is_Mul) and expr.func == known.old.func:
        rest = [arg for arg in expr.args if arg not in known.old.args]
        if len(rest) == len(expr.args) - len(known.old.args):
            return expr.func(_new(known, lowest), *(put_in(arg, known, lowest) for arg in rest))
    return expr.func(*(put_in(arg, known, lowest) for arg in expr.args))


def put_all_in(expr, using, lowest: dict):
    """`expr` with what is known put in, one equality after the other."""
    for known in using:
        expr = put_in(expr, known, lowest)
    return expr


def _holds_inside(known, law) -> bool:
    """Whether an equality holds for all that an expectation binds: states, and epsilon if it is over noise too."""
    sides = sp.Tuple(known.old, known.new)
    if law == LAW_Q and sides.has(epsilon) and sides.has(STATE):  # x_t through epsilon: over noise only
        return False
    if isinstance(known.old, STATE):  # its law is the expectation's own
        return False
    return known.general or not (sides.has(STATE) or sides.has(epsilon))


def _new(known, lowest):
    for symbol in known.old.free_symbols | known.new.free_symbols:
        value = least(symbol, known.where)
        if value is not None and not is_at_least(symbol, value, lowest):
            raise Undecided(f"not decided: {known.old} = {known.new} is known from {symbol} = {value} on only")
    return known.new


def _put_into_sum(expr, known, lowest):
    body, *limits = expr.args
    if not known.general and {limit[0] for limit in limits} & known.old.free_symbols:
        return expr
    if expr.has(known.old) and {limit[0] for limit in limits} & (known.new.free_symbols - known.old.free_symbols):
        raise Undecided(f"not decided: {known.old} is {known.new}, and {expr} binds an index so named: take another")
    ends = [sp.Tuple(limit[0], *(put_in(end, known, lowest) for end in limit[1:])) for limit in limits]
    return expr.func(put_in(body, known, lower(limits, lowest)), *ends)


def depends(expr, old) -> bool:
    """Whether something that `old` ties down still stands in `expr`."""
    parts = {old} if not old.args or old.func.__name__.startswith("Quantity") else {old, *old.free_symbols}
    return any(expr.has(part) for part in parts)


def exactly(expr):
    """`expr` with decimals as the fractions that they are written as.

    Raises:
        TypeError: it is no number: a matrix, say, or a relation.
        Undecided: it holds a decimal that has been rounded, symbols that do not commute or are not real, or a symbol
            that is bound and runs where its own properties do not hold, which makes a difference.
    """
    written = sp.sympify(expr)
    if not isinstance(written, sp.Expr) or written.is_Matrix or written.has(sp.Order, sp.AccumBounds):
        raise TypeError(f"only numbers are compared, and no {type(written).__name__}: {written}")
    if decimals := written.atoms(sp.Float):
        with sp.evaluate(False):  # SymPy adds and multiplies decimals as rounded ones; and this empties its cache
            written = written.xreplace({number: _decimal(number) for number in decimals})
    expr = evaluated(written)
    if any(symbol.is_real is False for symbol in written.free_symbols):
        raise Undecided(f"not decided: numbers are put for real symbols alone: {written}")
    if expr.is_commutative is False:
        raise Undecided(f"not decided: not all symbols commute: {expr}")
    for part in written.atoms(*BINDING):
        _bound_as_it_runs(part)
    return expr


def _decimal(number: sp.Float) -> sp.Rational:
    pythons = number._prec == 53 and float(number) == number
    text = repr(float(number)) if pythons else str(number)
    if pythons and len(text.lower().split("e")[0].replace(".", "").strip("-0")) > 15:
        raise Undecided(f"not decided: {text} is a decimal that Python has rounded: write a fraction")
    return sp.Rational(text)


def _bound_as_it_runs(expr):
    """Refuse a part that SymPy simplifies by a property of a bound symbol that does not hold where the symbol runs."""
    body = expr.args[1 if isinstance(expr, sp.Lambda) else 0]
    for symbol, known in _bound_by(expr):
        if symbol == epsilon and expr.has(Expectation):
            raise Undecided(f"not decided: an expectation binds {symbol}: take another name in {expr}")
        if set(symbol._assumptions_orig.items()) <= set(known.items()):
            continue
        runs = sp.Dummy(**known)
        if evaluated(body).xreplace({symbol: runs}) != evaluated(body.xreplace({symbol: runs})):
            raise Undecided(f"not decided: {symbol} runs through more than its name says in {expr}: take another")


def _bound_by(expr):
    """The symbols that `expr` binds, each with what is known of it there."""
    if isinstance(expr, (sp.Subs, sp.Lambda)):
        return [(symbol, {}) for symbol in expr.args[1 if isinstance(expr, sp.Subs) else 0] if symbol.is_Symbol]
    if isinstance(expr, sp.Limit):
        return [(expr.args[1], {"real": True})]
    if isinstance(expr, sp.Derivative):  # of what holds near a point nothing is lost, but for whole numbers
        return [(symbol, {"real": True}) for symbol, _ in expr.args[1:] if symbol.is_Symbol and symbol.is_integer]
    return [(limit[0], known_of(*limit, whole=not isinstance(expr, sp.Integral))) for limit in expr.args[1:]]
