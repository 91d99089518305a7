"""Names that are random by definition: what a mean takes for a number is not put in as random, before or after."""

import pytest
import sympy as sp

from ddpm.derivation.chain import Chain
from ddpm.derivation.densities import Undecided
from ddpm.derivation.expectation import E_noise, E_q
from ddpm.derivation.symbols import T, alpha_bar, epsilon, epsilon_theta, family, s, sqrt, t, x

y = sp.Symbol("y", real=True)
v, m = family("v", "v"), family("m", "m")
NET, TOTAL = epsilon_theta(x[t], t), 1 - alpha_bar[t]
V = sqrt(alpha_bar[t]) * epsilon - sqrt(TOTAL) * x[0]
GIVEN = {v[t]: V}


def refused(chain, end, using):
    steps = list(chain.steps)
    with pytest.raises(Undecided, match="known for numbers"):
        chain.step(end, "put in", using=using)
    assert chain.steps == steps


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
    assert number.step(3 * E_noise(1), "").means and number.last == 3 * E_noise(1)
    assert not Chain(v[t]).step(V, "put in", using=GIVEN).means
