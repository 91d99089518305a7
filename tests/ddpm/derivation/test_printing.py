"""TeX in the paper's notation and plain text in the code's, in the form and the order in which it was written."""

import pytest
import sympy as sp

from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.printing import bare, brackets, group_at, is_sum, plain, sign_of, terms_of, tex
from ddpm.derivation.statement import Law
from ddpm.derivation.symbols import (
    SquaredNorm,
    T,
    alpha,
    alpha_bar,
    as_written,
    beta,
    c_u,
    dc_u,
    epsilon,
    epsilon_theta,
    exp,
    log,
    mu_tilde,
    s,
    sigma,
    sqrt,
    t,
    x,
)

y, z, a, b, c = sp.symbols("y z a b c")
f = sp.Function("f")
Sum, Product, Rational = sp.Sum, sp.Product, sp.Rational


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
        lambda: -y * z - 2 * y,
        lambda: -(y - z) + 3,
        lambda: y * (-z),
        lambda: 2 - (-y),
        lambda: y / (z / y),
        lambda: (y / z) ** 2 / (1 / y),
        lambda: sp.Integer(-3) * y - 4,
        lambda: y ** (-z) + y ** (z + 1),
    ],
)
def test_plain_can_be_read_back(write):
    with as_written():
        printed = plain(write())
    assert sp.simplify(sp.sympify(printed, {"y": y, "z": z}) - write()) == 0, printed


@pytest.mark.parametrize("density", [q(x[t] | x[0]), q(x[t - 1] | (x[t], x[0])), p_theta(x[t - 1] | x[t]), p(x[T])])
def test_a_density_can_be_read_back(density):
    assert eval(str(density), {"q": q, "p": p, "p_theta": p_theta, "x": x, "t": t, "T": T}) == density


@pytest.mark.parametrize(
    "write, text",
    [
        (lambda: a + b - c, "a + b - c"),
        (lambda: -a + b, "-a + b"),
        (lambda: a - (b + c), "a - (b + c)"),
        (lambda: -(a + b), "-(a + b)"),
        (lambda: a * b / c, "a*b/c"),
        (lambda: 1 / c, "1/c"),
        (lambda: -1 / c, "-1/c"),
        (lambda: a / (b * c), "a/(b*c)"),
        (lambda: a / (b + c), "a/(b + c)"),
        (lambda: (a + b) * c, "(a + b)*c"),
        (lambda: Rational(1, 2) * a, "(1/2)*a"),
        (lambda: a * Rational(1, 2), "a*(1/2)"),
        (lambda: a * 2, "a*2"),
        (lambda: a / (1 / b), "a/(1/b)"),
        (lambda: a * (1 / b) ** 2, "a*(1/b)**2"),
        (lambda: -2 * a, "-2*a"),
        (lambda: a / sqrt(b), "a/sqrt(b)"),
        (lambda: sqrt(alpha[t]) * x[t - 1], "sqrt(alpha[t])*x[t - 1]"),
        (lambda: Sum(log(alpha[s]), (s, 1, t)), "Sum(log(alpha[s]), (s, 1, t))"),
        (lambda: E_q(-log(p(x[T]))), "E_q(-log(p(x[T])))"),
    ],
)
def test_plain(write, text):
    with as_written():
        assert plain(write()) == text


