"""The equations of the chapter on which of the two losses is faster."""

import jax.numpy as jnp
import numpy as np
import sympy as sp

from ddpm import losses
from ddpm.chapters.example import BETAS, SCHEDULE
from ddpm.derivation.formulas import posterior_mean
from ddpm.derivation.numbers import number
from ddpm.derivation.printing import tex
from ddpm.derivation.registry import definition, proof
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
    mu_theta,
    mu_tilde,
    s,
    t,
    x,
)
from ddpm.measure.roofline import Cost, Machine

TIME = 3
D, o, w, n, F, B, P, W = sp.symbols("D o w n F B P W", positive=True)
with as_written():
    TAU = n * o + w + sp.Max(F / P, B / W)  # seconds of a call


def _known() -> dict:
    """beta_t, alpha_t, alpha_bar_t and alpha_bar_{t-1} at the time TIME, by hand."""
    alphas = 1 - np.array(BETAS)
    return {
        beta[t]: BETAS[TIME - 1],
        alpha[t]: alphas[TIME - 1],
        alpha_bar[t]: alphas[:TIME].prod(),
        alpha_bar[t - 1]: alphas[: TIME - 1].prod(),
    }


def _vectors(count: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, 5))


@definition("eq-mean-loss-sample")
def mean_loss_sample():
    """The package's loss is this, pixel by pixel and summed."""
    target, predicted = mu_tilde(t, x[t], x[0]), mu_theta(x[t], t)
    with as_written():
        loss = 1 / (2 * beta[t]) * SquaredNorm(target - predicted)
        mean = posterior_mean()
    x_0, x_t, prediction = _vectors(3)
    known = _known()
    total = 0.0
    for pixel, state, guess in zip(x_0, x_t, prediction):
        value = number(mean, known | {x[0]: pixel, x[t]: state})
        total += number(loss.subs(target, value).subs(predicted, guess).doit(), known)
    ours = losses.mean_loss(SCHEDULE, TIME, *map(jnp.asarray, (x_0, x_t, prediction)))
    np.testing.assert_allclose(ours, total, rtol=1e-5)
    return Statement((r"\ell_\mu", ":=", loss), (target, "=", mean), end=",")


@definition("eq-noise-loss-sample")
def noise_loss_sample():
    """The package's loss is this, pixel by pixel and summed."""
    predicted = epsilon_theta(x[t], t)
    with as_written():
        loss = beta[t] / (2 * alpha[t] * (1 - alpha_bar[t])) * SquaredNorm(epsilon - predicted)
    noise, prediction = _vectors(2)
    total = sum(number(loss.subs({epsilon: a, predicted: b}).doit(), _known()) for a, b in zip(noise, prediction))
    np.testing.assert_allclose(
        losses.noise_loss(SCHEDULE, TIME, jnp.asarray(noise), jnp.asarray(prediction)), total, rtol=1e-5
    )
    return Statement((r"\ell_\epsilon", ":=", loss), end=".")


@proof("eq-random-alphas")
def random_alphas():
    """The expectation of a sum is the sum of the expectations; each of them is an integral."""
    u, last = sp.Symbol("u", positive=True), sp.Symbol("D", integer=True, positive=True)
    each = sp.Integral(sp.log(u), (u, 0, 1))
    prove(sp.Sum(each.doit(), (s, 1, last)).doit(), -last)
    with as_written():
        total = sp.Sum(each, (s, 1, last))
    return rf"\mathbb E[\log \bar\alpha_D] = {tex(total)} = {tex(-last)},"


@definition("eq-roofline")
def roofline():
    """The package's seconds are these, where the bytes bind and where the operations do, with and without a wait."""
    known = {n: 3, o: 2e-6, P: 1e11, W: 2e10, B: 4e9}
    for operations in (5e9, 5e10):
        for waits in (False, True):
            found = Machine(2e-6, 3e-5, bandwidth=2e10, peak=1e11).seconds(Cost(3, operations, 4e9, waits))
            np.testing.assert_allclose(found, number(TAU, known | {F: operations, w: waits * 3e-5}), rtol=1e-12)
    return Statement((r"\tau", "=", TAU), end=".")


@proof("eq-expected-ratio")
def expected_ratio():
    """Twelve bytes against eight per pixel in the formula for tau; both limits; and D_* from 8 D_* / W = o + w."""
    with as_written():
        ratio, border = (o + w + 12 * D / W) / (o + w + 8 * D / W), (o + w) * W / 8
    mean, noise = (TAU.subs({n: 1, F: 0, B: size * D}).doit() for size in (12, 8))
    prove(mean / noise, ratio)
    prove((8 * D / W).subs(D, border), o + w)
    small, large = sp.limit(ratio.doit(), D, 0), sp.limit(ratio.doit(), D, sp.oo)
    return rf"""
\begin{{aligned}}
\frac{{\tau_\mu}}{{\tau_\epsilon}} &= {tex(ratio)} \\
&\to \begin{{cases}} {small}, & D \ll D_*, \\ {large}, & D \gg D_*, \end{{cases}} \\
D_* &:= {tex(border)},
\end{{aligned}}"""
