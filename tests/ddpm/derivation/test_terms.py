"""What is put into what: the new for the old, under its conditions, and never under a bound variable."""

import pytest
import sympy as sp

from ddpm.derivation.densities import Undecided, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.rebuilt import evaluated
from ddpm.derivation.symbols import T, alpha, epsilon, family, s, t, x
from ddpm.derivation.terms import Equality, depends, exactly, put_all_in, put_in

y, z, u = sp.symbols("y z u", real=True)
v = sp.Symbol("v", positive=True)
n, k = sp.symbols("n k", integer=True, positive=True)
zero, i = sp.Symbol("zero", integer=True, nonnegative=True), sp.Symbol("i", integer=True)
m = family("m", "m")
f = sp.Function("f")


def known(old, new, where=None, general=False):
    return Equality(sp.sympify(old), sp.sympify(new), where or {}, general)


GENERAL = known(m[t], y, general=True)


@pytest.mark.parametrize(
    "expr, equality, right",
    [
        (y, known(y, z), z),
        (u, known(y, z), u),
        (f(y + 1) ** y, known(y, z), f(z + 1) ** z),
        (2 * y * z * u, known(y * z, 3), 6 * u),
        (y + z + u, known(y + z, 3), u + 3),
        (y + z + f(y + z), known(y + z, 3), 3 + f(3)),
        (y * f(y * z) * z, known(y * z, 3), 3 * f(3)),
        (y + u, known(y + z, 3), y + u),
        (y * z + u, known(y + z, 3), y * z + u),
        (y * u, known(y * z, 3), y * u),
        (2 * y, known(2 * y, z), z),
        (m[t], GENERAL, y),
        (m[s], GENERAL, m[s]),
        # sums
        (sp.Sum(m[t], (t, 1, T)), GENERAL, sp.Sum(y, (t, 1, T))),
        (sp.Sum(m[t], (t, 1, T)), known(m[t], y), sp.Sum(m[t], (t, 1, T))),
        (sp.Sum(u * m[s], (s, 1, T)), known(u, y), sp.Sum(y * m[s], (s, 1, T))),
        (sp.Product(u * m[s], (s, 1, T)), known(u, y), sp.Product(y * m[s], (s, 1, T))),
        (sp.Sum(m[s], (s, 1, n)), known(n, T, general=True), sp.Sum(m[s], (s, 1, T))),
        (sp.Sum(m[s], (s, n, T)), known(n, 2), sp.Sum(m[s], (s, 2, T))),
        (sp.Sum(m[s] * m[n], (s, 1, n), (n, 1, T)), known(T, 4), sp.Sum(m[s] * m[n], (s, 1, n), (n, 1, 4))),
        # expectations
        (E_q(y * x[t]), known(y, z), E_q(z * x[t])),
        (E_q(x[t]), known(x[t], y), E_q(x[t])),
        (E_q(x[t]), known(x[t], y, general=True), E_q(x[t])),  # its law is q's own
        (E_noise(y * epsilon), known(y, z), E_noise(z * epsilon)),
        (E_noise(y * epsilon), known(epsilon, z), E_noise(y * epsilon)),
        (E_noise(m[t] * epsilon), known(y, epsilon), E_noise(m[t] * epsilon)),
        (E_noise(y * epsilon), known(epsilon, z, general=True), E_noise(y * z)),
        (E_noise(x[t]), known(x[t], x[0] + epsilon, general=True), E_noise(x[t])),
        (E_noise(m[t] * x[t]), known(m[t], y, general=True), E_noise(y * x[t])),
        (E_q(x[t]), known(x[t], x[0] + epsilon, general=True), E_q(x[t])),  # x_t through epsilon: over noise only
        (E_q(y * x[t]), known(y, epsilon, general=True), E_q(epsilon * x[t])),
        (2 * E_q(x[t]), known(E_q(x[t]), y), 2 * y),
        # what binds its variables
        (q(x[t]), known(t, 2), q(x[t])),
        (KL(q(x[t]), q(x[t] | x[0])), known(t, 2), KL(q(x[t]), q(x[t] | x[0]))),
        (sp.Integral(f(y), (y, 0, 1)), known(y, 2), sp.Integral(f(y), (y, 0, 1))),
        (sp.Derivative(f(y), y), known(y, z), sp.Derivative(f(y), y)),
        (sp.Subs(sp.Derivative(f(y), y), y, 1), known(y, z), sp.Subs(sp.Derivative(f(y), y), y, 1)),
        (2 * q(x[t]), known(q(x[t]), y), 2 * y),
    ],
)
def test_what_is_put_in(expr, equality, right):
    assert put_in(expr, equality, {}) == right


