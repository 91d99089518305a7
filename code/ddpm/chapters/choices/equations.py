"""The equations of the chapter on choices: the variance of a reverse step that is best, and what weights amount to."""

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from scipy import integrate, stats

import ddpm
from ddpm.chapters.choices import said
from ddpm.chapters.choices.variances import terms
from ddpm.chapters.small_steps.calculus import along_u
from ddpm.derivation import formulas
from ddpm.derivation.chain import Chain
from ddpm.derivation.gaussians import Normal, kl_by_moments, mean_of_polynomial
from ddpm.derivation.registry import definition, numeric, proof
from ddpm.derivation.settle import prove
from ddpm.derivation.symbols import alpha, alpha_bar, as_written, beta, beta_tilde, c_u, family, r_u, t
from ddpm.mixture import mixture
from ddpm.oracle import noise_variance
from ddpm.path import cosine_path
from ddpm.precision import enable_x64
from ddpm.process import optimal_variance, variance_between

loss, best = family("loss", r"\ell", positive=True), family("best", r"\varsigma^2", positive=True)
MEANS, VARIANCES, SHARES = np.array([-1.0, 0.2, 1.5]), np.array([0.01, 0.04, 0.25]), np.array([0.3, 0.5, 0.2])
FROM_2 = {t: 2}
GAIN = beta[t] ** 2 / (alpha[t] * (1 - alpha_bar[t]))


@proof("eq-term-of-variance")
def term_of_variance():
    """The mean, over an error of the noise of any mean and variance, of the KL divergence of the two Gaussians of a
    step; and the package's."""
    tilde, sigma_2, gain, error = sp.symbols("b s g e", positive=True)
    x, mu, off = sp.symbols("x mu d", real=True)
    unit = sp.Symbol("unit", real=True)
    one = kl_by_moments(Normal(x, mu, tilde), Normal(x, mu + sp.sqrt(gain) * off, sigma_2))
    # any law of the error with this mean square: a Gaussian about a mean of its own
    centre, spread = sp.symbols("m v", positive=True)
    mean = mean_of_polynomial(one.subs(off, unit), unit, centre, spread)
    prove(mean.subs(spread, error - centre**2), (sp.log(sigma_2 / tilde) + (tilde + gain * error) / sigma_2 - 1) / 2)
    schedule, losses = ddpm.cosine(6), np.array([0, 0.1, 0.2, 0.3, 0.3, 0.2, 0.1])
    ours = terms(schedule, losses, schedule.beta, 9)
    b, w = (np.asarray(a, np.float64)[2:] for a in (schedule.beta, ddpm.losses.noise_weight(schedule, "beta")))
    tilde_ = np.asarray(schedule.posterior_variance, np.float64)[2:]
    by_weight = 9 * (w * losses[2:] + (np.log(b / tilde_) + tilde_ / b - 1) / 2)
    np.testing.assert_allclose(ours, by_weight, rtol=1e-4)
    return r"""
\begin{aligned}
L_{t-1} &= \frac D2 \left( \log \frac{\sigma_t^2}{\tilde\beta_t} - 1
+ \frac{\tilde\beta_t + k_t\, \ell_t}{\sigma_t^2} \right), \\
k_t &:= \frac{\beta_t^2}{\alpha_t (1 - \bar\alpha_t)}.
\end{aligned}"""


@proof("eq-optimal-variance")
def the_optimal_variance():
    """Where the derivative of the term changes its sign, once, from minus to plus; and what is left there."""
    s, tilde, more, ratio = sp.symbols("s b m r", positive=True)
    term = (sp.log(s / tilde) + (tilde + more) / s - 1) / 2
    prove(sp.diff(term, s), (s - (tilde + more)) / (2 * s**2))  # below 0 before, above 0 after
    prove(term.subs(s, tilde + more), sp.log((tilde + more) / tilde) / 2)
    schedule, losses = ddpm.cosine(6), np.array([0, 0.1, 0.2, 0.3, 0.3, 0.2, 0.1])
    bar, b = (np.asarray(a, np.float64) for a in (schedule.alpha_bar, schedule.beta))
    by_hand = (1 - bar[:-1]) / (1 - bar[1:]) * b[1:] + b[1:] ** 2 / ((1 - b[1:]) * (1 - bar[1:])) * losses[1:]
    np.testing.assert_allclose(optimal_variance(schedule, losses)[1:], by_hand, rtol=1e-3)
    return r"""
\begin{aligned}
\sigma_t^{\star 2} &= \tilde\beta_t + k_t\, \ell_t, \\
L_{t-1} &= \frac D2 \log \frac{\sigma_t^{\star 2}}{\tilde\beta_t} \quad \text{there.}
\end{aligned}"""


