"""What vanishes for all values of its symbols, what is positive, and what only looks like it."""

import pytest
import sympy as sp

from ddpm.derivation.algebra import is_nonnegative, is_positive, positive_factors, vanishes
from ddpm.derivation.symbols import T, alpha, alpha_bar, beta, exp, family, function, log, s, sqrt, t, x

y, z = sp.symbols("y z", real=True)
v, w, u = sp.symbols("v w u", positive=True)
n, k = sp.symbols("n k", integer=True, positive=True)
low = sp.Symbol("low", nonnegative=True)
f = sp.Function("f")
c = sp.Symbol("c")
m, r = family("m", "m"), family("r", "r", positive=True)
F = function("F", "F")
K = sqrt(v + sqrt(w))
A, B = F((y + 1) * z), F(y * z + z)  # the same in two forms


def logs(first):
    """0 where 1 - alpha_bar[s - 1] is above 0, which it is not at s = 1."""
    one, two = 1 - alpha_bar[s - 1], 1 - alpha_bar[s]
    return sp.Product(log(one * two), (s, first, t)) - sp.Product(log(one) + log(two), (s, first, t))


@pytest.mark.parametrize(
    "difference",
    [
        sp.S.Zero,
        (y + z) ** 2 - y**2 - 2 * y * z - z**2,
        (y**2 - z**2) / (y - z) - (y + z),
        1 / (1 / y + 1 / z) - y * z / (y + z),
        sp.Rational(1, 3) * (3 * y) - y,
        y ** sp.Rational(1, 3) * y ** sp.Rational(2, 3) - y,
        # roots
        sqrt((v + w) * (v + 2 * w)) - sqrt(v + w) * sqrt(v + 2 * w),
        sqrt(v**2 + 2 * v + 1) - v - 1,
        1 / sqrt(v + w) - sqrt(v + w) / (v + w),
        sqrt(v**2 * w + v**3) - v * sqrt(w + v),
        (v * w + w) ** sp.Rational(3, 2) - (v + 1) * w * sqrt(v + 1) * sqrt(w),
        sqrt(low * v + low) - sqrt(low) * sqrt(v + 1),
        sqrt(1 + sqrt(v + w) ** 2) - sqrt(1 + v + w),
        (K + u) * (K - u) * (K + 2) * (K - 2) - (v + sqrt(w) - u**2) * (v + sqrt(w) - 4),
        sqrt(v + w) * (sqrt(v + w) + y) - v - w - y * sqrt(w + v),
        # logs
        log(v * w / u) - log(v) - log(w) + log(u),
        log((v + w) ** 2) - 2 * log(v + w),
        log(sqrt(v + w)) - log(v + w) / 2,
        log(v**2 + v * w) - log(v) - log(v + w),
        log(2 * v) - log(2) - log(v),
        log(v**2 + 2 * v * w + w**2) - 2 * log(v + w),
        log(A + B) - log(2 * A),
        log(sqrt(A**2 + 1) + 2) - log(2 + sqrt(1 + B**2)),
        # exponentials
        exp(y * (y + z)) - exp(y**2) * exp(y * z),
        (exp(y) + 1) * (exp(y) - 1) - exp(2 * y) + 1,
        (exp(-y * z) + 2) * (exp(y * z) + 2) - 5 - 2 * exp(y * z) - 2 * exp(-y * z),
        (exp(y / 2) + 1) ** 2 * exp(-y / 2) - exp(y / 2) - 2 - exp(-y / 2),
        sqrt(exp(y)) - exp(y / 2),
        sqrt(exp(y * (z + 1))) - sqrt(exp(y * z + y)),
        # powers
        v ** (2 * t + 1) + v - v * (v**t * v**t + 1),
        (v**t + 1) * (v**t - 1) - v ** (2 * t) + 1,
        (2**t + 1) * (2**-t + 1) - 2 - 2**t - 2**-t,
        (2 ** (t + 1) - 2) - 2 * (2**t - 1),
        sp.S.Half**t - 2**-t,
        sp.Rational(2, 3) ** t - sp.Rational(3, 2) ** -t,
        (sp.S.Half ** (t + 1) + 1) * 2 - 2**-t - 2,
        (sp.S.Half**t + 1) * (2**t + 1) - 2 - 2**t - 2**-t,
        (sp.Rational(2, 3) ** (t + 1) + 1) * 3 - 2 * sp.Rational(2, 3) ** t - 3,
        sqrt(r[t] * v + r[t]) - sqrt(r[t]) * sqrt(v + 1),
        sqrt(sp.Abs(y) * v + sp.Abs(y)) - sqrt(sp.Abs(y)) * sqrt(v + 1),
        # functions of equal arguments
        f(y + z, y * (z + 1)) - f(z + y, y * z + y),
        f((y**2 - 1) / (y - 1)) - f(y + 1),
        sp.sin(2 * (y + z)) - sp.sin(2 * y + 2 * z),
        m[t] * x[t] - x[t] * m[t],
        y ** ((z + 1) * z) - y ** (z**2 + z),
    ],
)
def test_what_vanishes(difference):
    assert vanishes(difference, {})


