"""Nothing in what a proof claims can be changed: each wrong equation made from each claim of each registered proof
is refused."""

import pytest
import sympy as sp

from ddpm.chapters import load_equations
from ddpm.derivation.densities import Undecided, q
from ddpm.derivation.expectation import KL
from ddpm.derivation.mutants import Claim, changed, claims, mutants
from ddpm.derivation.registry import entries
from ddpm.derivation.settle import Different, settle
from ddpm.derivation.symbols import alpha, log, s, t, x
from ddpm.derivation.terms import Equality

load_equations()
PROOFS = [label for label, entry in entries().items() if entry.kind == "proof"]
STRIDE = 12  # of every third proof every twelfth in every run, all in `make test-slow`
DONE = set()  # a statement and its chain claim the same: what has been refused once is not tried again


def wrong_ones(label):
    with claims() as heard:
        getattr(entries()[label].check(), "settled", None)
    return [wrong for claim in heard for wrong in mutants(claim)]


@pytest.mark.parametrize(
    "label, stride",
    [
        *((label, STRIDE) for label in PROOFS[::3] if not label.startswith("eq-bound")),
        *(pytest.param(label, 1, marks=pytest.mark.slow) for label in PROOFS),
    ],
)
def test_every_proof_has_wrong_variants_and_each_is_refused(label, stride):
    found = wrong_ones(label)
    assert len(found) >= 4, "nothing to change: the proof claims nothing"
    for wrong in found[::stride]:
        key = wrong.left, wrong.right, *wrong.where.items(), *((known.old, known.new) for known in wrong.using)
        if key in DONE:
            continue
        DONE.add(key)
        with pytest.raises((Different, Undecided)):
            settle(*(getattr(wrong, part) for part in ("left", "right", "where", "using")))


def test_what_is_changed():
    a, b = sp.symbols("a b", positive=True)
    assert set(changed(sp.sqrt(a - b))) == {
        sp.sqrt(-a - b),
        sp.sqrt(2 * a - b),
        sp.sqrt(a + b),
        sp.sqrt(a - 2 * b),
        (a - b) ** sp.Rational(3, 2),
    }
    assert set(changed(log(alpha[t]))) == {log(2 * alpha[t]), log(alpha[t + 1])}
    assert set(changed(sp.Sum(alpha[s], (s, 1, t)))) == {
        sp.Sum(alpha[s], (s, 2, t)),
        sp.Sum(alpha[s], (s, 1, t + 1)),
        sp.Sum(alpha[s + 1], (s, 1, t)),
    }
    density = q(x[t] | (x[1], x[0]))
    shifted = q(x[t + 1] | (x[1], x[0])), q(x[t] | (x[2], x[0])), q(x[t] | (x[1], x[1]))
    assert set(changed(density)) == {*shifted, q(x[t] | x[0]), q(x[t] | x[1])}
    shifted = KL(q(x[1] | x[1]), q(x[1]))
    assert set(changed(KL(q(x[1] | x[0]), q(x[1])))) == {KL(q(x[1]), q(x[1] | x[0])), KL(q(x[1]), q(x[1])), shifted}


def test_a_condition_is_weakened_and_no_mutant_is_the_claim():
    claim = Claim(q(x[t]), q(x[t]), {t: 2}, ())
    found = list(mutants(claim))
    assert (
        Claim(q(x[t]), q(x[t]), {t: 1}, ()) in found
        and claim not in found
        and len(found) == len({(m.left, m.right, *m.where.values()) for m in found})
    )


def test_a_condition_counts_only_where_densities_are_left():
    y, z = sp.symbols("y z", real=True)
    using = (Equality(q(x[t]), y, {}, True), Equality(z, 2 * y, {}, False))
    found = list(mutants(Claim(2 * q(x[t]), z, {t: 2}, using)))
    assert found and all(wrong.where == {t: 2} for wrong in found)


def test_claims_are_heard_only_inside():
    with claims() as heard:
        settle(2 * t, t + t)
    settle(3 * t, t + t + t)
    assert len(heard) == 1 and heard[0].right == 2 * t
