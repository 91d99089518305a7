"""A sampler for one Gaussian pixel, run exactly: its states are Gaussian, so their mean and variance are all of it."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float


class Levels(NamedTuple):
    """What a script computes from beta, entries 0, ..., T - 1 for t = 1, ..., T.

    Attributes:
        beta, bar: beta_t and alpha_bar_t.
        before: alpha_bar_{t-1}.
        variance: of a reverse step.
    """

    beta: Float[np.ndarray, " T"]
    bar: Float[np.ndarray, " T"]
    before: Float[np.ndarray, " T"]
    variance: Float[np.ndarray, " T"]


def run(
    sampled: Levels, trained: Levels, mean: float, nu: float
) -> tuple[Float[np.ndarray, " times"], Float[np.ndarray, " times"]]:
    """Mean and variance of x_0, ..., x_T where x_T is standard normal and each step goes to the posterior's mean, with
    the noise that the best predictor of N(mean, nu) finds, and adds its variance.

    Args:
        sampled: the levels of the steps.
        trained: the levels that the predictor takes the states for.
        nu: 0 for one known pixel.
    """
    means, variances = [0.0], [1.0]
    for beta, bar, before, variance, known in zip(*(values[::-1] for values in (*sampled, trained.bar))):
        noise_of_x = np.sqrt(1 - known) / (known * nu + 1 - known)  # of what x has beyond its mean
        guess_of_x = (1 - np.sqrt(1 - bar) * noise_of_x) / np.sqrt(bar)
        guess = np.sqrt((1 - bar) / bar) * noise_of_x * np.sqrt(known) * mean
        of_guess, of_x = np.sqrt(before) * beta / (1 - bar), np.sqrt(1 - beta) * (1 - before) / (1 - bar)
        factor = of_guess * guess_of_x + of_x
        means.append(factor * means[-1] + of_guess * guess)
        variances.append(factor**2 * variances[-1] + variance)
    return np.array(means[::-1]), np.array(variances[::-1])
