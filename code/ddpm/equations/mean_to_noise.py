"""The equations of the chapter from the mean to the noise."""

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from scipy import integrate, stats

import ddpm
from ddpm.derivation.registry import definition, numeric, proof
from ddpm.forward import posterior_mean
from ddpm.losses import prediction_weight, simple_loss
from ddpm.parameterization import convert, mean_from_noise

BETAS = [0.02, 0.3, 0.05, 0.6]

# alpha_t and alpha_bar_{t-1}, between 0 and 1, as free symbols: then alpha_bar_t is their product, beta_t is 1 - alpha_t.
a, b = sp.symbols("a b", positive=True)
alpha, bar_prev = 1 / (1 + a), 1 / (1 + b)
beta, bar = 1 - alpha, alpha * bar_prev
x_0, x_prev, x_t, noise, guess, sigma = sp.symbols("x_0 x_prev x_t noise guess sigma", real=True)
precision = alpha / beta + 1 / (1 - bar_prev)
linear_term = sp.sqrt(alpha) / beta * x_t + sp.sqrt(bar_prev) / (1 - bar_prev) * x_0
beta_tilde = (1 - bar_prev) / (1 - bar) * beta
mu_tilde = sp.sqrt(bar_prev) * beta / (1 - bar) * x_0 + sp.sqrt(alpha) * (1 - bar_prev) / (1 - bar) * x_t
state = sp.sqrt(bar) * x_0 + sp.sqrt(1 - bar) * noise


def mean_of(noise):
    return (x_t - beta / sp.sqrt(1 - bar) * noise) / sp.sqrt(alpha)


def _log_normal(x, mean, variance):
    return -((x - mean) ** 2) / (2 * variance) - sp.log(2 * sp.pi * variance) / 2


def _must_vanish(*differences):
    for difference in differences:
        if sp.simplify(sp.expand_log(difference, force=True)) != 0:
            raise ValueError(f"{difference} is not 0")


LOG_BAYES = (
    _log_normal(x_t, sp.sqrt(alpha) * x_prev, beta)
    + _log_normal(x_prev, sp.sqrt(bar_prev) * x_0, 1 - bar_prev)
    - _log_normal(x_t, sp.sqrt(bar) * x_0, 1 - bar)
)


@proof("eq-posterior-bayes")
def posterior_bayes():
    """The right side is a density in x_{t-1}: it integrates to 1, for all values of the other symbols."""
    integral = sp.integrate(sp.exp(sp.expand(-precision * x_prev**2 / 2 + linear_term * x_prev)), (x_prev, -sp.oo, sp.oo))
    _must_vanish(sp.log(integral) + LOG_BAYES.subs(x_prev, 0))
    return r"""
\begin{aligned}
&q(x_{t-1} \mid x_t, x_0) \\
&\quad = \frac{q(x_t \mid x_{t-1})\, q(x_{t-1} \mid x_0)}{q(x_t \mid x_0)}.
\end{aligned}"""


@proof("eq-posterior-square")
def posterior_square():
    """The log of Bayes' right side, as a polynomial in x_{t-1}."""
    polynomial = sp.Poly(sp.expand(LOG_BAYES), x_prev)
    _must_vanish(polynomial.coeff_monomial(x_prev**2) + precision / 2, polynomial.coeff_monomial(x_prev) - linear_term)
    return r"""
\begin{aligned}
&\log q(x_{t-1} \mid x_t, x_0) \\
&\quad = -\frac{(x_t - \sqrt{\alpha_t}\, x_{t-1})^2}{2 \beta_t} \\
&\qquad - \frac{(x_{t-1} - \sqrt{\bar\alpha_{t-1}}\, x_0)^2}{2 (1 - \bar\alpha_{t-1})} + \dots \\
&\quad = -\frac12 \Bigl( \frac{\alpha_t}{\beta_t} + \frac{1}{1 - \bar\alpha_{t-1}} \Bigr) x_{t-1}^2 \\
&\qquad + \Bigl( \frac{\sqrt{\alpha_t}}{\beta_t}\, x_t + \frac{\sqrt{\bar\alpha_{t-1}}}{1 - \bar\alpha_{t-1}}\, x_0 \Bigr) x_{t-1} + \dots
\end{aligned}"""