@pytest.mark.parametrize(
    "write, text",
    [
        # sums and signs
        (lambda: a + b + c, "a + b + c"),
        (lambda: a - b - c, "a - b - c"),
        (lambda: -a - b, "-a - b"),
        (lambda: a - (b - c), "a - (b - c)"),
        (lambda: -(a - b) + c, "-(a - b) + c"),
        (lambda: a + (b + c), "a + b + c"),
        (lambda: a + (-b) * c, "a - b c"),
        (lambda: a - 2 * b, "a - 2 b"),
        (lambda: a + -3 * b * c, "a - 3 b c"),
        (lambda: a - 3, "a - 3"),
        (lambda: -3 + a, "-3 + a"),
        (lambda: (-a * b) * c + a, "-a b c + a"),
        (lambda: -((a + b) * c), "-(a + b) c"),
        # products and fractions
        (lambda: a * b * c, "a b c"),
        (lambda: (a + b) * (a - b), "(a + b) (a - b)"),
        (lambda: a / b, r"\frac{a}{b}"),
        (lambda: a / b * c, r"\frac{a}{b} c"),
        (lambda: a * c / b, r"\frac{a c}{b}"),
        (lambda: (a + b) / c, r"\frac{a + b}{c}"),
        (lambda: (a + b) * c / (a - b), r"\frac{(a + b) c}{a - b}"),
        (lambda: a / (b * c), r"\frac{a}{b c}"),
        (lambda: a / (b * (a + c)), r"\frac{a}{b (a + c)}"),
        (lambda: 1 / a, r"\frac{1}{a}"),
        (lambda: -1 / a, r"-\frac{1}{a}"),
        (lambda: 1 / a * b, r"\frac{b}{a}"),
        (lambda: 1 / a * (b + c), r"\frac{1}{a} (b + c)"),
        (lambda: 1 / (a + c) * (b + c), r"\frac{1}{a + c} (b + c)"),
        (lambda: 1 / sqrt(a) * (b - c) * c, r"\frac{1}{\sqrt{a}} (b - c) c"),
        (lambda: 1 / a * (b + c) / c, r"\frac{\frac{1}{a} (b + c)}{c}"),
        (lambda: Rational(1, 2) * a, r"\frac{a}{2}"),
        (lambda: Rational(3, 2) * a, r"\frac{3 a}{2}"),
        (lambda: a * Rational(-3, 2), r"\frac{a (-3)}{2}"),
        (lambda: a * -3, "a (-3)"),
        (lambda: a * (-b) * c, "a (-b) c"),
        (lambda: a - b * (-c), "a - b (-c)"),
        (lambda: Rational(1, 2) * (a + b), r"\frac{a + b}{2}"),
        (lambda: sp.Integer(2) * sp.Integer(3) * a, r"2 \cdot 3 a"),
        (lambda: 2 * (sp.Integer(3) * a), r"2 \cdot 3 a"),
        (lambda: a * 2, "a 2"),
        (lambda: 1 * a * b, "a b"),
        (lambda: sqrt(a) * b, r"\sqrt{a}\, b"),
        (lambda: b * sqrt(a), r"b \sqrt{a}"),
        (lambda: Sum(alpha[s], (s, 1, t)) * a, r"\Bigl(\sum_{s=1}^t \alpha_s\Bigr) a"),
        (lambda: a * Sum(alpha[s], (s, 1, t)), r"a \sum_{s=1}^t \alpha_s"),
        (lambda: log(a) * b, r"(\log a) b"),
        (lambda: b * log(a), r"b \log a"),
        # powers and roots
        (lambda: a**2, "a^2"),
        (lambda: a ** (b + 1), "a^{b + 1}"),
        (lambda: (a + b) ** 2, "(a + b)^2"),
        (lambda: (a * b) ** 2, "(a b)^2"),
        (lambda: (a**b) ** 2, "(a^b)^2"),
        (lambda: sp.Pow(log(a), 2), r"(\log a)^2"),
        (lambda: sp.Pow(Sum(a, (s, 1, t)), 2), r"\Bigl(\sum_{s=1}^t a\Bigr)^2"),
        (lambda: sp.Pow(Product(a, (s, 1, t)), 2), r"\Bigl(\prod_{s=1}^t a\Bigr)^2"),
        (lambda: sqrt(a + b), r"\sqrt{a + b}"),
        (lambda: 1 / sqrt(a), r"\frac{1}{\sqrt{a}}"),
        (lambda: a**-2, r"\frac{1}{a^2}"),
        (lambda: b * a ** Rational(-3, 2), r"\frac{b}{a^{\frac{3}{2}}}"),
        (lambda: a ** (-b), "a^{-b}"),
        (lambda: sqrt(sigma[t] ** 2), r"\sqrt{\sigma_t^2}"),
        # functions
        (lambda: log(a), r"\log a"),
        (lambda: log(2), r"\log 2"),
        (lambda: log(a + b), r"\log(a + b)"),
        (lambda: log(a * b), r"\log(a b)"),
        (lambda: log(a / b), r"\log \frac{a}{b}"),
        (lambda: log(a / b * c), r"\log\Bigl(\frac{a}{b} c\Bigr)"),
        (lambda: log(sqrt(a)), r"\log\bigl(\sqrt{a}\bigr)"),
        (lambda: log(alpha[t]), r"\log \alpha_t"),
        (lambda: log(alpha_bar[t]), r"\log \bar\alpha_t"),
        (lambda: log(Normal(a, b, c)), r"\log\mathcal N(a;\ b,\ c)"),
        (lambda: log(p(x[T])), r"\log p(x_T)"),
        (lambda: exp(a), r"\exp(a)"),
        (lambda: exp(a / b), r"\exp\Bigl(\frac{a}{b}\Bigr)"),
        (lambda: f(a), r"f{\left(a \right)}"),
        # sums
        (lambda: Sum(alpha[s], (s, 1, t)), r"\sum_{s=1}^t \alpha_s"),
        (lambda: Sum(alpha[s], (s, t - 1, T + 1)), r"\sum_{s=t - 1}^{T + 1} \alpha_s"),
        (lambda: Product(alpha[s] + a, (s, 1, t)), r"\prod_{s=1}^t (\alpha_s + a)"),
        (lambda: Sum(alpha[s] - a / b, (s, 1, t)), r"\sum_{s=1}^t \Bigl(\alpha_s - \frac{a}{b}\Bigr)"),
        # quantities
        (lambda: alpha_bar[t - 1], r"\bar\alpha_{t - 1}"),
        (lambda: sigma[t] ** 2, r"\sigma_t^2"),
        (lambda: alpha[10], r"\alpha_{10}"),
        (lambda: epsilon_theta(x[t], t), r"\epsilon_\theta(x_t, t)"),
        (lambda: mu_tilde(t, x[t], x[0]), r"\tilde\mu_t(x_t, x_0)"),
        (lambda: mu_tilde(t, x[t], x[0]) ** 2, r"\tilde\mu_t(x_t, x_0)^2"),
        (lambda: q(x[0 : t + 1]), r"q(x_{0:t + 1})"),
        (lambda: dc_u * c_u, "c_u' c_{u}"),
        (lambda: epsilon * a, r"\epsilon a"),
        # densities and laws
        (lambda: q(x[t]), "q(x_t)"),
        (lambda: q(x[t], x[0] | x[1]), r"q(x_t, x_0 \mid x_1)"),
        (lambda: p_theta(x[t - 1] | x[t]), r"p_\theta(x_{t - 1} \mid x_t)"),
        (lambda: Normal(a, b, c), r"\mathcal N(a;\ b,\ c)"),
        (
            lambda: Normal(a, b, 1 - alpha_bar[t], "I"),
            r"\mathcal N\bigl(a;\ b,\ \bigl(1 - \bar\alpha_t\bigr)\, I\bigr)",
        ),
        (lambda: Normal(a, b, beta[t], "I"), r"\mathcal N(a;\ b,\ \beta_t\, I)"),
        (lambda: Law(0, 1), r"\mathcal N(0,\ 1)"),
        (lambda: Law(0, 1, "I"), r"\mathcal N(0,\ I)"),
        (lambda: Law(a, b + c, "I"), r"\mathcal N(a,\ (b + c)\, I)"),
        (lambda: Law(a, b, "I"), r"\mathcal N(a,\ b\, I)"),
        (lambda: KL(q(x[1]), p(x[1])), r"\mathrm{KL}\bigl( q(x_1) \,\Vert\, p(x_1) \bigr)"),
        # expectations and norms
        (lambda: E_q(x[t]), r"\mathbb{E}_q\Bigl[ x_t \Bigr]"),
        (lambda: E_noise(epsilon), r"\mathbb{E}_{x_0, \epsilon}\Bigl[ \epsilon \Bigr]"),
        (lambda: SquaredNorm(a - b), r"\lVert a - b \rVert^2"),
        (lambda: SquaredNorm(a / b), r"\Bigl\lVert \frac{a}{b} \Bigr\rVert^2"),
        (lambda: SquaredNorm(sqrt(a)), r"\bigl\lVert \sqrt{a} \bigr\rVert^2"),
    ],
)
def test_tex(write, text):
    with as_written():
        expr = write()
        assert tex(expr) == text


