"""The mistake that was made in a wrong claim: a known slip, one that is made anywhere, or two slips at once."""

from contextlib import suppress

import sympy as sp

from ddpm.derivation.densities import Density
from ddpm.derivation.expectation import Expectation
from ddpm.derivation.symbols import C
from ddpm.grading.exercise import Slip
from ddpm.grading.limit import TooLong, in_time, of_work
from ddpm.grading.written.changes import changes
from ddpm.grading.written.claims import Claim
from ddpm.grading.written.mistakes import KINDS, left_over
from ddpm.grading.written.sample import Sample

MOST = 600  # changes that are tried
SECONDS = 10  # of work: without a name the verdict is the same
FIRM = (KINDS.index(left_over) + 1,)  # the ranks of what is named where it is not sure what a line is meant for


def matching(claim: Claim, sample: Sample) -> Slip | None:
    """The known slip that the expression equals."""
    return _known(claim, claim.target, sample) or claim.target.other(claim.typed, sample)


def _known(claim, target, sample):
    return next((slip for slip in target.slips if sample.equal(claim.compared, slip.make())), None)


def one_change(claim: Claim, sample: Sample) -> Slip | None:
    """The mistake without which the claim is right, if it is one that is made anywhere and is found in time."""
    with suppress(TooLong):
        return in_time(of_work(SECONDS), lambda: _one_change(claim, sample))
    return None


def _one_change(claim, sample):
    put = claim.put or (lambda side: side)
    for target in (claim.target, *claim.parts):
        about = f"to be {target.what}: " if target is not claim.target else ""
        if about and (known := _known(claim, target, sample)):
            return Slip(about + known.name, known.hint, known.make)
        if isinstance(claim.typed, sp.Eq):
            sides = claim.typed.args if claim.put else (claim.compared, target.value)
            tried = [
                (change, other) for side, other in (sides[::-1], sides) for change in changes(side, put(other), False)
            ]
        else:
            start = claim.typed if claim.put else claim.compared
            if claim.inside:
                start = start.replace(Expectation, lambda body, law: body).xreplace({C: sp.Integer(0)})
            tried = [(c, None) for c in changes(start, target.value) if not about or c.rank < FIRM]
        before = set()  # many changes come to the same expression
        for change, other in sorted(tried, key=lambda pair: pair[0].rank)[:MOST]:
            made = _made(change)
            if made is None or (made, other) in before:
                continue
            before.add((made, other))
            if other is not None and not isinstance(other, Density) and made == other:
                continue  # an equation of a thing with itself
            if sample.agree(lambda: put(made), target.value if other is None else put(other)):
                return Slip(about + change.name, change.hint, lambda: claim.compared)
    return None


def _made(change):
    try:
        return change.make()
    except Exception:  # it may be nonsense
        return None


def two_of(claim: Claim, sample: Sample) -> Slip | None:
    """Two known slips that together make the expression, as one."""
    target = claim.target
    if pair := sample.two_of(claim.compared, target.value, [slip.make() for slip in target.slips]):
        both = [target.slips[i] for i in pair]
        hints = dict.fromkeys(slip.hint for slip in both)
        return Slip("\n".join(slip.name for slip in both), "\n".join(hints), lambda: claim.compared)
    return None
