"""The equations of the chapter on the forward process at its extremes."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from scipy import integrate, stats

import ddpm
from ddpm.derivation.registry import definition, numeric
from ddpm.forward import forward_mean, forward_trajectory, forward_variance

BETAS = [0.02, 0.3, 0.05, 0.6]


@definition("eq-forward-step")
def forward_step():
    """The package's mean and variance of a step are sqrt(1 - beta_t) x_{t-1} and beta_t."""
    schedule = ddpm.Schedule.from_betas(BETAS)
    for t, beta in enumerate(BETAS, start=1):
        np.testing.assert_allclose(forward_mean(schedule, jnp.asarray(2.0), t), 2 * (1 - beta) ** 0.5, rtol=1e-6)
        np.testing.assert_allclose(forward_variance(schedule, t), beta, rtol=1e-6)
    return r"""
\begin{aligned}
&q(x_t \mid x_{t-1}) \\
&\quad := \mathcal N\bigl(x_t;\ \sqrt{1-\beta_t}\, x_{t-1},\ \beta_t I\bigr).
\end{aligned}"""


@definition("eq-forward-process")
def forward_process():
    """For two steps the product integrates to 1, and E[x_1 x_2] under it is that of simulated chains (4.5 standard errors)."""
    schedule = ddpm.Schedule.from_betas([0.1, 0.4])

    def density(x_2, x_1):
        exponent = (x_1 - 0.9**0.5) ** 2 / 0.1 + (x_2 - 0.6**0.5 * x_1) ** 2 / 0.4
        return math.exp(-exponent / 2) / (2 * math.pi * (0.1 * 0.4) ** 0.5)

    total, _ = integrate.dblquad(density, -6, 6, -6, 6)
    moment, _ = integrate.dblquad(lambda b, a: a * b * density(b, a), -6, 6, -6, 6)
    np.testing.assert_allclose(total, 1, atol=1e-6)
    x = np.asarray(forward_trajectory(jax.random.key(0), schedule, jnp.ones(40_000)), np.float64)
    sampled = x[1] * x[2]
    np.testing.assert_allclose(sampled.mean(), moment, rtol=0, atol=4.5 * sampled.std() / len(sampled) ** 0.5)
    return r"q(x_{1:T} \mid x_0) := \prod_{t=1}^{T} q(x_t \mid x_{t-1})."


@definition("eq-alpha-bar")
def alpha_bar():
    schedule, product = ddpm.Schedule.from_betas(BETAS), 1.0
    np.testing.assert_array_equal(schedule.alpha_bar[0], 1)
    for t, beta in enumerate(BETAS, start=1):
        product *= 1 - beta
        np.testing.assert_allclose(schedule.alpha[t], 1 - beta, rtol=1e-6)
        np.testing.assert_allclose(schedule.alpha_bar[t], product, rtol=1e-6)
    return r"""
\begin{aligned}
\alpha_t &:= 1 - \beta_t, \\
\bar\alpha_t &:= \prod_{s=1}^{t} \alpha_s, \qquad \bar\alpha_0 := 1.
\end{aligned}"""


@definition("eq-snr")
def snr():
    products = np.cumprod(1 - np.array(BETAS))
    np.testing.assert_allclose(ddpm.Schedule.from_betas(BETAS).snr[1:], products / (1 - products), rtol=1e-5)
    return r"\mathrm{SNR}_t := \frac{\bar\alpha_t}{1 - \bar\alpha_t}."


@numeric("eq-recognise", bound=1e-8)
def recognise():
    """Total variation: the best share is 1/2 + (1/4) of the L1 distance of the two densities along the line a - b."""
    deviations = []
    for alpha_bar, distance in [(0.36, 2.0), (0.9, 0.5), (0.05, 3.0)]:
        spread, mean = (1 - alpha_bar) ** 0.5, alpha_bar**0.5 * distance

        def gap(z):
            return abs(stats.norm.pdf(z, 0, spread) - stats.norm.pdf(z, mean, spread))

        halves = [integrate.quad(gap, mean / 2, mean / 2 + side * 12 * spread)[0] * side for side in (-1, 1)]
        formula = stats.norm.cdf(0.5 * (alpha_bar / (1 - alpha_bar)) ** 0.5 * distance)
        deviations.append(abs(0.5 + sum(halves) / 4 - formula))
    return r"r_t = \Phi\Bigl( \tfrac12 \sqrt{\mathrm{SNR}_t}\; \lVert a - b \rVert \Bigr),", max(deviations)
