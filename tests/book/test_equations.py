"""Every labelled equation of the book has a check here, and every check has an equation."""

import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp
from scipy import integrate, stats

import ddpm
from ddpm.forward import forward_mean, forward_trajectory, forward_variance, q_mean_variance, q_sample

BOOK = Path(__file__).parents[2] / "book"
BETAS = [0.02, 0.3, 0.05, 0.6]
CHECKS = {}


def checks(label):
    def register(function):
        CHECKS[label] = function
        return function

    return register


def labels_in_the_book() -> list[str]:
    text = "\n".join(path.read_text() for path in sorted(BOOK.glob("*.md")))
    return re.findall(r"^:label: (eq-[\w-]+)$", text, re.M) + re.findall(r"^\$\$ *\((eq-[\w-]+)\)", text, re.M)


@checks("eq-forward-step")
def definition_of_the_step():
    schedule = ddpm.Schedule.from_betas(BETAS)
    for t, beta in enumerate(BETAS, start=1):
        assert float(forward_mean(schedule, jnp.asarray(2.0), t)) == pytest.approx(2 * (1 - beta) ** 0.5, rel=1e-6)
        assert float(forward_variance(schedule, t)) == pytest.approx(beta, rel=1e-6)


@checks("eq-forward-process")
def the_chain_has_the_product_of_the_steps_as_its_density():
    # For two steps the product's second moments, by integration, are those of simulated chains (4.5 standard errors).
    schedule = ddpm.Schedule.from_betas([0.1, 0.4])

    def density(x_2, x_1):
        return stats.norm.pdf(x_1, 0.9**0.5, 0.1**0.5) * stats.norm.pdf(x_2, 0.6**0.5 * x_1, 0.4**0.5)

    total, _ = integrate.dblquad(density, -6, 6, -6, 6)
    product, _ = integrate.dblquad(lambda b, a: a * b * density(b, a), -6, 6, -6, 6)
    assert total == pytest.approx(1, abs=1e-6)
    x = np.asarray(forward_trajectory(jax.random.key(0), schedule, jnp.ones(40_000)), np.float64)
    sampled = x[1] * x[2]
    assert abs(sampled.mean() - product) < 4.5 * sampled.std() / 200


@checks("eq-alpha-bar")
def definition_of_alpha_bar():
    schedule, product = ddpm.Schedule.from_betas(BETAS), 1.0
    assert float(schedule.alpha_bar[0]) == 1
    for t, beta in enumerate(BETAS, start=1):
        product *= 1 - beta
        assert float(schedule.alpha[t]) == pytest.approx(1 - beta, rel=1e-6)
        assert float(schedule.alpha_bar[t]) == pytest.approx(product, rel=1e-6)


@checks("eq-snr")
def definition_of_the_snr():
    schedule = ddpm.Schedule.from_betas(BETAS)
    products = np.cumprod(1 - np.array(BETAS))
    np.testing.assert_allclose(schedule.snr[1:], products / (1 - products), rtol=1e-5)


@checks("eq-recognise")
def the_best_guess_is_right_with_this_probability():
    # Total variation: the best share is 1/2 + (1/4) of the L1 distance of the two densities along the line a - b.
    alpha_bar, distance = 0.36, 2.0
    spread = (1 - alpha_bar) ** 0.5
    means = (0.0, alpha_bar**0.5 * distance)
    gap, _ = integrate.quad(
        lambda z: abs(stats.norm.pdf(z, means[0], spread) - stats.norm.pdf(z, means[1], spread)), -8, 9, points=[means[1] / 2]
    )
    formula = stats.norm.cdf(0.5 * (alpha_bar / (1 - alpha_bar)) ** 0.5 * distance)
    assert 0.5 + gap / 4 == pytest.approx(formula, abs=1e-8)


