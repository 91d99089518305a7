"""The equations of the chapter from the mean to the noise."""

import jax.numpy as jnp
import numpy as np
import sympy as sp
from scipy import stats

from ddpm import predict
from ddpm.chapters.example import BARS, BETAS, SCHEDULE
from ddpm.derivation import formulas
from ddpm.derivation.chain import Chain
from ddpm.derivation.densities import p_theta, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.formulas import mean_from_noise
from ddpm.derivation.gaussians import PIXELS, Normal
from ddpm.derivation.registry import definition, numeric, proof
from ddpm.derivation.statement import Together
from ddpm.derivation.symbols import (
    SquaredNorm,
    T,
    alpha,
    alpha_bar,
    as_written,
    beta,
    beta_tilde,
    epsilon,
    epsilon_theta,
    evaluated,
    family,
    function,
    log,
    mu_theta,
    mu_tilde,
    sigma,
    sqrt,
    t,
    x,
)
from ddpm.losses import prediction_weight, simple_loss
from ddpm.process import posterior_mean

FROM_2 = {t: 2}  # at t = 1 the state x_0 is known, and q(x_{t-1} | x_0) has no density

v, score, snr, c = family("v", "v"), family("s", "s"), family("snr", r"\mathrm{SNR}", positive=True), family("C", "C")
x_theta, v_theta, s_theta = (
    function("x_theta", r"x_\theta"),
    function("v_theta", r"v_\theta"),
    function("s_theta", r"s_\theta"),
)
MU_TILDE = mu_tilde(t, x[t], x[0])

with as_written():
    total, total_prev = formulas.noise_variance(), formulas.noise_variance(t - 1)
    precision = alpha[t] / beta[t] + 1 / total_prev
    linear_term = sqrt(alpha[t]) / beta[t] * x[t] + sqrt(alpha_bar[t - 1]) / total_prev * x[0]
    of_x_0, of_x_t = (factor * state for factor, state in zip(formulas.posterior_factors(), (x[0], x[t])))
    posterior_formula, variance_formula = of_x_t + of_x_0, formulas.posterior_variance()
    clean, noised, weight = formulas.clean(), formulas.noised(), formulas.noise_weight()
    half_over_sigma_2 = 1 / (2 * sigma[t] ** 2)


def _posterior_by_precision(t_, x_0, x_t):
    """Mean and variance of q(x_{t-1} | x_t, x_0) in numbers: precisions add."""
    beta_t, bar = BETAS[t_ - 1], BARS[t_ - 1]
    total_precision = (1 - beta_t) / beta_t + 1 / (1 - bar)
    return (np.sqrt(1 - beta_t) / beta_t * x_t + np.sqrt(bar) / (1 - bar) * x_0) / total_precision, 1 / total_precision


@proof("eq-posterior-bayes")
def posterior_bayes():
    with as_written():
        chain = Chain(q(x[t - 1] | (x[t], x[0])), where=FROM_2)
        chain.step(q(x[t] | (x[t - 1], x[0])) * q(x[t - 1] | x[0]) / q(x[t] | x[0]), "Bayes' rule, all given $x_0$")
        return chain.step(q(x[t] | x[t - 1]) * q(x[t - 1] | x[0]) / q(x[t] | x[0]), "the chain is Markov")


@proof("eq-posterior-square")
def posterior_square():
    with as_written():
        first = -((x[t] - sqrt(alpha[t]) * x[t - 1]) ** 2) / (2 * beta[t])
        second = -((x[t - 1] - sqrt(alpha_bar[t - 1]) * x[0]) ** 2) / (2 * total_prev)
        chain = Chain(first + second, where=FROM_2)
        sorted_by_power = -sp.Rational(1, 2) * precision * x[t - 1] ** 2 + linear_term * x[t - 1]
        sorted_by_power = sorted_by_power - x[t] ** 2 / (2 * beta[t]) - alpha_bar[t - 1] * x[0] ** 2 / (2 * total_prev)
        return chain.step(sorted_by_power, "squares multiplied out, sorted by powers of $x_{t-1}$")


@proof("eq-posterior-precision")
def posterior_precision():
    for t_ in (2, 3, 4):
        np.testing.assert_allclose(SCHEDULE.posterior_variance[t_], _posterior_by_precision(t_, 0, 0)[1], rtol=1e-5)
    with as_written():
        one = 1 / beta_tilde[t]
        chain = Chain(one, where=FROM_2).step(
            precision, "the factor of $x_{t-1}^2$", using={beta_tilde[t]: 1 / evaluated(precision)}
        )
        chain.step((alpha[t] * total_prev + beta[t]) / (beta[t] * total_prev), "one fraction")
        return chain.step(total / (beta[t] * total_prev), r"$\alpha_t + \beta_t = 1$")


