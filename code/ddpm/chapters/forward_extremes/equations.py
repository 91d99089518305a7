"""The equations of the chapter on the forward process at its extremes."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from scipy import integrate, stats

import ddpm
from ddpm.chapters.example import BARS, BETAS, SCHEDULE
from ddpm.derivation.densities import q
from ddpm.derivation.formulas import noised
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.numbers import number
from ddpm.derivation.registry import definition, numeric, proof
from ddpm.derivation.settle import prove
from ddpm.derivation.statement import Statement
from ddpm.derivation.symbols import T, alpha, alpha_bar, as_written, beta, epsilon, family, function, s, sqrt, t, x
from ddpm.process import forward_mean_variance, forward_trajectory

snr_t = family("snr", r"\mathrm{SNR}", positive=True)
share = family("R", "R", positive=True)
Phi = function("Phi", r"\Phi")
distance = sp.Symbol("distance", positive=True)  # printed as the norm of a - b


@definition("eq-forward-step")
def forward_step():
    """The package's mean and variance of a step are these."""
    with as_written():
        step = Normal(x[t], sqrt(1 - beta[t]) * x[t - 1], beta[t], "I")
    for n, value in enumerate(BETAS, start=1):
        mean, variance = (number(part, {beta[t]: value, x[t - 1]: 2.0}) for part in step.args[1:3])
        np.testing.assert_allclose(forward_mean_variance(SCHEDULE, jnp.asarray(2.0), n), (mean, variance), rtol=1e-6)
    return Statement((q(x[t] | x[t - 1]), ":=", step), end=".")


@definition("eq-forward-process")
def forward_process():
    """For two steps the product integrates to 1, and E[x_1 x_2] is that of simulated chains (4.5 standard errors)."""
    schedule = ddpm.Schedule.from_betas([0.1, 0.4])

    def density(x_2, x_1):
        exponent = (x_1 - 0.9**0.5) ** 2 / 0.1 + (x_2 - 0.6**0.5 * x_1) ** 2 / 0.4
        return math.exp(-exponent / 2) / (2 * math.pi * (0.1 * 0.4) ** 0.5)

    total, _ = integrate.dblquad(density, -6, 6, -6, 6)
    moment, _ = integrate.dblquad(lambda b, a: a * b * density(b, a), -6, 6, -6, 6)
    np.testing.assert_allclose(total, 1, atol=1e-6)
    states = np.asarray(forward_trajectory(jax.random.key(0), schedule, jnp.ones(40_000)), np.float64)
    sampled = states[1] * states[2]
    np.testing.assert_allclose(sampled.mean(), moment, rtol=0, atol=4.5 * sampled.std() / len(sampled) ** 0.5)
    with as_written():
        path, steps = q(x[1:T] | x[0]), sp.Product(q(x[t] | x[t - 1]), (t, 1, T))
    prove(path, steps)
    return Statement((path, ":=", steps), end=".")


@definition("eq-alpha-bar")
def the_alphas():
    with as_written():
        one, product = 1 - beta[t], sp.Product(alpha[s], (s, 1, t))
    prove(product, alpha_bar[t])
    np.testing.assert_array_equal(SCHEDULE.alpha_bar[0], 1)
    for n, value in enumerate(BETAS, start=1):
        np.testing.assert_allclose(SCHEDULE.alpha[n], number(one, {beta[t]: value}), rtol=1e-6)
        known = {t: n} | {alpha[i]: 1 - b for i, b in enumerate(BETAS, start=1)}
        np.testing.assert_allclose(SCHEDULE.alpha_bar[n], number(product, known), rtol=1e-6)
    return Statement((alpha[t], ":=", one), (alpha_bar[t], ":=", product), (alpha_bar[0], ":=", sp.S.One), end=".")


@definition("eq-snr")
def snr():
    with as_written():
        ratio = alpha_bar[t] / (1 - alpha_bar[t])
    found = [number(ratio, {alpha_bar[t]: bar}) for bar in BARS[1:]]
    np.testing.assert_allclose(SCHEDULE.snr[1:], found, rtol=1e-5)
    return Statement((snr_t[t], ":=", ratio), end=".")


@numeric("eq-recognise", bound=1e-8)
def recognise():
    """Total variation: the best share is 1/2 + (1/4) of the L1 distance of the two densities along the line a - b."""
    with as_written():
        inside = sp.S.Half * sqrt(snr_t[t]) * distance
        best = Phi(inside)
    deviations = []
    for bar, length in [(0.36, 2.0), (0.9, 0.5), (0.05, 3.0)]:
        spread, mean = (1 - bar) ** 0.5, bar**0.5 * length

        def gap(z):
            return abs(stats.norm.pdf(z, 0, spread) - stats.norm.pdf(z, mean, spread))

        halves = [integrate.quad(gap, mean / 2, mean / 2 + side * 12 * spread)[0] * side for side in (-1, 1)]
        formula = stats.norm.cdf(number(inside, {snr_t[t]: bar / (1 - bar), distance: length}))
        deviations.append(abs(0.5 + sum(halves) / 4 - formula))
    return Statement((share[t], "=", best), end=","), max(deviations)


@proof("eq-snr-alone")
def snr_alone():
    """The closed form over the standard deviation of its noise."""
    with as_written():
        scaled, pair = x[t] / sqrt(1 - alpha_bar[t]), sqrt(snr_t[t]) * x[0] + epsilon
    prove(scaled.subs(x[t], noised()), pair.subs(snr_t[t], alpha_bar[t] / (1 - alpha_bar[t])))
    return Statement((scaled, "=", pair), end=".")
