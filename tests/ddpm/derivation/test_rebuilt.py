"""Sums, products and integrals of which nothing is guessed, and indices of their own."""

import sympy as sp

from ddpm.derivation.forms import FUNCTIONS
from ddpm.derivation.rebuilt import bare, evaluated, fresh
from ddpm.derivation.symbols import T, family, s, t

y = sp.Symbol("y", real=True)
v = sp.Symbol("v", positive=True)
n, k = sp.symbols("n k", integer=True, positive=True)
zero, i = sp.Symbol("zero", integer=True, nonnegative=True), sp.Symbol("i", integer=True)
m = family("m", "m")
f = sp.Function("f")


def test_each_sum_has_an_index_of_its_own():
    found = fresh(sp.Sum(m[s], (s, 1, T)) + sp.Product(m[s], (s, 2, T)) + f(s))
    indices = [big.args[1][0] for big in found.atoms(sp.Sum, sp.Product)]
    assert len(set(indices)) == 2 and s not in indices and found.has(f(s))
    assert all(isinstance(index, sp.Dummy) and index.is_integer and index.is_positive for index in indices)
    for first, positive, nonnegative in ((1, True, True), (0, None, True), (i, None, None), (zero, None, True)):
        index = fresh(sp.Sum(m[k], (k, first, T))).args[1][0]
        assert (index.is_positive, index.is_nonnegative) == (positive, nonnegative)
    double = fresh(sp.Sum(m[s] * m[n], (s, n, T), (n, 1, s)))
    (inner, first, _), (outer, _, last) = double.args[1:]
    assert first == outer and double.args[0] == m[inner] * m[outer] and last == s
    nested = fresh(sp.Sum(m[s] * sp.Sum(m[s], (s, 1, s)), (s, 1, T)))
    outer = nested.args[1][0]
    (inside,) = [part for part in nested.args[0].args if isinstance(part, sp.Sum)]
    assert inside.args[1][2] == outer and inside.args[1][0] != outer and inside.args[0] == m[inside.args[1][0]]
    ends = fresh(sp.Sum(m[s], (s, 1, sp.Sum(k, (k, 1, 2)))))
    assert not ends.args[1][2].has(k) and fresh(y) == y


def test_no_number_is_guessed():
    """What SymPy says of each by itself is wrong, or no more than a guess; 1 + 1/4 + ... is below 10."""
    peak = 10**6 * sp.exp(-(10**8) * (3 * y - 1) ** 2) - 1
    for big in sp.Integral(peak, (y, 0, 1)), sp.Sum(1 / n**2, (n, 1, sp.oo)), sp.Sum(2**-n - 1 / n, (n, 1, 10**6)):
        with sp.evaluate(False):
            written = [sp.Abs(big - 10), sp.Max(big, 10), sp.floor(big), big > 10, sp.sign(big - 10)]
        for whole, by_guess in zip(map(evaluated, written), written):
            assert whole.func == by_guess.func and whole.has(type(big)), by_guess
        assert evaluated(big).is_positive is None and not evaluated(big).is_number
        assert sp.factor(evaluated(big)) == evaluated(big)


def test_a_sign_is_that_of_the_terms_where_the_index_runs():
    """A symbol for positive whole numbers may be the index of a sum from below 0."""
    for kind in sp.Sum, sp.Product:
        for first, sign in (1, True), (-5, None), (i, None):
            assert evaluated(kind(s, (s, first, first + 3))).is_positive is sign
        assert evaluated(kind(v, (s, 1, 9))).is_positive and evaluated(kind(-v, (s, 1, 9))).is_negative is not False
    assert evaluated(sp.Sum(-v, (s, 1, t))).is_negative
    assert evaluated(sp.Sum(v, (s, 5, t))).is_positive is None  # there may be no term
    assert evaluated(sp.Sum(n * k, (n, 1, k), (k, 1, T))).is_positive
    assert evaluated(sp.Sum(n * k, (n, k, -1), (k, -9, -1))).is_positive is None


def test_of_functions_whose_signs_sympy_knows_wrong_nothing_is_known():
    """atan(0) is 0, binomial(5, 3) is above 0; to SymPy neither is so."""
    with sp.evaluate(False):
        inside = [
            sp.atan(zero),
            sp.asin(i),
            sp.acos(n),
            sp.binomial(i, 3),
            sp.binomial(i, 2 * k + 1),
            sp.LambertW(v, n),
        ]
        signs = [sp.sign(part) for part in inside] + [sp.KroneckerDelta(part, 0) for part in inside]
        known = (
            sp.sign(sp.exp(y) * v + sp.erf(v)),
            sp.cos(0),
            sp.Abs(sp.factorial(n)),
            f(sp.sign(v)),
            sp.sign(m[s] ** 2),
        )
    for whole, part in zip(signs, 2 * inside):
        found = evaluated(whole)
        assert found.func == whole.func and found.has(bare(part.func)) and not found.has(part.func)
    assert [*map(evaluated, known)] == [1, 1, sp.factorial(n), f(1), sp.sign(m[s] ** 2)]
    assert all(evaluated(part).is_real is None for part in inside) and evaluated(inside[0]) == evaluated(inside[0])
    assert FUNCTIONS[bare(sp.atan)] == FUNCTIONS[sp.atan] and bare(sp.exp) == sp.exp and bare(m[s].func) == m[s].func


def test_a_product_without_a_factor_is_1():
    for last, found in (t, True), (t - 1, None), (0, False):
        assert evaluated(sp.Product(0, (s, 1, last))).is_zero is found
    assert evaluated(sp.Product(v, (s, 1, 9))).is_zero is False
