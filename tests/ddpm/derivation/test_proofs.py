"""The rules without the numbers: what they prove, how, and what is just beyond them."""

import pytest
import sympy as sp

from ddpm.derivation.densities import Undecided, p, p_theta, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.gaussians import PIXELS, Normal
from ddpm.derivation.proofs import LONGEST, _peeled, find_proof
from ddpm.derivation.rebuilt import Product, Sum
from ddpm.derivation.symbols import (
    SquaredNorm,
    T,
    alpha,
    alpha_bar,
    beta,
    epsilon,
    exp,
    family,
    log,
    s,
    sqrt,
    t,
    x,
)

y, z = sp.symbols("y z", real=True)
v, w = sp.symbols("v w", positive=True)
n, k = sp.symbols("n k", integer=True, positive=True)
n0 = sp.Symbol("n0", integer=True, nonnegative=True)
i = sp.Symbol("i", integer=True)
m, r = family("m", "m"), family("r", "r", positive=True)
STEP, BACK = q(x[t] | x[t - 1]), p_theta(x[t - 1] | x[t])
f = sp.Function("f")
SYMBOLS = ("symbols",)
SURE = 1 - alpha_bar[s - 1]  # above 0 from s = 2 on
ONES = [
    (y, y, {}),
    (sp.sinh(v * (v + 1)), (exp(v**2 + v) - exp(-(v**2) - v)) / 2, {}),
    (sp.tanh(y), (exp(y) - exp(-y)) / (exp(y) + exp(-y)), {}),
    (beta[t], 1 - alpha[t], {}),
    (sp.Product(alpha[s], (s, 1, t)), alpha_bar[t], {}),
    (sp.Product(alpha[s], (s, 2, t)), alpha_bar[t] / alpha[1], {}),
    (sp.Product(alpha[s], (s, 3, t)), alpha_bar[t] / alpha_bar[2], {t: 2}),
    (sp.Product(1 - beta[s], (s, 1, t)), alpha_bar[t], {}),
    (sp.Product(alpha[s], (s, 1, 3)), alpha_bar[3], {}),
    (sp.Sum(s, (s, 1, 4)), sp.Integer(10), {}),
    (sp.Sum(s * n, (s, 1, n), (n, 1, 3)), sp.Integer(1 + 6 + 18), {}),
    (sp.Sum(m[s], (s, 1, 2)), m[1] + m[2], {}),
    (sp.Product(m[s], (s, 1, 2)), m[1] * m[2], {}),
    (sp.Sum(s, (s, 1, 0)), sp.S.Zero, {}),
    (sp.Product(s, (s, 1, 0)), sp.S.One, {}),
    (sp.Sum(m[1], (s, 1, LONGEST)), LONGEST * m[1], {}),
    # logs and exponentials
    (log(exp(y) * v), y + log(v), {}),
    (exp(log(v) + log(w)), v * w, {}),
    (exp(y) * v**2 * exp(z), exp(y + z + 2 * log(v)), {}),
    (exp(2 * log(v) - log(w)), v**2 / w, {}),
    (log(sp.Product(r[s], (s, 1, t))), sp.Sum(log(r[s]), (s, 1, t)), {}),
    (log(sp.Product(beta[s], (s, 1, t))), sp.Sum(log(beta[s]), (s, 1, t)), {}),
    (sp.Product(exp(m[s]), (s, 1, t)), exp(sp.Sum(m[s], (s, 1, t))), {}),
    (sp.Product(exp(m[s]) * r[s] ** 2, (s, 1, t)), exp(sp.Sum(m[s] + 2 * log(r[s]), (s, 1, t))), {}),
    (sp.Product(exp(m[s]) * SURE, (s, 2, t)), exp(sp.Sum(m[s] + log(SURE), (s, 2, t))), {}),
    (log(Normal(y, z, v)), Normal(y, z, v).log, {}),
    (Normal(y, z, v), exp(-((y - z) ** 2) / (2 * v)) / sqrt(2 * sp.pi * v), {}),
    # densities
    (q(x[t], x[0]), q(x[t] | x[0]) * q(x[0]), {}),
    (log(q(x[1:T] | x[0])), sp.Sum(log(STEP), (t, 1, T)), {}),
    (log(q(x[0:T])), log(q(x[0])) + sp.Sum(log(STEP), (t, 1, T)), {}),
    (p_theta(x[0:T]), p(x[T]) * sp.Product(BACK, (t, 1, T)), {}),
    # squared norms, of images of any size
    (SquaredNorm(y - z), SquaredNorm(z - y), {}),
    (SquaredNorm(2 * y) + 1, 4 * SquaredNorm(y) + 1, {}),
    (SquaredNorm(y + z) + SquaredNorm(y - z), 2 * SquaredNorm(y) + 2 * SquaredNorm(z), {}),
    (PIXELS * v + SquaredNorm(x[t]), SquaredNorm(-x[t]) + v * PIXELS, {}),
    (SquaredNorm(sp.S.Zero), sp.S.Zero, {}),
    # expectations
    (E_q(3 * x[t]) - E_q(x[t]), 2 * E_q(x[t]), {}),
    (E_noise(epsilon**2), sp.S.One, {}),
    (E_noise(x[0] * epsilon), sp.S.Zero, {}),
    (E_noise(SquaredNorm(epsilon)), PIXELS, {}),
    (E_noise(x[t] ** 2), alpha_bar[t] * E_noise(x[0] ** 2) + 1 - alpha_bar[t], {}),
    (E_q(KL(q(x[T] | x[0]), p(x[T]))), E_q(log(q(x[T] | x[0])) - log(p(x[T]))), {}),
    (KL(q(x[0]), p_theta(x[0])), E_q(log(q(x[0]) / p_theta(x[0]))), {}),
]


