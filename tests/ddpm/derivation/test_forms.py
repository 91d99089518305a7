"""Values of what is no plain arithmetic: functions against mpmath, sums, cases, derivatives and integrals."""

import mpmath
import pytest
import sympy as sp

from ddpm.derivation import forms
from ddpm.derivation.densities import q
from ddpm.derivation.draws import Undefined
from ddpm.derivation.expectation import E_noise
from ddpm.derivation.numbers import Point
from ddpm.derivation.symbols import (
    SquaredNorm,
    T,
    alpha,
    alpha_bar,
    beta,
    epsilon,
    epsilon_theta,
    family,
    function,
    log,
    mu_tilde,
    s,
    sigma,
    sqrt,
    t,
    x,
)
from ddpm.derivation.worlds import mp

y, z = sp.symbols("y z", real=True)
v = sp.Symbol("v", positive=True)
n, k = sp.symbols("n k", integer=True, positive=True)
m = family("m", "m")
f, g = sp.Function("f"), sp.Function("g")
A, B = mpmath.mpf(7) / 10, mpmath.mpf(13) / 10


def value(expr, seed=0, **env):
    return Point(seed, {}).value(expr, {symbol: mp.mpf(number) for symbol, number in zip((y, z), env.values())})


@pytest.mark.parametrize(
    "kind, right",
    [
        (sp.exp, mpmath.exp), (sp.log, mpmath.log), (sp.sin, mpmath.sin), (sp.cos, mpmath.cos), (sp.tan, mpmath.tan),
        (sp.cot, mpmath.cot), (sp.sinh, mpmath.sinh), (sp.cosh, mpmath.cosh), (sp.tanh, mpmath.tanh),
        (sp.asin, mpmath.asin), (sp.acos, mpmath.acos), (sp.atan, mpmath.atan), (sp.asinh, mpmath.asinh),
        (sp.atanh, mpmath.atanh), (sp.erf, mpmath.erf), (sp.erfc, mpmath.erfc), (sp.gamma, mpmath.gamma),
        (sp.loggamma, mpmath.loggamma), (sp.factorial, mpmath.factorial), (sp.factorial2, mpmath.fac2),
        (sp.harmonic, mpmath.harmonic), (sp.digamma, mpmath.digamma), (sp.Abs, abs), (sp.floor, mpmath.floor),
        (sp.ceiling, mpmath.ceil), (sp.sign, lambda u: 1), (sp.re, lambda u: u), (sp.im, lambda u: 0),
        (sp.conjugate, lambda u: u), (sp.Heaviside, lambda u: 1),
    ],
)  # fmt: skip
def test_functions_of_one_number(kind, right):
    """Of a symbol that is not known to be real, so that nothing is simplified away."""
    c = sp.Symbol("c")
    found = Point(0, {}).value(kind(c), {c: mp.mpf(A)})
    assert abs(mpmath.mpc(found) - right(A)) < 1e-14


@pytest.mark.parametrize(
    "expr, right",
    [
        (sp.acosh(z), mpmath.acosh(B)),
        (sp.binomial(z, y), mpmath.binomial(B, A)),
        (sp.beta(y, z), mpmath.beta(A, B)),
        (sp.zeta(z), mpmath.zeta(B)),
        (sp.Max(y, z), B),
        (sp.Min(y, z), A),
        (sp.KroneckerDelta(n, k), None),
        (sp.Heaviside(y - z), 0),
        (sp.Heaviside(z - y), 1),
        (sp.Abs(y - z), B - A),
        (sp.sign(y - z), -1),
        (sp.Piecewise((y, y > z), (z, True)), B),
        (sp.Piecewise((y, y < z), (z, True)), A),
        (sp.Piecewise((1, y >= z), (2, True)), 2),
        (sp.Piecewise((1, y <= z), (2, True)), 1),
        (sp.Piecewise((1, sp.Eq(y, z)), (2, True)), 2),
        (sp.Piecewise((1, sp.Ne(y, z)), (2, True)), 1),
        (sp.Piecewise((1, (y > 0) & (z > 2)), (2, True)), 2),
        (sp.Piecewise((1, (y > 0) & (z > 1)), (2, True)), 1),
        (sp.Piecewise((1, (y > 1) | (z > 1)), (2, True)), 1),
        (sp.Piecewise((1, (y > 1) | (z > 2)), (2, True)), 2),
        (sp.Piecewise((1, sp.Not(sp.Eq(sp.floor(y), 0), evaluate=False)), (2, True)), 2),
        (sp.Derivative(y**3 * z, y), 3 * A**2 * B),
        (sp.Derivative(sp.sin(y), y, y), -mpmath.sin(A)),
        (sp.Integral(sp.exp(-(sp.Symbol("u") ** 2) * z), (sp.Symbol("u"), y, 2)), None),
        (sp.Integral(1 / (1 + sp.Symbol("u") ** 2), (sp.Symbol("u"), -sp.oo, sp.oo)), mpmath.pi),
        (sp.Integral(1 / (1 + sp.Symbol("u") ** 2), (sp.Symbol("u"), 0, sp.oo)), mpmath.pi / 2),
        (sp.Integral(1 / (1 + sp.Symbol("u") ** 2), (sp.Symbol("u"), -sp.oo, 1)), 3 * mpmath.pi / 4),
    ],
)
def test_of_two_numbers(expr, right):
    env = {y: mp.mpf(A), z: mp.mpf(B)}
    if isinstance(expr, sp.Integral) and right is None:
        right = mpmath.quad(lambda u: mpmath.exp(-(u**2) * B), [A, 2])
    if isinstance(expr, sp.KroneckerDelta):
        assert Point(0, {}).value(expr, {n: mp.mpf(2), k: mp.mpf(2)}) == 1
        env, right = {n: mp.mpf(2), k: mp.mpf(3)}, 0
    assert abs(mpmath.mpf(Point(0, {}).value(expr, env)) - right) < 1e-14


