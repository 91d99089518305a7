"""The equations of the chapter *The bound in numbers*."""

import jax
import numpy as np
import sympy as sp

import ddpm
from ddpm.bound import reverse_step
from ddpm.derivation.chain import Chain
from ddpm.derivation.densities import p, q
from ddpm.derivation.expectation import KL, E_q
from ddpm.derivation.formulas import STEP, TRUE_REVERSE
from ddpm.derivation.gaussians import Normal, kl_by_moments, mean_and_variance
from ddpm.derivation.registry import proof
from ddpm.derivation.settle import prove
from ddpm.derivation.statement import Statement
from ddpm.derivation.symbols import T, alpha, as_written, beta, log, t, x
from ddpm.mixture import mean_variance, mixture


@proof("eq-complete-square")
def complete_square() -> Chain:
    """The exponents of q(x_t | x_{t-1}) and of N(x_{t-1}; m, v), added."""
    m, v = sp.Symbol("m", real=True), sp.Symbol("v", positive=True)
    mu, spread = sp.Symbol("mu", real=True), sp.Symbol("S", positive=True)
    half, here = sp.Rational(1, 2), x[t - 1]
    with as_written():
        precision, linear = alpha[t] / beta[t] + 1 / v, sp.sqrt(alpha[t]) / beta[t] * x[t] + m / v
        chain = Chain(-((x[t] - sp.sqrt(alpha[t]) * here) ** 2) / (2 * beta[t]) - (here - m) ** 2 / (2 * v))
        by_power = -half * precision * here**2 + linear * here - x[t] ** 2 / (2 * beta[t]) - m**2 / (2 * v)
        chain.step(by_power, "multiplied out, sorted by powers of $x_{t-1}$")
        mean = m + sp.sqrt(alpha[t]) * v / (alpha[t] * v + beta[t]) * (x[t] - sp.sqrt(alpha[t]) * m)
        using = {mu: mean, spread: beta[t] * v / (alpha[t] * v + beta[t])}
        rest = (x[t] - sp.sqrt(alpha[t]) * m) ** 2 / (2 * (alpha[t] * v + beta[t]))
        return chain.step(-((here - mu) ** 2) / (2 * spread) - rest, "the square completed", using=using)


@proof("eq-true-reverse")
def true_reverse():
    """Bayes' rule on Gaussians, by completing the square; and the package's reverse step has this mean and variance."""
    m, v = sp.Symbol("m", real=True), sp.Symbol("v", positive=True)
    with as_written():
        mean = m + sp.sqrt(alpha[t]) * v / (alpha[t] * v + beta[t]) * (x[t] - sp.sqrt(alpha[t]) * m)
        variance = beta[t] * v / (alpha[t] * v + beta[t])
        result = Normal(x[t - 1], mean, variance)
        joint = Normal(x[t - 1], m, v) * Normal(x[t], sp.sqrt(alpha[t]) * x[t - 1], beta[t])
        product = joint / Normal(x[t], sp.sqrt(alpha[t]) * m, alpha[t] * v + beta[t])
    how = prove(product, result)
    schedule = ddpm.Schedule.from_betas([0.3])
    data = mixture([0.5], [0.8])
    ours = jax.jit(lambda x_t: mean_variance(reverse_step(schedule, data, x_t, 1)))(1.1)
    numbers = {alpha[t]: 0.7, beta[t]: 0.3, m: 0.5, v: 0.8, x[t]: 1.1}
    np.testing.assert_allclose(ours, [float(side.doit().subs(numbers)) for side in (mean, variance)], rtol=1e-5)
    return Statement((TRUE_REVERSE, "=", result), end=".", settled=str(how))


@proof("eq-start-gap")
def start_gap() -> Chain:
    with as_written():
        chain = Chain(E_q(-log(p(x[T]) * sp.Product(TRUE_REVERSE, (t, 1, T)) / sp.Product(STEP, (t, 1, T)))))
        chain.step(E_q(-log(p(x[T])) - sp.Sum(log(q(x[t - 1]) / q(x[t])), (t, 1, T))), "Bayes' rule on each step")
        chain.step(E_q(-log(q(x[0])) - log(p(x[T]) / q(x[T]))), "the sum telescopes")
        chain.step(E_q(-log(q(x[0])) + KL(q(x[T]), p(x[T]))), "definition of KL")
    return chain


@proof("eq-gradient-variance")
def gradient_variance():
    """For any mean of the model: given x_t and x_0, the slope of -log p_theta at x_{t-1} = mu_tilde +
    sqrt(beta_tilde) e."""
    mu, guess, noise = sp.symbols("mu m e", real=True)
    spread, sigma_2 = sp.symbols("b s", positive=True)
    slope = sp.diff((mu + sp.sqrt(spread) * noise - guess) ** 2 / (2 * sigma_2), guess)
    mean, variance = mean_and_variance(slope, noise)
    of_kl = sp.diff(kl_by_moments(Normal(noise, mu, spread), Normal(noise, guess, sigma_2)), guess)
    prove(mean, of_kl)
    prove(variance, spread / sigma_2**2)
    return r"""
\begin{aligned}
&\operatorname{Var}\left[\frac{\mu_\theta - x_{t-1}}{\sigma_t^2}\right] \\
&\quad = \operatorname{Var}\left[\frac{\mu_\theta - \tilde\mu_t}{\sigma_t^2}\right] + \frac{\tilde\beta_t}{\sigma_t^4}
\end{aligned}"""


@proof("eq-leave-one-out")
def leave_one_out():
    """The identity for K = 2 to 5; the inequality is Jensen's, which `eq-jensen` proves, for the mean over j."""
    for number in range(2, 6):
        w = sp.symbols(f"w_1:{number + 1}", positive=True)
        others = [(sum(w) - left_out) / (number - 1) for left_out in w]
        prove(sum(w) / number, sum(others) / number)
    return r"""
\begin{aligned}
\frac1K \sum_{k=1}^K w_k &= \frac1K \sum_{j=1}^K \overline w_{(j)}, \\
\overline w_{(j)} &:= \frac{1}{K - 1} \sum_{k \ne j} w_k,
\end{aligned}"""
