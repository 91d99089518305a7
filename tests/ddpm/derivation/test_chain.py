"""Chains: what they refuse and say, how they print, and that the numeric core knows nothing of them."""

import pytest
import sympy as sp

from ddpm.derivation import printing
from ddpm.derivation.chain import Chain, WrongStep
from ddpm.derivation.densities import Undecided, p, p_theta, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.induction import Induction
from ddpm.derivation.layout import PHONE, broken_at, lines_of
from ddpm.derivation.settle import Numerically
from ddpm.derivation.statement import Law, Statement
from ddpm.derivation.symbols import (
    SquaredNorm,
    T,
    alpha,
    alpha_bar,
    as_written,
    beta,
    epsilon,
    epsilon_theta,
    family,
    log,
    mu_tilde,
    sigma,
    sqrt,
    t,
    x,
)

a, b, c = sp.symbols("a b c", real=True)


def test_wrong_step_shows_both_sides_a_point_and_the_values_there():
    chain = Chain(sqrt(alpha[t])).step(alpha[t] / sqrt(alpha[t]), "expand")
    with pytest.raises(WrongStep) as found:
        chain.step(alpha[t], "simplify")
    error = found.value
    assert error.number == 2 and error.point == "alpha[4] = 11/19, t = 4"
    assert [float(value) for value in error.values] == pytest.approx([(11 / 19) ** 0.5, 11 / 19])
    text = str(error)
    assert "step 2 (simplify) does not hold" in text and "left = 0.76" in text and "right = 0.5789" in text
    assert len(chain.steps) == 1, "the wrong step is not part of the chain"


def test_what_is_put_in_is_an_equality_from_elsewhere():
    m, v = family("m", "m"), family("v", "v")
    known = Chain(a + b).step(c, "given", using={a: c - b})
    assert Chain(2 * a + 2 * b).step(2 * c, "the chain above", using={a: c - b}).settled == "symbolically, 1 step"
    assert Chain(m[t] * (a + b)).step(m[t] * c, "both", using=[known]).last == m[t] * c
    assert Chain(m[t] + v[t]).step(3, "two", using=[{m[t]: 1}, {v[t]: 2}]).last == 3
    with pytest.raises(WrongStep):
        Chain(m[t]).step(v[t], "no reason at all")


def test_a_chain_remembers_what_it_rests_on():
    given = {t: 2}
    chain = Chain(a, where=given).step(b, "given", using={a: b})
    assert (
        (chain.start, chain.last, chain.premises) == (a, b, {a: b})
        and chain.where == {t: 2}
        and chain.where is not given
    )
    assert Chain(c).last == c and Chain(c).steps == [] and Chain(c).settled == "" and Chain(c).where == {}
    (step,) = chain.steps
    assert (step.expr, step.reason, step.how.by, [known.new for known in step.using]) == (b, "given", "symbols", [b])
    above = Chain(2 * a).step(2 * b, "above", using=chain)
    assert above.premises == {a: b} and above.steps[0].using[0][:3] == (a, b, {t: 2})
    both = Chain(a + sigma[t]).step(b + c, "both", using=[chain, {sigma[t]: c}])
    assert both.premises == {a: b, sigma[t]: c}
    assert [known.general for known in both.steps[0].using] == [False, True]
    each = Chain(sigma[t]).step(c, "given", using={sigma[t]: c})
    assert Chain(2 * sigma[t]).step(2 * c, "above", using=each).steps[0].using[0].general
    with pytest.raises(AttributeError):
        step.expr = a


def test_a_step_that_is_refused_leaves_no_premise():
    chain = Chain(sigma[t] ** 2)
    for end, using in ((b, {sigma[t]: a}), (c, {sigma[t]: c, sigma[T]: a})):
        with pytest.raises(ValueError):
            chain.step(end, "given", using=using)
        assert chain.premises == {} == dict(chain.step(sigma[t] ** 2, "").premises)
    assert chain.step(b**2, "given", using={sigma[t]: b}).premises == {sigma[t]: b}