@pytest.mark.parametrize("left, right, where", ONES)
def test_what_is_proved(left, right, where):
    assert find_proof(left, right, where) == find_proof(right, left, where) == SYMBOLS


@pytest.mark.parametrize(
    "left, right, where, over, start",
    [
        (sp.Sum(s, (s, 1, t)), t * (t + 1) / 2, {}, "t", 1),
        (sp.Sum(s, (s, 3, t)), t * (t + 1) / 2 - 3, {t: 3}, "t", 3),
        (sp.Sum(s, (s, 3, t)), t * (t + 1) / 2 - 3, {t: 2}, "t", 2),
        (sp.Sum(s, (s, 1, t)), t * (t + 1) / 2, {t: 0}, "t", 1),
        (sp.Sum(k, (k, 0, n0)), n0 * (n0 + 1) / 2, {n0: 0}, "n0", 0),
        (sp.Sum(m[k] * (r[n] - r[n - 1]), (k, 1, 3), (n, 1, t)), (r[t] - r[0]) * sp.Sum(m[k], (k, 1, 3)), {}, "t", 1),
        (sp.Sum(k, (k, 1, n0)), n0 * (n0 + 1) / 2, {n0: 0}, "n0", 0),
        (sp.Sum(k**2, (k, 1, T + 1)), (T + 1) * (T + 2) * (2 * T + 3) / 6, {}, "T", 1),
        (sp.Product(1 + 1 / s, (s, 1, t)), t + 1, {}, "t", 1),
        (sp.Product(s / (s + 1), (s, 1, t)), 1 / (t + 1), {}, "t", 1),
        (sp.Sum(m[s] - m[s - 1], (s, 1, t)), m[t] - m[0], {}, "t", 1),
        (sp.Sum(log(alpha[s]), (s, 1, T)), log(alpha_bar[T]), {}, "T", 1),
        (
            sp.Sum(SquaredNorm(x[s]) - SquaredNorm(x[s - 1]), (s, 1, t)),
            SquaredNorm(x[t]) - SquaredNorm(x[0]),
            {},
            "t",
            1,
        ),
        (E_q(sp.Sum(log(q(x[t - 1]) / q(x[t])), (t, 1, T))), E_q(log(q(x[0]) / q(x[T]))), {}, "T", 1),
    ],
)
def test_what_is_proved_by_induction(left, right, where, over, start):
    assert find_proof(left, right, where) == ("induction", over, start)


