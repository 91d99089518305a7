"""Nothing in what a proof claims can be changed: each wrong equation made from each claim of each registered proof
is refused."""

import pytest
import sympy as sp

from ddpm.chapters import load_equations
from ddpm.derivation.densities import Undecided, p_theta, q
from ddpm.derivation.expectation import KL, E_q
from ddpm.derivation.mutants import Claim, changed, claims, mutants, tell
from ddpm.derivation.registry import entries
from ddpm.derivation.settle import Different, settle
from ddpm.derivation.symbols import T, alpha, alpha_bar, epsilon_theta, log, mu_tilde, s, t, x
from ddpm.derivation.terms import Equality

load_equations()
PROOFS = [label for label, entry in entries().items() if entry.kind == "proof"]
STRIDE = 12  # of every fifteenth proof every twelfth in every run, all in `make test-slow`
DONE = set()  # a statement and its chain claim the same: what has been refused once is not tried again


def wrong_ones(label):
    with claims() as heard:
        getattr(entries()[label].check(), "settled", None)
    return [wrong for claim in heard for wrong in mutants(claim)]


@pytest.mark.parametrize(
    "label, stride",
    [
        *((label, STRIDE) for label in PROOFS[5::15] if not label.startswith("eq-bound")),
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


a, b, c = sp.symbols("a b c", positive=True)
f = sp.Function("f")


@pytest.mark.parametrize(
    "expr, wrong",
    [
        (a, []),
        (sp.Integer(3), []),
        (a * b, []),
        (1 / a, []),  # a change of the exponent would be 1
        (a**2, [a**3]),
        (a**-2, [1 / a]),
        (a**b, []),
        (2 * a**3, [2 * a**4]),
        (a + b, [b - a, 2 * a + b, a - b, a + 2 * b]),
        (f(a + b), [f(b - a), f(2 * a + b), f(a - b), f(a + 2 * b)]),
        (log(a**2, evaluate=False), [log(2 * a**2), log(a**3)]),
        (alpha[t], [alpha[t + 1]]),
        (alpha[t] * alpha[s], [alpha[t + 1] * alpha[s], alpha[t] * alpha[s + 1]]),
        (mu_tilde(t, x[t], x[0]), [mu_tilde(t + 1, x[t], x[0]), mu_tilde(t, x[t + 1], x[0]), mu_tilde(t, x[t], x[1])]),
        (epsilon_theta(x[t], t), [epsilon_theta(x[t + 1], t)]),
        (sp.Product(alpha[s], (s, 2, T)), [
            sp.Product(alpha[s], (s, 3, T)), sp.Product(alpha[s], (s, 2, T + 1)), sp.Product(alpha[s + 1], (s, 2, T)),
        ]),
        (q(x[t]), [q(x[t + 1])]),
        (q(x[1:T] | x[0]), [q(x[2:T] | x[0]), q(x[1 : T + 1] | x[0]), q(x[1:T] | x[1]), q(x[1:T])]),
        (q(x[1], x[2]), [q(x[2], x[2]), q(x[1], x[3])]),
        (E_q(x[t]), [E_q(x[t + 1])]),
        (KL(q(x[1]), p_theta(x[1])), []),  # turned round it would be another divergence of the same two
        (KL(q(x[1] | x[0]), p_theta(x[1])), [
            KL(p_theta(x[1]), q(x[1] | x[0])), KL(q(x[1] | x[1]), p_theta(x[1])), KL(q(x[1]), p_theta(x[1])),
        ]),
    ],
)  # fmt: skip
def test_each_change_of_a_small_expression(expr, wrong):
    assert set(changed(expr)) == set(wrong)


def test_all_mutants_of_a_claim_in_order():
    found = list(mutants(Claim(a + b, 2 * a, {}, ())))
    left = [-a - b, 2 * a + 2 * b, b - a, 2 * a + b, a - b, a + 2 * b]
    assert {m.left for m in found if m.right == 2 * a} == set(left) and len(left) + 2 == len(found)
    assert [m.right for m in found if m.left == a + b] == [-2 * a, 4 * a]
    assert all(m.where == {} and m.using == () for m in found)


def test_what_is_no_change_is_no_mutant():
    assert not list(mutants(Claim(sp.S.Zero, sp.S.Zero, {}, ())))
    start = list(mutants(Claim(alpha_bar[0] * a, a, {}, ())))
    assert all(m.left != a or m.right != a for m in start)
    powers = {time: [m.left for m in mutants(Claim(alpha_bar[time] ** 2 * a, a, {}, ()))] for time in (-1, 0, 1)}
    assert [alpha_bar[time] ** 3 * a in found for time, found in powers.items()] == [True, False, True]
    assert all(-(alpha_bar[time] ** 2) * a in found for time, found in powers.items())
    # a condition that the Markov property makes superfluous is none
    markov = {m.left for m in mutants(Claim(q(x[2] | (x[1], x[0])), a, {}, ()))}
    assert q(x[2] | x[1]) not in markov and q(x[2] | x[0]) in markov
    path = {m.left for m in mutants(Claim(E_q(log(q(x[1:T] | x[0]))), a, {}, ()))}
    assert E_q(log(q(x[1:T]))) in path
    # what is put in is put in before two are compared
    known = (Equality(b, a, {}, True),)
    assert a + 2 * b in {m.left for m in mutants(Claim(a + b, 2 * a, {}, known))}
    assert not [m for m in mutants(Claim(b - a, sp.S.Zero, {}, known)) if m.left in (a - b, 2 * b - 2 * a)]


def test_a_condition_that_is_least_stays():
    assert {tuple(m.where.items()) for m in mutants(Claim(q(x[t]), q(x[t]), {t: 3, s: 1}, ()))} == {
        ((t, 3), (s, 1)),
        ((t, 2), (s, 1)),
    }
    assert all(m.where == {t: 3} for m in mutants(Claim(a, a, {t: 3}, ())))


def test_claims_inside_of_claims():
    claim = Claim(a, a, {}, ())
    with claims() as outer:
        tell(claim)
        with claims() as inner:
            tell(claim)
            tell(claim)
        tell(Claim(b, b, {}, ()))
    assert inner == [claim] and outer == [claim, Claim(b, b, {}, ())]
    with pytest.raises(RuntimeError), claims() as broken:
        raise RuntimeError
    tell(claim)
    assert broken == []