def test_at_the_border_of_a_case():
    env = {y: mp.mpf(2), z: mp.mpf(2)}
    found = [
        Point(0, {}).value(sp.Piecewise((1, c), (2, True)), env) for c in (y > z, y >= z, y < z, y <= z, sp.Eq(y, z))
    ]
    assert found == [2, 1, 2, 1, 1]
    assert Point(0, {}).value(sp.Heaviside(y - z, sp.Rational(1, 3)), env) == mp.mpf(1) / 3
    assert Point(0, {}).value(sp.sign(y - z), env) == 0


@pytest.mark.parametrize(
    "expr, right",
    [
        (sp.Sum(s, (s, 2, 5)), 14),
        (sp.Sum(s, (s, 2, 1)), 0),
        (sp.Product(s, (s, 2, 1)), 1),
        (sp.Product(s, (s, 2, 5)), 120),
        (sp.Sum(s * n, (s, 1, n), (n, 2, 3)), 2 * 3 + 3 * 6),
        (sp.Sum(n, (s, n, 3), (n, 1, 3)), 3 + 4 + 3),
        (sp.Sum(1, (s, 1, 1000)), 1000),
        (sp.Sum(1, (s, 0, 1000)), 1001),
    ],
)
def test_sums(expr, right):
    assert value(expr) == right


@pytest.mark.parametrize(
    "expr, why",
    [
        (sp.Sum(s, (s, 3, 1)), "a sum from 3 to 1"),
        (sp.Sum(1, (s, 0, 1001)), "a sum from 0 to 1001"),
        (alpha[0], "at time 0"),
        (beta[0], "at time 0"),
        (alpha_bar[-1], "at time -1"),
        (x[-1], "at time -1"),
        (sigma[-1], "at time -1"),
        (alpha_bar[1001], "a product too long"),
        (sp.Piecewise((1, y > 10**12)), "no case holds"),
        (sp.Piecewise((1, sp.Xor(y > 1, z > 1)), (2, True)), "no truth for Xor"),
        (sp.Derivative(f(y), y), "no numbers for Derivative"),
        (sp.Derivative(f(2 * y), y), "no numbers for Derivative"),
        (sp.Integral(sp.exp(y**2), y), "no numbers for Integral"),
        (sp.Integral(sp.exp(y * z), (y, 0, 1), (z, 0, 1)), "no numbers for Integral"),
        (sp.Integral(sp.Integral(y * z, (y, 0, z)), (z, 0, 1)), "no numbers for Integral"),
        (sp.Integral(E_noise(y * epsilon**2), (y, 0, 1)), "no numbers for Integral"),
        (sp.exp(sp.Integer(-(10**6)) - 1), "an exponent too large"),
    ],
)
def test_what_has_no_value(expr, why):
    with pytest.raises(Undefined, match=why):
        Point(0, {}).value(expr)


def test_the_schedule_at_one_point():
    point = Point(0, {})
    alphas = [point.value(alpha[i]) for i in range(1, 4)]
    assert abs(point.value(beta[2]) - (1 - alphas[1])) < 1e-40
    assert abs(point.value(alpha_bar[3]) - alphas[0] * alphas[1] * alphas[2]) < 1e-40


def test_just_inside_of_the_bounds():
    assert 0 < value(alpha[1]) < 1 and value(alpha_bar[0]) == 1 and value(sigma[0]) > 0 and value(x[0]) != 0
    assert value(alpha_bar[1000]) > 0 and value(sp.exp(-(10**6))) > 0


def test_a_quantity_with_its_arguments_is_a_function_of_them():
    point = Point(0, {})
    other = function("other", "o", indices=0)
    assert point.value(other(y)) != point.value(other(z)) and point.value(other(y)) == point.value(other(2 * y / 2))
    assert point.value(epsilon_theta(x[1], 1)) != point.value(epsilon_theta(x[1], 2))
    assert point.value(mu_tilde(1, x[1], x[0])) != point.value(mu_tilde(2, x[1], x[0]))
    assert point.value(f(y)) != point.value(g(y)) and point.value(f(y)) != point.value(f(y, y))
    assert abs(point.value(f(y) - f(y + sp.Rational(1, 10**6)))) < 1e-4  # smooth
    assert len({point.value(f(sp.Integer(i))) for i in range(9)}) == 9
    assert max(abs(point.value(f(sp.Integer(10**i)))) for i in range(6)) < 3  # bounded
    third = [point.value(f(sp.Integer(i))) for i in range(12)]
    for _ in range(6):  # no polynomial
        third = [b - a for a, b in zip(third, third[1:])]
    assert max(map(abs, third)) > 1e-3
    positive = sp.Function("positive", positive=True)
    assert all(point.value(positive(sp.Integer(i))) > 0 for i in range(-9, 9))
    assert any(point.value(f(sp.Integer(i))) < 0 for i in range(-9, 9))


