"""Terms of sums and products that have no value where the index runs, though it cancels elsewhere."""

import pytest
import sympy as sp

from ddpm.derivation.densities import Undecided
from ddpm.derivation.expectation import E_q
from ddpm.derivation.proofs import find_proof
from ddpm.derivation.settle import settle
from ddpm.derivation.symbols import T, alpha, alpha_bar, beta, family, function, log, mu_tilde, s, t, x
from ddpm.derivation.values import terms_have_values

y = sp.Symbol("y", real=True)
k = sp.Symbol("k", integer=True, positive=True)
i = sp.Symbol("i", integer=True)
m, g = family("m", "m"), function("g", "g")
Sum, Product = sp.Sum, sp.Product
with sp.evaluate(False):
    LOST = [
        (Product((s - 3) / (s - 3), (s, 1, T)), 1, {}),
        (Product((s - 3) / (s - 3), (s, 1, 5)), 1, {}),
        (Sum(y * (s - 100) / (s - 100), (s, 1, T)), T * y, {}),
        (Sum(0 * log(s - 2), (s, 1, T)), 0, {}),
        (Sum((2 * s - 6) ** 0, (s, 1, T)), T, {}),
        (Sum(m[s] * s / s, (s, 0, T)), Sum(m[s], (s, 0, T)), {}),
        (Sum(m[s - 1] - m[s - 1], (s, 0, T)), 0, {}),
        (Sum(alpha[s - 1] - alpha[s - 1], (s, 1, T)), 0, {}),
        (Sum(beta[s] - beta[s], (s, 0, T)), 0, {}),
        (Sum(alpha_bar[s - 2] - alpha_bar[s - 2], (s, 1, T)), 0, {}),
        (Sum(m[3 - s] - m[3 - s], (s, 1, 4)), 0, {}),
        (Sum(alpha[t - s] - alpha[t - s], (s, 1, t)), 0, {}),
        (Sum(mu_tilde(s, y, y) - mu_tilde(s, y, y), (s, -1, T)), 0, {}),
        (Product((1 - alpha_bar[s - 1]) / (1 - alpha_bar[s - 1]), (s, 1, T)), 1, {}),
        (Product((1 - alpha_bar[2 * s - 4]) / (1 - alpha_bar[2 * s - 4]), (s, 1, T)), 1, {}),
        (Sum(0 * (s - 3) ** (1 - s), (s, 1, T)), 0, {}),
        (Product((i + 2) / (i + 2), (i, -2, T)), 1, {}),
        (Sum((s - t) / (s - t), (s, 1, T)), T, {}),
        (Sum(Sum((s - k) / (s - k), (s, 1, k)), (k, 1, T)), Sum(k, (k, 1, T)), {}),
        (Sum((k - s) / (k - s), (s, 1, T), (k, 1, T)), T**2, {}),
        (1 + 2 * Sum((s - 3) / (s - 3), (s, 1, T)), 1 + 2 * T, {}),
        (E_q(x[0] * Sum((s - 3) / (s - 3), (s, 1, T))), T * E_q(x[0]), {}),
        (Sum(0 * sp.gamma(2 - s), (s, 1, T)), 0, {}),
        (Sum(0 * sp.gamma(s - 1), (s, 1, T)), 0, {}),
        (Sum(0 * sp.loggamma(s), (s, 0, T)), 0, {}),
        (Sum(0 * sp.polygamma(0, s - t), (s, 1, T)), 0, {}),
        (Sum(0 * sp.beta(y, s - 1), (s, 1, T)), 0, {}),
        (Sum(0 * sp.beta(s - 1, y), (s, 1, T)), 0, {}),
        (Sum(0 * sp.factorial(s - 2), (s, 1, T)), 0, {}),
        (Sum(sp.gamma(s - 4) / sp.gamma(s - 4), (s, 1, T)), T, {}),
    ]
    KEPT = [
        (Product((s - 3) / (s - 3), (s, 4, T)), 1, {T: 3}),
        (Product((s - 3) / (s - 3), (s, 1, 2)), 1, {}),
        (Product((s + 3) / (s + 3), (s, 1, T)), 1, {}),
        (Product((2 * s - 3) / (2 * s - 3), (s, 1, T)), 1, {}),
        (Product((s - 3) ** 2 * (s - 3), (s, 1, T)), Product((s - 3) ** 3, (s, 1, T)), {}),
        (Sum(m[s] * s / s, (s, 1, T)), Sum(m[s], (s, 1, T)), {}),
        (Sum((s - y) / (s - y), (s, 1, T)), T, {}),
        (Sum((s - t) / (s - t), (s, 1, t - 1)), t - 1, {}),
        (Sum((s - t) / (s - t), (s, t + 1, t + T)), T, {}),
        (Sum((s + T) / (s + T), (s, 1, T)), T, {}),
        (Product((1 - alpha_bar[s - 1]) / (1 - alpha_bar[s - 1]), (s, 2, T)), 1, {}),
        (Product((1 - alpha_bar[s]) / (1 - alpha_bar[s]), (s, 1, T)), 1, {}),
        (Sum(Sum((s - k - 1) / (s - k - 1), (s, 1, k)), (k, 1, T)), Sum(k, (k, 1, T)), {}),
        (Sum(alpha[s] - alpha[s], (s, 1, T)), 0, {}),
        (Sum(alpha_bar[s] - alpha_bar[s], (s, 0, T)), 0, {}),
        (Sum(m[t - s] - m[t - s], (s, 1, t)), 0, {}),
        (Sum(m[s - t] - m[s - t], (s, 1, T)), 0, {}),
        (Sum(g(s - 2) - g(s - 2), (s, 1, T)), 0, {}),
        (Sum(log(s) - log(s), (s, 1, T)), 0, {}),
        (Sum(1 / (1 + s / y), (s, 1, T)), Sum(y / (y + s), (s, 1, T)), {}),
        (Sum(y * log(2 + s / t), (s, 1, T)), y * Sum(log(2 + s / t), (s, 1, T)), {}),
        (Sum(0 * sp.gamma(T + 1 - s), (s, 1, T)), 0, {}),
        (Sum(0 * sp.gamma(s - 1), (s, 2, T)), 0, {}),
        (Sum(0 * sp.gamma(s - sp.S.Half), (s, 0, T)), 0, {}),
        (Sum(0 * sp.factorial(s - 1), (s, 1, T)), 0, {}),
        (Sum(0 * sp.beta(y, s), (s, 1, T)), 0, {}),
        (Sum(0 * sp.polygamma(s, y), (s, 0, T)), 0, {}),
        (Sum(y * sp.gamma(2 - t), (s, 1, T)), T * y * sp.gamma(2 - t), {}),
    ]


