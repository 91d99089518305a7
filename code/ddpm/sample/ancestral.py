"""Ancestral sampling (Ho et al. 2020, Algorithm 2). Comments at line ends are the lines of the algorithm."""

from collections.abc import Callable
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key, check_key, check_same_shape, check_shape
from ddpm.flat_random import standard_normal
from ddpm.predict import mean_from_noise
from ddpm.process import ReverseVariance, reverse_variance
from ddpm.sample.loop import reverse_chain
from ddpm.schedule import Schedule, at, at_least_1, check_schedule, check_steps


def ancestral_step(
    schedule: Schedule,
    x_t: Float[ArrayLike, "*shape"],
    t: Int[ArrayLike, "..."],
    predicted_noise: Float[ArrayLike, "*shape"],
    noise: Float[ArrayLike, "*shape"],
    variance: ReverseVariance = "beta",
) -> Float[Array, "*shape"]:
    """x_{t-1} = mu_theta(x_t, t) + sigma_t noise; the last step, t = 1, adds no noise.

    Args:
        noise: standard normal.

    Raises:
        TypeError: the schedule is none, or t is no integer.
        ValueError: shapes differ, t is outside 1..T, or the variance is unknown.
    """
    check_schedule(schedule)
    check_same_shape("predicted_noise", predicted_noise, "x_t", x_t)
    check_same_shape("noise", noise, "x_t", x_t)
    sigma = jnp.sqrt(reverse_variance(schedule, variance).at[1].set(0.0))  # 3
    return mean_from_noise(schedule, x_t, t, predicted_noise) + at(sigma, t, x_t) * noise  # 4


@eqx.filter_jit
def ancestral_sample(
    key: Key,
    schedule: Schedule,
    predict_noise: Callable[[Array, Array], Array],
    draws: int,
    shape: tuple[int, ...],
    variance: ReverseVariance = "beta",
) -> Float[Array, "draws ..."]:
    """Samples of the model, shape (draws, *shape), as one compiled program.

    Args:
        predict_noise: (x_t, t) -> predicted noise, for one example of the given shape and a scalar t; here it is
            mapped over many. A pytree, such as a network of `ddpm.nn` or an `ddpm.oracle.Oracle`, is data, and the
            program serves all of its kind; a plain function is compiled anew for each function object.
        shape: of one example.

    Raises:
        TypeError: not a random key, no schedule, or a shape that is no tuple.
        ValueError: no draws, a network for another T than the schedule's, a prediction of another shape, or an unknown
            variance.
    """
    _check(key, schedule, predict_noise)
    draws = at_least_1("draws", draws)
    check_shape(shape)
    x_T = standard_normal(jax.random.fold_in(key, schedule.T), (draws, *shape), schedule.beta.dtype)  # 1
    step = partial(ancestral_step, schedule, variance=variance)
    x_0, _ = reverse_chain(key, schedule.T, step, jax.vmap(predict_noise, (0, None)), x_T)
    return x_0  # 6


@eqx.filter_jit
def ancestral_trajectory(
    key: Key,
    schedule: Schedule,
    predict_noise: Callable[[Array, Array], Array],
    x_T: Float[ArrayLike, "*pixels"],
    variance: ReverseVariance = "beta",
) -> Float[Array, "time *pixels"]:
    """The reverse chain of one example from x_T: shape (T + 1, *pixels), entry t is x_t, and entry 0 the sample.

    Args:
        predict_noise: as in `ancestral_sample`.
        x_T: where to start, standard normal for a sample of the model.

    Raises:
        TypeError: not a random key, or no schedule.
        ValueError: a network for another T than the schedule's, a prediction of another shape, or an unknown variance.
    """
    _check(key, schedule, predict_noise)
    step = partial(ancestral_step, schedule, variance=variance)
    _, states = reverse_chain(key, schedule.T, step, predict_noise, jnp.asarray(x_T, schedule.beta.dtype))
    return states


def _check(key, schedule, predict_noise):
    check_key(key)
    check_schedule(schedule)
    check_steps(schedule, predict_noise)
