"""A name may hide, by definition, what a mean, a sum or a derivative binds, or a zero.

E_noise(v[t]) = v[t], Sum(w, (t, 1, T)) = T w and y / y = 1 hold for a number; not where v[t] is put in as something
random, w as something of t, y as what may be 0, be it before or after.
"""

from collections.abc import Mapping

import sympy as sp

from ddpm.derivation.algebra import is_positive
from ddpm.derivation.densities import Undecided
from ddpm.derivation.expectation import KL, Expectation
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.mutants import Claim
from ddpm.derivation.printing import plain
from ddpm.derivation.settle import Different, settle
from ddpm.derivation.symbols import Quantity
from ddpm.derivation.terms import BINDING, RANDOM


def hold_as_defined(claims: list[Claim], premises: Mapping) -> None:
    """Refuse a claim that holds of numbers, but not of what the premises say of them.

    Raises:
        Undecided: it is not proved once it is put in, or not all of it is.
    """
    with sp.evaluate(True):
        for claim in claims:
            sides = sp.Tuple(claim.left, claim.right)
            given = {old: new for old, new in premises.items() if _hides(old, new, sides, claim.where)}
            if given and not _holds(claim, sides, given):
                said = ", ".join(map(plain, given))
                raise Undecided(f"not decided: {claim.left} = {claim.right} is known for numbers, and not for {said}")


def _holds(claim, sides, given) -> bool:
    """Whether a claim is proved with all that is given put in."""
    try:
        full = sides.xreplace(given)
        if any(_named(full, old) - _named(new, old) for old, new in given.items()):
            return False
        settle(*full, claim.where, claim.using)
    except (Different, Undecided, ValueError, TypeError):
        return False
    return True


def _named(expr, old) -> set:
    """What goes by the name of `old` in `expr`; of a family at other times too."""
    return expr.atoms(old.func) if isinstance(old, Quantity) else {old} if expr.has(old) else set()


def _hides(old, new, sides, where) -> bool:
    if not _named(sides, old):
        return False
    if old.is_positive and not is_positive(new, where):
        return True
    hidden = new.free_symbols - old.free_symbols
    random = new.has(*RANDOM) and not old.has(*RANDOM)
    return any(
        (random if bound is None else bound & hidden) and _named(part, old)
        for kind in (*BINDING, Expectation, KL)
        for part in sides.atoms(kind)
        for bound in [_bound(part)]
    )


def _bound(part) -> set | None:
    """The symbols that it binds; None for states and noise."""
    if isinstance(part, Expectation):
        return None
    if isinstance(part, KL):
        variable = part.args[0].args[0]
        return {variable} if isinstance(part.args[0], Normal) and variable.is_Symbol else None
    if isinstance(part, sp.Derivative):
        return set(part.variables)
    return part.atoms(sp.Symbol) - part.free_symbols
