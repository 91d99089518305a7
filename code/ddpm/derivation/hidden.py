"""A name without states and noise may be random by definition: a mean has to know of that.

E_noise(v[t]) = v[t] holds for a number; not where v[t] is put in as sqrt(alpha_bar[t]) epsilon - ..., before or after.
"""

from collections.abc import Mapping

import sympy as sp

from ddpm.derivation.densities import STATE, Undecided
from ddpm.derivation.expectation import NOISES, Expectation
from ddpm.derivation.mutants import Claim
from ddpm.derivation.printing import plain
from ddpm.derivation.settle import Different, settle
from ddpm.derivation.symbols import Quantity

RANDOM = STATE, *NOISES


def hold_of_what_is_random(claims: list[Claim], premises: Mapping) -> None:
    """Refuse a claim about means that holds of numbers, but not of what the premises say of them.

    Raises:
        Undecided: it is not proved once it is put in, or not all of it is.
    """
    random = {old: new for old, new in premises.items() if new.has(*RANDOM) and not old.has(*RANDOM)}
    names = [old.func if isinstance(old, Quantity) else old for old in random]  # a family at another time too
    for left, right, where, using in ((claim.left, claim.right, claim.where, claim.using) for claim in claims):
        if not _averaged(left, right).has(*names):
            continue
        with sp.evaluate(True):
            sides = [side.xreplace(random) for side in (left, right)]
            try:
                if not _averaged(*sides).has(*names):
                    settle(*sides, where, using)
                    continue
            except (Different, Undecided):
                pass
        said = ", ".join(map(plain, random))
        raise Undecided(f"not decided: {left} = {right} is known for numbers, and not for {said}, random by definition")


def _averaged(*sides) -> sp.Tuple:
    """What stands in the means of two sides."""
    return sp.Tuple(*(mean.args[0] for side in sides for mean in side.atoms(Expectation)))