@proof("eq-posterior-mean")
def the_posterior_mean():
    for t_ in (2, 3, 4):
        ours = posterior_mean(SCHEDULE, jnp.asarray(0.7), jnp.asarray(-0.4), t_)
        np.testing.assert_allclose(ours, _posterior_by_precision(t_, 0.7, -0.4)[0], rtol=1e-5)
    with as_written():
        chain = Chain(MU_TILDE, where=FROM_2)
        chain.step(
            beta_tilde[t] * linear_term, "variance times linear factor", using={MU_TILDE: beta_tilde[t] * linear_term}
        )
        return chain.step(posterior_formula, r"$\tilde\beta_t$ put in", using={beta_tilde[t]: variance_formula})


@proof("eq-posterior")
def posterior():
    """With the constant and all: the product of two Gaussians over the third is this Gaussian."""
    with as_written():
        step, earlier = (
            Normal(x[t], sqrt(alpha[t]) * x[t - 1], beta[t], "I"),
            Normal(x[t - 1], sqrt(alpha_bar[t - 1]) * x[0], total_prev, "I"),
        )
        bayes = step * earlier / Normal(x[t], sqrt(alpha_bar[t]) * x[0], total, "I")
        before = q(x[t - 1] | (x[t], x[0]))
        using = {before: bayes, MU_TILDE: posterior_formula, beta_tilde[t]: variance_formula}
        return Chain(before, where=FROM_2).step(Normal(x[t - 1], MU_TILDE, beta_tilde[t], "I"), "", using=using)


@proof("eq-mean-loss")
def mean_loss():
    """The KL of two Gaussians, by the moments of the first; what is left over does not depend on mu_theta."""
    with as_written():
        before, reverse = q(x[t - 1] | (x[t], x[0])), p_theta(x[t - 1] | x[t])
        gaussians = KL(
            Normal(x[t - 1], MU_TILDE, beta_tilde[t], "I"), Normal(x[t - 1], mu_theta(x[t], t), sigma[t] ** 2, "I")
        )
        ratio = beta_tilde[t] / sigma[t] ** 2
        square = half_over_sigma_2 * SquaredNorm(MU_TILDE - mu_theta(x[t], t))
        using = {KL(before, reverse): gaussians, c[t]: PIXELS / 2 * (ratio - 1 - log(ratio))}
        return Chain(KL(before, reverse), where=FROM_2).step(square + c[t], "both are Gaussian", using=using)


@proof("eq-x-0-from-noise")
def x_0_from_noise():
    with as_written():
        return Chain(x[0]).step(clean, "", using={x[t]: noised})


@proof("eq-mean-from-noise")
def mean_in_terms_of_the_noise():
    for t_ in (2, 3, 4):
        x_0 = (0.8 + 0.6 * np.sqrt(1 - BARS[t_])) / np.sqrt(BARS[t_])
        ours = predict.mean_from_noise(SCHEDULE, jnp.asarray(0.8), t_, jnp.asarray(-0.6))
        np.testing.assert_allclose(ours, _posterior_by_precision(t_, x_0, 0.8)[0], rtol=1e-5)
    with as_written():
        chain = Chain(MU_TILDE)
        of_noise = beta[t] * (x[t] - sqrt(total) * epsilon) / (sqrt(alpha[t]) * total)
        chain.step(of_x_t + of_noise, "$x_0$ put in", using={MU_TILDE: posterior_formula, x[0]: clean})
        last = beta[t] / (sqrt(alpha[t]) * sqrt(total)) * epsilon
        chain.step((alpha[t] * total_prev + beta[t]) / (sqrt(alpha[t]) * total) * x[t] - last, "sorted")
        return chain.step(mean_from_noise(epsilon), r"above: $1 - \bar\alpha_t$")


@proof("eq-mean-loss-reparameterised")
def mean_loss_reparameterised():
    with as_written():
        start = E_q(half_over_sigma_2 * SquaredNorm(MU_TILDE - mu_theta(x[t], t)))
        end = E_noise(half_over_sigma_2 * SquaredNorm(mean_from_noise(epsilon) - mu_theta(x[t], t)))
        # x_t stands for its closed form on both sides; the chain reads an expectation over x_0 and the noise so.
        return Chain(start).step(
            end,
            r"$x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon$",
            using={MU_TILDE: posterior_formula},
        )


@definition("eq-mean-model")
def mean_model():
    expected = (0.8 + 0.6 * BETAS[2] / np.sqrt(1 - BARS[3])) / np.sqrt(1 - BETAS[2])
    ours = predict.mean_from_noise(SCHEDULE, jnp.asarray(0.8), 3, jnp.asarray(-0.6))
    np.testing.assert_allclose(ours, expected, rtol=1e-5)
    with as_written():
        model = mean_from_noise(epsilon_theta(x[t], t))
        return Chain(mu_theta(x[t], t)).step(model, "", using={mu_theta(x[t], t): model})


