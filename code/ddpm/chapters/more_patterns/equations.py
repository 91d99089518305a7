"""The equations of the chapter on more than one pattern: the best predictor of a finite data set."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from scipy import stats

import ddpm
from ddpm import oracle
from ddpm.data import dots
from ddpm.derivation.chain import Chain
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.registry import numeric, proof
from ddpm.derivation.settle import prove
from ddpm.derivation.symbols import (
    SquaredNorm,
    alpha_bar,
    as_written,
    epsilon,
    family,
    function,
    log,
    sqrt,
    t,
    x,
)
from ddpm.level import at_time
from ddpm.mixture import noised, points, responsibilities

IMAGES, SHARES, BAR = (
    np.array([-1.0, 0.2, 1.5]),
    np.array([0.5, 0.3, 0.2]),
    0.6,
)  # a data set of three pixels, one alpha_bar_t

K = sp.Symbol("K", integer=True, positive=True)
k = sp.Symbol("k", integer=True, positive=True)
m, share = family("m", "m"), family("pi", r"\pi", positive=True)
r = function("r", "r", indices=1)
snr = family("snr", r"\mathrm{SNR}", positive=True)
x_star, epsilon_star = sp.Symbol(r"x^\star", real=True), sp.Symbol(r"\epsilon^\star", real=True)

with as_written():
    signal, spread = sqrt(alpha_bar[t]), sqrt(1 - alpha_bar[t])
    guess = sp.Sum(r(k, x[t]) * m[k], (k, 1, K))


def _posterior(x_t):
    """Shares of the three pixels given x_t, shape (..., 3), from SciPy's densities."""
    joint = SHARES * stats.norm.pdf(np.asarray(x_t)[..., None], np.sqrt(BAR) * IMAGES, np.sqrt(1 - BAR))
    return joint / joint.sum(-1, keepdims=True)


def _package():
    schedule = ddpm.Schedule.from_betas([1 - BAR])
    return schedule, points(IMAGES, SHARES)


@numeric("eq-image-posterior", bound=1e-6)
def image_posterior():
    """The share of image k among all that land in a short interval around x_t, from distribution functions alone."""
    at, half = np.linspace(-2, 2, 9)[:, None], 1e-4
    ends = [stats.norm.cdf(at + side, np.sqrt(BAR) * IMAGES, np.sqrt(1 - BAR)) for side in (half, -half)]
    landed = SHARES * (ends[0] - ends[1])
    return (
        r"""
\begin{aligned}
r_k(x_t) &:= P(x_0 = m_k \mid x_t) \\
&= \frac{\pi_k\, \mathcal N_k(x_t)}{\pi_1\, \mathcal N_1(x_t) + \dots + \pi_K\, \mathcal N_K(x_t)}, \\
\mathcal N_k(x_t) &:= \mathcal N\bigl(x_t;\ \sqrt{\bar\alpha_t}\, m_k,\ (1 - \bar\alpha_t)\, I\bigr).
\end{aligned}""",
        np.abs(landed / landed.sum(-1, keepdims=True) - _posterior(at[:, 0])).max(),
    )


@proof("eq-image-score")
def image_score():
    """lambda_k is log(pi_k N_k) but for what does not depend on k; the package's posterior is their softmax."""
    schedule, data = _package()
    scores = np.log(SHARES) + np.sqrt(BAR) / (1 - BAR) * IMAGES * 0.7 - BAR / (2 * (1 - BAR)) * IMAGES**2
    ours = responsibilities(noised(data, at_time(schedule, 1)), jnp.asarray(0.7))
    np.testing.assert_allclose(ours, np.exp(scores) / np.exp(scores).sum(), rtol=1e-5)
    with as_written():
        of_k = (
            signal / (1 - alpha_bar[t]) * m[k] * x[t]
            - alpha_bar[t] / (2 * (1 - alpha_bar[t])) * m[k] ** 2
            + log(share[k])
        )
        rest = -(x[t] ** 2) / (2 * (1 - alpha_bar[t])) - log(2 * sp.pi * (1 - alpha_bar[t])) / 2
    prove(log(share[k]) + Normal(x[t], sqrt(alpha_bar[t]) * m[k], 1 - alpha_bar[t]).log, of_k + rest)
    return r"""
\begin{aligned}
r_k(x_t) &= \frac{e^{\lambda_k}}{e^{\lambda_1} + \dots + e^{\lambda_K}}, \\
\lambda_k &:= \log \pi_k + \frac{\sqrt{\bar\alpha_t}}{1 - \bar\alpha_t}\, \langle m_k, x_t \rangle \\
&\quad - \frac{\bar\alpha_t}{2 (1 - \bar\alpha_t)}\, \lVert m_k \rVert^2.
\end{aligned}"""


