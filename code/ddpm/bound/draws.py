"""Both forms of the bound by Monte Carlo: what one trajectory says, and how much that varies."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import Key, check_key
from ddpm.bound.models import ReverseProcess, from_predictor
from ddpm.bound.terms import decoder_term, denoising_term, prior_term, step_term
from ddpm.mixture import Mixture, log_density
from ddpm.process import ReverseVariance, forward_trajectory, q_sample
from ddpm.schedule import Schedule, check_schedule


def bound_terms(
    key: Key,
    schedule: Schedule,
    predict_noise: Callable[[Array, Array], Array],
    x_0: Float[ArrayLike, "*pixels"],
    variance: ReverseVariance = "beta",
) -> Float[Array, " time"]:
    """L_0, L_1, ..., L_T for one example x_0, indexed by the paper's subscript; their sum estimates L.

    Unbiased: each x_t is drawn once from q(x_t | x_0). Average over keys for a finer estimate.

    Args:
        predict_noise: (x_t, t) -> predicted noise, for one example.

    Raises:
        TypeError: not a random key, or no schedule.
        ValueError: a network for another T than the schedule's, a prediction of another shape, or an unknown variance.
    """
    check_key(key)
    check_schedule(schedule)
    x_0, times = jnp.asarray(x_0, schedule.beta.dtype), jnp.arange(1, schedule.T + 1)
    process = from_predictor(schedule, predict_noise, x_0.shape, variance)

    def drawn(key, t):
        return q_sample(schedule, x_0, t, jax.random.normal(key, x_0.shape, x_0.dtype))

    x = jax.vmap(drawn)(jax.random.split(key, schedule.T), times)
    return _kl_form(schedule, process, x_0, x, jax.vmap(process.step)(x, times))


def drawn_terms(
    key: Key, schedule: Schedule, data: Mixture, process: ReverseProcess
) -> tuple[Float[Array, " time"], Float[Array, " time"]]:
    """One trajectory x_0, ..., x_T, and on it what both forms average over: the terms of `ddpm.bound.exact.step_terms`
    and of `kl_terms`.

    Raises:
        TypeError: not a random key, or no schedule.
        ValueError: for more than one pixel, a step that is not Gaussian.
    """
    check_key(key)
    check_schedule(schedule)
    data_key, chain_key = jax.random.split(key)
    (x_0,) = data.sample(data_key, 1)
    x = forward_trajectory(chain_key, schedule, x_0)
    times = jnp.arange(1, schedule.T + 1)
    steps = jax.vmap(process.step)(x[1:], times)
    by_steps = jax.vmap(step_term, (None, 0, 0, 0, 0))(schedule, x[:-1], x[1:], times, steps)
    first = -log_density(process.start, x[-1])
    return jnp.append(first, by_steps), _kl_form(schedule, process, x[0], x[1:], steps)


def _kl_form(schedule, process, x_0, x, steps):
    """L_0, ..., L_T from x_0, from x_1, ..., x_T, and the steps from there."""
    first, rest = jax.tree.map(lambda a: a[0], steps), jax.tree.map(lambda a: a[1:], steps)
    times = jnp.arange(2, schedule.T + 1)
    middle = jax.vmap(denoising_term, (None, None, 0, 0, 0))(schedule, x_0, x[1:], times, rest)
    return jnp.concatenate([decoder_term(x_0, first)[None], middle, prior_term(schedule, x_0, process.start)[None]])


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