@proof("eq-noise-loss")
def noise_loss():
    with as_written():
        model = mean_from_noise(epsilon_theta(x[t], t))
        chain = Chain(E_noise(half_over_sigma_2 * SquaredNorm(mean_from_noise(epsilon) - mu_theta(x[t], t))))
        factor = beta[t] / (sqrt(alpha[t]) * sqrt(total))
        difference = factor * (epsilon_theta(x[t], t) - epsilon)
        chain.step(
            E_noise(half_over_sigma_2 * SquaredNorm(difference)), "$x_t$ cancels", using={mu_theta(x[t], t): model}
        )
        return chain.step(E_noise(weight * SquaredNorm(epsilon - epsilon_theta(x[t], t))), "the factor squared")


@proof("eq-weight-snr")
def weight_by_snr():
    ratio = {snr[t]: alpha_bar[t] / total, snr[t - 1]: alpha_bar[t - 1] / total_prev}
    with as_written():
        chain = Chain(beta[t] ** 2 / (2 * beta_tilde[t] * alpha[t] * total), where=FROM_2)
        chain.step(
            beta[t] / (2 * alpha[t] * total_prev), r"$\tilde\beta_t$ put in", using={beta_tilde[t]: variance_formula}
        )
        return chain.step(sp.Rational(1, 2) * (snr[t - 1] / snr[t] - 1), "definition of the SNR", using=ratio)


@definition("eq-v")
def the_definition_of_v():
    x_0, noise = 0.7, -1.3
    x_2 = np.sqrt(BARS[2]) * x_0 + np.sqrt(1 - BARS[2]) * noise
    ours = predict.convert(SCHEDULE, jnp.asarray(x_2, jnp.float32), 2, jnp.asarray(noise), "noise", "v")
    np.testing.assert_allclose(ours, np.sqrt(BARS[2]) * noise - np.sqrt(1 - BARS[2]) * x_0, rtol=1e-5)
    with as_written():
        formula = sqrt(alpha_bar[t]) * epsilon - sqrt(total) * x[0]
        return Chain(v[t]).step(formula, "", using={v[t]: formula})


@proof("eq-score")
def score_of_one_state():
    with as_written():
        slope = -(x[t] - sqrt(alpha_bar[t]) * x[0]) / total
    log_density = Normal(x[t], sqrt(alpha_bar[t]) * x[0], total).log
    place = sp.Dummy("place", real=True)  # SymPy differentiates by symbols
    derivative = sp.diff(log_density.subs(x[t], place), place).subs(place, x[t])
    with as_written():
        Chain(derivative).step(slope, "the derivative")
        return (
            Chain(score[t])
            .step(slope, r"$\nabla_{x_t} \log q(x_t \mid x_0)$", using={score[t]: slope})
            .step(
                -epsilon / sqrt(total),
                r"$x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon$",
                using={x[t]: noised},
            )
        )


def _kinds():
    """Target and prediction of each kind, through the noise at the same x_t."""
    pairs = {}
    for noise, names in (
        (epsilon, (x[0], v[t], score[t], MU_TILDE)),
        (epsilon_theta(x[t], t), (x_theta(x[t], t), v_theta(x[t], t), s_theta(x[t], t), mu_theta(x[t], t))),
    ):
        x_0 = (x[t] - sqrt(total) * noise) / sqrt(alpha_bar[t])
        through = x_0, sqrt(alpha_bar[t]) * noise - sqrt(total) * x_0, -noise / sqrt(total), mean_from_noise(noise)
        pairs[noise] = dict(zip(names, through, strict=True))
    return list(pairs[epsilon].items()), list(pairs[epsilon_theta(x[t], t)].items())


@proof("eq-family")
def the_family():
    bar, beta_3 = BARS[3], BETAS[2]
    factors = {"x_0": bar / (1 - bar), "v": bar, "score": 1 - bar, "mean": (1 - beta_3) * (1 - bar) / beta_3**2}
    for kind, factor in factors.items():
        np.testing.assert_allclose(
            prediction_weight(SCHEDULE, kind)[3] / prediction_weight(SCHEDULE, "noise")[3], factor, rtol=1e-5
        )
    targets, predictions = _kinds()
    with as_written():
        in_symbols = alpha_bar[t] / total, alpha_bar[t], total, alpha[t] * total / beta[t] ** 2
        chain = Chain(SquaredNorm(epsilon - epsilon_theta(x[t], t)))
        using = {}
        for (target, of_noise), (prediction, of_guess), factor, name in zip(
            targets, predictions, in_symbols, ("in $x_0$", "in $v$", "in the score", "in the mean"), strict=True
        ):
            using = {target: of_noise, prediction: of_guess} | using  # the latest first: mu_tilde has x_0 in it
            chain.step(factor * SquaredNorm(target - prediction), name, using=using)
        return chain