@proof("eq-between")
def between() -> Chain:
    with as_written():
        chain = Chain(beta_tilde[t] + GAIN * loss[t], where=FROM_2)
        return chain.step(
            beta_tilde[t] + loss[t] / alpha_bar[t] * (beta[t] - beta_tilde[t]),
            r"$\tilde\beta_t$ put in",
            using={beta_tilde[t]: formulas.posterior_variance()},
        )


@proof("eq-largest")
def largest() -> Chain:
    """What a predictor that always says 0, whose loss is 1, needs."""
    with as_written():
        chain = Chain(beta_tilde[t] + GAIN, where=FROM_2)
        return chain.step(
            beta[t] / alpha[t],
            r"$\tilde\beta_t$ put in",
            using={beta_tilde[t]: formulas.posterior_variance()},
        )


@numeric("eq-mean-of-variances", bound=1e-8)
def mean_of_variances():
    """The variance of x_{t-1} given x_t by integration over both states, from densities alone, against the package's
    from the loss of the best predictor; a mixture of three components."""
    with enable_x64(True):
        schedule, data = ddpm.cosine(5, dtype=jnp.float64), mixture(MEANS, VARIANCES, SHARES)
        bars, x = np.asarray(schedule.alpha_bar), np.linspace(-7, 7, 1201)
        of_noise = jax.jit(jax.vmap(jax.vmap(noise_variance, (None, None, 0, None)), (None, None, None, 0)))(
            schedule, data, x, jnp.arange(1, 6)
        )
        density = np.array([
            (SHARES * stats.norm.pdf(x[:, None], np.sqrt(a) * MEANS, np.sqrt(a * VARIANCES + 1 - a))).sum(1)
            for a in bars
        ])  # fmt: skip
        mass = density * (x[1] - x[0])
        losses = (mass[1:] * np.asarray(of_noise)).sum(1)
        ours = np.asarray(optimal_variance(schedule, jnp.append(0.0, losses)))[2:]
    found = []
    for t_ in range(2, 6):  # at t = 1 the narrowest component of x_0 would ask for a finer grid
        a = bars[t_] / bars[t_ - 1]
        joint = mass[t_ - 1] * stats.norm.pdf(x[:, None], np.sqrt(a) * x, np.sqrt(1 - a))
        total, first, second = (joint @ x**power for power in (0, 1, 2))
        found.append((x[1] - x[0]) * (second - first**2 / np.maximum(total, 1e-300)).sum())
    return (
        r"\sigma_t^{\star 2} = \mathbb E\bigl[ \operatorname{Var}[x_{t-1} \mid x_t] \bigr]",
        np.abs(np.array(found) / ours - 1).max(),
    )


@definition("eq-learned-variance")
def learned_variance():
    """The package's, between the two and beyond."""
    schedule, t_ = ddpm.cosine(6), np.arange(2, 7)
    b, tilde = (np.asarray(values, np.float64)[2:] for values in (schedule.beta, schedule.posterior_variance))
    for place in (-0.5, 0.0, 0.3, 1.0, 1.5):
        ours = np.log(np.asarray(variance_between(schedule, np.full(5, place), t_), np.float64))
        np.testing.assert_allclose(ours, place * np.log(b) + (1 - place) * np.log(tilde), rtol=1e-4)
    return r"\log \sigma_\theta^2(x_t, t) = \omega \log \beta_t + (1 - \omega) \log \tilde\beta_t"


@proof("eq-variance-at-x")
def variance_at_x():
    """A pixel at one x_t is data of one pixel, with a loss of its own; and the mean of a log is at most the log of the
    mean: shown for variances of three values with any probabilities."""
    the_optimal_variance()
    values, weights = sp.symbols("w_1:4", positive=True), sp.symbols("p_1:4", positive=True)
    mean = sum(a * b for a, b in zip(weights, values)) / sum(weights)
    u = sp.Symbol("u", positive=True)
    gap = u - 1 - sp.log(u)  # of u = value / mean
    prove(sp.diff(gap, u), (u - 1) / u)  # negative below 1, positive above
    prove(gap.subs(u, 1), 0)
    prove(sum(a * b / mean for a, b in zip(weights, values)), sum(weights))  # so the mean of u - 1 is 0
    return r"""
\begin{aligned}
\sigma_{t,i}^{\star 2}(x_t)
&= \tilde\beta_t + k_t\, \mathbb E\bigl[(\epsilon_i - \epsilon_{\theta,i})^2 \bigm| x_t\bigr], \\
L_{t-1} &= \frac12 \sum_i \mathbb E \log \frac{\sigma_{t,i}^{\star 2}(x_t)}{\tilde\beta_t} \quad \text{there} \\
&\le \frac D2 \log \frac{\sigma_t^{\star 2}}{\tilde\beta_t}.
\end{aligned}"""


