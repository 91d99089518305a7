"""What the schedule and the Markov property say of the forward chain: no definition may say something else.

Looked at is what is written in the symbols of the schedule alone, or in densities of the same laws; with others it may
be another chain.
"""

import sympy as sp
from sympy.core.function import AppliedUndef

from ddpm.derivation.densities import STATE, Density, Undecided
from ddpm.derivation.draws import Undefined
from ddpm.derivation.expectation import KL, LAW_Q, Expectation, reparameterized
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.lowest import is_at_least
from ddpm.derivation.numbers import Point
from ddpm.derivation.proofs import find_proof
from ddpm.derivation.symbols import SCHEDULE, Quantity, alpha_bar, epsilon, x

POINTS = 4


def contradicts_the_chain(old, new) -> bool:
    """Whether `old` is known through the schedule, and `new` is not proved to be the same; or as a density, and numbers
    refuse it."""
    if isinstance(old, KL) and isinstance(new, KL):
        return any(map(contradicts_the_chain, old.args, new.args))
    if isinstance(old, (Density, KL)) and _laws(new) and _laws(new) <= _laws(old) and _is_of_densities(new):
        return _differ(old, new)
    if isinstance(old, Density):
        law = _law(old) if isinstance(new, Normal) else None
        known = law and new.has(*SCHEDULE) and is_of_the_schedule(*new.args[:3])
        return bool(known) and not all(map(is_proved, new.args, law))
    return bool(noised(old, new)) and not is_proved(reparameterized(old), reparameterized(new))


def _laws(expr) -> set:
    return {density.args[0] for density in expr.atoms(Density)}


def _is_of_densities(expr) -> bool:
    """Whether no more than named densities, their states and times stand in it."""
    named = {density: sp.Dummy(integer=True) for density in expr.atoms(Density)}
    rest = expr.xreplace({kl: sp.Integer(1) for kl in expr.atoms(KL)}).xreplace(named)
    return not rest.atoms(Quantity, AppliedUndef, Normal) and all(symbol.is_integer for symbol in rest.free_symbols)


def _differ(left, right) -> bool:
    """Whether they have other values at one of a few points, all times being 2 or later."""
    where = {symbol: 2 for symbol in left.free_symbols | right.free_symbols if symbol.is_integer}
    for seed in range(POINTS):
        try:
            if Point(seed, where).difference(left, right):
                return True
        except Undefined:
            pass
    return False


def noised(old, new) -> set:
    """The times of the states that a premise ties to the noise, if nothing but the schedule has a part in it."""
    sides = sp.Tuple(old, new)
    known = sides.has(epsilon) and is_of_the_schedule(old, new)
    return {state.args[0] for state in sides.atoms(STATE)} if known else set()


def is_proved(left, right) -> bool:
    """Whether the rules alone prove it."""
    try:
        return find_proof(left, right, {}) is not None
    except Undecided:
        return False


def is_of_the_schedule(*parts) -> bool:
    """Whether no more than the schedule, times, states and the noise stand in the parts."""
    whole = sp.Tuple(*parts)
    names = whole.atoms(Quantity, AppliedUndef, Density, Expectation)
    return all(isinstance(name, (*SCHEDULE, STATE)) for name in names) and all(
        symbol.is_integer or symbol == epsilon for symbol in whole.free_symbols
    )


def _law(density):
    """State, mean and variance of one state of q given an earlier one, or x_0 and a later one; None for others."""
    law, targets, given = density.args
    if law != LAW_Q or len(targets) != 1 or density.is_path:
        return None
    (time,), others = density.times(1), density.times(2)
    later = [other for other in others if is_at_least(other - time, 0, {})]
    earlier = [other for other in others if other not in later]
    if len(later) == len(earlier) == 1 and earlier == [0]:
        (after,) = later
        kept, total = alpha_bar[after] / alpha_bar[time], 1 - alpha_bar[after]
        before = 1 - alpha_bar[time]
        mean = sp.sqrt(kept) * before / total * x[after] + sp.sqrt(alpha_bar[time]) * (1 - kept) / total * x[0]
        return x[time], mean, before * (1 - kept) / total
    if len(earlier) == 1 and not later:
        (first,) = earlier
        kept = alpha_bar[time] / alpha_bar[first]
        return x[time], sp.sqrt(kept) * x[first], 1 - kept
    return None
