"""Least values of whole numbers: what is known of an index from where it runs."""

import sympy as sp


def raised(expr, lowest: dict):
    """`expr` with each whole number in it as its least value plus what it is above that."""
    new = {}
    for symbol in expr.free_symbols:
        least = lowest.get(symbol, 1 if symbol.is_positive else 0 if symbol.is_nonnegative else None)
        if symbol.is_integer and least is not None:
            new[symbol] = least + sp.Dummy(integer=True, nonnegative=True)
    return sp.expand(expr.subs(new, simultaneous=True))


def is_at_least(expr, bound, lowest: dict) -> bool:
    """Whether a whole-number expression is never below `bound`, as far as can be told."""
    return bool(raised(sp.sympify(expr) - bound, lowest).is_nonnegative)


def least(first, lowest: dict) -> int | None:
    """The least value of a bound, where it has one that is known."""
    value = raised(sp.sympify(first), lowest)
    value = value.subs({symbol: 0 for symbol in value.free_symbols}) if value.is_polynomial() else value
    return int(value) if value.is_Integer and is_at_least(first, value, lowest) else None


def lower(limits, lowest: dict) -> dict:
    """`lowest`, and the least values of the indices of a sum."""
    found = dict(lowest)
    for index, first, _ in reversed(limits):
        found.pop(index, None)
        value = least(first, found)
        if value is not None or not isinstance(index, sp.Dummy):
            found[index] = -(10**9) if value is None else value
    return found
