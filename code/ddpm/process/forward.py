"""The forward process q: one step, the whole chain, and the closed form.

Shapes, here and in the modules that build on this one: x may have any shape. t is an integer, or an integer array
whose axes are the leading axes of x (a batch); the remaining axes of x are its pixels.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int, Real

from ddpm.arrays import Key, check_key, check_same_shape
from ddpm.flat_random import standard_normal
from ddpm.level import at_time, noised
from ddpm.schedule import Schedule, at, check_schedule


def forward_mean_variance(
    schedule: Schedule, x_prev: Real[ArrayLike, "*shape"], t: Int[ArrayLike, "..."]
) -> tuple[Float[Array, "*shape"], Float[Array, "..."]]:
    """Mean and variance of q(x_t | x_{t-1}): sqrt(1 - beta_t) x_{t-1} and, for each pixel, beta_t (equation
    `eq-forward-step`).

    Returns:
        The mean, and the variance of each pixel, shaped to broadcast against it.

    Raises:
        ValueError: t is outside 1..T.
    """
    check_schedule(schedule)
    return jnp.sqrt(at(schedule.alpha, t, like=x_prev)) * x_prev, at(schedule.beta, t, like=x_prev)


def forward_step(
    schedule: Schedule,
    x_prev: Real[ArrayLike, "*shape"],
    t: Int[ArrayLike, "..."],
    noise: Real[ArrayLike, "*shape"],
) -> Float[Array, "*shape"]:
    """x_t from x_{t-1} and standard normal noise; deterministic, the randomness comes from outside.

    Raises:
        ValueError: noise and x_prev differ in shape, or t is outside 1..T.
    """
    mean, variance = forward_mean_variance(schedule, x_prev, t)
    check_same_shape("noise", noise, "x_prev", x_prev)
    return mean + jnp.sqrt(variance) * noise


def forward_trajectory(key: Key, schedule: Schedule, x_0: Real[ArrayLike, "*shape"]) -> Float[Array, "time *shape"]:
    """One run of the chain, as one compiled program: shape (T + 1, *shape), entry t is x_t.

    Raises:
        TypeError: not a random key, or no schedule.
    """
    check_key(key)
    check_schedule(schedule)
    return _run(key, schedule, jnp.asarray(x_0, schedule.beta.dtype))


@jax.jit
def _run(key, schedule, x_0):
    def step(x_prev, t_and_key):
        t, step_key = t_and_key
        x_t = forward_step(schedule, x_prev, t, standard_normal(step_key, x_0.shape, x_0.dtype))
        return x_t, x_t

    steps = jnp.arange(1, schedule.T + 1), jax.random.split(key, schedule.T)
    _, states = jax.lax.scan(step, x_0, steps)
    return jnp.concatenate([x_0[None], states])


def q_mean_variance(
    schedule: Schedule, x_0: Real[ArrayLike, "*shape"], t: Int[ArrayLike, "..."]
) -> tuple[Float[Array, "*shape"], Float[Array, "..."]]:
    """Mean sqrt(alpha_bar_t) x_0 and variance 1 - alpha_bar_t of q(x_t | x_0) (equation `eq-closed-form`).

    Args:
        t: 0..T; at t = 0 the mean is x_0 and the variance 0.

    Returns:
        The mean, and the variance of each pixel, shaped to broadcast against it.

    Raises:
        ValueError: t is outside 0..T.
    """
    mean = at_time(schedule, t, like=x_0, lowest=0).signal * x_0
    return mean, at(schedule.one_minus_alpha_bar, t, like=x_0, lowest=0)


def q_sample(
    schedule: Schedule, x_0: Real[ArrayLike, "*shape"], t: Int[ArrayLike, "..."], noise: Real[ArrayLike, "*shape"]
) -> Float[Array, "*shape"]:
    """x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) noise: any step of the chain in one go. t in 0..T.

    Raises:
        ValueError: noise and x_0 differ in shape, or t is outside 0..T.
    """
    return noised(at_time(schedule, t, like=x_0, lowest=0), x_0, noise)