@proof("eq-posterior-precision")
def posterior_precision():
    _must_vanish(precision - (1 - bar) / (beta * (1 - bar_prev)), 1 / precision - beta_tilde)
    schedule = ddpm.Schedule.from_betas(BETAS)
    bars = np.cumprod([1.0, *(1 - np.array(BETAS))])
    for t, beta_t in enumerate(BETAS[1:], start=2):
        by_precision = 1 / ((1 - beta_t) / beta_t + 1 / (1 - bars[t - 1]))
        np.testing.assert_allclose(schedule.posterior_variance[t], by_precision, rtol=1e-5)
    return r"""
\begin{aligned}
\frac{1}{\tilde\beta_t} &:= \frac{\alpha_t}{\beta_t} + \frac{1}{1 - \bar\alpha_{t-1}} \\
&= \frac{\alpha_t (1 - \bar\alpha_{t-1}) + \beta_t}{\beta_t (1 - \bar\alpha_{t-1})} \\
&= \frac{1 - \bar\alpha_t}{\beta_t (1 - \bar\alpha_{t-1})}, \\
\tilde\beta_t &= \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t}\, \beta_t.
\end{aligned}"""


@proof("eq-posterior-mean")
def the_posterior_mean():
    _must_vanish(linear_term / precision - mu_tilde)
    schedule = ddpm.Schedule.from_betas(BETAS)
    bars = np.cumprod([1.0, *(1 - np.array(BETAS))])
    for t, beta_t in enumerate(BETAS[1:], start=2):
        pull = np.sqrt(1 - beta_t) / beta_t * -0.4 + np.sqrt(bars[t - 1]) / (1 - bars[t - 1]) * 0.7
        by_precision = pull / ((1 - beta_t) / beta_t + 1 / (1 - bars[t - 1]))
        np.testing.assert_allclose(posterior_mean(schedule, jnp.asarray(0.7), jnp.asarray(-0.4), t), by_precision, rtol=1e-5)
    return r"""
\begin{aligned}
&\tilde\mu_t(x_t, x_0) \\
&\quad := \tilde\beta_t \Bigl( \frac{\sqrt{\alpha_t}}{\beta_t}\, x_t + \frac{\sqrt{\bar\alpha_{t-1}}}{1 - \bar\alpha_{t-1}}\, x_0 \Bigr) \\
&\quad = \frac{\sqrt{\alpha_t}\, (1 - \bar\alpha_{t-1})}{1 - \bar\alpha_t}\, x_t + \frac{\sqrt{\bar\alpha_{t-1}}\, \beta_t}{1 - \bar\alpha_t}\, x_0.
\end{aligned}"""


@proof("eq-posterior")
def posterior():
    """Bayes' right side is this Gaussian, with the constant and all: the difference of the logs vanishes."""
    difference = sp.Poly(sp.expand(LOG_BAYES - _log_normal(x_prev, mu_tilde, beta_tilde)), x_prev, x_t, x_0)
    _must_vanish(*difference.coeffs())
    return r"""
\begin{aligned}
&q(x_{t-1} \mid x_t, x_0) \\
&\quad = \mathcal N\bigl(x_{t-1};\ \tilde\mu_t(x_t, x_0),\ \tilde\beta_t I\bigr).
\end{aligned}"""


@numeric("eq-mean-loss", bound=1e-7)
def mean_loss():
    """KL(q || p_theta) by integration, for two predicted means: the squared distance is all that depends on them."""
    mean, variance, sigma_2 = 0.3, 0.07, 0.2
    q = stats.norm(mean, variance**0.5)

    def kl(predicted):
        p = stats.norm(predicted, sigma_2**0.5)
        return integrate.quad(lambda x: q.pdf(x) * (q.logpdf(x) - p.logpdf(x)), mean - 3, mean + 3, epsabs=1e-12)[0]

    constant = (variance / sigma_2 - 1 - np.log(variance / sigma_2)) / 2
    deviation = max(abs(kl(m) - (mean - m) ** 2 / (2 * sigma_2) - constant) for m in (0.3, 0.9, -0.5))
    return r"""
\begin{aligned}
&L_{t-1} \\
&= \mathbb E_q\Bigl[ \frac{1}{2 \sigma_t^2} \bigl\lVert \tilde\mu_t(x_t, x_0) - \mu_\theta(x_t, t) \bigr\rVert^2 \Bigr] + C_t.
\end{aligned}""", deviation


@proof("eq-x-0-from-noise")
def x_0_from_noise():
    _must_vanish((state - sp.sqrt(1 - bar) * noise) / sp.sqrt(bar) - x_0)
    return r"x_0 = \frac{1}{\sqrt{\bar\alpha_t}} \bigl( x_t - \sqrt{1 - \bar\alpha_t}\; \epsilon \bigr)."


