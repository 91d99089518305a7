"""The book's formulas at numbers, against what the chain itself does: the law of x_t, Bayes' rule, the bound."""

import mpmath
import pytest
import sympy as sp

from ddpm.derivation import formulas as book
from ddpm.derivation.numbers import Point
from ddpm.derivation.symbols import alpha, alpha_bar, as_written, beta, epsilon, sigma, t, x

BETAS = (0.1, 0.25, 0.4)
BARS = (1, 0.9, 0.675, 0.405)


def at(expr, time=3, **others):
    """The value with the schedule above, at a time, with x_0 = 1.7 and x_t = -0.6 unless told otherwise."""
    values = {alpha_bar[i]: BARS[i] for i in range(4)} | {beta[i]: BETAS[i - 1] for i in range(1, 4)}
    values |= {alpha[i]: 1 - BETAS[i - 1] for i in range(1, 4)} | {sigma[i]: 0.5 for i in range(4)}
    values |= {x[0]: 1.7, x[time]: -0.6, epsilon: others.get("noise", 0.3)}
    return float(expr.subs(t, time).subs(values))


def normal(point, mean, variance):
    return mpmath.exp(-((point - mean) ** 2) / (2 * variance)) / mpmath.sqrt(2 * mpmath.pi * variance)


def test_the_law_of_a_noised_state():
    """From step to step: mean and variance of x_3 given x_0."""
    mean, variance = 1.7, 0.0
    for step in BETAS:
        mean, variance = (1 - step) ** 0.5 * mean, (1 - step) * variance + step
    assert at(book.image_factor() * x[0]) == pytest.approx(mean) and at(book.noise_variance()) == pytest.approx(
        variance
    )
    assert at(book.noised()) == pytest.approx(mean + variance**0.5 * 0.3)
    assert at(book.noise_variance(t - 1)) == pytest.approx(1 - BARS[2])
    assert at(book.image_factor(t - 1)) == pytest.approx(BARS[2] ** 0.5)
    assert at(book.clean()) == pytest.approx((-0.6 - variance**0.5 * 0.3) / BARS[3] ** 0.5)
    assert at(book.clean(2 * epsilon)) == pytest.approx((-0.6 - variance**0.5 * 0.6) / BARS[3] ** 0.5)


@pytest.mark.parametrize("time", [2, 3])
def test_the_posterior_by_quadrature(time):
    """q(x_{t-1} | x_t, x_0), proportional to q(x_t | x_{t-1}) q(x_{t-1} | x_0)."""
    bar, step = BARS[time - 1], BETAS[time - 1]

    def weight(before):
        return normal(-0.6, (1 - step) ** 0.5 * before, step) * normal(before, bar**0.5 * 1.7, 1 - bar)

    whole, first, second = (mpmath.quad(lambda u: u**power * weight(u), range(-6, 8, 2)) for power in range(3))
    mean = first / whole
    assert at(book.posterior_mean(), time) == pytest.approx(float(mean))
    assert at(book.posterior_variance(), time) == pytest.approx(float(second / whole - mean**2))
    of_x_0, of_x_t = book.posterior_factors()
    assert at(of_x_0 * x[0] + of_x_t * x[t], time) == pytest.approx(float(mean))
    # the same through the noise that lies between x_0 and x_t
    noise = (-0.6 - BARS[time] ** 0.5 * 1.7) / (1 - BARS[time]) ** 0.5
    assert at(book.mean_from_noise(), time, noise=noise) == pytest.approx(float(mean))
    assert at(book.mean_from_noise(epsilon / 2), time, noise=2 * noise) == pytest.approx(float(mean))
    # a wrong noise by 1 costs the weight, as a KL of two normals with the variance sigma^2
    gap = at(book.mean_from_noise(), time, noise=1.0) - at(book.mean_from_noise(), time, noise=0.0)
    assert at(book.noise_weight(), time) == pytest.approx(gap**2 / (2 * 0.5**2))
    assert at(book.noise_factor(), time) == pytest.approx(-gap * (1 - step) ** 0.5)


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_in_three_forms_is_one_number(seed):
    """In a small world, by summing over all of its paths."""
    point = Point(seed, {})
    first, *others = (point.value(build()) for build in (book.bound, book.bound_in_steps, book.bound_in_divergences))
    assert all(abs(other - first) < 1e-25 * abs(first) for other in others)


@pytest.mark.parametrize(
    "formula, text",
    [
        (book.STEP, "q(x[t] | x[t - 1])"),
        (book.REVERSE, "p_theta(x[t - 1] | x[t])"),
        (book.TRUE_REVERSE, "q(x[t - 1] | x[t])"),
        (book.POSTERIOR, "q(x[t - 1] | (x[t], x[0]))"),
        (book.FIRST, "p_theta(x[0] | x[1])"),
        (book.START, "p(x[T])"),
        (book.bound(), "E_q(-log(p_theta(x[0:T])/q(x[1:T] | x[0])))"),
    ],
)
def test_densities(formula, text):
    assert sp.sstr(formula) == text


def test_bayes_rule_in_a_small_world():
    for seed in (0, 2):
        point = Point(seed, {t: 2})
        assert abs(point.value(book.turned_step() / book.STEP) - 1) < 1e-25


def test_formulas_are_printed_as_they_are_written():
    from ddpm.derivation.printing import tex

    with as_written():
        printed = [tex(build()) for build in (book.noised, book.clean, book.posterior_variance, book.mean_from_noise)]
    assert printed == [
        r"\sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon",
        r"\frac{x_t - \sqrt{1 - \bar\alpha_t}\, \epsilon}{\sqrt{\bar\alpha_t}}",
        r"\frac{1 - \bar\alpha_{t - 1}}{1 - \bar\alpha_t} \beta_t",
        r"\frac{1}{\sqrt{\alpha_t}} \Bigl(x_t - \frac{\beta_t}{\sqrt{1 - \bar\alpha_t}} \epsilon\Bigr)",
    ]