@numeric("eq-nats-lost", bound=1e-3)
def nats_lost():
    """The bound of a predictor less that of the best, in many small steps with sigma_t^2 = beta_tilde_t, against the
    integral: for two components, and a predictor that is off by a known function of state and level."""
    T = 10_000
    log_snr = np.linspace(6, -6, T + 1)
    signal, spread = np.sqrt(1 / (1 + np.exp(-log_snr))), np.sqrt(1 / (1 + np.exp(log_snr)))
    means, deviation, z = np.array([-1.0, 0.6]), 0.2, np.linspace(-6, 6, 61)
    mass = stats.norm.pdf(z) * (z[1] - z[0])

    c, r = signal[1:, None, None], spread[1:, None, None]
    states = c * means[:, None] + np.sqrt(c**2 * deviation**2 + r**2) * z
    excess = 0.5 * (mass * (0.3 * np.cos(2 * states) * r) ** 2).sum((1, 2))
    snr = (signal / spread) ** 2
    by_steps = ((snr[:-1] / snr[1:] - 1) / 2 * excess).sum()
    integral = -integrate.trapezoid(excess, log_snr[1:]) / 2
    return (
        r"L - L^\star \;\to\; \frac12 \int \mathbb E\, \lVert \epsilon_\theta - \epsilon^\star \rVert^2\, d\Lambda",
        abs(by_steps / integral - 1),
    )


@definition("eq-four-weights")
def four_weights():
    """The package's factors, for the four kinds of prediction, on the cosine path."""
    path, u = cosine_path(), 0.3
    level = path.level(u)
    c, r = float(level.signal), float(level.spread)
    snr, h = (c / r) ** 2, 1e-3
    slope = float(path.log_snr(u - h) - path.log_snr(u + h)) / (2 * h)
    of_noise = {"flow": 1 / c**2, "simple": 1, "min-SNR": min(1, 5 / snr), "bound": slope / 2}
    squared = {"v": c**2, "noise": 1, "x_0": snr, "score": r**2}
    over_weights = jax.vmap(said.factor, (None, 0, None, None))
    ours = jax.jit(jax.vmap(over_weights, (0, None, None, None)))(jnp.arange(4), jnp.arange(4), path, jnp.asarray(u))
    by_hand = np.outer([squared[kind] for kind in said.KINDS], [of_noise[weight] for weight in said.WEIGHTS])
    np.testing.assert_allclose(ours, by_hand, rtol=1e-3)
    return r"""
\begin{aligned}
w_{\text{flow}} &= \frac{1}{c_u^2}, \qquad w_{\text{simple}} = 1, \\
w_{\text{min-SNR}} &= \min\left(1, \frac{5}{\mathrm{SNR}_u}\right), \\
w_{\text{bound}} &= -\frac12 \frac{d\Lambda_u}{du}.
\end{aligned}"""


@proof("eq-flow-is-v")
def flow_is_v():
    """On the circle c^2 + r^2 = 1, by its angle: the weight of flow matching at the level, times how fast its uniform
    time runs there."""
    angle = sp.Symbol("angle", positive=True)
    c, r = sp.cos(angle), sp.sin(angle)
    straight_time = r / (c + r)
    weight = 1 / (1 - straight_time) ** 2
    prove(sp.trigsimp(sp.simplify(weight * sp.diff(straight_time, angle) * c**2)), sp.Integer(1))
    prove(along_u(r_u / (c_u + r_u)), (along_u(r_u) * c_u - r_u * along_u(c_u)) / (c_u + r_u) ** 2)
    return r"""
\begin{aligned}
\frac{1}{(1 - u_{\mathrm s})^2}\, \frac{d u_{\mathrm s}}{d\varphi} &= \frac{1}{\cos^2 \varphi}, \\
u_{\mathrm s} &:= \frac{\sin \varphi}{\cos \varphi + \sin \varphi}.
\end{aligned}"""
