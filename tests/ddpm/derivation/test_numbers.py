"""Values at a point: right to many digits, the same for the same seed, and refused where there is none."""

import itertools
from fractions import Fraction

import mpmath
import pytest
import sympy as sp

from ddpm.derivation.draws import Undefined
from ddpm.derivation.expectation import E_noise, E_q
from ddpm.derivation.numbers import LEVELS, Point, number
from ddpm.derivation.symbols import C, SquaredNorm, T, alpha, alpha_bar, beta, epsilon, family, log, s, sqrt, t, x
from ddpm.derivation.worlds import mp

y, z = sp.symbols("y z", real=True)
v = sp.Symbol("v", positive=True)
m = family("m", "m")
f = sp.Function("f")


def value(expr, seed=0, **keywords):
    return Point(seed, {}).value(expr, **keywords)


@pytest.mark.parametrize("level, digits", [*enumerate([29, 49, 119, 299])])
def test_each_level_has_more_digits(level, digits):
    assert len(LEVELS) == 4
    with mpmath.workdps(320):
        for expr, right in [(sqrt(2), mpmath.sqrt(2)), (sp.pi, mpmath.pi), (sp.Rational(1, 3), mpmath.mpf(1) / 3)]:
            assert abs(mpmath.mpf(value(expr, level=level)) - right) < mpmath.mpf(10) ** -digits
    assert abs(value(sqrt(2)) - value(sqrt(2), level=1)) == 0


def test_what_one_step_misses_no_other_does():
    """A wave whose length divides two steps is to both rules a constant: so no two steps are in a ratio of numbers."""
    for (_, one, _), (_, other, _) in itertools.combinations(LEVELS, 2):
        ratio = one / other
        assert ratio > 1 and abs(ratio - Fraction(ratio).limit_denominator(200)) > 1e-9


@pytest.mark.parametrize("level, digits", [*enumerate([8, 24, 40, 60])])
def test_each_level_integrates_more_closely(level, digits):
    """The trapezoidal rule for a function that is smooth; its error falls faster than any power of the step."""
    with mpmath.workdps(320):
        for body, right in [(sp.exp(epsilon), mpmath.exp(0.5)), (sp.cos(epsilon), mpmath.exp(-0.5))]:
            assert abs(mpmath.mpf(value(E_noise(body), level=level)) - right) < mpmath.mpf(10) ** -digits


@pytest.mark.parametrize(
    "expr, right",
    [
        (sp.Float("0.1") * y / y, "0.1"),
        (sp.I**2 * 3, "-3"),
        (sp.E + sp.EulerGamma, "3.2954974933605779"),
        (sp.Integer(7) / 3 - 2, "0.33333333333333333"),
        (sp.Pow(0, 2, evaluate=False), "0"),
        (sp.Pow(0, sp.S.Half, evaluate=False), "0"),
        (sp.Pow(1, 10**9, evaluate=False), "1"),
        (sp.Pow(2, -3, evaluate=False), "0.125"),
        (sp.sqrt(-4) ** 2, "-4"),
        (sp.Sum(s**2, (s, 1, 4)), "30"),
        (sp.Product(s, (s, 2, 4)), "24"),
        (SquaredNorm(sp.Integer(3)), "9"),
    ],
)
def test_a_value_is_right(expr, right):
    assert abs(value(expr) - mp.mpf(right)) < mp.mpf("1e-15")


def test_a_decimal_is_the_fraction_it_is_written_as():
    with mpmath.workdps(60):
        assert abs(mpmath.mpf(value(sp.Float(0.1))) - mpmath.mpf(1) / 10) < mpmath.mpf(10) ** -49


@pytest.mark.parametrize("seed", range(8))
def test_what_is_tied_together_is_so_at_every_point(seed):
    point = Point(seed, {})
    assert 0 < point.value(alpha[t]) < 1 and point.value(alpha_bar[0]) == 1
    assert point.value(alpha[t] + beta[t]) == 1
    assert abs(point.value(alpha_bar[3] - alpha[1] * alpha[2] * alpha[3])) < 1e-40
    assert point.value(y) == point.value(y) and value(y, seed) == value(y, seed) != value(y, seed + 1)
    assert point.value(v) > 0 and point.value(t) <= point.value(T)
    assert point.value(m[2]) != point.value(m[1]) == point.value(m[sp.Integer(2) - 1])
    assert abs(point.value(f(y)) - point.value(f(2 * y / 2))) == 0 and point.value(f(y)) != point.value(f(y + 1))