@proof("eq-mean-from-noise")
def mean_in_terms_of_the_noise():
    clean = (x_t - sp.sqrt(1 - bar) * noise) / sp.sqrt(bar)
    two = mu_tilde.subs(x_0, clean)
    of_x_t = (beta + alpha * (1 - bar_prev)) / (sp.sqrt(alpha) * (1 - bar))
    _must_vanish(two - (of_x_t * x_t - beta / (sp.sqrt(alpha) * sp.sqrt(1 - bar)) * noise), two - mean_of(noise))
    schedule = ddpm.Schedule.from_betas(BETAS)
    for t in range(1, 5):
        ours = mean_from_noise(schedule, jnp.asarray(0.8), t, jnp.asarray(-0.6))
        bar_t = np.prod(1 - np.array(BETAS[:t]))
        other = posterior_mean(schedule, jnp.asarray((0.8 + 0.6 * (1 - bar_t) ** 0.5) / bar_t**0.5, jnp.float32), jnp.asarray(0.8), t)
        np.testing.assert_allclose(ours, other, rtol=1e-5)
    return r"""
\begin{aligned}
&\tilde\mu_t(x_t, x_0) \\
&= \frac{\sqrt{\alpha_t}\, (1 - \bar\alpha_{t-1})}{1 - \bar\alpha_t}\, x_t + \frac{\sqrt{\bar\alpha_{t-1}}\, \beta_t}{1 - \bar\alpha_t}\, x_0 \\
&= \frac{\sqrt{\alpha_t}\, (1 - \bar\alpha_{t-1})}{1 - \bar\alpha_t}\, x_t + \frac{\beta_t}{1 - \bar\alpha_t}\, \frac{x_t - \sqrt{1 - \bar\alpha_t}\; \epsilon}{\sqrt{\alpha_t}} \\
&= \frac{\alpha_t (1 - \bar\alpha_{t-1}) + \beta_t}{\sqrt{\alpha_t}\, (1 - \bar\alpha_t)}\, x_t - \frac{\beta_t}{\sqrt{\alpha_t}\, \sqrt{1 - \bar\alpha_t}}\, \epsilon \\
&= \frac{1}{\sqrt{\alpha_t}} \Bigl( x_t - \frac{\beta_t}{\sqrt{1 - \bar\alpha_t}}\, \epsilon \Bigr).
\end{aligned}"""


@definition("eq-mean-model")
def mean_model():
    schedule = ddpm.Schedule.from_betas(BETAS)
    bar_3 = np.prod(1 - np.array(BETAS[:3]))
    expected = (0.8 + 0.6 * BETAS[2] / (1 - bar_3) ** 0.5) / (1 - BETAS[2]) ** 0.5
    np.testing.assert_allclose(mean_from_noise(schedule, jnp.asarray(0.8), 3, jnp.asarray(-0.6)), expected, rtol=1e-5)
    return r"""
\begin{aligned}
&\mu_\theta(x_t, t) \\
&\quad := \frac{1}{\sqrt{\alpha_t}} \Bigl( x_t - \frac{\beta_t}{\sqrt{1 - \bar\alpha_t}}\, \epsilon_\theta(x_t, t) \Bigr).
\end{aligned}"""


@proof("eq-mean-difference")
def mean_difference():
    _must_vanish(mean_of(noise) - mean_of(guess) - beta / (sp.sqrt(alpha) * sp.sqrt(1 - bar)) * (guess - noise))
    return r"""
\begin{aligned}
&\tilde\mu_t(x_t, x_0) - \mu_\theta(x_t, t) \\
&\quad = \frac{\beta_t}{\sqrt{\alpha_t}\, \sqrt{1 - \bar\alpha_t}} \bigl( \epsilon_\theta(x_t, t) - \epsilon \bigr).
\end{aligned}"""


@proof("eq-noise-loss")
def noise_loss():
    weight = beta**2 / (2 * sigma**2 * alpha * (1 - bar))
    square = (mean_of(noise) - mean_of(guess)) ** 2 / (2 * sigma**2)
    _must_vanish(square - weight * (noise - guess) ** 2)
    return r"""
\begin{aligned}
&L_{t-1} - C_t \\
&= \mathbb E_{x_0, \epsilon}\Bigl[ \frac{\beta_t^2}{2 \sigma_t^2 \alpha_t (1 - \bar\alpha_t)}\, \bigl\lVert \epsilon - \epsilon_\theta(x_t, t) \bigr\rVert^2 \Bigr], \\
&x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\; \epsilon.
\end{aligned}"""