def test_a_chain_is_set_as_it_was_written():
    with as_written():
        chain = Chain(b * 2 + a).step(a + b + b, "").step(2 * b + a, "")
    assert chain.last == chain.steps[1].expr and chain.latex().startswith("\\begin{aligned}\nb 2 + a &= a + b + b")


def test_the_steps_of_a_kind_are_counted_together():
    chain = (
        Chain(sp.Sum(t, (t, 1, T))).step(T * (T + 1) / 2, "summed").step((T**2 + T) / 2, "").step(T * (1 + T) / 2, "")
    )
    assert chain.settled == "by induction over T from 1, symbolically, 1 step; symbolically, 2 steps"
    declared = Numerically("no rule", 1e-9)
    chain = Chain(E_noise(sp.exp(epsilon))).step(sp.exp(sp.S.Half), "known", numerically=declared)
    assert chain.settled == "not proved: equal within 1e-09 at 40 random points (no rule), 1 step"
    assert str(chain).endswith(f"[known; {chain.steps[0].how}]") and repr(chain) == str(chain)


def test_a_wrong_step_has_no_dollars_in_its_reason():
    with pytest.raises(WrongStep) as found:
        Chain(a).step(b, "since $a = b$")
    lines = str(found.value).splitlines()
    assert lines[:3] == ["step 1 (since a = b) does not hold.", "  left:  a", "  right: b"]
    assert (found.value.left, found.value.right, found.value.number) == (a, b, 1) and len(found.value.values) == 2


def test_chain_that_starts_at_t_2():
    bayes = q(x[t - 1] | (x[t], x[0])) * q(x[t] | x[0]) / q(x[t - 1] | x[0])
    assert Chain(q(x[t] | x[t - 1]), where={t: 2}).step(bayes, "Bayes").settled == "symbolically, 1 step"


def test_a_step_without_a_value_anywhere_is_refused():
    with pytest.raises(Undecided, match="no values were found"):
        Chain(sp.zoo + a).step(a, "nonsense")


def test_induction_names_the_part_that_fails():
    v = family("v", "v")
    with pytest.raises(WrongStep) as found:
        Induction(v, 1, lambda n, before: alpha[n] * before + 1 - alpha[n], lambda n: 1 - alpha_bar[n])
    assert found.value.part == "base case"


def test_a_sum_in_several_lines_goes_on_with_a_sign_that_has_room_on_both_sides():
    with as_written():
        terms = alpha[1] - sqrt(alpha[2]) * x[2]
        for i in range(3, 9):
            terms = terms + sqrt(alpha[i]) * x[i]
    with broken_at(PHONE):
        first, *others = lines_of(terms)
    assert (
        first.startswith(r"\alpha_1 - ") and len(others) == 2 and all(line.startswith(r"{} + \sqrt") for line in others)
    )


def test_layout():
    with as_written():
        chain = Chain(alpha[t] * (1 - alpha_bar[t - 1]) + 1 - alpha[t])
        chain.step(1 - alpha[t] * alpha_bar[t - 1], r"$\alpha_t$ cancels")
        chain.step(1 - alpha_bar[t], "a reason that is so long that it does not fit on the same line")
    with broken_at(PHONE):
        lines = chain.latex(".").splitlines()
    assert lines == [
        r"\begin{aligned}",
        r"&\alpha_t \bigl(1 - \bar\alpha_{t - 1}\bigr) + 1 - \alpha_t \\",
        r"&= 1 - \alpha_t \bar\alpha_{t - 1} \quad \text{(}\alpha_t\text{ cancels)} \\",
        r"&= 1 - \bar\alpha_t. \\",
        r"&\quad \text{(a reason that is so long} \\",
        r"&\quad \text{that it does not fit on the} \\",
        r"&\quad \text{same line)}",
        r"\end{aligned}",
    ]
    assert str(chain).splitlines()[:3] == [
        "  alpha[t]*(1 - alpha_bar[t - 1]) + 1 - alpha[t]",
        "= 1 - alpha[t]*alpha_bar[t - 1]",
        r"      [\alpha_t cancels; symbolically]",
    ]
    assert chain._repr_latex_() == f"$$\n{chain.latex()}\n$$"


