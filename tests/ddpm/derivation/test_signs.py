"""No sign of a displayed derivation can be changed: each sign of each step of each registered chain is flipped, and refused."""

import pytest
import sympy as sp
from ddpm.derivation.chain import Chain
from ddpm.derivation.densities import Undecided
from ddpm.derivation.registry import entries
from ddpm.derivation.settle import Different, settle
from ddpm.derivation.symbols import evaluated


def flipped(expr):
    """`expr` with one sign changed, in every way: a term of a sum, or a whole side."""
    yield -expr
    yield from terms_flipped(expr)


def terms_flipped(expr):
    for i, arg in enumerate(expr.args):
        if expr.is_Add:
            yield expr.func(*expr.args[:i], -arg, *expr.args[i + 1 :])
        if isinstance(arg, sp.Tuple) or arg.is_Atom:
            continue  # limits of sums, states of a density
        for inner in terms_flipped(arg):
            yield expr.func(*expr.args[:i], inner, *expr.args[i + 1 :])


def chains_of(entry):
    typeset = entry.check()
    typeset = typeset[0] if entry.kind == "numeric" else typeset
    return [typeset] if isinstance(typeset, Chain) else getattr(typeset, "chains", [])


PROOFS = [label for label, entry in entries().items() if entry.kind == "proof"]


# every third in every run, the others in `make test-slow`
@pytest.mark.parametrize("label", [pytest.param(label, marks=[pytest.mark.slow] if i % 3 else []) for i, label in enumerate(PROOFS)])
def test_a_flipped_sign_is_refused(label):
    for chain in chains_of(entries()[label]):
        sides = [chain.start, *(step.expr for step in chain.steps)]
        for step, before, after in zip(chain.steps, sides, sides[1:]):
            before, after = evaluated(before), evaluated(after)
            wrong = [(w, after) for w in flipped(before)] + [(before, w) for w in flipped(after)]
            assert wrong
            for left, right in wrong:
                with pytest.raises((Different, Undecided)):
                    settle(left, right, chain.where, step.using)


def test_the_flips_reach_every_sum():
    a, b, c = sp.symbols("a b c")
    assert set(flipped(sp.sqrt(a - b) * c)) == {-sp.sqrt(a - b) * c, sp.sqrt(-a - b) * c, sp.sqrt(a + b) * c}