@pytest.mark.parametrize(
    "difference",
    [
        y,
        sp.S.One,
        sp.Rational(2, 3),
        sp.nan,
        sp.zoo,
        sp.oo,
        -sp.oo,
        y + sp.zoo,
        1 / (y - y * (z + 1) + y * z),  # a denominator that is 0
        y ** sp.Rational(1, 3) - y ** sp.Rational(2, 3),
        sqrt(y**2 + 2 * y + 1) - y - 1,
        sqrt(y * v + v) - sqrt(v) * sqrt(-y - 1),
        sqrt((y - 1) * (z - 1)) - sqrt(y - 1) * sqrt(z - 1),
        sqrt(v + w) * (sqrt(v + w) + 1) - sqrt(v + w),
        sqrt(v + w) * y - y,
        sqrt(v + w) * y - (v + w) * y,
        log(y * z) - log(y) - log(z),
        log(v - w) - log(v) + log(w),
        log(low * v + low) - log(low) - log(v + 1),  # no log of 0
        exp(y) - exp(z),
        exp(2 * y) - exp(y),
        exp(y * z) * exp(y) - exp(y * z),
        (exp(y / 2) + 1) ** 2 - (exp(y) + 1) ** 2,
        v**t - v**s,
        v**t - w**t,
        v ** (t + 1) - v**t - v,
        v ** (2 * t) - v**t,
        v ** (sp.I * y / 2) - sqrt(v ** (sp.I * y)),  # not where y * log(v) is 2 * pi
        2**t - 3**t,
        2**t - 2**-t,
        y**t * z**t - y**s * z**s,
        f(y) - f(z),
        f(y, z) - f(z, y),
        f(y, z) - f(y),
        sp.sin(y) - sp.cos(y),
        m[t] - m[t + 1],
        m[t] - r[t],
        sqrt(m[t] * m[s]) - sqrt(m[t]) * sqrt(m[s]),
        sqrt(f(y) * f(z)) - sqrt(f(y)) * sqrt(f(z)),
        sqrt(exp(2 * c)) - exp(c),
        2**-t - sp.Rational(2, 3) ** t,
        sp.S.Half**t - 2**t,
        3**-t - 2**-t,
        sp.Derivative(F(y), y),
        sp.Derivative(F(y), y) - sp.Derivative(F(z), z),
        sp.Integral(F(y), (y, 0, 1)) - F(y),
        sp.Integral(F(y), (y, 0, 1)) - sp.Integral(F(z), (z, 0, 2)),
        sp.Piecewise((y, y > 0), (z, True)) - sp.Piecewise((y, y < 0), (z, True)),
        sp.Derivative(f(y), y) - sp.Derivative(f(z), z),
    ],
)
def test_what_does_not(difference):
    assert not vanishes(difference, {})


