"""Do the terms of sums and products have values? What cancels elsewhere may be 0/0 at one index of the range.

Looked at are divisors and logs that vanish, quantities that begin later than the index, and poles of gamma and its
kin.
"""

from itertools import chain

import sympy as sp

from ddpm.derivation.densities import Undecided
from ddpm.derivation.lowest import is_at_least, lower
from ddpm.derivation.rebuilt import evaluated
from ddpm.derivation.symbols import SCHEDULE, Quantity, alpha_bar

POLES = sp.gamma, sp.loggamma, sp.polygamma, sp.beta, sp.factorial  # at whole numbers below 1, the last one below 0


def terms_have_values(expr, lowest: dict) -> None:
    """Refuse a sum or a product in which a term is known to have no value where its index may run.

    Args:
        lowest: the smallest value of each integer symbol, 1 where none is given.

    Raises:
        Undecided: with the part and the index.
    """
    with sp.evaluate(True):
        for part in sp.sympify(expr).atoms(sp.Sum, sp.Product):
            body, *limits = part.args
            for i, (index, first, last) in enumerate(limits):
                inside, within = lower(limits[i + 1 :], lowest), {limit[0] for limit in limits[:i]}
                for lost, at in chain(_without_value(body, *limits[i]), _poles(body, *limits[i], inside)):
                    outside = is_at_least(first - at, 1, inside) or is_at_least(at - last, 1, inside)
                    if not (outside or at.free_symbols & within):  # the indices within are looked at by themselves
                        raise Undecided(f"not decided: {lost} has no value where {index} = {at}, in {part}")


def _without_value(body, index, first, last):
    """Parts of `body` and the values of its index at which they have none, whether it runs there or not."""
    for part in body.atoms(sp.Pow, sp.log):
        base, *exponents = part.args
        if all(exponent.is_nonpositive for exponent in exponents):  # a log has none
            yield from ((part, at) for at in _zeros(base, index))
    for quantity in body.atoms(Quantity):
        begin = 1 if isinstance(quantity, SCHEDULE[:2]) else 0
        for end, time in _smallest(quantity.args[: quantity.indices], index, first, last):
            if time.is_Integer and time < begin:
                yield quantity, end


def _poles(body, index, first, last, lowest):
    """Functions with poles at whole numbers, and the end of the range at which their argument may be one."""
    for part in body.atoms(*POLES):
        begin = 0 if isinstance(part, sp.factorial) else 1
        args = part.args[1:] if isinstance(part, sp.polygamma) else part.args  # polygamma's first is its order
        for end, value in _smallest(args, index, first, last):
            if value.is_integer and not is_at_least(value, begin, lowest):
                yield part, end


def _smallest(args, index, first, last):
    """For each argument that grows or falls steadily with the index the end of its range at which it is the smallest,
    and what it is there."""
    for arg in args:
        growth = evaluated(arg).diff(index)
        if growth.is_positive or growth.is_negative:
            end = first if growth.is_positive else last
            yield end, evaluated(arg.xreplace({index: end}))


def _zeros(base, index) -> list:
    """Whole numbers that make `base` 0: roots of its linear factors, and where an alpha_bar_0 in it is 1."""
    base = evaluated(base)
    factors = [factor for factor, _ in sp.factor_list(sp.numer(sp.together(base)))[1]]
    times = [time for bar in base.atoms(SCHEDULE[2]) for time in bar.args]
    roots = [root for part in (*factors, *times) for root in _root(part, index)]
    return [root for root in roots if _at(base, index, root) == 0]


def _root(part, index) -> list:
    """The whole number at which what is linear in the index is 0, if there is one."""
    if not part.is_polynomial(index) or sp.degree(part, index) != 1:
        return []
    slope, start = sp.Poly(part, index).all_coeffs()
    root = sp.cancel(-start / slope)
    return [root] if root.is_integer else []


def _at(base, index, value):
    return sp.expand(evaluated(base.xreplace({index: value})).xreplace({alpha_bar[0]: sp.S.One}))
