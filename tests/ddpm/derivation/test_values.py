"""Terms of sums and products that have no value where the index runs, though it cancels elsewhere."""

import re

import pytest
import sympy as sp

from ddpm.derivation.densities import Undecided, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.premises import equalities
from ddpm.derivation.proofs import find_proof
from ddpm.derivation.settle import settle
from ddpm.derivation.symbols import (
    T,
    alpha,
    alpha_bar,
    beta,
    epsilon,
    family,
    function,
    log,
    mu_tilde,
    s,
    sqrt,
    t,
    x,
)
from ddpm.derivation.values import lost_parts, terms_have_values

y, z = sp.symbols("y z", real=True)
k = sp.Symbol("k", integer=True, positive=True)
i = sp.Symbol("i", integer=True)
before, total = 1 - alpha_bar[t - 1], 1 - alpha_bar[t]
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
        (Product((1 - alpha_bar[2 * s - 4]) / (1 - alpha_bar[2 * s - 4]), (s, 2, T)), 1, {}),
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


FROM_2 = {t: 2}


@pytest.mark.parametrize(
    "left, right, where",
    [
        ((t**2 - 1) / (t - 1), t + 1, FROM_2),
        ((1 - alpha_bar[t - 1] ** 2) / (1 - alpha_bar[t - 1]), 1 + alpha_bar[t - 1], FROM_2),
        (log(1 - alpha_bar[t - 1]) * 0 + y * log(1 - alpha_bar[t - 1]), log(1 - alpha_bar[t - 1]) * y, FROM_2),
        (alpha_bar[t] / alpha_bar[t - 2], alpha[t] * alpha[t - 1], FROM_2),
        (q(x[t] | (x[t - 1], x[t - 2])), q(x[t] | x[t - 1]), FROM_2),
        ((x[t - 1] ** 2 - x[0] ** 2) / (x[t - 1] - x[0]), x[t - 1] + x[0], FROM_2),
        ((t**2 - s**2) / (t - s), t + s, None),
        ((m[t] ** 2 - m[s] ** 2) / (m[t] - m[s]), m[t] + m[s], None),
        ((alpha_bar[t] ** 2 - alpha_bar[s] ** 2) / (alpha_bar[t] - alpha_bar[s]), alpha_bar[t] + alpha_bar[s], None),
        ((m[t] ** 2 - m[t - 1] ** 2) / (m[t] - m[t - 1]), m[t] + m[t - 1], {}),
        (1 / (t + 1) + 1 / (T + t), 1 / (1 + t) + 1 / (t + T), {}),
        (Sum(y / log(s + 1), (s, 1, t)) * 2, Sum(2 * y / log(s + 1), (s, 1, t)), {}),
        (log(t + 1) ** 2 / (2 * log(t + 1)), log(t + 1) / 2, {}),
    ],
)
def test_a_symbol_runs_from_its_least_value_on(left, right, where):
    """Undecided from 1 on, proved from where all has a value on: {} from 1, None nowhere."""
    if where != {}:
        with pytest.raises(Undecided, match="has no value where"):
            settle(left, right)
    if where is not None:
        assert settle(left, right, where).by == "symbols"


@pytest.mark.parametrize(
    "body",
    [
        1 / log(s),
        1 / (sqrt(s) - 2),
        1 / (sp.factorial(s) - 6),
        1 / (1 + (-1) ** s),
        1 / (2**s - 8),
        1 / sp.floor(s / 2),
        1 / (2 * s - T),
        1 / (s**2 - T),
        sp.zeta(s),
        sp.li(s),
        sp.tan(sp.pi * s / 2),
        sp.sec(sp.pi * s / 2),
        sp.csc(sp.pi * s / 3),
        sp.atanh(1 / s),
        sp.acoth(s),
        sp.coth(s - 1),
        sp.Ei(s - 1),
        sp.digamma(s - 1),
        sp.harmonic(s - 2),
        1 / (m[s] - m[t]),
    ],
)
def test_a_term_that_may_be_without_a_value(body):
    with pytest.raises(Undecided, match="(has|may have) no value"):
        find_proof(Sum(body, (s, 1, T)), Sum(body, (s, 1, T)), {})
    assert find_proof(body, body, {})


