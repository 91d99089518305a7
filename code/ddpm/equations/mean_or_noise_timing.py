"""The equations of the chapter on which of the two losses is faster."""

import jax.numpy as jnp
import numpy as np
import sympy as sp

import ddpm
from ddpm import losses
from ddpm.derivation.registry import definition, proof
from ddpm.forward import posterior_mean
from ddpm.roofline import Cost, Machine

BETAS = [0.02, 0.3, 0.05, 0.6]
T = 3


def _numbers():
    """Three vectors, and alpha_t, alpha_bar_t, alpha_bar_{t-1} and beta_t at t = 3, by hand."""
    alpha = 1 - np.array(BETAS)
    return np.random.default_rng(0).normal(size=(3, 5)), alpha[2], alpha[:3].prod(), alpha[:2].prod(), BETAS[2]


@definition("eq-mean-loss-sample")
def mean_loss_sample():
    (x_0, x_t, predicted), alpha, bar, bar_prev, beta = _numbers()
    mean = np.sqrt(bar_prev) * beta / (1 - bar) * x_0 + np.sqrt(alpha) * (1 - bar_prev) / (1 - bar) * x_t
    schedule = ddpm.Schedule.from_betas(BETAS)
    ours = losses.mean_loss(schedule, T, posterior_mean(schedule, jnp.asarray(x_0), jnp.asarray(x_t), T), jnp.asarray(predicted))
    np.testing.assert_allclose(ours, ((mean - predicted) ** 2).sum() / (2 * beta), rtol=1e-5)
    return r"""
\begin{aligned}
\ell_\mu &:= \frac{1}{2 \beta_t} \bigl\lVert \tilde\mu_t - \mu_\theta \bigr\rVert^2, \\
\tilde\mu_t &= \frac{\sqrt{\bar\alpha_{t-1}}\, \beta_t}{1 - \bar\alpha_t}\, x_0 \\
  &\quad + \frac{\sqrt{\alpha_t}\, (1 - \bar\alpha_{t-1})}{1 - \bar\alpha_t}\, x_t,
\end{aligned}"""


@definition("eq-noise-loss-sample")
def noise_loss_sample():
    (noise, predicted, _), alpha, bar, _, beta = _numbers()
    ours = losses.noise_loss(ddpm.Schedule.from_betas(BETAS), T, jnp.asarray(noise), jnp.asarray(predicted))
    np.testing.assert_allclose(ours, beta / (2 * alpha * (1 - bar)) * ((noise - predicted) ** 2).sum(), rtol=1e-5)
    return r"\ell_\epsilon := \frac{\beta_t}{2 \alpha_t (1 - \bar\alpha_t)} \bigl\lVert \epsilon - \epsilon_\theta \bigr\rVert^2."


@proof("eq-random-alphas")
def random_alphas():
    """The expectation of a sum is the sum of the expectations, and one of them is an integral."""
    u = sp.Symbol("u", positive=True)
    if sp.integrate(sp.log(u), (u, 0, 1)) != -1:
        raise ValueError("the integral of log u from 0 to 1 is not -1")
    return r"\mathbb E[\ln \bar\alpha_D] = \sum_{s=1}^{D} \int_0^1 \ln u\, \mathrm du = -D."


@definition("eq-roofline")
def roofline():
    n, o, w, operations, peak, moved, bandwidth = 3, 2e-6, 3e-5, 5e9, 1e11, 4e9, 2e10
    machine = Machine(o, w, bandwidth, peak)
    for factor in (1, 10):  # bound by the bytes (0.2 s against 0.05 s), and by the operations
        for waits in (False, True):
            work = max(factor * operations / peak, moved / bandwidth)
            np.testing.assert_allclose(machine.seconds(Cost(n, factor * operations, moved, waits)), n * o + waits * w + work, rtol=1e-12)
    return r"\tau = n\, o + w + \max\Bigl( \frac{F}{P},\ \frac{B}{W} \Bigr)."


@proof("eq-expected-ratio")
def expected_ratio():
    """Both limits; and at D = (o + w) W / 8 the noise loss moves its bytes in the time of overhead and wait."""
    D, o, w, W = sp.symbols("D o w W", positive=True)
    ratio = (o + w + 12 * D / W) / (o + w + 8 * D / W)
    limits = sp.limit(ratio, D, 0), sp.limit(ratio, D, sp.oo)
    if limits != (1, sp.Rational(3, 2)) or sp.simplify((8 * D / W).subs(D, (o + w) * W / 8) - o - w) != 0:
        raise ValueError(f"the ratio tends to {limits}")
    return r"""
\begin{aligned}
\frac{\tau_\mu}{\tau_\epsilon} &= \frac{o + w + 12 D / W}{o + w + 8 D / W} \\
&\to \begin{cases} 1, & D \ll D_*, \\ 3/2, & D \gg D_*, \end{cases} \\
D_* &:= (o + w) W / 8,
\end{aligned}"""
