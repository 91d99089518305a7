"""Zeros at whole numbers: found, excluded, or not known."""

import pytest
import sympy as sp

from ddpm.derivation.gaussians import Normal
from ddpm.derivation.symbols import T, alpha_bar, family, log, mu_tilde, s, sqrt, t
from ddpm.derivation.zeros import leaves_0, zeros

y = sp.Symbol("y", real=True)
m = family("m", "m")
i = sp.Symbol("i", integer=True)
WHOLE = (("integer", True),)


@pytest.mark.parametrize(
    "base, found",
    [
        (s**2 - 9, {3, -3}),
        (y * (2 * s - 6) * (2 * s - 5), {3}),
        (s - t, {t}),
        (2 * s - T, {T / 2}),
        (1 / (s - 2) - 1, {3}),
        ((s**2 - 2) * (s**2 + s + 1), set()),
        (s - y, set()),
        (s - sqrt(2), set()),
        (y * t, set()),
        (1 - alpha_bar[s - 1], {1}),
        (2 - alpha_bar[s - 1], set()),
        (m[s] - m[t], {t}),
        (m[s] + m[t], set()),
        (m[2 * s] - m[s + 3], {3}),
        (Normal(y, 0, 1 - alpha_bar[s]) - y, set()),
        (m[s] + mu_tilde(s, y, y) - m[t] - mu_tilde(t, y, y), {t}),
        (i * (s - 3), {3}),
        (2**s - 8, {None}),
        (sp.exp(2 - s) - 1, {None}),
        (s**2 - T, {None}),
        (sp.sin(sp.pi * s), {None}),
    ],
)
def test_zeros(base, found):
    assert set(zeros(base, s, WHOLE)) == found


def test_what_is_known_of_the_index_excludes_zeros():
    positive = (*WHOLE, ("positive", True))
    for base in (sqrt(s) + 1, s + 3, 2**s + 1, s**4 + 4 * t**4):
        assert zeros(base, s, positive) == []
    assert zeros((2**s + 1) * (s - 3), s, positive) == [3]
    assert zeros(s + 3, s, WHOLE) == [-3]


@pytest.mark.parametrize(
    "base, first, found",
    [
        (log(s), 2, True),
        (log(s), 1, False),
        (log(s), T + 1, True),
        (log(s), T, False),
        (-log(2 * s) / 3, 1, True),
        (sqrt(s) - 1, 2, True),
        (2**s - 8, 4, True),
        (2**s - 8, 3, False),
        (8 - 2**s, 4, True),
        (8 - 2**s, 1, False),  # it falls, to 0 and below
        (2**s - 8, 1, False),
        (sp.exp(-s) - 2, 0, True),
        (s * log(s) + y**2, 2, True),
        (s * log(s) - y, 2, False),
        (s**2 - 5, 0, False),
        (sp.tan(s), 1, False),
        (s - 5 * sp.floor(s / 3), 1, False),
        (s * alpha_bar[s], 1, False),
        (1 / (s - 5), 6, False),
        (s * alpha_bar[t] + 1, 1, True),
    ],
)
def test_what_leaves_0_has_no_zero_further_on(base, first, found):
    assert leaves_0(base, s, sp.sympify(first)) is found