@pytest.mark.parametrize(
    "difference, lowest",
    [
        (alpha_bar[0] - 1, {}),
        (alpha_bar[2] * alpha_bar[t] - alpha[1] * alpha[2] * alpha_bar[t - 1] * alpha[t], {}),
        (alpha_bar[3] - alpha[1] * alpha[2] * alpha[3], {}),
        (alpha_bar[t + 2] - alpha_bar[t] * alpha[t + 1] * alpha[t + 2], {}),
        (alpha_bar[t - 2] * alpha[t - 1] - alpha_bar[t - 1], {}),
        (alpha_bar[t] / alpha_bar[t - 3] - alpha[t - 2] * alpha[t - 1] * alpha[t], {}),
        (sqrt(alpha_bar[t] / alpha_bar[t - 1]) - sqrt(alpha[t]), {}),
        (sqrt((1 - alpha_bar[t]) * (1 - alpha_bar[t - 1])) - sqrt(1 - alpha_bar[t]) * sqrt(1 - alpha_bar[t - 1]), {}),
        (log((1 - alpha_bar[t]) * (1 - alpha[s])) - log(1 - alpha_bar[t]) - log(1 - alpha[s]), {}),
        (log((1 - alpha_bar[t]) * (1 - alpha_bar[t - 1])) - log(1 - alpha_bar[t]) - log(1 - alpha_bar[t - 1]), {t: 2}),
        (log((alpha[t] - alpha_bar[t]) / alpha[t]) - log(1 - alpha_bar[t - 1]), {t: 2}),
        (alpha_bar[T] * alpha_bar[t] - alpha_bar[t - 1] * alpha[t] * alpha_bar[T - 1] * alpha[T], {}),
        (sqrt((1 - alpha_bar[t]) * (1 - alpha_bar[T])) - sqrt(1 - alpha_bar[t]) * sqrt(1 - alpha_bar[T]), {}),
    ],
)
def test_the_schedule(difference, lowest):
    assert vanishes(difference, lowest)


@pytest.mark.parametrize(
    "difference, lowest",
    [
        (alpha_bar[1] - 1, {}),
        (alpha_bar[-1] - 1, {}),
        (alpha_bar[0] - alpha[0], {}),
        (alpha_bar[3] - alpha[2] * alpha[3], {}),
        (alpha_bar[t] - alpha_bar[t - 1], {}),
        (alpha_bar[t] - alpha_bar[t - 1] * alpha[t - 1], {}),
        (alpha_bar[t] - alpha_bar[T], {}),
        (alpha_bar[t + 1] - alpha_bar[t] * alpha[t], {}),
        (sqrt((1 - alpha_bar[t]) ** 2) - alpha_bar[t] + 1, {}),
        (beta[t] - alpha[t], {}),
        (log((1 - alpha_bar[t]) * (1 - alpha_bar[t - 1])) - log(1 - alpha_bar[t]) - log(1 - alpha_bar[t - 1]), {}),
        (log((alpha[t] - alpha_bar[t]) / alpha[t]) - log(1 - alpha_bar[t - 1]), {}),
        (alpha[t] - alpha[s], {}),
    ],
)
def test_what_the_schedule_does_not_do(difference, lowest):
    assert not vanishes(difference, lowest)


def test_what_many_alphas_make():
    """In seconds: a product of 25 sums 1 + a has 2^25 terms."""
    assert vanishes(1 - alpha_bar[25] - sum((1 - alpha[i]) * alpha_bar[i - 1] for i in range(1, 26)), {})
    assert not vanishes(1 - alpha_bar[25] - sum((1 - alpha[i]) * alpha_bar[i - 1] for i in range(2, 26)), {})
    assert not vanishes(alpha_bar[25] - sp.prod(alpha[i] for i in range(2, 26)), {})
    roots = sqrt(alpha_bar[20]) * sqrt(1 - alpha_bar[20])
    assert vanishes(alpha[1] * (sqrt(alpha_bar[20] - alpha_bar[20] ** 2) - roots), {})
    for wrong in (
        alpha_bar[19] * alpha[1],
        alpha_bar[19] * alpha[19],
        alpha_bar[21] / alpha[20],
        alpha_bar[20] * alpha[1],
    ):
        assert not vanishes(alpha_bar[20] - wrong, {})
    assert vanishes(alpha_bar[20] / alpha_bar[5] * alpha_bar[3] - alpha_bar[20] * alpha_bar[3] / alpha_bar[5], {})
    assert not vanishes(alpha_bar[20] / alpha_bar[5] - alpha_bar[18] / alpha_bar[3], {})


