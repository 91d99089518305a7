"""What is printed as code is the expression again when it is read."""

import pytest
import sympy as sp

from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.printing import plain
from ddpm.derivation.symbols import T, as_written, t, x

y, z = sp.symbols("y z")


@pytest.mark.parametrize(
    "write",
    [
        lambda: sp.Rational(3, 2) * y,
        lambda: y / sp.Rational(3, 2),
        lambda: z * y / sp.Rational(1, 3),
        lambda: y / (2 * z),
        lambda: 1 / (y * z),
        lambda: y - (z - y),
        lambda: -(y + z) / y,
        lambda: y / (y + z) * z,
        lambda: (y + z) ** 2 - 1 / y,
    ],
)
def test_plain_can_be_read_back(write):
    with as_written():
        printed = plain(write())
    assert sp.simplify(sp.sympify(printed, {"y": y, "z": z}) - write()) == 0, printed


@pytest.mark.parametrize("density", [q(x[t] | x[0]), q(x[t - 1] | (x[t], x[0])), p_theta(x[t - 1] | x[t]), p(x[T])])
def test_a_density_can_be_read_back(density):
    assert eval(str(density), {"q": q, "p": p, "p_theta": p_theta, "x": x, "t": t, "T": T}) == density


def test_two_conditions_are_printed_in_brackets():
    assert str(q(x[t - 1] | (x[t], x[0]))) == "q(x[t - 1] | (x[t], x[0]))"
    assert str(q(x[t] | x[0])) == "q(x[t] | x[0])"
