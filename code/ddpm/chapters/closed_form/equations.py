"""The equations of the chapter on the closed form (problem 1.4)."""

import jax.numpy as jnp
import numpy as np
import sympy as sp

import ddpm
from ddpm.chapters.example import BARS, BETAS, SCHEDULE
from ddpm.derivation.chain import Chain
from ddpm.derivation.densities import q
from ddpm.derivation.formulas import image_factor, noise_variance, noised
from ddpm.derivation.gaussians import Normal, mean_and_variance
from ddpm.derivation.induction import Induction
from ddpm.derivation.registry import definition, proof
from ddpm.derivation.settle import prove
from ddpm.derivation.statement import Law, Statement, Together
from ddpm.derivation.symbols import alpha, alpha_bar, as_written, beta, epsilon, epsilon_t, family, s, sqrt, t, x
from ddpm.process import q_mean_variance, q_sample

PRODUCT = r"$\alpha_t \bar\alpha_{t-1} = \bar\alpha_t$"
M, V = family("M", "M"), family("V", "V")


def the_mean() -> Induction:
    """M_t, the factor of x_0 in x_t, is sqrt(alpha_bar_t)."""
    return Induction(M, 1, lambda n, before: sqrt(alpha[n]) * before, image_factor, PRODUCT)


def the_variance() -> Induction:
    """V_t, the variance of x_t given x_0, is 1 - alpha_bar_t."""
    return Induction(V, 0, lambda n, before: alpha[n] * before + 1 - alpha[n], noise_variance, PRODUCT)


@proof("eq-one-pixel")
def one_pixel():
    """The density of D pixels, with one variance and no covariances, by induction over D."""
    D, i = sp.symbols("D i", integer=True, positive=True)
    pixel, mean, variance = family("x", "x"), family("mu", r"\mu"), sp.Symbol("v", positive=True)
    with as_written():
        distance = sp.Sum((pixel[i] - mean[i]) ** 2, (i, 1, D))
        image = (2 * sp.pi * variance) ** (-D / 2) * sp.exp(-distance / (2 * variance))
        pixels = sp.Product(Normal(pixel[i], mean[i], variance), (i, 1, D))
    how = prove(image, pixels)
    return Statement((r"\mathcal N(x;\ \mu,\ v I)", "=", pixels), end=".", settled=str(how))


@proof("eq-step-sample")
def step_sample():
    """The sampled step is Gaussian with the mean and the variance of the step."""
    with as_written():
        draw = sqrt(alpha[t]) * x[t - 1] + sqrt(1 - alpha[t]) * epsilon_t[t]
    mean, variance = mean_and_variance(draw.doit(), epsilon_t[t])
    prove(mean, sqrt(alpha[t]) * x[t - 1])
    prove(variance, beta[t])
    return Statement((x[t], "=", draw), (epsilon_t[t], r"\sim", Law(0, 1)), end=",")


@proof("eq-sum-of-gaussians")
def sum_of_gaussians():
    """Characteristic functions multiply; and the one used is that of a standard normal."""
    a, b, k, z = sp.symbols("a b k z", real=True)
    other = sp.Symbol("epsilon'", real=True)

    def characteristic(variance):
        return sp.exp(-variance * k**2 / 2)

    prove(sp.integrate(sp.cos(k * z) * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), (z, -sp.oo, sp.oo)), characteristic(1))
    with as_written():
        total, variance = a * epsilon + b * other, a**2 + b**2
    prove(characteristic(a**2) * characteristic(b**2), characteristic(variance))
    mean, spread = mean_and_variance(total, epsilon, other)
    prove(mean, 0)
    prove(spread, variance)
    return Statement((total, r"\sim", Law(0, variance)), end=".")


