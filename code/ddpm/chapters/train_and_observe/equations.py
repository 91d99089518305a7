"""The equations of the chapter on training a network for one dot (problem 5)."""

import jax.numpy as jnp
import numpy as np
import sympy as sp

from ddpm.chapters.example import BARS, BETAS, SCHEDULE
from ddpm.derivation import formulas
from ddpm.derivation.chain import Chain
from ddpm.derivation.expectation import E_noise
from ddpm.derivation.gaussians import mean_and_variance
from ddpm.derivation.registry import proof
from ddpm.derivation.settle import prove
from ddpm.derivation.statement import Statement
from ddpm.derivation.symbols import (
    SquaredNorm,
    alpha,
    alpha_bar,
    as_written,
    beta,
    epsilon,
    epsilon_theta,
    family,
    mu_theta,
    sigma,
    sqrt,
    t,
    x,
)
from ddpm.mixture import points
from ddpm.oracle import best_noise
from ddpm.predict import x_0_from_noise
from ddpm.sample import ancestral_step

m, rho, r = family("m", "m"), family("rho", r"\rho", positive=True), family("r", "r", positive=True)
with as_written():
    total, noised = formulas.noise_variance(), formulas.noised()
    noise_in_x_t = (x[t] - sqrt(alpha_bar[t]) * x[0]) / sqrt(total)


@proof("eq-dot-best")
def best_prediction():
    """Put x_t in: what comes out is the noise. The package's best predictor for a data set of one point is the same."""
    prove(noise_in_x_t.subs(x[t], noised), epsilon)
    for t_ in (1, 3):
        ours = best_noise(SCHEDULE, points(jnp.array([[0.7]])), jnp.array([-0.4]), t_)
        np.testing.assert_allclose(ours, (-0.4 - np.sqrt(BARS[t_]) * 0.7) / np.sqrt(1 - BARS[t_]), rtol=1e-4)
    return Statement((r"\mathbb E[\epsilon \mid x_t]", "=", noise_in_x_t), end=".")


@proof("eq-dot-loss")
def loss_is_a_distance():
    with as_written():
        predicted = epsilon_theta(x[t], t)
        chain = Chain(E_noise(SquaredNorm(epsilon - predicted)))
        return chain.step(E_noise(SquaredNorm(noise_in_x_t - predicted)), "the noise in $x_t$")


@proof("eq-dot-estimate")
def error_of_the_estimate():
    """The package's estimate is the fraction."""
    ours = x_0_from_noise(SCHEDULE, jnp.asarray(0.8), 3, jnp.asarray(-0.6))
    np.testing.assert_allclose(ours, (0.8 + 0.6 * np.sqrt(1 - BARS[3])) / np.sqrt(BARS[3]), rtol=1e-5)
    with as_written():
        predicted = epsilon_theta(x[t], t)
        estimate = formulas.clean(predicted)
        error = sqrt(total / alpha_bar[t]) * (epsilon - predicted)
    prove(estimate.subs(x[t], noised) - x[0], error.subs(x[t], noised))
    return Statement((r"\hat x_0", ":=", estimate), (r"\hat x_0 - x_0", "=", error), end=".")


@proof("eq-dot-last-step")
def last_step():
    """At t = 1 the mean of the reverse step is the estimate, and the package's last step is that mean, whatever the
    noise."""
    ours = ancestral_step(SCHEDULE, jnp.asarray(0.8), 1, jnp.asarray(-0.6), jnp.asarray(5.0))
    np.testing.assert_allclose(ours, (0.8 + 0.6 * np.sqrt(BETAS[0])) / np.sqrt(1 - BETAS[0]), rtol=1e-5)
    with as_written():
        predicted = epsilon_theta(x[1], 1)
        mean = (x[1] - beta[1] / sqrt(1 - alpha_bar[1]) * predicted) / sqrt(alpha[1])
        chain = Chain(mu_theta(x[1], 1)).step(mean, "Algorithm 2", using={mu_theta(x[1], 1): mean})
        return chain.step(
            (x[1] - sqrt(1 - alpha_bar[1]) * predicted) / sqrt(alpha_bar[1]), r"$\bar\alpha_1 = \alpha_1$"
        )


@proof("eq-dot-backward")
def backward_states():
    """Mean and variance of the step with the best prediction, from a state whose law is N(m_t x_0, rho_t)."""
    fresh = sp.Symbol("z", real=True)
    with as_written():
        a, b = formulas.posterior_factors()
    state = m[t] * x[0] + sqrt(rho[t]) * epsilon
    best = (state - sqrt(alpha_bar[t]) * x[0]) / sqrt(total)
    step = (state - beta[t] / sqrt(total) * best) / sqrt(alpha[t]) + sigma[t] * fresh
    mean, variance = mean_and_variance(step.doit(), epsilon, fresh)
    prove(mean, (a + b * m[t]) * x[0])
    prove(variance, b**2 * rho[t] + sigma[t] ** 2)
    a_t, b_t = family("a", "a"), family("b", "b")
    with as_written():
        return Statement(
            (m[t - 1], "=", a_t[t] + b_t[t] * m[t]),
            (rho[t - 1], "=", b_t[t] ** 2 * rho[t] + sigma[t] ** 2),
            (a_t[t], ":=", a),
            (b_t[t], ":=", b),
            end=",",
        )


@proof("eq-slip-last-step")
def last_step_with_the_slip():
    """beta_1 stands where alpha_bar_1 belongs: in the best prediction, and in the step."""
    best = (x[1] - sqrt(beta[1]) * x[0]) / sqrt(1 - beta[1])
    step = (x[1] - beta[1] / sqrt(1 - beta[1]) * best) / sqrt(alpha[1])
    with as_written():
        ends = (beta[1] / alpha[1]) ** sp.Rational(3, 2) * x[0] + (alpha[1] - beta[1]) / alpha[1] ** sp.Rational(
            3, 2
        ) * x[1]
    prove(step, ends)
    return Statement((r"\text{sample}", "=", ends), end=".")


@proof("eq-dot-linear")
def best_linear_network():
    """The least squared error of w x_t as a prediction of the noise, for a pixel that is 0, when w must serve every
    t."""
    w = sp.Symbol("w", real=True)
    first, second = sp.symbols(r"\overline{r} \overline{r^2}", positive=True)  # means over t of r_t and of its square
    loss = 1 - 2 * w * first + w**2 * second  # E (epsilon - w r_t epsilon)^2, mean over t
    best = sp.solve(sp.diff(loss, w), w)[0]
    with as_written():
        least = 1 - first**2 / second
    prove(loss.subs(w, best), least)
    return Statement(
        (r"\min_w \mathbb E\bigl[ (\epsilon - w\, x_t)^2 \bigr]", "=", least),
        (r[t], ":=", sqrt(1 - alpha_bar[t])),
        end=".",
    )
