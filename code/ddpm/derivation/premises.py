"""What may be put in: a definition of something that is free, and that can be so."""

from collections.abc import Mapping, Sequence
from itertools import permutations

import sympy as sp
from sympy.core.function import AppliedUndef

from ddpm.derivation.densities import Density, p, p_theta
from ddpm.derivation.expectation import KL, LAW_NOISE, LAW_Q, Expectation
from ddpm.derivation.forward import contradicts_the_chain, is_of_the_schedule, is_proved, noised
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.lowest import is_at_least, least
from ddpm.derivation.rebuilt import evaluated
from ddpm.derivation.symbols import SCHEDULE, I, Quantity, SquaredNorm, T, x
from ddpm.derivation.terms import Equality, exactly

GENERAL = Quantity, Density, KL  # put in for all values of their symbols
LIKE_A_SYMBOL = Quantity, AppliedUndef, SquaredNorm, sp.log, sp.exp, sp.Abs  # may have any value of their kind
NAMES = LAW_Q, LAW_NOISE, *(law(x[T]).args[0] for law in (p, p_theta)), I
KINDS = "real", "integer", "positive", "negative", "zero"  # of numbers


def equalities(using: Mapping | Sequence[Equality] | None) -> tuple[Equality, ...]:
    """What may be put in, in one form."""
    if isinstance(using, Mapping):
        pairs = [(exactly(old), exactly(new)) for old, new in using.items()]
        with sp.evaluate(True):
            for old, new in pairs:
                _may_be_put_in(old, new)
        agree(pairs)
        using = [Equality(old, new, {}, isinstance(old, GENERAL)) for old, new in pairs]
    return tuple(using or ())


def _may_be_put_in(old, new):
    """Refuse what is no definition: of something through itself, of what is fixed, or as what it cannot be."""
    if old == new:
        return
    if old in NAMES:
        raise ValueError(f"{old} is the name of a law, or the identity matrix: nothing is put in for it")
    if new.has(old):
        raise ValueError(f"{old} cannot be put in as {new}, which has it inside")
    free = old.is_Symbol or not all(symbol.is_integer for symbol in old.free_symbols)
    unknown = any(not isinstance(part, SCHEDULE) for part in old.atoms(Quantity, AppliedUndef, Density))
    computed = old.has(Expectation) or any(kl.has(Normal) or kl.args[0] == kl.args[1] for kl in old.atoms(KL))
    if computed or not (free or unknown):
        raise ValueError(f"{old} is fixed: that it is {new} is to be proved, not put in")
    if contradicts_the_chain(old, new):
        raise ValueError(f"{old} is fixed by the chain, and is not {new}")
    if new.is_number and isinstance(old, sp.Function) and not isinstance(old, LIKE_A_SYMBOL):
        raise ValueError(f"{old} has values of its own, so that {new} may be none of them: put in its argument")
    if any({getattr(side, f"is_{kind}") for side in (old, new)} >= {True, False} for kind in KINDS):
        raise ValueError(f"{old} cannot be {new}, which is a number of another kind")


def agree(pairs) -> None:
    """Refuse definitions that contradict each other: of what one ties another down to, and of one family at two times,
    unless one of them is a recurrence; and of several states by one noise.

    Raises:
        ValueError: what is said of all times is not what is said of one.
    """
    with sp.evaluate(True):
        for (old, new), (other, given) in permutations(pairs, 2):
            if other.has(old):
                sides = [evaluated(side.xreplace({old: new})) for side in (other, given)]
                known = is_of_the_schedule(*sides) and not is_proved(*sides)
                if known or (sides[0] - sides[1]).is_zero is False:
                    raise ValueError(f"{old} is {new}, so that {other} cannot be {given}")
        times = {time for pair in pairs for time in noised(*pair)} - {0}
        if len(times) > 1:
            raise ValueError(
                f"each state has a noise of its own, but epsilon is that of several: {sorted(times, key=str)}"
            )
        general = [(old, new) for old, new in pairs if isinstance(old, GENERAL) and not new.has(old.func)]
        for (old, new), (other, given) in permutations(general, 2):
            for time, at in _instances(old, other):
                begin = least(time, {})
                if begin is not None and is_at_least(begin - 1 - at, 0, {}):
                    continue
                if not is_proved(new.xreplace({time: at}), given):
                    raise ValueError(f"{old} is {new}, so that {other} cannot be {given}")


def _instances(old, other):
    """The times at which what is said of `old` for all times is said of `other`, each with the symbol of the time."""
    for time in [symbol for symbol in old.free_symbols if symbol.is_integer]:
        whole = [[part for part in sp.preorder_traversal(side) if _is_whole(part)] for side in (old, other)]
        apart = {part - time for part in whole[0] if (part - time).is_Integer}
        for at in {part - distance for part in whole[1] for distance in apart} - {time}:
            if old.xreplace({time: at}) == other:
                yield time, at


def _is_whole(part) -> bool:
    return isinstance(part, sp.Expr) and bool(part.is_integer)