@pytest.mark.parametrize(
    "expr, equality",
    [
        (sp.Sum(u * m[s], (s, 1, T)), known(u, s)),
        (sp.Product(f(t) + u, (s, 1, T), (t, 1, s)), known(u, t + 1)),
        (sp.Sum(m[s], (s, 1, T), (T, 1, 3)), known(m[s], T, general=True)),
        (2 + sp.Sum(alpha[s], (s, u, T)), known(u, s)),
        (E_noise(y * epsilon), known(y, epsilon)),
        (E_q(y * x[t]), known(y, x[0])),
        (E_q(m[t] * x[t]), known(m[t], x[0] + epsilon, general=True)),
    ],
)
def test_nothing_is_put_in_that_would_be_bound(expr, equality):
    with pytest.raises(Undecided, match="binds"):
        put_in(expr, equality, {})


def test_what_is_bound_where_nothing_is_put_in_does_not_matter():
    for equality in (known(y, s), known(y, epsilon)):
        for expr in (sp.Sum(u * m[s], (s, 1, T)), E_noise(u * epsilon)):
            assert put_in(expr + y, equality, {}) == expr + equality.new
    assert put_in(sp.Sum(m[s] * u, (s, 1, T)), known(m[s], s, general=True), {}) == sp.Sum(s * u, (s, 1, T))
    assert put_all_in(y + u, (known(y, z), known(z, v), known(v, y)), {}) == y + u
    assert put_all_in(y, (), {}) == y


def test_a_condition_is_met_or_it_is_not_decided():
    from_2 = known(m[t], y, {t: 2}, general=True)
    assert put_in(2 * m[t], from_2, {t: 2}) == put_in(2 * m[t], from_2, {t: 5}) == 2 * y
    assert put_in(m[t], known(m[t], y, {s: 2}), {}) == y  # a condition on what does not stand there
    assert put_in(sp.Sum(m[t], (t, 2, T)), from_2, {}) == sp.Sum(y, (t, 2, T))
    assert put_in(m[t] * z, known(m[t] * z, y, {t: 2}), {t: 2}) == y
    for expr, lowest in ((m[t], {}), (m[t], {t: 1}), (sp.Sum(m[t], (t, 1, T)), {t: 2}), (f(m[t]), {})):
        with pytest.raises(Undecided, match=r"m\[t\] = y is known from t = 2 on only"):
            put_in(expr, from_2, lowest)
    with pytest.raises(Undecided, match="from t = 2 on only"):
        put_in(y, known(y, m[t], {t: 2}), {})  # the symbol may stand in the new
    for index, least, begins in ((t, 1, 0), (zero, 0, -1)):  # a symbol's own name is a condition too
        of_name, from_least = known(m[index], y, general=True), sp.Sum(m[index], (index, least, T))
        assert put_in(from_least, of_name, {}) == sp.Sum(y, (index, least, T))
        with pytest.raises(Undecided, match=f"is known from {index} = {least} on only"):
            put_in(sp.Sum(m[index], (index, begins, T)), of_name, {})
    assert put_in(sp.Sum(m[i], (i, -9, T)), known(m[i], y, general=True), {}) == sp.Sum(y, (i, -9, T))


def test_what_depends():
    assert depends(m[t] + 1, m[t]) and not depends(m[s], m[t]) and not depends(t + 1, m[t])
    assert depends(y**2, y + z) and depends(z, y + z) and depends(y + z, y + z) and not depends(u, y + z)
    assert depends(y, y) and not depends(z, y)


@pytest.mark.parametrize(
    "written, right",
    [
        (0.5 * y, y / 2),
        (0.1, sp.Rational(1, 10)),
        (sp.Float("0.3", 30), sp.Rational(3, 10)),
        (1e-20, sp.Rational(1, 10**20)),
        (123456789.012345, sp.Rational("123456789.012345")),
        (sp.Float("0.1234567890123456789012345", 25), sp.Rational("0.1234567890123456789012345")),
    ],
)
def test_a_decimal_is_a_fraction(written, right):
    assert exactly(written) == right