def test_between_two_times_lies_a_number_between_0_and_1():
    for index, lowest in ((t + 3, {}), (t, {t: 4})):
        later = alpha_bar[index] / alpha_bar[index - 3]
        assert is_positive(1 - later, lowest) and is_positive(later, lowest) and not is_positive(later - 1, lowest)
        assert not is_positive(later - alpha[index], lowest) and is_positive(alpha[index] - later, lowest)
    many = sum(alpha[i] for i in range(1, 12))
    assert is_positive(many, {}) and not is_positive(1 - alpha[1] * many, {})


def test_a_product_of_few_alphas_is_written_out_and_a_long_one_is_not():
    assert vanishes(alpha_bar[40] - sp.prod(alpha[i] for i in range(1, 41)), {})
    before = alpha_bar[29] * alpha[30]  # of the 29 alphas none is named: their product would take minutes
    assert vanishes((1 - alpha_bar[30] * alpha_bar[0]) ** 2 - (before - 1) ** 2, {})
    assert vanishes(alpha_bar[95] / alpha_bar[93] - alpha[94] * alpha[95], {})
    assert not vanishes(alpha_bar[900] - alpha_bar[3], {}) and not vanishes(alpha_bar[t + 900] - alpha_bar[t], {})
    assert vanishes(alpha_bar[41] / alpha_bar[40] - alpha_bar[41] / alpha_bar[40], {})


@pytest.mark.parametrize(
    "difference, lowest",
    [
        (sp.Sum(2 * m[s] + y * s, (s, 1, t)) - 2 * sp.Sum(m[s], (s, 1, t)) - y * sp.Sum(s, (s, 1, t)), {}),
        (sp.Sum(m[s] * (m[s] + 1), (s, 1, t)) - sp.Sum(m[s] ** 2, (s, 1, t)) - sp.Sum(m[s], (s, 1, t)), {}),
        (sp.Sum(y, (s, 1, t)) - t * y, {}),
        (sp.Sum(y, (s, 2, t)) - (t - 1) * y, {}),
        (sp.Sum(y, (s, 3, t)) - (t - 2) * y, {t: 2}),
        (sp.Sum(m[s], (s, 1, t)) - sp.Sum(m[n], (n, 1, t)), {}),
        (sp.Sum(m[s] * m[n], (s, 1, n), (n, 1, t)) - sp.Sum(m[k] * m[s], (k, 1, s), (s, 1, t)), {}),
        (sp.Sum(2 * m[s] * m[n], (s, 1, n), (n, 1, t)) - 2 * sp.Sum(m[s] * m[n], (s, 1, n), (n, 1, t)), {}),
        (sp.Sum(m[n] * y, (s, 1, 3), (n, 1, t)) - 3 * y * sp.Sum(m[n], (n, 1, t)), {}),
        (log(sp.Sum(2 * r[s], (s, 1, t))) - log(2 * sp.Sum(r[s], (s, 1, t))), {}),
        (sp.Sum(y, (s, 3, n), (n, 2, t)) - y * sp.Sum(n - 2, (n, 2, t)), {}),
        (logs(2), {}),
        (sp.Sum(alpha_bar[s] / alpha[s], (s, 1, t)) - sp.Sum(alpha_bar[s - 1], (s, 1, t)), {}),
        (sp.Product(m[s] * (s + 1), (s, 1, t)) - sp.Product(m[s] + s * m[s], (s, 1, t)), {}),
    ],
)
def test_sums(difference, lowest):
    assert vanishes(difference, lowest)


