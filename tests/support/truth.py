"""What the tests compare with: definitions of Ho et al. (2020), worked out with other tools than the code under test.

Products are taken factor by factor with 50 digits; the posterior comes from multiplying two Gaussians, not from eq. 7.
"""

import itertools
import operator

import jax
import jax.numpy as jnp
import mpmath
import numpy as np

mpmath.mp.dps = 50

# beta_1, ..., beta_T, with both legal extremes at every kind of place.
SCHEDULES = {
    "ordinary": (0.1, 0.2, 0.3, 0.4),
    "one step": (0.3,),
    "tiny": (1e-8, 1e-7, 1e-6, 1e-5),
    "all 0": (0.0, 0.0, 0.0, 0.0),
    "all 1": (1.0, 1.0, 1.0, 1.0),
    "0 first": (0.0, 0.3, 0.5, 0.2),
    "0 inside": (0.3, 0.0, 0.5, 0.2),
    "0 last": (0.3, 0.5, 0.2, 0.0),
    "1 first": (1.0, 0.3, 0.5, 0.2),
    "1 inside": (0.3, 1.0, 0.5, 0.2),
    "1 last": (0.3, 0.5, 0.2, 1.0),
    "0 and 1": (0.0, 1.0, 0.0, 0.4),
}
RTOL = {"float32": 5e-6, "float64": 1e-12}
Z = 4.5  # standard errors allowed to an average over random draws: a false alarm once in 150 000 tests


def alpha_bars(betas):
    """alpha_bar_0, ..., alpha_bar_T (below eq. 3)."""
    factors = [1 - mpmath.mpf(float(beta)) for beta in betas]
    return list(itertools.accumulate(factors, operator.mul, initial=mpmath.mpf(1)))


def floats(values):
    """A float64 array of mpmath numbers."""
    return np.array([float(v) for v in values])


def posterior(betas, t, x_0, x_t):
    """Mean and variance of q(x_{t-1} | x_t, x_0), one pixel.

    Bayes: the Gaussian q(x_{t-1} | x_0) times the likelihood q(x_t | x_{t-1}) (eq. 2); their precisions add.
    """
    before = alpha_bars(betas)[t - 1]
    beta, x_0, x_t = (mpmath.mpf(float(value)) for value in (betas[t - 1], x_0, x_t))
    prior_mean, prior_variance, root = mpmath.sqrt(before) * x_0, 1 - before, mpmath.sqrt(1 - beta)
    if prior_variance == 0:
        return float(prior_mean), 0.0
    if beta == 0:
        return float(x_t), 0.0
    precision = 1 / prior_variance + (1 - beta) / beta
    return float((prior_mean / prior_variance + root * x_t / beta) / precision), float(1 / precision)


def shaken(network):
    """The network with every weight moved at random: the last layer of an untrained U-Net is 0 and hides what the
    others do."""
    random = np.random.default_rng(7)

    def moved(leaf):  # in NumPy: nothing is to be compiled for each shape
        return jnp.asarray(np.asarray(leaf) + random.normal(scale=0.3, size=leaf.shape).astype(leaf.dtype))

    return jax.tree.map(moved, network)


M, S2 = 0.5, 0.3  # the data: x_0 ~ N(M, S2), one pixel


def best_noise(schedule, x_t, t):
    """E[noise | x_t] for Gaussian data: regression of the noise on x_t, both Gaussian."""
    a, rest = schedule.alpha_bar[t], schedule.one_minus_alpha_bar[t]
    return jnp.sqrt(rest) * (x_t - jnp.sqrt(a) * M) / (a * S2 + rest)


def best_mean(betas, t):
    """(slope, offset) of the mean of x_{t-1} given x_t: the posterior mean at E[x_0 | x_t]. Not by way of the noise."""
    a = float(alpha_bars(betas)[t])
    gain = np.sqrt(a) * S2 / (a * S2 + 1 - a)  # E[x_0 | x_t] = M + gain (x_t - sqrt(a) M)
    of_x_0, of_x_t = posterior(betas, t, 1, 0)[0], posterior(betas, t, 0, 1)[0]
    return of_x_0 * gain + of_x_t, of_x_0 * (M - gain * np.sqrt(a) * M)
