"""Least values of whole numbers."""

import pytest
import sympy as sp

from ddpm.derivation.lowest import is_at_least, least, lower, raised
from ddpm.derivation.symbols import T, s, t

n, k = sp.symbols("n k", integer=True, positive=True)
zero = sp.Symbol("zero", integer=True, nonnegative=True)
i, y = sp.Symbol("i", integer=True), sp.Symbol("y", real=True)
d = sp.Dummy("d", integer=True)


@pytest.mark.parametrize(
    "expr, bound, lowest, right",
    [
        (t, 1, {}, True),
        (t, 2, {}, False),
        (t, 2, {t: 2}, True),
        (t, 3, {t: 2}, False),
        (t - 1, 0, {}, True),
        (t + s, 2, {}, True),
        (t + s, 3, {}, False),
        (t * s, 1, {}, True),
        (t - s, 0, {}, False),
        (2 * t - 1, 1, {}, True),
        (zero, 0, {}, True),
        (zero, 1, {}, False),
        (zero, 1, {zero: 1}, True),
        (i, -5, {}, False),
        (i, -5, {i: -5}, True),
        (i, -4, {i: -5}, False),
        (y, 0, {}, False),
        (3, 3, {}, True),
        (3, 4, {}, False),
        (-t, -1, {}, False),
    ],
)
def test_is_at_least(expr, bound, lowest, right):
    assert is_at_least(expr, bound, lowest) is right


def test_raised_is_a_least_value_and_what_is_above():
    found = raised(2 * t + i + y, {})
    (above,) = found.free_symbols - {i, y}
    assert found == 2 + 2 * above + i + y and above.is_nonnegative and above.is_integer
    found = raised(t, {t: 5})
    assert found.subs({above: 0 for above in found.free_symbols}) == 5
    assert raised(sp.Symbol("v", positive=True), {}).is_Symbol


@pytest.mark.parametrize(
    "first, lowest, right",
    [
        (t, {}, 1),
        (t, {t: 3}, 3),
        (t + 2, {}, 3),
        (zero, {}, 0),
        (i, {}, None),
        (-t, {}, None),
        (4, {}, 4),
        (t * s + 1, {t: 2}, 3),
        (t - s, {}, None),
        (2**t, {}, None),
        (y, {}, None),
    ],
)
def test_least(first, lowest, right):
    assert least(first, lowest) == right


def test_lower_adds_the_indices_of_a_sum():
    assert lower([(n, 1, T)], {}) == {n: 1} and lower([(n, 3, T)], {t: 2}) == {n: 3, t: 2}
    assert lower([(k, n, T), (n, 2, T)], {}) == {n: 2, k: 2}  # the last is the outermost
    assert lower([(n, 2, T)], {n: 9}) == {n: 2}
    assert lower([(n, -i, T)], {}) == {n: -(10**9)}  # nothing is known of it
    assert lower([(d, -i, T)], {}) == {} and lower([(d, -i, T)], {d: 4}) == {}
    assert lower([(d, 2, T)], {}) == {d: 2}
    before = {t: 2}
    assert lower([(n, t, T)], before) == {t: 2, n: 2} and before == {t: 2}
