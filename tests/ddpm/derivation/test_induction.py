"""Induction over t: a base case, a step, and what is said of each that fails."""

import pytest

from ddpm.derivation.chain import WrongStep
from ddpm.derivation.densities import Undecided
from ddpm.derivation.induction import Induction
from ddpm.derivation.symbols import alpha, alpha_bar, family, sqrt, t

m = family("m", "m")


def grown(n, before):
    return sqrt(alpha[n]) * before


def test_both_parts_are_chains():
    proof = Induction(m, 1, grown, lambda n: sqrt(alpha_bar[n]))
    assert proof.base.start == m[0] and [step.expr for step in proof.base.steps] == [1, sqrt(alpha_bar[0])]
    assert proof.step.start == m[t]
    assert [step.expr for step in proof.step.steps] == [
        grown(t, m[t - 1]),
        sqrt(alpha[t]) * sqrt(alpha_bar[t - 1]),
        sqrt(alpha_bar[t]),
    ]
    assert [step.reason for step in proof.base.steps] == ["by definition", "the claim for $t=0$"]
    assert [step.reason for step in proof.step.steps] == ["the recurrence", "the claim for $t-1$", "the claim for $t$"]
    assert proof.settled == "base case symbolically, 2 steps; inductive step symbolically, 3 steps"
    other = Induction(m, 1, grown, lambda n: sqrt(alpha_bar[n]), last_reason="so")
    assert other.step.steps[-1].reason == "so"


@pytest.mark.parametrize(
    "first, claim, part",
    [
        (2, lambda n: sqrt(alpha_bar[n]), "base case"),
        (1, lambda n: alpha_bar[n], "inductive step"),
        (1, lambda n: sqrt(alpha_bar[n]) * (1 + n), "inductive step"),
        (1, lambda n: sqrt(alpha_bar[n + 1]), "base case"),
    ],
)
def test_the_part_that_fails_is_named(first, claim, part):
    with pytest.raises((WrongStep, Undecided)) as found:
        Induction(m, first, grown, claim)
    assert getattr(found.value, "part", part) == part
    if isinstance(found.value, WrongStep):
        assert found.value.number == (2 if part == "base case" else 3)


def test_a_positive_family_does_not_fall_below_0():
    r = family("r", "r", positive=True)
    with pytest.raises(ValueError, match=r"r\[t\] is above 0, and the claim for t = 3 is not"):
        Induction(r, 3, lambda n, before: before - 1, lambda n: 3 - n)
    for quantity, claim in ((m, lambda n: 3 - n), (r, lambda n: 3 + n)):
        sign = claim(1) - 3
        assert Induction(quantity, 3, lambda n, before, sign=sign: before + sign, claim).settled