@pytest.mark.parametrize(
    "body",
    [
        1 / (s**2 - 2),
        1 / (s**2 + y),
        1 / (2**s + 1),
        1 / (sqrt(s) + 1),
        1 / (sp.factorial(s) + 6),
        1 / (2 * s - 1),
        1 / (s - sqrt(2)),
        1 / (1 - alpha_bar[s]),
        1 / (m[s] - m[s - 1]),
        sp.sec(sp.pi * s),
        sp.coth(s),
        sp.zeta(s + 1),
        sp.tan(y),
        sp.harmonic(s - 1),
        log(m[s]),
    ],
)
def test_a_term_that_has_a_value(body):
    assert find_proof(Sum(body, (s, 1, T)), Sum(body, (s, 1, T)), {})


@pytest.mark.parametrize(
    "end",
    [
        T / 2,
        sp.Symbol("v", positive=True),
        sqrt(T),
        log(T),
        sp.Rational(5, 2),
        m[1],
        sqrt(2) * T * (T - 1) / 2,
        m[1] * T * (T - 1),
        (T**2 - T) * (T - 2) / 12,
    ],
)
def test_a_sum_ends_at_a_whole_number(end):
    for limits in ((s, 1, end), (s, end, T)):
        with pytest.raises(Undecided, match="may be no whole number"):
            find_proof(Sum(1, limits), limits[2] - limits[1] + 1, {})


@pytest.mark.parametrize(
    "end", [T * (T + 1) / 2, T**2, sp.floor(T / 2), T * (T + 1) * (T + 2) / 6, T * (t + 1) * (T + 1) / 2]
)
def test_a_sum_to_a_whole_number(end):
    assert find_proof(Sum(y, (s, 1, end)), y * end, {})
    assert settle(alpha_bar[end], alpha_bar[end]).by == "symbols"


@pytest.mark.parametrize("time", [t / 2, y, sp.S.Half, T * (t + 1) / 2])
def test_a_time_is_a_whole_number(time):
    with pytest.raises(Undecided, match="may be no whole number"):
        settle(alpha_bar[time], alpha_bar[time - 1] * alpha[time])


V, W = sp.symbols("v w", positive=True)


@pytest.mark.parametrize("variance", [y, V - W, alpha[t] - alpha[s], log(alpha_bar[t]), m[t], alpha_bar[t] - 1])
def test_a_variance_that_may_be_below_0(variance):
    density = Normal(y, 0, variance)
    for expr in (density, sp.sign(density), sp.Abs(density), KL(density, Normal(y, 1, variance))):
        with pytest.raises(Undecided, match=re.escape(f"the variance {variance} may be below 0")):
            settle(expr, expr)


@pytest.mark.parametrize(
    "variance", [y**2, V, 1 - alpha_bar[t], beta[t] * (1 - alpha_bar[t - 1]) / V + W, V - V * alpha[t]]
)
def test_a_variance_that_is_one(variance):
    assert settle(sp.log(Normal(y, 0, variance)) + y, y + sp.log(Normal(y, 0, variance))).by == "symbols"


with sp.evaluate(False):
    NOTHING = [
        sp.atanh(1) - sp.atanh(1),
        sp.zeta(1) - sp.zeta(1),
        sp.digamma(0) * 0,
        sp.cot(sp.pi * t) * 0,
        log(1 - alpha_bar[0]) * 0,
        (1 - alpha_bar[0]) / (1 - alpha_bar[0]) - 1,
        0 / (alpha[t] + beta[t] - 1),
        0 / (sp.sin(y) ** 2 + sp.cos(y) ** 2 - 1),
        0 / E_noise(epsilon),
        0 / (E_q(x[t]) - sqrt(alpha_bar[t]) * E_q(x[0])),
        log(E_noise(epsilon**2) - 1) * 0,
        0 / KL(q(x[0]), q(x[0])),
        log(0) * 0,
        sp.LambertW(0, -2) * 0,
        sp.erfinv(1) * 0,
        Normal(y, 0, 1 - alpha_bar[0]) * 0,
    ]
    SOMETHING = [
        y / y - 1,
        0 * log(alpha_bar[t]),
        0 / E_noise(epsilon**2),
        sp.atanh(y) - sp.atanh(y),
        (1 - alpha_bar[t]) / (1 - alpha_bar[t]) - 1,
        Normal(y, 0, V) * 0,
    ]


@pytest.mark.parametrize("written", NOTHING)
def test_what_has_no_value_does_not_cancel(written):
    with pytest.raises(Undecided, match="no value"):
        settle(written, sp.S.Zero)


@pytest.mark.parametrize("written", SOMETHING)
def test_what_has_a_value_cancels(written):
    assert settle(written, sp.S.Zero).by == "symbols"


def test_a_zero_of_a_smooth_function_may_lie_before_the_range():
    for fraction, proved in ((y / log(t), y), (y / (sqrt(t) - 1), y), (y / (2**t - 2), y)):
        with pytest.raises(Undecided, match="may have no value at some t"):
            settle(fraction * z, fraction * proved * z / y)
        assert settle(fraction * z, fraction * proved * z / y, FROM_2).by == "symbols"