@pytest.mark.parametrize(
    "text, size",
    [
        ("a", ("(", ")")),
        (r"\frac{a}{b}", (r"\Bigl(", r"\Bigr)")),
        (r"\sum_s a", (r"\Bigl(", r"\Bigr)")),
        (r"\prod_s a", (r"\Bigl(", r"\Bigr)")),
        (r"\sqrt{a}", (r"\bigl(", r"\bigr)")),
        (r"\bigl(a\bigr)", (r"\bigl(", r"\bigr)")),
        (r"\bar\alpha", (r"\bigl(", r"\bigr)")),
    ],
)
def test_brackets(text, size):
    assert brackets(text) == size[0] + text + size[1]


def test_the_argument_that_starts_at_a_place():
    assert group_at(r"x_{ab}c", 2) == ("ab", 6) and group_at("x_ab", 2) == ("a", 3)
    assert group_at(r"x_\theta b", 2) == (r"\theta", 8) and group_at(r"{a{b}{c}} d", 0) == ("a{b}{c}", 9)
    assert group_at("x^  {a}", 2) == ("a", 7) and group_at("x", 1) == ("", 1)


def test_parts():
    with as_written():
        assert terms_of(a + b - c) == [a, b, -c] and terms_of(a * b) == [a * b]
        assert sign_of(a) == (False, a) and sign_of(-a) == (True, a) and sign_of(sp.Integer(-2)) == (True, 2)
        assert sign_of(-a * b) == (True, a * b) and sign_of(-2 * a) == (True, 2 * a) and sign_of(a * -1)[0] is False
        assert sign_of(sp.Integer(2) * a) == (False, 2 * a) and sign_of((-a) * b * c) == (True, a * b * c)
        assert bare(1 * (a + b)) == a + b and bare(2 * a) == 2 * a and bare(a) == a and bare(1 * a * b) == 1 * a * b
        assert is_sum(a + b) and is_sum(1 * (a + b)) and not is_sum(a * (a + b)) and not is_sum(a)