def written(build):
    with as_written():
        return build()


@pytest.mark.parametrize(
    "build, tex",
    [
        (lambda: a - (b - c), "a - (b - c)"),
        (lambda: -(a + b) * c, "-(a + b) c"),
        (lambda: a * (b + c) / 2, r"\frac{a (b + c)}{2}"),
        (lambda: 1 / sqrt(a) * (b - c), r"\frac{1}{\sqrt{a}} (b - c)"),
        (lambda: b / a * c, r"\frac{b}{a} c"),
        (lambda: -((a - b) ** 2) / (2 * c), r"-\frac{(a - b)^2}{2 c}"),
        (lambda: sigma[t] ** 2, r"\sigma_t^2"),
        (lambda: x[t - 1] ** 2, r"x_{t - 1}^2"),
        (lambda: log(a / b) * c, r"\Bigl(\log \frac{a}{b}\Bigr) c"),
        (lambda: -log(p(x[T])), r"-\log p(x_T)"),
        (lambda: log(a + b), r"\log(a + b)"),
        (lambda: p_theta(x[0:T]) / q(x[1:T] | x[0]), r"\frac{p_\theta(x_{0:T})}{q(x_{1:T} \mid x_0)}"),
        (lambda: q(x[t - 1] | (x[t], x[0])), r"q(x_{t - 1} \mid x_t, x_0)"),
        (lambda: KL(q(x[T] | x[0]), p(x[T])), r"\mathrm{KL}\bigl( q(x_T \mid x_0) \,\Vert\, p(x_T) \bigr)"),
        (lambda: sp.Sum(alpha[t] + a, (t, 2, T)), r"\sum_{t=2}^T (\alpha_t + a)"),
        (lambda: E_q(x[t]), r"\mathbb{E}_q\Bigl[ x_t \Bigr]"),
        (
            lambda: E_noise(SquaredNorm(epsilon - epsilon_theta(x[t], t))),
            r"\mathbb{E}_{x_0, \epsilon}\Bigl[ \lVert \epsilon - \epsilon_\theta(x_t, t) \rVert^2 \Bigr]",
        ),
        (lambda: mu_tilde(t, x[t], x[0]), r"\tilde\mu_t(x_t, x_0)"),
        (lambda: Normal(x[t], a, beta[t], "I"), r"\mathcal N(x_t;\ a,\ \beta_t\, I)"),
        (lambda: Law(0, 1, "I"), r"\mathcal N(0,\ I)"),
    ],
)
def test_tex_keeps_the_form_and_the_order(build, tex):
    assert printing.tex(written(build)) == tex


def test_statement_is_broken_where_it_does_not_fit():
    short = Statement((a, "=", b), end=".")
    assert short.latex() == "a = b."
    long = Statement((q(x[t] | x[t - 1]), ":=", Normal(x[t], sqrt(1 - beta[t]) * x[t - 1], beta[t], "I")))
    assert long.latex().count(r"\\") == 0
    with broken_at(PHONE):
        assert long.latex().count(r"\\") == 1


def test_a_chain_that_numbers_support_supports_no_other():
    near, declared = sp.Rational(693147, 10**6), Numerically("six digits", 1e-5)
    chain = Chain(log(2)).step(near, "rounded", numerically=declared)
    for using in (chain, [chain], [{b: 2}, chain]):
        with pytest.raises(ValueError, match="not put into another: not proved: equal within 1e-05"):
            Chain(a * log(2)).step(a * near, "above", using=using)