@proof("eq-weight-snr")
def weight_by_snr():
    snr, snr_prev = bar / (1 - bar), bar_prev / (1 - bar_prev)
    weight = beta**2 / (2 * beta_tilde * alpha * (1 - bar))
    _must_vanish(weight - beta / (2 * alpha * (1 - bar_prev)), weight - (snr_prev / snr - 1) / 2)
    return r"""
\begin{aligned}
\frac{\beta_t^2}{2 \tilde\beta_t \alpha_t (1 - \bar\alpha_t)} &= \frac{\beta_t}{2 \alpha_t (1 - \bar\alpha_{t-1})} \\
&= \frac12 \Bigl( \frac{\mathrm{SNR}_{t-1}}{\mathrm{SNR}_t} - 1 \Bigr).
\end{aligned}"""


@definition("eq-v")
def v():
    schedule = ddpm.Schedule.from_betas(BETAS)
    bar_2, (clean, noise) = np.prod(1 - np.array(BETAS[:2])), (0.7, -1.3)
    x_2 = bar_2**0.5 * clean + (1 - bar_2) ** 0.5 * noise
    ours = convert(schedule, jnp.asarray(x_2, jnp.float32), 2, jnp.asarray(noise), "noise", "v")
    np.testing.assert_allclose(ours, bar_2**0.5 * noise - (1 - bar_2) ** 0.5 * clean, rtol=1e-5)
    return r"v_t := \sqrt{\bar\alpha_t}\; \epsilon - \sqrt{1 - \bar\alpha_t}\; x_0."


@proof("eq-score")
def score():
    """The derivative of log q(x_t | x_0) at x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) noise."""
    slope = sp.diff(_log_normal(x_t, sp.sqrt(bar) * x_0, 1 - bar), x_t).subs(x_t, state)
    _must_vanish(slope + noise / sp.sqrt(1 - bar))
    return r"""
\begin{aligned}
\nabla_{x_t} \log q(x_t \mid x_0) &= -\frac{x_t - \sqrt{\bar\alpha_t}\, x_0}{1 - \bar\alpha_t} \\
&= -\frac{\epsilon}{\sqrt{1 - \bar\alpha_t}}.
\end{aligned}"""


@proof("eq-family")
def family():
    """An error in the noise at a fixed x_t, and what it becomes in the other kinds."""
    clean = lambda e: (x_t - sp.sqrt(1 - bar) * e) / sp.sqrt(bar)  # noqa: E731
    kinds = {
        "x_0": (clean, bar / (1 - bar)),
        "v": (lambda e: sp.sqrt(bar) * e - sp.sqrt(1 - bar) * clean(e), bar),
        "score": (lambda e: -e / sp.sqrt(1 - bar), 1 - bar),
        "mean": (mean_of, alpha * (1 - bar) / beta**2),
    }
    schedule = ddpm.Schedule.from_betas(BETAS)
    bars = np.cumprod([1.0, *(1 - np.array(BETAS))])
    for kind, (of_noise, factor) in kinds.items():
        _must_vanish((noise - guess) ** 2 - factor * (of_noise(noise) - of_noise(guess)) ** 2)
        for t in (2, 3):
            values = {a: BETAS[t - 1] / (1 - BETAS[t - 1]), b: 1 / bars[t - 1] - 1}
            ratio = prediction_weight(schedule, kind)[t] / prediction_weight(schedule, "noise")[t]
            np.testing.assert_allclose(ratio, float(factor.subs(values)), rtol=1e-5)
    return r"""
\begin{aligned}
\lVert \Delta \epsilon \rVert^2 &= \mathrm{SNR}_t\, \lVert \Delta x_0 \rVert^2 \\
&= \bar\alpha_t\, \lVert \Delta v \rVert^2 \\
&= (1 - \bar\alpha_t)\, \lVert \Delta \mathrm{score} \rVert^2 \\
&= \frac{\alpha_t (1 - \bar\alpha_t)}{\beta_t^2}\, \lVert \Delta \mu \rVert^2.
\end{aligned}"""


@proof("eq-v-both")
def v_gives_both():
    v_t = sp.sqrt(bar) * noise - sp.sqrt(1 - bar) * x_0
    _must_vanish(sp.sqrt(bar) * state - sp.sqrt(1 - bar) * v_t - x_0, sp.sqrt(1 - bar) * state + sp.sqrt(bar) * v_t - noise)
    return r"""
\begin{aligned}
x_0 &= \sqrt{\bar\alpha_t}\; x_t - \sqrt{1 - \bar\alpha_t}\; v_t, \\
\epsilon &= \sqrt{1 - \bar\alpha_t}\; x_t + \sqrt{\bar\alpha_t}\; v_t.
\end{aligned}"""