@pytest.mark.parametrize(
    "left, right, where",
    [
        (sp.nan, sp.nan, {}),
        (y, z, {}),
        (y, -y, {}),
        (sp.sinh(y), sp.cosh(y), {}),
        (beta[t], alpha[t], {}),
        (sp.Product(alpha[s], (s, 1, t)), alpha_bar[t - 1], {}),
        (sp.Product(alpha[s], (s, 2, t)), alpha_bar[t], {}),
        (sp.Product(alpha[s], (s, 0, t)), alpha_bar[t], {}),
        (sp.Product(alpha[s], (s, 0, t)), alpha_bar[t] / alpha_bar[-1], {}),
        (sp.Product(alpha[s], (s, 3, t)), alpha_bar[t] / alpha_bar[2], {}),  # without a value for t = 1
        (sp.Product(alpha[s] * alpha[n], (s, 1, t), (n, 1, T)), alpha_bar[t], {}),
        (sp.Product(alpha[s + 1], (s, 1, t)), alpha_bar[t], {}),
        (sp.Sum(s, (s, 1, 4)), sp.Integer(9), {}),
        (sp.Sum(s, (s, 3, 1)), sp.S.Zero, {}),  # it has no value
        (sp.Sum(m[1], (s, 1, LONGEST + 2)), (LONGEST + 3) * m[1], {}),
        (sp.Sum(s, (s, 1, t)), t * (t + 1) / 2 + 1, {}),
        (sp.Sum(s, (s, 1, t)), t**2, {}),
        (sp.Sum(s, (s, 3, t)), t * (t + 1) / 2 - 3, {}),
        (sp.Sum(k, (k, 1, n0)), n0 * (n0 + 1) / 2, {}),  # where n0 begins is not said
        (sp.Sum(k, (k, 1, i)), i * (i + 1) / 2, {}),
        (sp.Sum(m[s], (s, 1, t)) + sp.Sum(m[s], (s, 1, T)), m[t] + m[T], {}),
        (sp.Product(1 + 1 / s, (s, 1, t)), t + 2, {}),
        (sp.Product(1 + 1 / s, (s, 1, t)), 2 * t, {}),
        (sp.Product(s, (s, 1, t)), t, {}),
        (sp.Sum(y, (s, 1, t)), (2 * t - 1) * y, {}),  # the same at t = 1
        (log(sp.Product(v, (s, 1, t))), (2 * t - 1) * log(v), {}),
        (sp.Sum(s, (s, t, 2 * t)), 3 * t * (t + 1) / 2, {}),  # right, but both ends run
        (sp.Sum(s, (s, 1, 2 * t)), 3 * t, {}),
        (sp.Sum(n * k, (k, 1, n), (n, 1, t)), sp.Sum(n**2 * (n + 1) / 2, (n, 1, t)), {}),  # right, but two sums in one
        (sp.Sum(SquaredNorm(x[s]), (s, 1, t)), SquaredNorm(x[1]), {}),
        (exp(log(y**2)), y, {}),
        (exp(y) * z, exp(y) * w, {}),
        (log(sp.Product(m[s], (s, 1, t))), sp.Sum(log(m[s]), (s, 1, t)), {}),
        (sp.Product(exp(m[s]), (s, 1, t)), exp(sp.Sum(m[s], (s, 2, t))), {}),
        (Normal(y, z, v), Normal(y, z, w), {}),
        (Normal(y, z, v), 2 * Normal(y, z, v), {}),
        (q(x[t], x[0]), q(x[t]) * q(x[0]), {}),
        (log(q(x[1:T] | x[0])), sp.Sum(log(STEP), (t, 2, T)), {}),
        (SquaredNorm(y), y**2, {}),
        (SquaredNorm(y) + z**2, SquaredNorm(y) + z * z + 1, {}),
        (SquaredNorm(x[t]) * x[t], x[t] ** 3, {}),
        (SquaredNorm(x[t]) * SquaredNorm(x[0]), SquaredNorm(x[t] * x[0]), {}),
        (SquaredNorm(x[t]) ** 2, SquaredNorm(x[t] ** 2), {}),
        (SquaredNorm(x[t]) + x[0] ** 2, SquaredNorm(-x[t]) + x[0] * x[0] + 0 * y + x[0], {}),
        (SquaredNorm(v * y + v), SquaredNorm(v * y) + 2 * v**2 * y + v**2, {}),
        (SquaredNorm(SquaredNorm(y) * z), SquaredNorm(y**2 * z), {}),
        (PIXELS * v, v, {}),
        (PIXELS * SquaredNorm(y), SquaredNorm(y), {}),
        (E_q(x[t]), E_q(x[0]), {}),
        (E_noise(epsilon**2), -sp.S.One, {}),
        (E_noise(epsilon**2), sp.S.Zero, {}),
        (E_noise(epsilon), sp.S.One, {}),
        (E_noise(SquaredNorm(epsilon)), sp.S.One, {}),
        (E_noise(epsilon**2 * x[0]), x[0] * 0 + 1, {}),
        (E_q(x[t] * x[t - 1]), E_q(x[t]) * 1, {}),
        (epsilon**2, sp.S.One, {}),
        (KL(q(x[0]), p_theta(x[0])), -E_q(log(q(x[0]) / p_theta(x[0]))), {}),
        (KL(Normal(y, z, v), Normal(y, 0, w)), KL(Normal(y, 0, w), Normal(y, z, v)), {}),
        (SquaredNorm(x[t]), PIXELS * x[t] ** 2, {}),
    ],
)
def test_what_is_not_proved(left, right, where):
    try:
        assert find_proof(left, right, where) is None
    except Undecided:
        pass