@pytest.mark.parametrize(
    "expr, why",
    [
        (sp.zoo, ""),
        (sp.oo, ""),
        (sp.nan, ""),
        (log(sp.Integer(0), evaluate=False), ""),
        (sp.Pow(0, 0, evaluate=False), "0 to this power"),
        (sp.Pow(0, -1, evaluate=False), "0 to this power"),
        (sp.Pow(0, -sp.S.Half, evaluate=False), "0 to this power"),
        (sp.Pow(0, sp.I, evaluate=False), "0 to this power"),
        (sp.Pow(2, 10**8, evaluate=False), "a power too large"),
        (sp.Pow(sp.S.Half, 10**8, evaluate=False), "a power too large"),
        (sp.exp(10**7), "an exponent too large"),
        (sp.airyai(y), "no numbers for airyai"),
        (m[sp.S.Half], "is not an integer"),
        (m[sp.I], "is not an integer"),
        (m[10**9 + 1], "is not an integer"),
        (sp.gamma(-2, evaluate=False), ""),
        (x[-1], "at time -1"),
    ],
)
def test_what_has_no_value_is_undefined(expr, why):
    with pytest.raises(Undefined, match=why or "."):
        value(expr)
    assert value(m[10**9]) and value(sp.exp(-(10**5))) > 0


def test_bound_values_stand_in_an_environment():
    point = Point(0, {})
    assert point.value(y + z * y, {y: mp.mpf(3), z: mp.mpf(2)}) == 9
    assert point.value(x[0], {x[0]: [mp.mpf(5), mp.mpf(6)]}) == 5


def test_two_sides_differ_where_more_digits_say_the_same():
    point = Point(0, {})
    assert point.difference(sqrt(y**2), sp.Abs(y)) is None and point.difference(y, y) is None
    assert point.difference(sqrt(2) * sqrt(3), sqrt(6)) is None  # but for rounding
    left, right = point.difference(y, y + sp.Rational(1, 10**60))
    with mp.workdps(120):
        assert abs(left - point.value(y, level=2)) < 1e-110 and 1e-61 < abs(left - right) < 1e-59
    left, right = point.difference(sp.Integer(2), sp.Integer(3))
    assert (left, right) == (2, 3) and point.level == LEVELS[2]  # no more digits than needed
    left, right = point.difference(10**30 + y, 10**30 + y + 1)
    assert right - left == 1


def test_a_difference_that_the_precision_decides_is_none_and_no_equality():
    with pytest.raises(Undefined, match="too close"):
        Point(0, {}).difference(E_noise(sp.Abs(epsilon)), sqrt(2 / sp.pi))  # a kink: slowly integrated
    with pytest.raises(Undefined, match="too close"):  # a difference, of which not six digits are known
        Point(0, {}).difference(E_noise(sp.Abs(epsilon)), sqrt(2 / sp.pi) + sp.Rational(1, 10))
    assert Point(0, {}).difference(E_noise(sp.exp(epsilon)), sp.exp(sp.S.Half)) is None
    assert Point(0, {}).difference(E_noise(sp.exp(epsilon)), sp.exp(sp.S.Half) + sp.Rational(1, 10**20))


def test_near_is_relative_to_the_larger():
    point = Point(0, {})
    one, two = sp.Integer(1), sp.Integer(2)
    assert point.near(one, two, 0.5) and point.near(two, one, 0.5) and point.near(-one, -two, 0.5)
    assert not point.near(one, two, 0.499) and not point.near(two, one, 0.499) and not point.near(one, -one, 1.9)
    assert point.near(1000 * one, 1001 * one, 1e-3) and not point.near(one / 1000, two / 1000, 1e-3)
    assert point.near(sqrt(2) * sqrt(3), sqrt(6), 1e-45) and point.near(sp.S.Zero, sp.S.Zero, 0)
    right = sp.exp(sp.S.Half)
    assert point.near(E_noise(sp.exp(epsilon)), right, 1e-24) and not point.near(E_noise(sp.exp(epsilon)), right, 1e-30)
    assert not point.near(E_noise(sp.exp(epsilon)), right, 1e-24, level=0)