@definition("eq-simple-loss")
def the_simple_loss():
    noise, guess = np.array([[0.5, -1.0]], np.float32), np.array([[0.3, 0.1]], np.float32)
    np.testing.assert_allclose(simple_loss(jnp.array([1]), noise, guess), [0.2**2 + 1.1**2], rtol=1e-6)
    return r"""
\begin{aligned}
L_{\mathrm{simple}} &:= \mathbb E_{t, x_0, \epsilon}\bigl[ \lVert \epsilon - \epsilon_\theta(x_t, t) \rVert^2 \bigr], \\
t &\text{ uniform on } 1, \dots, T.
\end{aligned}"""


@numeric("eq-best-noise", bound=1e-5)
def best_noise():
    """Both sides by integration over noise and a data set of two points, for a predictor that is far from the best."""
    bar_t, points, odds = 0.6, np.array([-1.0, 0.5]), np.array([0.3, 0.7])
    e = np.linspace(-8, 8, 4001)
    mass = stats.norm.pdf(e) * (e[1] - e[0]) * odds[:, None]
    x = bar_t**0.5 * points[:, None] + (1 - bar_t) ** 0.5 * e
    log_odds = np.log(odds) - (x[..., None] - bar_t**0.5 * points) ** 2 / (2 * (1 - bar_t))
    given = np.exp(log_odds - log_odds.max(-1, keepdims=True))
    clean = (given * points).sum(-1) / given.sum(-1)
    best, predicted = (x - bar_t**0.5 * clean) / (1 - bar_t) ** 0.5, np.tanh(2 * x) - 0.3
    left = (mass * (e - predicted) ** 2).sum()
    right = (mass * ((e - best) ** 2 + (best - predicted) ** 2)).sum()
    return r"""
\begin{aligned}
&\mathbb E\bigl[ \lVert \epsilon - \epsilon_\theta \rVert^2 \bigr] \\
&\quad = \mathbb E\bigl[ \lVert \epsilon - \epsilon^\star \rVert^2 \bigr] + \mathbb E\bigl[ \lVert \epsilon^\star - \epsilon_\theta \rVert^2 \bigr], \\
&\epsilon^\star := \mathbb E[\epsilon \mid x_t].
\end{aligned}""", abs(left - right)


@proof("eq-telescope")
def telescope():
    """The weight of x_0 is half a difference of SNRs; the sum by induction over T, from T = 1, where both sides are 0."""
    snr, snr_prev = bar / (1 - bar), bar_prev / (1 - bar_prev)
    weight = beta**2 / (2 * beta_tilde * alpha * (1 - bar)) * snr
    _must_vanish(weight - (snr_prev - snr) / 2)
    first = sp.Symbol("first")
    _must_vanish((first - snr_prev) / 2 + weight - (first - snr) / 2)
    with jax.enable_x64(True):
        schedule = ddpm.linear(20, 0.01, 0.3)
        total = float(jnp.sum(prediction_weight(schedule, "x_0", "beta_tilde")[2:]))
        np.testing.assert_allclose(total, float(schedule.snr[1] - schedule.snr[20]) / 2, rtol=1e-10)
    return r"""
\begin{aligned}
\sum_{t=2}^{T} \frac12 \bigl( \mathrm{SNR}_{t-1} - \mathrm{SNR}_t \bigr) = \frac12 \bigl( \mathrm{SNR}_1 - \mathrm{SNR}_T \bigr).
\end{aligned}"""


@proof("eq-reverse-normal")
def reverse_of_normal_data():
    """Bayes with standard normal marginals: the logs differ by nothing."""
    log = _log_normal(x_t, sp.sqrt(alpha) * x_prev, beta) + _log_normal(x_prev, 0, 1) - _log_normal(x_t, 0, 1)
    difference = sp.Poly(sp.expand(log - _log_normal(x_prev, sp.sqrt(alpha) * x_t, beta)), x_prev, x_t)
    _must_vanish(*difference.coeffs())
    return r"""
\begin{aligned}
&\frac{q(x_t \mid x_{t-1})\, q(x_{t-1})}{q(x_t)} \\
&\quad = \mathcal N\bigl(x_{t-1};\ \sqrt{\alpha_t}\, x_t,\ \beta_t I\bigr).
\end{aligned}"""