@pytest.mark.parametrize(
    "left, right, why",
    [
        (E_noise(E_noise(epsilon)), sp.S.Zero, "an expectation in an expectation"),
        (E_q(x[t]) * E_q(x[0]), E_q(x[t] * x[0]), "no linear combination"),
        (E_q(x[t]), x[t], "a state or a noise outside of expectations"),
        (q(x[2:T] | x[0]), q(x[2:T]), "nothing is known about the density"),
    ],
)
def test_a_reason_is_given(left, right, why):
    with pytest.raises(Undecided, match=why):
        find_proof(left, right, {})


@pytest.mark.parametrize("kind, join", [(Sum, sp.Add), (Product, sp.Mul)])
def test_the_last_term_is_split_off_where_there_is_one_for_every_t(kind, join):
    for first, where, there in ((2, {}, True), (3, {}, False), (4, {t: 3}, True), (5, {t: 3}, False), (k, {}, False)):
        whole = kind(m[s], (s, first, t + 1))
        assert _peeled(whole, t, where) == (join(kind(m[s], (s, first, t)), m[t + 1]) if there else whole)
    further = kind(m[s], (s, 1, t + 3))
    assert _peeled(further, t, {}) == join(kind(m[s], (s, 1, t + 2)), m[t + 3])
    for other in kind(m[s], (s, 1, 2 * t)), kind(m[s], (s, t, t + 1)), kind(m[s], (s, 1, T)):
        assert _peeled(other, t, {}) == other


@pytest.mark.parametrize("kind, start", [("odd", 1), ("even", 2), ("prime", 2), ("composite", 4), ("nonzero", -2)])
def test_there_is_no_induction_over_numbers_with_gaps(kind, start):
    """After n comes n + 1 only where n may be every whole number: what is simplified of an odd n holds for no other."""
    gaps, none = sp.Symbol("n", integer=True, **{kind: True}), sp.Symbol("n", integer=True)
    for last, found in (gaps, None), (none, ("induction", "n", start)):
        telescope = sp.Sum(f(s) - f(s - 1), (s, start, last)), f(last) - f(start - 1)
        assert find_proof(*telescope, {last: start}) == found


def test_what_an_induction_over_odd_numbers_would_prove():
    odd = sp.Symbol("n", integer=True, positive=True, odd=True)
    assert find_proof(sp.Sum((-1) ** s, (s, 1, odd)), odd - 2, {}) is None
    other = sp.Symbol("n", integer=True, nonzero=True)
    assert find_proof(sp.Sum(sp.KroneckerDelta(i, 1), (i, -2, other)), sp.S.Zero, {other: -2}) is None


@pytest.mark.parametrize("infinite", [sp.oo, -sp.oo, sp.oo * v])
def test_infinity_is_no_number(infinite):
    assert find_proof(infinite, infinite, {}) is None
