"""Names that hide something by definition: what is known for numbers is put in as nothing else, before or after."""

import pytest
import sympy as sp

from ddpm.derivation.chain import Chain
from ddpm.derivation.densities import Undecided
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.hidden import hold_as_defined
from ddpm.derivation.mutants import Claim
from ddpm.derivation.symbols import (
    C,
    T,
    alpha,
    alpha_bar,
    beta,
    beta_tilde,
    epsilon,
    epsilon_theta,
    family,
    s,
    sqrt,
    t,
    x,
)

y, z = sp.symbols("y z", real=True)
w = sp.Symbol("w", positive=True)
v, m = family("v", "v"), family("m", "m")
NET, TOTAL = epsilon_theta(x[t], t), 1 - alpha_bar[t]
V = sqrt(alpha_bar[t]) * epsilon - sqrt(TOTAL) * x[0]
GIVEN = {v[t]: V}


def refused(chain, end, using, match="known for numbers"):
    steps, claims, premises = list(chain.steps), list(chain.claims), dict(chain.premises)
    with pytest.raises(Undecided, match=match):
        chain.step(end, "put in", using=using)
    assert (chain.steps, chain.claims, chain.premises) == (steps, claims, premises)


def test_a_mean_of_a_number_is_no_mean_of_what_is_random():
    refused(Chain(E_noise(v[t])).step(v[t], "a constant"), V, GIVEN)
    refused(Chain(v[t]).step(V, "put in", using=GIVEN).step(v[t], "back", using=GIVEN), E_noise(v[t]), None)
    refused(Chain(E_noise(v[t] * NET)).step(v[t] * E_noise(NET), "a factor"), V * E_noise(NET), GIVEN)
    refused(Chain(E_q(v[t] ** 2)).step(v[t] ** 2, "a constant"), x[t] ** 2, {v[t]: x[t]})
    refused(
        Chain(E_noise(y * epsilon)).step(y * E_noise(epsilon), "a factor"), epsilon * E_noise(epsilon), {y: epsilon}
    )


def test_a_chain_that_is_used_brings_along_what_it_took_for_a_number():
    constant = Chain(E_q(v[t] ** 2)).step(v[t] ** 2, "a constant")
    again = Chain(2 * E_q(v[t] ** 2)).step(2 * v[t] ** 2, "above", using=[constant])
    for using, factor in ((constant, 1), (again, 2)):
        refused(Chain(factor * E_q(v[t] ** 2) + y), factor * x[t] ** 2 + y, [using, {v[t]: x[t]}])
    put_in = Chain(v[t]).step(V, "put in", using=GIVEN)
    refused(Chain(E_noise(v[t] + y)).step(v[t] + y, "constants"), V + y, put_in)


def test_a_family_at_another_time_is_random_too():
    summed = Chain(sp.Sum(E_noise(v[s]), (s, 1, T))).step(sp.Sum(v[t], (t, 1, T)), "constants")
    refused(summed, sp.Sum(V, (t, 1, T)), GIVEN)


def test_what_holds_of_what_is_random_stays():
    end = -sqrt(TOTAL) * E_noise(x[0])
    assert Chain(E_noise(v[t])).step(end, "put in", using=GIVEN).steps
    chain = Chain(E_noise((v[t] - NET) ** 2)).step(E_noise((NET - v[t]) ** 2), "turned")
    assert chain.step(E_noise((NET - V) ** 2), "put in", using=GIVEN).steps
    number = Chain(E_noise(m[t] * epsilon**2)).step(m[t], "a number").step(3, "put in", using={m[t]: 3})
    assert number.step(3 * E_noise(1), "").last == 3 * E_noise(1)


def holds(left, right, given) -> bool:
    try:
        hold_as_defined([Claim(left, sp.sympify(right), {}, ())], given)
    except Undecided:
        return False
    return True


def test_what_a_name_shows_is_not_hidden():
    other = epsilon_theta(x[s], s)
    assert holds(E_noise(NET * other), E_noise(other * NET), {NET: x[t]})
    index = sp.Sum(m[t] * m[t - 1], (t, 1, T))
    assert holds(index, 1 * index, {m[t]: t**2})
    assert holds(E_noise(m[t] * m[s]), E_noise(m[s] * m[t]), {m[t]: sp.Integer(3)})
    assert not holds(E_noise(v[t] * v[s]), E_noise(v[s] * v[t]), GIVEN), "only one of them is put in"


def test_two_names_are_put_in_together():
    product = E_noise(v[t] * m[t])  # 0 if one of them is noise and the other a number
    assert holds(product, 0, {v[t]: epsilon}) and holds(product, 0, {m[t]: epsilon})
    assert not holds(product, 0, {v[t]: epsilon, m[t]: epsilon})


@pytest.mark.parametrize(
    "start, end, given",
    [
        (sp.Sum(y * m[t], (t, 1, T)), y * sp.Sum(m[t], (t, 1, T)), {y: alpha_bar[t]}),
        (sp.Sum(m[T] * m[t], (t, 1, T)), m[T] * sp.Sum(m[t], (t, 1, T)), {m[T]: t}),
        (sp.Product(w, (t, 1, T)), w**T, {w: alpha_bar[t]}),
        (sp.Sum(C[t], (t, 1, T)), T * C, {C: alpha_bar[t]}),
        (sp.Derivative(v[t] * y, y), v[t], {v[t]: y**2}),
        (sp.Integral(v[t] * y, (y, 0, 1)), v[t] / 2, {v[t]: y**2}),
        (sp.Limit(v[t] * y, y, 0), sp.S.Zero, {v[t]: 1 / y}),
        (KL(Normal(x[t], v[t], w), Normal(x[t], 0, w)), v[t] ** 2 / (2 * w), {v[t]: x[t]}),
        (KL(Normal(y, v[t], w), Normal(y, 0, w)), v[t] ** 2 / (2 * w), {v[t]: y}),
    ],
)
def test_a_name_that_hides_what_is_bound_is_no_number(start, end, given):
    assert not holds(start, end, given)
    assert holds(start, end, {old: sp.Integer(3) for old in given}) and holds(start, end, {z: y})


def test_a_name_that_hides_a_zero_does_not_cancel():
    total, before = 1 - alpha_bar[t], 1 - alpha_bar[t - 1]
    tilde = before / total * beta[t]
    given = {beta_tilde[t]: tilde}
    start, end = 2 * beta_tilde[t] * KL(Normal(y, z, beta_tilde[t]), Normal(y, 0, beta_tilde[t])), z**2
    refused(Chain(start).step(end, "cancelled"), z**2 + tilde - tilde, given)
    assert Chain(start, where={t: 2}).step(end, "cancelled").step(end + tilde - tilde, "put in", using=given).steps
    refused(Chain(before / beta_tilde[t]), total / beta[t], given, match="has no value where t = 1")
    assert Chain(before - beta_tilde[t]).step(alpha[t] * before**2 / total, "put in", using=given).steps
    r = family("r", "r", positive=True)
    chain = Chain(r[t]).step(alpha[t] * r[t - 1] + y, "a recurrence", using={r[t]: alpha[t] * r[t - 1] + y})
    assert chain.steps, "a family that stands in its own definition is left"