def test_the_world_is_chosen_by_what_is_asked_for_first():
    from ddpm.derivation.densities import q
    from ddpm.derivation.worlds import Discrete, Gaussian

    def world(seed, *sides):
        point = Point(seed, {})
        point.near(*sides, 1) if len(sides) > 1 else point.value(*sides)
        return type(point.world)

    assert [world(seed, q(x[1] | x[0])) for seed in range(4)] == [Discrete, Discrete, Gaussian, Gaussian]
    assert world(2, E_q(log(q(x[0])))) == world(2, q(x[0:1])) == Discrete  # summed over
    assert world(2, q(x[0]), E_q(log(q(x[0])))) == Discrete and world(6, q(x[0]), y) == Gaussian
    assert Point(2, {}).value(y) and world(2, y) is type(None)


def test_a_formula_in_double_precision():
    assert number(y**2 / 4 + z, {y: 6, z: 1}) == 10.0 and isinstance(number(y, {y: 1}), float)
    assert number(sp.Sum(y * s, (s, 1, 3)), {y: 0.5}) == 3.0
    assert number(sp.Sum(s, (s, 1, t)), {t: 4}) == 10.0
    assert number(SquaredNorm(y), {y: 3}) == 9.0
    with pytest.raises(TypeError):
        number(y + C, {y: 1})


def differ(left, right, seed=0):
    try:
        return Point(seed, {}).difference(left, right) is not None
    except Undefined:
        return False


def test_a_difference_that_rounding_makes_is_none():
    """What is smaller than the last of the digits is lost on one side at every precision."""
    small = sp.exp(-4000)
    for left, right in [
        (1 - 1 / (1 + small), small / (1 + small)),
        (1 - sp.tanh(4000), 2 / (sp.exp(8000) + 1)),
        (log(1 + small), log(1 + 1 / small) - 4000),
    ]:
        assert not differ(left, right)
    assert differ(small / (1 + small), 2 * small) and differ(1 + small, 1 - sp.Rational(1, 10**100))


def test_a_difference_is_none_where_a_rule_of_integration_misses_something():
    peak = sp.exp(-((10**6 * (y - sp.Rational(1, 3))) ** 2) / 2)
    assert not differ(sp.Integral(peak, (y, 0, 1)), sqrt(2 * sp.pi) / 10**6)
    assert not differ(E_noise(peak.subs(y, epsilon)), sp.Rational(1, 10**6))
    assert not differ(E_noise(sp.exp(15 * epsilon)), sp.exp(sp.Rational(225, 2)))  # most of it lies beyond the end
    assert not differ(E_noise(sp.Heaviside(epsilon - 20)), sp.erfc(20 / sqrt(2)) / 2)
    assert not differ(E_noise(sp.Max(epsilon - 20, 0)), sp.exp(-200) / 1000)  # all that is seen is 0
    assert not differ(E_noise(sp.cos(40 * sp.pi * epsilon)), sp.exp(-800 * sp.pi**2))
    assert differ(E_noise(sp.exp(2 * epsilon)), sp.exp(3)) and differ(E_noise(epsilon**30), sp.factorial2(31))
    assert differ(sp.Integral(y**2, (y, 0, 1)), sp.Rational(1, 2))
    mean = E_noise(sp.Heaviside(epsilon))
    point = Point(0, {})
    for _ in range(2):  # also where a mean is known from before
        with pytest.raises(Undefined, match="not known well enough"):
            point.difference(mean, sp.Integer(3))


def test_at_a_jump_no_difference_is_seen_but_that_of_whole_numbers():
    almost = sp.sin(y) ** 2 + sp.cos(y) ** 2
    for seed in range(6):
        for left, right in [
            (sp.floor(almost), 1),
            (sp.ceiling(almost), 1),
            (sp.sign(almost - 1), 0),
            (sp.Heaviside(almost - 1), sp.S.Half),
            (sp.KroneckerDelta((v + sp.pi) ** 3, sp.expand((v + sp.pi) ** 3)), 1),
            (sp.Piecewise((1, almost >= 1), (0, True)), 1),
            (sp.Piecewise((1, almost > 1), (0, True)), 0),
        ]:
            assert not differ(left, right, seed)
    assert differ(sp.floor(y + 1), sp.floor(y)) and differ(sp.sign(y), 2) and differ(sp.KroneckerDelta(y, z), 1)
    at_3 = Point(0, {})
    assert at_3.value(t) == Point(0, {}).value(t)
    same = sp.KroneckerDelta(t, int(at_3.value(t)))
    beyond = sp.KroneckerDelta(v + t, v + int(at_3.value(t)))  # v falls out
    assert at_3.difference(same, sp.Integer(0)) == at_3.difference(beyond, sp.Integer(0)) == (1, 0)
