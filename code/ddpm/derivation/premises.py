"""What may be put in: a definition of something that is free, and that can be so."""

from collections.abc import Mapping, Sequence
from itertools import permutations

import sympy as sp
from sympy.core.function import AppliedUndef

from ddpm.derivation.densities import Density, p, p_theta
from ddpm.derivation.expectation import KL, LAW_NOISE, LAW_Q, Expectation
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.lowest import is_at_least, least
from ddpm.derivation.rebuilt import evaluated
from ddpm.derivation.symbols import SCHEDULE, I, Quantity, SquaredNorm, T, x
from ddpm.derivation.terms import Equality, exactly

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
        using = [Equality(old, new, {}, isinstance(old, (Quantity, Density, KL))) for old, new in pairs]
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
    if new.is_number and isinstance(old, sp.Function) and not isinstance(old, LIKE_A_SYMBOL):
        raise ValueError(f"{old} has values of its own, so that {new} may be none of them: put in its argument")
    if any({getattr(side, f"is_{kind}") for side in (old, new)} >= {True, False} for kind in KINDS):
        raise ValueError(f"{old} cannot be {new}, which is a number of another kind")


def agree(pairs) -> None:
    """Refuse definitions that contradict each other: of what one ties another down to, and of one family at two times,
    unless one of them is a recurrence.

    Raises:
        ValueError: what is said of all times is not what is said of one.
    """
    with sp.evaluate(True):
        for (old, new), (other, given) in permutations(pairs, 2):
            if other.has(old):
                apart = sp.sympify(evaluated(other.xreplace({old: new}) - given.xreplace({old: new})))
                if apart.is_zero is False:
                    raise ValueError(f"{old} is {new}, so that {other} cannot be {given}")
        known = [(old, new) for old, new in pairs if isinstance(old, Quantity) and len(old.args) == 1]
        defined = [(old, *old.args, new) for old, new in known if not new.has(old.func)]
        for (old, time, new), (other, at, given) in permutations(defined, 2):
            if old.func == other.func and time.is_Symbol:
                begin = least(time, {})
                is_one = begin is None or is_at_least(at, begin, {})
                if is_one and sp.expand(new.xreplace({time: at}) - given) != 0:
                    raise ValueError(f"{old} is {new}, so that {other} cannot be {given}")