@pytest.mark.parametrize("left, right, where", LOST)
def test_a_term_without_a_value_is_no_term(left, right, where):
    for sides in ((left, right), (right, left)):
        for decide in (settle, find_proof):
            with pytest.raises(Undecided, match="has no value where"):
                decide(*map(sp.sympify, sides), where)


@pytest.mark.parametrize("left, right, where", KEPT)
def test_a_term_with_a_value_is_one(left, right, where):
    assert find_proof(left, sp.sympify(right), where)


def test_what_rules_would_cancel():
    for left, right in (
        (Sum((s - 3) * (s + 3) / (s**2 - 9), (s, 1, T)), T),
        (Product((s**2 - 4) / ((s - 2) * (s + 2)), (s, 1, T)), 1),
        (Sum(1 / (s - 3) - 1 / (s - 2), (s, 1, t)), -sp.S.Half - 1 / (t - 2)),
    ):
        with pytest.raises(Undecided, match="has no value where s = "):
            settle(left, right)


def test_where_a_range_begins():
    terms_have_values(Sum(1 / (s - 2), (s, t, T)), {t: 3})
    with pytest.raises(Undecided, match="has no value where s = 2"):
        terms_have_values(Sum(1 / (s - 2), (s, t, T)), {t: 2})
    terms_have_values(Sum(1 / (s - 2), (s, k, T), (k, 3, T), (i, 1, T)), {})
    with pytest.raises(Undecided, match="has no value where s = 2"):
        terms_have_values(Sum(1 / (s - 2), (s, k, T), (k, 2, T), (i, 1, T)), {})
