"""The notation: what is an index, what is refused without one, and what is tied to a symbol."""

import pytest
import sympy as sp

from ddpm.derivation import symbols
from ddpm.derivation.symbols import (
    AT_U,
    C,
    Product,
    SquaredNorm,
    Sum,
    T,
    alpha,
    alpha_bar,
    as_written,
    beta,
    beta_tilde,
    epsilon,
    epsilon_t,
    epsilon_theta,
    evaluated,
    family,
    function,
    mu_theta,
    mu_tilde,
    s,
    sigma,
    t,
    x,
)

y, z = sp.symbols("y z", real=True)


def test_sums_take_their_limits_with_and_without_brackets():
    n = sp.Symbol("n", integer=True, positive=True)
    for kind, own in ((Sum, sp.Sum), (Product, sp.Product)):
        assert kind(x[t], t, 1, T) == kind(x[t], (t, 1, T)) == own(x[t], (t, 1, T))
        assert kind(x[t], (t, 1, n), (n, 1, T)) == own(x[t], (t, 1, n), (n, 1, T))
        three = [(t, 1, n), (n, 1, s), (s, 1, T)]
        assert kind(x[t], *three) == own(x[t], *three)
        assert kind(x[t], sp.Tuple(t, 1, T)) == own(x[t], (t, 1, T))


def test_as_written_and_evaluated():
    with as_written():
        written = y + y
        power = (y * z) * (y * 2)
    assert written != 2 * y and evaluated(written) == 2 * y and evaluated(power) == 2 * y**2 * z
    assert evaluated(3) == 3
    with as_written():
        assert evaluated(written) == sp.Mul(2, y) and alpha[t - 1 + 1] == alpha[t]


@pytest.mark.parametrize(
    "build, how",
    [
        (lambda: alpha + 1, r"alpha is a number only with its index: write alpha\[t\]"),
        (lambda: 2 * alpha_bar, r"write alpha_bar\[t\]"),
        (lambda: -x, r"write x\[t\]"),
        (lambda: x**2, r"write x\[t\]"),
        (lambda: 2**x, r"write x\[t\]"),
        (lambda: abs(x), r"write x\[t\]"),
        (lambda: 1 - beta, r"write beta\[t\]"),
        (lambda: beta / 2, r"write beta\[t\]"),
        (lambda: 1 / beta, r"write beta\[t\]"),
        (lambda: sp.sqrt(alpha), r"write alpha\[t\]"),
        (lambda: mu_theta - x[t], r"mu_theta is a number only with its arguments: write mu_theta\(x\[t\], t\)"),
        (lambda: epsilon_theta[t], r"write epsilon_theta\(x\[t\], t\)"),
        (lambda: 2 * mu_tilde, r"write mu_tilde\(t, x\[t\], x\[0\]\)"),
        (lambda: function("f", "f") + 1, r"write f\(...\)"),
        (lambda: x[1:], "a path has both ends"),
        (lambda: x[:T], "a path has both ends"),
        (lambda: x[1:T:2], "a path has both ends"),
        (lambda: x[T:0], r"from its first state to its last, also for p_theta: x\[0:T\]"),
        (lambda: x[1] | x[2] | x[3], "there is one bar"),
        (lambda: iter(alpha), ""),
        (lambda: list(mu_theta), ""),
        (lambda: list(epsilon), ""),
        (lambda: list(C), ""),
    ],
)
def test_what_is_refused(build, how):
    with pytest.raises(TypeError, match=how or "."):
        build()


def test_what_is_known_of_symbols():
    for positive in (alpha, beta, alpha_bar, sigma, beta_tilde):
        assert positive[t].is_positive
    for real in (x[t], epsilon_t[t], epsilon_theta(x[t], t), mu_tilde(t, x[t], x[0]), family("m", "m")[t]):
        assert real.is_real and real.is_finite and real.is_commutative and real.is_positive is None
    assert family("r", "r", positive=True)[t].is_positive
    for number in (t, s, T):
        assert number.is_integer and number.is_positive
    assert C.is_real and C[t] == C and epsilon.is_real and epsilon[t] == epsilon_t[t] and C.is_positive is None
    assert [symbol.is_positive for symbol in AT_U] == [True] * 5 + [None] * 5
    assert all(symbol.is_real for symbol in AT_U) and len(set(AT_U)) == 10
    assert SquaredNorm(y).is_nonnegative and SquaredNorm(y).doit() == y**2 and SquaredNorm(2 * y).doit() == 4 * y**2
    with pytest.raises(TypeError):
        SquaredNorm(y, z)
    for name, symbol in (("alpha", alpha), ("beta", beta), ("sigma", sigma), ("x", x)):
        assert symbol.function.code == name


@pytest.mark.parametrize(
    "expr, text",
    [
        (alpha[t - 1], "alpha[t - 1]"),
        (x[0:T], "x[0:T]"),
        (x[t : t + 2], "x[t:t + 2]"),
        (x[2:2], "x[2:2]"),
        (epsilon_theta(x[t], t), "epsilon_theta(x[t], t)"),
        (mu_tilde(t, x[t], x[0]), "mu_tilde(t, x[t], x[0])"),
        (2 * sigma[t] ** 2, "2*sigma[t]**2"),
        (C, "C"),
    ],
)
def test_plain_text(expr, text):
    assert sp.sstr(expr) == text


def test_what_stands_behind_the_bar():
    assert repr(x[1] | (x[0], x[2])) == "x[1] | x[0], x[2]" and repr(x[1:T] | x[0]) == "x[1:T] | x[0]"
    given = x[1] | x[0]
    assert given.target == (x[1],) and given.given == (x[0],)
    assert (x[0:2] | (x[3], x[4])).given == (x[3], x[4])


def test_new_symbols():
    net = function("net", "n", indices=1, typed="net(t, x[t])")
    assert net.indices == 1 and net.tex == "n" and net.how.endswith("write net(t, x[t])")
    assert function("f", "f").indices == 0 and alpha.function.indices == 1 and mu_tilde.indices == 1
    assert family("k", r"\kappa").function.tex == r"\kappa"
    assert family("gamma", "g").function.__name__ == "Quantity_gamma" != sp.gamma.__name__
    assert symbols.x.function(0) == x[0]


def test_a_sum_of_squares_is_not_below_0_where_its_parts_are_real():
    y, v = sp.Symbol("y", real=True), sp.Symbol("v", positive=True)
    assert SquaredNorm(x[t] - y).is_nonnegative and SquaredNorm(sp.sqrt(v) * x[t]).is_nonnegative
    for part in (sp.I * y, sp.sqrt(-v) * x[t], sp.sqrt(y)):
        assert not SquaredNorm(part).is_nonnegative and abs(SquaredNorm(part)) != SquaredNorm(part)