@proof("eq-recurrence")
def recurrence():
    """One step applied to M x_0 + sqrt(v) e, with fresh noise."""
    start, e = sp.Symbol("x_0", real=True), sp.Symbol("e", real=True)
    spread = sp.Symbol("v", positive=True)
    state = M[t - 1] * start + sqrt(spread) * e
    mean, variance = mean_and_variance(sqrt(alpha[t]) * state + sqrt(1 - alpha[t]) * epsilon_t[t], e, epsilon_t[t])
    with as_written():
        rows = (M[t], "=", sqrt(alpha[t]) * M[t - 1]), (V[t], "=", alpha[t] * V[t - 1] + 1 - alpha[t])
    prove(mean, rows[0][2] * start)
    prove(variance.subs(spread, V[t - 1]), rows[1][2])
    return Statement(*rows, end=",")


@proof("eq-induction")
def induction():
    return Together(the_mean().step, the_variance().step, end=",")


@proof("eq-closed-form")
def closed_form():
    """From the two inductions; and the package's closed form is what its steps lead to."""
    mean, variance = the_mean().step.last, the_variance().step.last
    factor, spread = 1.0, 0.0
    for step, value in enumerate(BETAS, start=1):
        factor, spread = factor * (1 - value) ** 0.5, spread * (1 - value) + value
        np.testing.assert_allclose(q_mean_variance(SCHEDULE, jnp.asarray(1.0), step), (factor, spread), rtol=1e-6)
    with as_written():
        return Statement(
            (q(x[t] | x[0]), "=", Normal(x[t], mean * x[0], variance, "I")),
            end=",",
            settled="by induction over t, symbolically",
        )


@definition("eq-q-sample")
def draw():
    with as_written():
        row = noised()
    mean, variance = mean_and_variance(row.doit(), epsilon)
    prove(mean, the_mean().step.last * x[0])
    prove(variance, the_variance().step.last)
    x_0, noise, bar = 1.5, -0.7, BARS[4]
    ours = q_sample(SCHEDULE, jnp.asarray(x_0), 4, jnp.asarray(noise))
    np.testing.assert_allclose(ours, bar**0.5 * x_0 + (1 - bar) ** 0.5 * noise, rtol=1e-5)
    return Statement((x[t], "=", row), (epsilon, r"\sim", Law(0, 1, "I")), end=".")


@proof("eq-jump")
def jump():
    """From x_0 to x_s and on to x_t is the same as to x_t at once; and the rest of the package's chain does it."""
    with as_written():
        ratio = alpha_bar[t] / alpha_bar[s]
        factor, rest_of_it = sqrt(ratio), 1 - ratio
    onward = sp.Symbol("e", real=True)
    state = sqrt(alpha_bar[s]) * x[0] + sqrt(1 - alpha_bar[s]) * epsilon
    mean, variance = mean_and_variance(factor * state + sqrt(rest_of_it) * onward, epsilon, onward)
    prove(mean, sqrt(alpha_bar[t]) * x[0])
    prove(variance, 1 - alpha_bar[t])
    rest, number = ddpm.Schedule.from_betas(BETAS[1:]), float(SCHEDULE.alpha_bar[4] / SCHEDULE.alpha_bar[1])
    np.testing.assert_allclose(q_mean_variance(rest, jnp.asarray(2.0), 3), (2 * number**0.5, 1 - number), rtol=1e-5)
    with as_written():
        return Statement((q(x[t] | x[s]), "=", Normal(x[t], factor * x[s], rest_of_it, "I")), end=".")


@proof("eq-jump-twice")
def jump_twice():
    with as_written():
        factor = Chain(sqrt(alpha_bar[s]) * sqrt(alpha_bar[t] / alpha_bar[s])).step(sqrt(alpha_bar[t]), "")
        variance = Chain(alpha_bar[t] / alpha_bar[s] * (1 - alpha_bar[s]) + 1 - alpha_bar[t] / alpha_bar[s]).step(
            1 - alpha_bar[t], ""
        )
    return Together(factor, variance, end=".")