@checks("eq-step-sample")
def the_sampled_step_has_the_moments_of_the_step():
    alpha, x_prev = sp.symbols("alpha x_prev", positive=True)
    noise = sp.Symbol("noise", real=True)
    normal = sp.exp(-(noise**2) / 2) / sp.sqrt(2 * sp.pi)
    x_t = sp.sqrt(alpha) * x_prev + sp.sqrt(1 - alpha) * noise
    mean = sp.integrate(sp.expand(x_t * normal), (noise, -sp.oo, sp.oo))
    second = sp.integrate(sp.expand(x_t**2 * normal), (noise, -sp.oo, sp.oo))
    assert sp.simplify(mean - sp.sqrt(alpha) * x_prev) == 0
    assert sp.simplify(second - mean**2 - (1 - alpha)) == 0


@checks("eq-sum-of-gaussians")
def characteristic_functions_multiply():
    a, b, k = sp.symbols("a b k", real=True)

    def characteristic(variance):
        return sp.exp(-variance * k**2 / 2)

    assert sp.simplify(characteristic(a**2) * characteristic(b**2) / characteristic(a**2 + b**2)) == 1
    x = sp.Symbol("x", real=True)  # and the function used is that of a standard normal
    cosine_part = sp.integrate(sp.cos(k * x) * sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), (x, -sp.oo, sp.oo))
    assert sp.simplify(cosine_part - characteristic(1)) == 0


@checks("eq-recurrence")
def the_chain_obeys_the_recurrence():
    # The factor and the variance are read off an affine map: one step applied to m x_0 + sqrt(v) e, with fresh noise.
    alpha, m, v, x_0, e, e_t = sp.symbols("alpha m v x_0 e e_t", positive=True)
    x_t = sp.expand(sp.sqrt(alpha) * (m * x_0 + sp.sqrt(v) * e) + sp.sqrt(1 - alpha) * e_t)
    assert sp.simplify(x_t.coeff(x_0) - sp.sqrt(alpha) * m) == 0
    assert sp.simplify(x_t.coeff(e) ** 2 + x_t.coeff(e_t) ** 2 - (alpha * v + 1 - alpha)) == 0


@checks("eq-induction")
def both_lines_of_the_inductive_step():
    alpha, bar = sp.symbols("alpha bar", positive=True)
    assert sp.simplify(sp.sqrt(alpha) * sp.sqrt(bar) - sp.sqrt(alpha * bar)) == 0
    assert sp.expand(alpha * (1 - bar) + 1 - alpha - (1 - alpha * bar)) == 0


@checks("eq-closed-form")
def the_closed_form_is_what_the_steps_lead_to():
    mean, variance = 1.0, 0.0
    schedule = ddpm.Schedule.from_betas(BETAS)
    for t, beta in enumerate(BETAS, start=1):
        mean, variance = mean * (1 - beta) ** 0.5, variance * (1 - beta) + beta
        ours = q_mean_variance(schedule, jnp.asarray(1.0), t)
        np.testing.assert_allclose(ours, (mean, variance), rtol=1e-6)


@checks("eq-q-sample")
def the_draw_has_the_mean_and_the_spread_of_the_closed_form():
    schedule = ddpm.Schedule.from_betas(BETAS)
    x_0, noise, bar = 1.5, -0.7, float(np.prod(1 - np.array(BETAS)))
    ours = q_sample(schedule, jnp.asarray(x_0), 4, jnp.asarray(noise))
    assert float(ours) == pytest.approx(bar**0.5 * x_0 + (1 - bar) ** 0.5 * noise, rel=1e-5)


@checks("eq-jump")
def a_jump_from_s_is_the_rest_of_the_chain():
    whole, rest = ddpm.Schedule.from_betas(BETAS), ddpm.Schedule.from_betas(BETAS[1:])
    ratio = float(whole.alpha_bar[4] / whole.alpha_bar[1])
    np.testing.assert_allclose(q_mean_variance(rest, jnp.asarray(2.0), 3), (2 * ratio**0.5, 1 - ratio), rtol=1e-5)


def test_every_equation_has_a_check_and_every_check_an_equation():
    labels = labels_in_the_book()
    assert sorted(labels) == sorted(set(labels)), "a label is used twice"
    assert set(labels) == set(CHECKS)


@pytest.mark.parametrize("label", CHECKS)
def test_equation(label):
    CHECKS[label]()