@pytest.mark.parametrize("rounded", [0.1 + 0.2, 1 / 3, 2e15 / 3, 1e-20 / 3, -2e30 / 3])
def test_what_python_has_rounded_is_no_decimal(rounded):
    with pytest.raises(Undecided, match="write a fraction"):
        exactly(rounded * y)


def test_a_symbol_that_is_not_real_has_no_numbers():
    with pytest.raises(Undecided, match="real symbols alone"):
        exactly(sp.Symbol("c", imaginary=True) ** 2)


@pytest.mark.parametrize("written", [sp.Tuple(1, 2), sp.true, y > 0, sp.Eq(y, y + 1), sp.Matrix([[1]])])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(TypeError, match="only numbers are compared"):
        exactly(written)


def test_an_index_that_begins_where_its_symbol_cannot():
    with sp.evaluate(False):
        sums = [sp.Sum(body, (s, 0, T)) for body in (sp.Pow(0, s), sp.sign(s), sp.Abs(s))]
        from_1 = sp.Sum(sp.sign(s), (s, 1, T))
        below = sp.Sum(sp.Abs(s), (s, -2, T))
        second = sp.Sum(sp.sign(s) * n, (n, 1, 2), (s, 0, T))
    for written in (*sums[:2], below, second):
        with pytest.raises(Undecided, match="runs through more than its name says"):
            exactly(written)
    from_0 = [sp.Sum(body, (i, 0, T)) for body in (alpha[i], sp.sign(i))]
    for found, right in (from_1, sp.Sum(1, (s, 1, T))), (sums[2], sp.Sum(s, (s, 0, T))), *zip(from_0, from_0):
        assert exactly(found) == evaluated(right)


def test_a_bound_symbol_that_is_no_index_is_real():
    with sp.evaluate(False):
        limit, slope = sp.Limit(sp.sqrt(y**2), y, 0), sp.Derivative(sp.sqrt(i**2), i)
        others = sp.Subs(sp.sign(v), v, -1), sp.Lambda(v, sp.sign(v)), sp.Limit(sp.sign(v), v, 0)
    for written in others:
        with pytest.raises(Undecided, match="v runs through more than its name says"):
            exactly(written)
    with sp.evaluate(False):
        areas = [sp.Integral(sp.sqrt(v**2), limits) for limits in ((v, 0, 1), (v, n, n + 1), (v,), (v, 1), (v, -1, 1))]
    for area in areas[:2]:
        assert exactly(area) == evaluated(sp.Integral(v, area.args[1]))  # above 0 all the way
    for area in areas[2:]:
        with pytest.raises(Undecided, match="v runs through more than its name says"):
            exactly(area)
    assert exactly(limit) == sp.Limit(sp.Abs(y), y, 0) and exactly(slope) == sp.Derivative(sp.Abs(i), i)


def test_decimals_are_fractions_before_they_are_added():
    with sp.evaluate(False):
        sums = sp.Add(sp.Float(1e20), sp.Float(0.3), y), sp.Mul(sp.Float("1.23", 3), sp.Float("4.56", 3), y)
        wave = sp.Sum(sp.Mul(sp.Float(1e16), y) + sp.Mul(sp.Float(0.5), y), (s, 1, T))
    assert [exactly(written) for written in sums] == [y + 10**20 + sp.Rational(3, 10), sp.Rational(56088, 10**4) * y]
    assert exactly(wave) == evaluated(sp.Sum((10**16 + sp.S.Half) * y, (s, 1, T)))
    assert exactly(sp.Float("1e-400")) == sp.Rational(1, 10**400) and exactly(sp.Float("2e400")) == 2 * 10**400


@pytest.mark.parametrize("written", [sp.O(y), y + sp.O(y**2), sp.AccumBounds(0, 1) * y])
def test_what_stands_for_many_numbers_is_none(written):
    with pytest.raises(TypeError, match="only numbers are compared"):
        exactly(written)


def test_the_noise_of_a_mean_is_bound_by_nothing_else():
    for expr in (
        sp.Sum(E_noise(epsilon**2), (epsilon, 1, 3)),
        sp.Integral(epsilon * E_noise(epsilon), (epsilon, 0, 1)),
    ):
        with pytest.raises(Undecided, match="take another name"):
            exactly(expr)
