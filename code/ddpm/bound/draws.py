"""Both forms of the bound by Monte Carlo: what one trajectory says, and how much that varies."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import Key
from ddpm.bound.exact import ReverseProcess
from ddpm.gaussian import gaussian_log_density, kl_divergence
from ddpm.mixture import Mixture, log_density
from ddpm.process import forward_trajectory, posterior_mean
from ddpm.schedule import Schedule


def drawn_terms(
    key: Key, schedule: Schedule, data: Mixture, process: ReverseProcess
) -> tuple[Float[Array, " time"], Float[Array, " time"]]:
    """One trajectory x_0, ..., x_T, and on it what both forms average over: the terms of `step_terms` and of
    `kl_terms`.

    Raises:
        ValueError: p_theta is not Gaussian.
    """
    data_key, chain_key = jax.random.split(key)
    x = forward_trajectory(chain_key, schedule, data.sample(data_key, 1)[0])

    def terms(t):
        p = process.step(x[t], t)
        if len(p.weights) != 1 or len(process.start.weights) != 1:
            raise ValueError(f"drawn_terms needs Gaussian steps; got a mixture of {len(p.weights)}")
        log_p = log_density(p, x[t - 1])
        step = gaussian_log_density(x[t], jnp.sqrt(schedule.alpha[t]) * x[t - 1], schedule.beta[t]) - log_p
        mean, variance = posterior_mean(schedule, x[0], x[t], t), schedule.posterior_variance[t]
        kl = kl_divergence(mean, variance, p.means[0], p.variances[0])
        return step, jnp.where(t == 1, -log_p, kl)

    T, start = schedule.T, process.start
    step, kl = jax.vmap(terms)(jnp.arange(1, T + 1))
    mean = jnp.sqrt(schedule.alpha_bar[T]) * x[0]
    end = kl_divergence(mean, schedule.one_minus_alpha_bar[T], start.means[0], start.variances[0])
    return jnp.append(-log_density(start, x[T])[None], step), jnp.append(kl, end)


def variance_ratio(a: Real[ArrayLike, "..."], b: Real[ArrayLike, "..."], z: float = 1.96) -> tuple[float, float, float]:
    """Variance of a over variance of b, entry i of both from the same draw, with an interval of z standard errors.

    The standard error is that of the log of the ratio, by the delta method; the two need be neither Gaussian nor
    independent.

    Returns:
        The ratio, and the ends of the interval.

    Raises:
        ValueError: shapes differ, there are fewer than 2 draws, or b does not vary.
    """
    a, b = (np.asarray(values, np.float64) for values in (a, b))
    if a.shape != b.shape or a.ndim != 1 or a.size < 2:
        raise ValueError(f"needs two arrays of one shape (draws,), draws >= 2; got {a.shape} and {b.shape}")
    square_a, square_b = (a - a.mean()) ** 2, (b - b.mean()) ** 2
    if square_b.max() == 0:
        raise ValueError("b does not vary, so there is no ratio to it")
    ratio = square_a.mean() / square_b.mean()
    influence = square_a / square_a.mean() - square_b / square_b.mean() if ratio else np.zeros_like(a)
    error = z * influence.std(ddof=1) / np.sqrt(a.size)
    return float(ratio), float(ratio * np.exp(-error)), float(ratio * np.exp(error))
