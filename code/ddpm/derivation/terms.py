"""Expressions with bound indices, and equalities put into them under the conditions they hold with."""

from typing import NamedTuple

import sympy as sp

from ddpm.derivation.densities import STATE, Density, Undecided
from ddpm.derivation.expectation import KL, LAW_Q, Expectation
from ddpm.derivation.lowest import is_at_least, lower
from ddpm.derivation.symbols import epsilon, evaluated

CLOSED = (
    Density,
    KL,
    sp.Integral,
    sp.Derivative,
    sp.Limit,
    sp.Lambda,
    sp.Subs,
)  # nothing is put into them: they bind variables


class Equality(NamedTuple):
    """`new` may be put for `old`, where each symbol has at least the value in `where`, 1 where none is given.

    `general`: for all values of its symbols, and so in a sum over one of them too.
    """

    old: sp.Basic
    new: sp.Basic
    where: dict
    general: bool


def fresh(expr):
    """`expr` with an index of its own for each sum and product, which is known to be no more than a whole number."""
    if not expr.args:
        return expr
    if isinstance(expr, (sp.Sum, sp.Product)):
        body, *limits = expr.args
        for i in reversed(range(len(limits))):  # the outermost first, since others may begin where it stands
            index, first, last = limits[i]
            known = {"positive": True} if first.is_positive else {"nonnegative": True} if first.is_nonnegative else {}
            new = sp.Dummy(index.name, integer=True, **known)
            body = body.xreplace({index: new})
            inner = [(n, low.xreplace({index: new}), high.xreplace({index: new})) for n, low, high in limits[:i]]
            limits = [*inner, (new, first, last), *limits[i + 1 :]]
        return expr.func(fresh(body), *(sp.Tuple(n, fresh(low), fresh(high)) for n, low, high in limits))
    return expr.func(*map(fresh, expr.args))


def put_in(expr, known: Equality, lowest: dict):
    """`expr` with the new for the old of an equality that is known.

    Raises:
        Undecided: the old stands where it is not known to equal the new.
    """
    if expr == known.old:
        return _new(known, lowest)
    if not expr.args or isinstance(expr, CLOSED):
        return expr
    if isinstance(expr, Expectation) and not _holds_inside(known, expr.args[1]):
        return expr
    if isinstance(expr, (sp.Sum, sp.Product)):
        return _put_into_sum(expr, known, lowest)
    if (expr.is_Add or expr.is_Mul) and expr.func == known.old.func:
        rest = [arg for arg in expr.args if arg not in known.old.args]
        if len(rest) == len(expr.args) - len(known.old.args):
            return expr.func(_new(known, lowest), *(put_in(arg, known, lowest) for arg in rest))
    return expr.func(*(put_in(arg, known, lowest) for arg in expr.args))


def _holds_inside(known, law) -> bool:
    """Whether an equality holds for all that an expectation binds: states, and epsilon if it is over noise too."""
    sides = sp.Tuple(known.old, known.new)
    if law == LAW_Q and sides.has(epsilon) and sides.has(STATE):  # x_t through epsilon: over noise only
        return False
    return known.general or not (sides.has(STATE) or sides.has(epsilon))


def _new(known, lowest):
    for symbol, value in known.where.items():
        if symbol in known.old.free_symbols | known.new.free_symbols and not is_at_least(symbol, value, lowest):
            raise Undecided(f"not decided: {known.old} = {known.new} is known from {symbol} = {value} on only")
    return known.new


def _put_into_sum(expr, known, lowest):
    body, *limits = expr.args
    if not known.general and {limit[0] for limit in limits} & known.old.free_symbols:
        return expr
    captured = {limit[0] for limit in limits} & (known.new.free_symbols - known.old.free_symbols)
    if captured:  # an index that is no more than a name, and that the new brings along as another thing
        renamed = {index: sp.Dummy(index.name, **index._assumptions_orig) for index in captured}
        body, limits = body.xreplace(renamed), [limit.xreplace(renamed) for limit in limits]
    ends = [sp.Tuple(limit[0], *(put_in(end, known, lowest) for end in limit[1:])) for limit in limits]
    return expr.func(put_in(body, known, lower(limits, lowest)), *ends)


def depends(expr, old) -> bool:
    """Whether something that `old` ties down still stands in `expr`."""
    parts = {old} if not old.args or old.func.__name__.startswith("Quantity") else {old, *old.free_symbols}
    return any(expr.has(part) for part in parts)


def exactly(expr):
    """`expr` with decimals as the fractions that they are written as.

    Raises:
        Undecided: an index runs where the symbol's own properties do not hold, and that makes a difference.
    """
    written, expr = sp.sympify(expr), evaluated(expr)
    for part in written.atoms(sp.Sum, sp.Product):
        _index_as_it_runs(part)
    return expr.xreplace(
        {
            number: sp.Rational(repr(float(number)) if number._prec == 53 else str(number))
            for number in expr.atoms(sp.Float)
        }
    )


def _index_as_it_runs(expr):
    for index, first, *_ in expr.args[1:]:
        if not index.is_positive or evaluated(first).is_positive:
            continue
        runs = sp.Dummy(integer=True, nonnegative=evaluated(first).is_nonnegative)
        if evaluated(expr.args[0]).xreplace({index: runs}) != evaluated(expr.args[0].xreplace({index: runs})):
            raise Undecided(f"not decided: {index} is positive, and begins at {first} in {expr}: take another index")
