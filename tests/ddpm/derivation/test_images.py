"""What has a value for each pixel, and what is linear in sums over pixels."""

import pytest
import sympy as sp

from ddpm.derivation.images import images, is_image, is_linear
from ddpm.derivation.symbols import (
    C,
    SquaredNorm,
    T,
    alpha,
    epsilon,
    epsilon_t,
    epsilon_theta,
    family,
    mu_tilde,
    s,
    t,
    x,
)

y, z = sp.symbols("y z", real=True)
v = sp.Symbol("v", positive=True)
m = family("m", "m")
N = SquaredNorm


def test_what_is_an_image():
    for image in (x[t], epsilon, epsilon_t[t], epsilon_theta(x[t], t), mu_tilde(t, x[t], x[0])):
        assert is_image(image)
    for number in (y, alpha[t], m[t], t, N(x[t]), 2 * x[t]):
        assert not is_image(number)


@pytest.mark.parametrize(
    "expr, right",
    [
        (y, True),
        (x[t], True),
        (N(y), True),
        (2 * N(y) + v * N(z) + x[0], True),
        (sp.Sum(alpha[s] * N(x[s]), (s, 1, T)), True),
        (y * alpha[t] * N(x[t]), True),
        (N(y) * N(z), False),
        (N(y) ** 2, False),
        (sp.exp(N(y)), False),
        (x[0] * N(x[t]), False),
        (sp.exp(x[0]) * N(x[t]), False),
        (y * (N(y) + N(z)), True),
        (y * (N(y) + N(z) ** 2), False),
        (N(y) + N(z) ** 2, False),
        (sp.Sum(x[s] * N(x[s]), (s, 1, T)), False),
    ],
)
def test_what_is_linear(expr, right):
    assert is_linear(expr, N) is right


def test_what_may_be_an_image():
    assert images(N(y - v), N(z)) == {y, z}  # a positive number is none
    assert images(N(y), y + z) == set() and images(N(y + m[t]), z * N(z)) == {y, m[t]}
    assert images(N(t + C + y), sp.S.Zero) == {y}
    assert images(N(epsilon_theta(y, t)), sp.S.Zero) == {epsilon_theta(y, t)}  # the argument is its own affair
    assert images(y, z) == set() and images(2 * N(2 * N(y) + z), sp.S.One) == {y, z}