def test_pixels():
    point = Point(0, {}, 3, frozenset({y}))
    assert point.value(SquaredNorm(sp.Integer(2))) == 12
    assert point.value(SquaredNorm(z)) == 3 * point.value(z**2)  # one number for all pixels
    values = [point.evaluate(y, {"pixel": pixel}) for pixel in range(3)]
    assert len(set(values)) == 3 and abs(point.value(SquaredNorm(y)) - sum(u**2 for u in values)) < 1e-40
    of_net = [point.evaluate(epsilon_theta(z, 1), {"pixel": pixel}) for pixel in range(3)]
    assert len(set(of_net)) == 3
    states = [point.evaluate(x[2], {"pixel": pixel}) for pixel in range(3)]
    assert len(set(states)) == 3 and point.value(x[2]) == states[0]


def test_a_state_is_that_of_the_chain_where_densities_are_named():
    point = Point(0, {})
    point.value(q(x[1] | x[0]))
    assert point.value(x[1]) in [mp.mpf(u.numerator) / u.denominator for u in point.world.values]
    assert point.value(q(x[1]) * x[1]) / point.value(q(x[1])) - point.value(x[1]) < 1e-40
    free = Point(0, {})
    assert free.value(x[1] + sqrt(T)) and free.world is None
    assert Point(0, {}).value(log(alpha_bar[t])) < 0


@pytest.mark.parametrize("kind", ["rational", "irrational", "imaginary"])
def test_a_function_of_a_kind_that_no_wave_is_has_no_numbers(kind):
    with pytest.raises(Undefined, match="no wave has the properties"):
        value(sp.Function("g", **{kind: True})(y))


def test_functions_of_a_kind_that_waves_are():
    for seed in range(4):
        assert value(sp.Function("g", positive=True)(y), seed) > 0 and value(sp.Function("g", nonzero=True)(y), seed)


KINDS = [("zero",), ("nonnegative",), ("nonpositive",), ("negative",), ("integer",), ("even",), ("odd",)]
KINDS += [(sign, kind) for sign in ("positive", "negative") for kind in ("integer", "even", "odd")]


@pytest.mark.parametrize("kinds", KINDS)
def test_a_function_has_values_of_the_kind_that_it_is_declared_to_be(kinds):
    declared = sp.Function("g", **dict.fromkeys(kinds, True))
    found = [sp.Rational(str(value(declared(y), seed))) for seed in range(12)]
    assert all(getattr(number, f"is_{kind}") for number in found for kind in kinds)
    assert len(set(found)) > 1 or kinds == ("zero",)


def test_a_function_that_jumps_is_not_to_be_relied_on_inside_a_mean():
    point = Point(0, {})
    point.value(sp.Function("g", integer=True)(y))
    assert point.sure
    point.value(E_noise(sp.Function("g", integer=True)(epsilon)))
    assert not point.sure


def test_the_derivative_of_a_norm_is_not_that_of_one_pixel():
    expr = sp.Derivative(SquaredNorm(y * x[t]), y)
    with pytest.raises(Undefined, match="no numbers for Derivative"):
        Point(0, {}, 2).value(expr)


def test_a_binomial_of_negative_numbers_is_as_sympy_defines_it():
    def of(a, b):
        return value(sp.binomial(y, z), a=a, b=b)

    assert of(-3, -5) == of(3, -1) == of(2.5, -2) == 0 and of(-3, 2) == 6 and of(-3, 0) == 1
    assert all(of(a, b) == sp.binomial(a, b) for a in range(-4, 5) for b in range(-4, 5))


def test_a_quadrature_that_takes_long_is_given_up(monkeypatch):
    monkeypatch.setattr(forms, "WORK", 400)
    area, nodes = sp.Integral(f(y), (y, 0, 1)), []
    monkeypatch.setattr(
        Point, "evaluate", lambda self, expr, env, old=Point.evaluate: nodes.append(expr) or old(self, expr, env)
    )
    with pytest.raises(Undefined, match="a quadrature too long"):
        value(area)
    assert nodes.count(f(y)) == 8  # of 50 digits and a few more


def test_what_jumps_is_known_at_a_whole_number_alone():
    for kind in (sp.sign, sp.floor, lambda u: sp.Heaviside(u, sp.S.Half), lambda u: sp.Heaviside(u, 1)):
        for symbol, sure in ((n, True), (y, False)):
            point = Point(0, {})
            point.value(kind(symbol - 1), {symbol: mp.mpf(1)})
            assert point.sure == sure