@proof("eq-best-x-0")
def best_x_0():
    """The guess of least mean squared error, for three images with any shares that sum to 1; and the package's."""
    schedule, data = _package()
    np.testing.assert_allclose(
        oracle.best_x_0(schedule, data, jnp.asarray(0.7), 1), _posterior(0.7) @ IMAGES, rtol=1e-5
    )
    g, first, second = sp.symbols("g r_1 r_2", real=True)
    shares, images = (first, second, 1 - first - second), sp.symbols("m_1:4", real=True)
    error = sum(a * (b - g) ** 2 for a, b in zip(shares, images))
    prove(sp.diff(error, g), 2 * (g - sum(a * b for a, b in zip(shares, images))))  # rises through 0, at the mean
    return r"\mathbb E[x_0 \mid x_t] = \sum_{k=1}^{K} r_k(x_t)\, m_k."


@proof("eq-best-noise-finite")
def best_noise_finite():
    """Linear in the images, for any K; that the r_k sum to 1 turns their sum times x_t into x_t."""
    schedule, data = _package()
    by_hand = _posterior(0.7) @ ((0.7 - np.sqrt(BAR) * IMAGES) / np.sqrt(1 - BAR))
    np.testing.assert_allclose(oracle.best_noise(schedule, data, jnp.asarray(0.7), 1), by_hand, rtol=1e-5)
    total = sp.Sum(r(k, x[t]), (k, 1, K))
    of_image = (x[t] - sqrt(alpha_bar[t]) * m[k]) / sqrt(1 - alpha_bar[t])
    prove(
        sp.Sum(r(k, x[t]) * of_image, (k, 1, K)), (total * x[t] - sqrt(alpha_bar[t]) * guess) / sqrt(1 - alpha_bar[t])
    )
    return r"""
\begin{aligned}
\epsilon^\star(x_t, t) &= \sum_{k=1}^{K} r_k(x_t)\, \frac{x_t - \sqrt{\bar\alpha_t}\, m_k}{\sqrt{1 - \bar\alpha_t}} \\
&= \frac{x_t - \sqrt{\bar\alpha_t}\; \mathbb E[x_0 \mid x_t]}{\sqrt{1 - \bar\alpha_t}}.
\end{aligned}"""


@proof("eq-error-of-both")
def error_of_both():
    noise = (x[t] - sqrt(alpha_bar[t]) * x[0]) / sqrt(1 - alpha_bar[t])
    best = (x[t] - sqrt(alpha_bar[t]) * x_star) / sqrt(1 - alpha_bar[t])
    with as_written():
        chain = Chain(SquaredNorm(epsilon - epsilon_star))
        chain.step(
            SquaredNorm(signal / spread * (x_star - x[0])), "$x_t$ cancels", using={epsilon: noise, epsilon_star: best}
        )
        return chain.step(
            snr[t] * SquaredNorm(x[0] - x_star),
            "definition of the SNR",
            using={snr[t]: alpha_bar[t] / (1 - alpha_bar[t])},
        )


@numeric("eq-least-loss", bound=1e-10)
def least_loss():
    """The loss of the best predictor over images and noise, against the SNR times the variance left at each x_t."""
    e = np.linspace(-9, 9, 4001)
    mass = stats.norm.pdf(e) * (e[1] - e[0]) * SHARES[:, None]
    x_t = np.sqrt(BAR) * IMAGES[:, None] + np.sqrt(1 - BAR) * e
    best = (x_t - np.sqrt(BAR) * (_posterior(x_t) @ IMAGES)) / np.sqrt(1 - BAR)
    left = (mass * (e - best) ** 2).sum()
    z = np.linspace(-7, 8, 6001)
    density = (SHARES * stats.norm.pdf(z[:, None], np.sqrt(BAR) * IMAGES, np.sqrt(1 - BAR))).sum(-1)
    given = _posterior(z)
    variance = (given * (IMAGES - (given @ IMAGES)[:, None]) ** 2).sum(-1)
    right = BAR / (1 - BAR) * (density * variance).sum() * (z[1] - z[0])
    return (
        r"""
\begin{aligned}
&\mathbb E\bigl[ \lVert \epsilon - \epsilon^\star \rVert^2 \bigr] \\
&\quad = \mathrm{SNR}_t\; \mathbb E\Bigl[ \sum_{k=1}^{K} r_k(x_t)\, \lVert m_k - x^\star \rVert^2 \Bigr], \\
&x^\star := \mathbb E[x_0 \mid x_t].
\end{aligned}""",
        abs(left - right),
    )