@pytest.mark.parametrize(
    "difference",
    [
        sp.Sum(y, (s, 1, t)) - (t - 1) * y,
        sp.Sum(y, (s, 3, t)) - (t - 2) * y,  # for t = 1 it has no value
        sp.Sum(m[s], (s, 1, t)) - sp.Product(m[s], (s, 1, t)),
        sp.Sum(m[s], (s, 1, t)) - sp.Sum(m[s], (s, 2, t)),
        sp.Sum(m[s], (s, 1, t)) - sp.Sum(m[s], (s, 1, t + 1)),
        sp.Sum(m[s], (s, 1, t)) - sp.Sum(m[s + 1], (s, 1, t)),
        sp.Sum(m[s], (s, 1, t)) - sp.Sum(m[t], (s, 1, t)),
        sp.Sum(m[s] * m[n], (s, 1, n), (n, 1, t)) - sp.Sum(m[s] * m[n], (s, 1, t), (n, 1, t)),
        sp.Sum(s * m[s], (s, 1, t)) - s * sp.Sum(m[s], (s, 1, t)),
        sp.Sum(m[s] ** 2, (s, 1, t)) - sp.Sum(m[s], (s, 1, t)) ** 2,
        sp.Sum(y, (s, 3, n), (n, 1, t)) - y * sp.Sum(n - 2, (n, 1, t)),  # without a value for n = 1
        logs(1),
        sp.Product(2 * m[s], (s, 1, t)) - 2 * sp.Product(m[s], (s, 1, t)),
    ],
)
def test_what_sums_do_not_do(difference):
    assert not vanishes(difference, {})


@pytest.mark.parametrize(
    "expr, lowest",
    [
        (v, {}),
        (v + w, {}),
        (v / (v + w), {}),
        (1 - alpha_bar[t], {}),
        (1 - alpha[t], {}),
        (alpha[t] - alpha_bar[t], {t: 2}),
        (1 - alpha_bar[t - 1], {t: 2}),
        (1 / alpha_bar[t] - 1, {}),
        (alpha_bar[t - 1] - alpha_bar[t], {}),
        (alpha[t - 1] - alpha_bar[t], {t: 2}),
        (exp(y), {}),
        (r[t], {}),
        (sp.Integer(2), {}),
        (t, {}),
    ],
)
def test_what_is_positive(expr, lowest):
    assert is_positive(expr, lowest)


@pytest.mark.parametrize(
    "expr, lowest",
    [
        (sp.S.Zero, {}),
        (-v, {}),
        (v - w, {}),
        (y, {}),
        (low, {}),
        (y**2, {}),
        (alpha_bar[t] - 1, {}),
        (alpha[t] - alpha_bar[t], {}),
        (1 - alpha_bar[t - 1], {}),
        (1 - alpha_bar[t - 2], {t: 2}),
        (alpha_bar[t] - alpha_bar[T], {}),
        (m[t], {}),
        (log(v), {}),
    ],
)
def test_what_need_not_be_positive(expr, lowest):
    assert not is_positive(expr, lowest)


def test_factors_of_a_positive_fraction():
    assert dict(positive_factors(2 * v**2 * (v + w) / (3 * u))) == {sp.Integer(2): 1, v: 2, v + w: 1, 3: -1, u: -1}
    assert positive_factors(sp.S.One) == []
    assert positive_factors(v - w) is None and positive_factors(sp.sin(v)) is None and positive_factors(-v) is None


def test_what_is_never_below_0():
    for expr in (v, low, y**2, 1 - alpha_bar[t - 1], (1 - alpha_bar[t - 1]) * beta[t] / (1 - alpha_bar[t]), sp.S.Zero):
        assert is_nonnegative(expr, {})
    for expr in (y, v - w, alpha[t] - alpha[s], alpha_bar[t] - 1, -low):
        assert not is_nonnegative(expr, {})


def test_a_power_too_long_to_be_written_out_is_one_thing():
    assert not vanishes(alpha_bar[t] ** 10**9 * y - y, {})
    assert vanishes(alpha_bar[t] ** 10**9 * y + (y + 1) ** 2 - y**2 - 2 * y - 1 - alpha_bar[t] ** 10**9 * y, {})
