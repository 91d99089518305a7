"""Where what stands in a denominator vanishes, for whole numbers: roots of linear factors, alpha_bar_0 = 1, and two
quantities of one family at the same time."""

from functools import cache
from itertools import combinations

import sympy as sp
from sympy.core.function import AppliedUndef

from ddpm.derivation.densities import Density
from ddpm.derivation.expectation import KL, Expectation
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.rebuilt import evaluated
from ddpm.derivation.symbols import SCHEDULE, Quantity, alpha_bar

SMOOTH = sp.log, sp.exp
UNKNOWN = Quantity, AppliedUndef, Density, Expectation, KL  # which vanish for some values of theirs at the most


@cache
def zeros(base, index, known) -> list:
    """Values of the index that make `base` 0: roots of its factors, which may lie outside of the range; and None if
    there may be others.

    Args:
        known: what is known of the index, as pairs such as ("integer", True).
    """
    run = sp.Dummy(index.name, **dict(known))
    base = evaluated(base.xreplace({index: run}))
    if base == 0:
        return [None]
    if base.is_zero is False:
        return []
    try:
        factors = [
            factor
            for factor, _ in sp.factor_list(sp.numer(sp.together(base)))[1]
            if factor.has(run) and factor.is_zero is not False
        ]
    except sp.PolynomialError:
        factors = [base]
    return [root for factor in factors for root in _of_factor(factor, run)]


def leaves_0(base, index, first) -> bool:
    """Whether `base` is above 0 where its index begins and grows from there, or below 0 and falls, as log t from 2."""
    if not all(isinstance(part, SMOOTH) for part in base.atoms(sp.Function) if part.has(index)):
        return False
    over = sp.Dummy(nonnegative=True)
    begin, growth = base.xreplace({index: first}), evaluated(base.xreplace({index: first + over})).diff(over)
    begin, growth = evaluated(begin), evaluated(growth)
    return bool(begin.is_positive and growth.is_positive or begin.is_negative and growth.is_negative)


def _of_factor(factor, run):
    if factor.is_polynomial(run):
        if sp.degree(factor, run) == 1:
            return [root for root in [_root(factor, run)] if root is not None]
        if factor.free_symbols == {run}:  # it does not factor over the fractions
            return [] if sp.Poly(factor, run).domain in (sp.ZZ, sp.QQ) else [None]
    if factor.has(Normal):  # no variance in it may be 0, as is put in below
        return []
    if of_whole_numbers(factor):
        return [None]
    starts = [time for bar in factor.atoms(SCHEDULE[2]) for time in bar.args]
    times = {time for quantity in factor.atoms(Quantity) for time in quantity.args[: quantity.indices]}
    differences = [one - other for one, other in combinations(times, 2)]
    roots = {_root(time, run) for time in starts + differences} - {None}
    return [root for root in roots if _at(factor, run, root) == 0]


def of_whole_numbers(expr) -> bool:
    """Whether it has nothing in it that may have any value."""
    return not expr.has(*UNKNOWN) and all(symbol.is_integer for symbol in expr.free_symbols)


def _root(part, index):
    """The number at which what is linear in the index is 0, if that may be a whole one."""
    if not part.is_polynomial(index) or sp.degree(part, index) != 1:
        return None
    slope, start = sp.Poly(part, index).all_coeffs()
    root = sp.cancel(-start / slope)
    whole = root.is_integer or (root.is_integer is None and all(symbol.is_integer for symbol in root.free_symbols))
    return root if whole else None


def _at(base, index, value):
    return sp.expand(evaluated(base.xreplace({index: value})).xreplace({alpha_bar[0]: sp.S.One}))