def test_a_variance_that_is_0_at_first():
    step_back = Normal(y, 0, beta[t] * (1 - alpha_bar[t - 1]))
    with pytest.raises(Undecided, match="has no value where t = 1"):
        settle(step_back * y, y * step_back)
    for density in (step_back, 1 / (1 + step_back), log(step_back)):
        assert settle(density * y, y * density, FROM_2).by == "symbols"


def test_nothing_is_divided_by():
    with pytest.raises(Undecided, match="may have no value at some s"):
        terms_have_values(Sum(sp.Pow(0, -s, evaluate=False), (s, 1, T)), {})


def test_parts_that_are_lost():
    with sp.evaluate(False):
        written = 1 / (y + y) + log(s - 4) * 0 + (s - 3) / (s - 3)
    assert set(map(str, lost_parts(written, 1 + 1 / (2 * y)))) == {"1/(s - 4)", "1/(s - 3)"}


def test_where_a_range_ends_and_what_is_bound_without_a_range():
    with sp.evaluate(False):
        other = s + (s - 3) / (s - 3)
        for limits in ((k, 1, other), (k, other, 2 * s)):
            with pytest.raises(Undecided, match="has no value where s = 3"):
                terms_have_values(Sum(y, limits, (s, 1, T), (i, 1, T)), {})
    terms_have_values(sp.Subs(1 / (s - 3), s, 2), {}, free=True)
    with pytest.raises(Undecided, match="has no value where s = 3"):
        terms_have_values(1 / (s - 3), {}, free=True)


def test_a_range_of_the_same_name_further_inside():
    with sp.evaluate(False):
        end = k + (k - 3) / (k - 3)
        terms_have_values(Sum(Sum(y, (k, 1, end)), (k, 1, 2)), {})
        with pytest.raises(Undecided, match="has no value where k = 3"):
            terms_have_values(Sum(Sum(y, (k, 1, end)), (k, 1, 3)), {})
    for body in (1 / (k - 2), sp.gamma(k - 2)):
        terms_have_values(Sum(Sum(body, (k, k, T)), (k, 3, T)), {})
        with pytest.raises(Undecided, match="has no value where k = "):
            terms_have_values(Sum(Sum(body, (k, k, T)), (k, 2, T)), {})


def test_a_free_symbol_beside_an_index():
    after, at = (Sum(y / (s - t), (s, first, t + T)) for first in (t + 1, t))
    assert settle(after, after).by == "symbols"
    with pytest.raises(Undecided, match="has no value where s = t"):
        settle(at, at)


def test_an_end_with_two_symbols_is_whole_for_all_of_their_remainders():
    terms_have_values(Sum(y, (s, 1, t * (t + 1) * T / 2)), {})
    with pytest.raises(Undecided, match="may be no whole number"):
        terms_have_values(Sum(y, (s, 1, t * T / 2)), {})  # both odd


def test_few_points_show_that_an_end_is_whole(monkeypatch):
    tried, xreplace = [], sp.Basic.xreplace
    monkeypatch.setattr(sp.Mul, "xreplace", lambda self, rule: tried.append(rule) or xreplace(self, rule))
    terms_have_values(Sum(y, (s, 1, sp.prod(T + i for i in range(7)) / sp.factorial(7))), {})
    assert len(tried) == 8
    many = sp.symbols("n:20", integer=True)
    for end in (sp.prod(many) / 2, T ** (10**9) / 2, (T**100 + 1) ** 100 * T / 2):
        tried.clear()
        with pytest.raises(Undecided, match="may be no whole number"):
            terms_have_values(Sum(y, (s, 1, end)), {})
        assert len(tried) <= 1


@pytest.mark.parametrize(
    "left, right, using, at",
    [
        (before / g(t), total / beta[t], {g(t): before / total * beta[t]}, "t = 1"),
        (before * m[t], 1, {m[t]: 1 / before}, "t = 1"),
        (Sum(y / g(s) * (s - 3), (s, 1, T)), T * y, {g(s): s - 3}, "s = 3"),
    ],
)
def test_what_is_put_in_has_a_value_too(left, right, using, at):
    given = equalities(using)
    if left.has(Sum):
        given = [known._replace(general=True) for known in given]
    with pytest.raises(Undecided, match=f"has no value where {at}"):
        settle(left, right, using=given)
    if not left.has(Sum):
        assert settle(left, right, FROM_2, using=given).by == "symbols"
