"""The book's formulas, each once: what a chapter proves and prints is what an answer is compared with.

They are functions, since a formula prints in the form in which it is written only if it is made so:

    with as_written():
        row = noised()          # \\sqrt{\\bar\\alpha_t} x_0 + \\sqrt{1 - \\bar\\alpha_t} \\epsilon
    noised()                    # the same, evaluated by SymPy's rules
"""

import sympy as sp

from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import KL, E_q
from ddpm.derivation.symbols import T, alpha, alpha_bar, beta, epsilon, log, sigma, sqrt, t, x

STEP, REVERSE = q(x[t] | x[t - 1]), p_theta(x[t - 1] | x[t])
TRUE_REVERSE, POSTERIOR = q(x[t - 1] | x[t]), q(x[t - 1] | (x[t], x[0]))
FIRST, START = p_theta(x[0] | x[1]), p(x[T])


def image_factor(n=t):
    """What x_0 is multiplied by in the mean of q(x_n | x_0)."""
    return sqrt(alpha_bar[n])


def noise_variance(n=t):
    """The variance of q(x_n | x_0)."""
    return 1 - alpha_bar[n]


def noised():
    """x_t as a draw from q(x_t | x_0)."""
    return image_factor() * x[0] + sqrt(noise_variance()) * epsilon


def clean(noise=epsilon):
    """x_0, from x_t and the noise."""
    return (x[t] - sqrt(noise_variance()) * noise) / image_factor()


def posterior_factors() -> tuple:
    """What x_0 and x_t are multiplied by in the mean of q(x_{t-1} | x_t, x_0)."""
    of_x_0 = sqrt(alpha_bar[t - 1]) * beta[t] / noise_variance()
    return of_x_0, sqrt(alpha[t]) * noise_variance(t - 1) / noise_variance()


def posterior_mean():
    of_x_0, of_x_t = posterior_factors()
    return of_x_0 * x[0] + of_x_t * x[t]


def posterior_variance():
    return noise_variance(t - 1) / noise_variance() * beta[t]


def noise_factor():
    """What the noise is multiplied by where it is taken out of x_t, in the mean of the step back."""
    return beta[t] / sqrt(noise_variance())


def mean_from_noise(noise=epsilon):
    """The mean of q(x_{t-1} | x_t, x_0), from x_t and the noise."""
    return 1 / sqrt(alpha[t]) * (x[t] - noise_factor() * noise)


def noise_weight():
    """The weight of the loss on the noise."""
    return beta[t] ** 2 / (2 * sigma[t] ** 2 * alpha[t] * noise_variance())


def bound():
    """L, the bound on -log p_theta(x_0)."""
    return E_q(-log(p_theta(x[0:T]) / q(x[1:T] | x[0])))


def bound_in_steps():
    """L as a sum over the steps of both chains."""
    return E_q(-log(START) - sp.Sum(log(REVERSE / STEP), (t, 1, T)))


def bound_in_divergences():
    """L as a sum of KL divergences."""
    return E_q(KL(q(x[T] | x[0]), START) + sp.Sum(KL(POSTERIOR, REVERSE), (t, 2, T)) - log(FIRST))


def turned_step():
    """q(x_t | x_{t-1}) by Bayes' rule, all given x_0."""
    return POSTERIOR * q(x[t] | x[0]) / q(x[t - 1] | x[0])