@proof("eq-two-pixels")
def two_pixels():
    """For x_0 = 1 or -1 with equal chance: the two exponentials make a hyperbolic tangent."""
    bar, value = sp.Symbol("a", positive=True), sp.Symbol("x", real=True)
    weights = [sp.exp(-((value - sp.sqrt(bar) * image) ** 2) / (2 * (1 - bar))) for image in (1, -1)]
    u, ratio = sp.sqrt(bar) * value / (1 - bar), sp.Symbol("r", positive=True)
    prove(weights[0] / weights[1], sp.exp(2 * u))
    prove((ratio - 1) / (ratio + 1), sp.tanh(u), using={ratio: sp.exp(2 * u)})  # the mean, both weights over the second
    return r"\mathbb E[x_0 \mid x_t] = \tanh\left(\frac{\sqrt{\bar\alpha_t}}{1 - \bar\alpha_t}\, x_t\right)."


@numeric("eq-dots-softmax", bound=1e-5)
def dots_softmax():
    """The package's E[x_0 | x_t] of the nine dots, at random states, against the softmax of the scaled pixels."""
    schedule, rng, worst = ddpm.cosine(20), np.random.default_rng(0), 0.0
    best = jax.jit(partial(oracle.best_x_0, schedule, points(dots())))
    for t_ in (3, 8, 15, 20):
        x_t = rng.normal(size=(3, 3))
        bar = float(schedule.alpha_bar[t_])
        grown = np.exp(np.sqrt(bar) / (1 - bar) * x_t)
        ours = best(jnp.asarray(x_t, jnp.float32), t_)
        worst = max(worst, float(np.abs(ours - grown / grown.sum()).max()))
    return (
        r"\mathbb E[x_0 \mid x_t] = \mathrm{softmax}\left(\frac{\sqrt{\bar\alpha_t}}{1 - \bar\alpha_t}\, x_t\right).",
        worst,
    )


@proof("eq-image-odds")
def image_odds():
    """For one pixel, which the sums over the pixels are made of; and the package's posterior of two images of five
    pixels."""
    x_t = sqrt(alpha_bar[t]) * m[1] + sqrt(1 - alpha_bar[t]) * epsilon
    of_image = {j: Normal(x[t], sqrt(alpha_bar[t]) * m[j], 1 - alpha_bar[t]).log for j in (1, 2)}
    odds = snr[t] / 2 * (m[1] - m[2]) ** 2 + sqrt(snr[t]) * (m[1] - m[2]) * epsilon
    prove(of_image[1] - of_image[2], odds, using={x[t]: x_t, snr[t]: alpha_bar[t] / (1 - alpha_bar[t])})
    rng, schedule, ratio = np.random.default_rng(0), ddpm.Schedule.from_betas([1 - BAR]), BAR / (1 - BAR)
    images, noise = rng.normal(size=(2, 5)), rng.normal(size=5)
    seen = np.sqrt(BAR) * images[0] + np.sqrt(1 - BAR) * noise
    first, second = responsibilities(noised(points(images), at_time(schedule, 1)), jnp.asarray(seen, jnp.float32))
    apart = images[0] - images[1]
    np.testing.assert_allclose(
        np.log(first / second), ratio / 2 * apart @ apart + np.sqrt(ratio) * apart @ noise, rtol=1e-4
    )
    return r"""
\begin{aligned}
\log \frac{r_1(x_t)}{r_2(x_t)} &= \frac{\mathrm{SNR}_t}{2}\, \lVert m_1 - m_2 \rVert^2 \\
&\quad + \sqrt{\mathrm{SNR}_t}\; \langle m_1 - m_2, \epsilon \rangle.
\end{aligned}"""


@numeric("eq-rows-softmax", bound=1e-12)
def rows_softmax():
    """Bayes' rule over all 256 images with one dot in each row of four, at random states, against a softmax for each
    row."""
    where = np.stack(np.meshgrid(*[range(4)] * 4, indexing="ij"), -1).reshape(256, 4)
    images, rng, worst = np.eye(4)[where], np.random.default_rng(0), 0.0
    for bar in (0.05, 0.5, 0.9):
        x_t = rng.normal(size=(4, 4))
        log_density = stats.norm.logpdf(x_t, np.sqrt(bar) * images, np.sqrt(1 - bar)).sum((1, 2))
        chance = np.exp(log_density - log_density.max())
        grown = np.exp(np.sqrt(bar) / (1 - bar) * x_t)
        guess_of_row = np.tensordot(chance / chance.sum(), images, 1) - grown / grown.sum(1, keepdims=True)
        worst = max(worst, np.abs(guess_of_row).max())
    return (
        r"\mathbb E[x_0 \mid x_t]_{\text{row}} = "
        r"\mathrm{softmax}\left(\frac{\sqrt{\bar\alpha_t}}{1 - \bar\alpha_t}\, (x_t)_{\text{row}}\right).",
        worst,
    )