@proof("eq-rotation")
def rotation():
    """x_t and v by an angle whose cosine is sqrt(alpha_bar_t); its sine is what cos^2 + sin^2 = 1 leaves."""
    angle = family("varphi", r"\varphi")[t]
    with as_written():
        using = {x[t]: noised, v[t]: sqrt(alpha_bar[t]) * epsilon - sqrt(total) * x[0]}
        turned = {sp.cos(angle): sqrt(alpha_bar[t]), sp.sin(angle): sqrt(1 - sqrt(alpha_bar[t]) ** 2)}
        x_t = Chain(x[t]).step(sp.cos(angle) * x[0] + sp.sin(angle) * epsilon, "", using=using | turned)
        return Together(
            x_t, Chain(v[t]).step(sp.cos(angle) * epsilon - sp.sin(angle) * x[0], "", using=using | turned), end=","
        )


@proof("eq-v-both")
def v_gives_both():
    with as_written():
        using = {x[t]: noised, v[t]: sqrt(alpha_bar[t]) * epsilon - sqrt(total) * x[0]}
        x_0 = Chain(x[0]).step(sqrt(alpha_bar[t]) * x[t] - sqrt(total) * v[t], "", using=using)
        return Together(
            x_0, Chain(epsilon).step(sqrt(total) * x[t] + sqrt(alpha_bar[t]) * v[t], "", using=using), end="."
        )


@definition("eq-simple-loss")
def the_simple_loss():
    noise, guess = np.array([[0.5, -1.0]], np.float32), np.array([[0.3, 0.1]], np.float32)
    np.testing.assert_allclose(simple_loss(jnp.array([1]), noise, guess), [0.2**2 + 1.1**2], rtol=1e-6)
    return r"""
\begin{aligned}
L_{\mathrm{simple}} &:= \mathbb E_{t, x_0, \epsilon}\bigl[ \lVert \epsilon - \epsilon_\theta(x_t, t) \rVert^2 \bigr], \\
t &\text{ uniform on } 1, \dots, T.
\end{aligned}"""


@numeric("eq-best-noise", bound=1e-10)
def best_noise():
    """Both sides by integration over noise and a data set of two points, for a predictor that is far from the best."""
    bar, points, odds = 0.6, np.array([-1.0, 0.5]), np.array([0.3, 0.7])
    e = np.linspace(-9, 9, 4001)
    mass = stats.norm.pdf(e) * (e[1] - e[0]) * odds[:, None]
    x_t = np.sqrt(bar) * points[:, None] + np.sqrt(1 - bar) * e
    given = odds * stats.norm.pdf(x_t[..., None], np.sqrt(bar) * points, np.sqrt(1 - bar))
    best = (x_t - np.sqrt(bar) * (given * points).sum(-1) / given.sum(-1)) / np.sqrt(1 - bar)
    predicted = np.tanh(2 * x_t) - 0.3
    left = (mass * (e - predicted) ** 2).sum()
    right = (mass * ((e - best) ** 2 + (best - predicted) ** 2)).sum()
    return (
        r"""
\begin{aligned}
&\mathbb E\bigl[ \lVert \epsilon - \epsilon_\theta \rVert^2 \bigr] \\
&\quad = \mathbb E\bigl[ \lVert \epsilon - \epsilon^\star \rVert^2 \bigr]
+ \mathbb E\bigl[ \lVert \epsilon^\star - \epsilon_\theta \rVert^2 \bigr], \\
&\epsilon^\star := \mathbb E[\epsilon \mid x_t].
\end{aligned}""",
        abs(left - right),
    )


@proof("eq-telescope")
def telescope():
    with as_written():
        half = sp.Rational(1, 2)
        return Chain(sp.Sum(half * (snr[t - 1] - snr[t]), (t, 2, T)), where={T: 2}).step(
            half * (snr[1] - snr[T]), "the sum telescopes"
        )


@proof("eq-reverse-normal")
def reverse_of_normal_data():
    """Bayes' rule where x_{t-1} and x_t are both standard normal."""
    step, before, after = q(x[t] | x[t - 1]), q(x[t - 1]), q(x[t])
    with as_written():
        using = {
            step: Normal(x[t], sqrt(alpha[t]) * x[t - 1], beta[t]),
            before: Normal(x[t - 1], 0, 1),
            after: Normal(x[t], 0, 1),
        }
        return Chain(step * before / after).step(
            Normal(x[t - 1], sqrt(alpha[t]) * x[t], beta[t]), "completing the square", using=using
        )
