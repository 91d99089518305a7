"""The forward process q: one step, the whole chain, the closed form, and the posterior.

Shapes, here and in the modules that build on this one: x may have any shape. t is an integer, or an integer array
whose axes are the leading axes of x (a batch); the remaining axes of x are its pixels.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int, Real

from ddpm.arrays import Key, check_same_shape
from ddpm.gaussian import standard_normal
from ddpm.schedule import Schedule, at


def forward_mean_variance(
    schedule: Schedule, x_prev: Real[ArrayLike, "..."], t: Int[ArrayLike, "..."]
) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
    """Mean and variance of q(x_t | x_{t-1}): sqrt(1 - beta_t) x_{t-1} and, for each pixel, beta_t (equation
    `eq-forward-step`).

    Returns:
        The mean, shape of x_prev, and the variance of each pixel, shaped to broadcast against it.
    """
    return jnp.sqrt(at(schedule.alpha, t, like=x_prev)) * x_prev, at(schedule.beta, t, like=x_prev)


def forward_step(
    schedule: Schedule, x_prev: Real[ArrayLike, "..."], t: Int[ArrayLike, "..."], noise: Real[ArrayLike, "..."]
) -> Float[Array, "..."]:
    """x_t from x_{t-1} and standard normal noise of the same shape; deterministic, the randomness comes from outside.

    Raises:
        ValueError: noise and x_prev differ in shape, or t is outside 1..T.
    """
    check_same_shape("noise", noise, "x_prev", x_prev)
    mean, variance = forward_mean_variance(schedule, x_prev, t)
    return mean + jnp.sqrt(variance) * noise


def forward_trajectory(key: Key, schedule: Schedule, x_0: Real[ArrayLike, "..."]) -> Float[Array, "..."]:
    """One run of the chain: shape (T + 1, *x_0.shape), entry t is x_t.

    Args:
        key: a JAX random key.
    """
    x_0 = jnp.asarray(x_0, schedule.beta.dtype)

    def step(x_prev, t_and_key):
        t, step_key = t_and_key
        x_t = forward_step(schedule, x_prev, t, standard_normal(step_key, x_0.shape, x_0.dtype))
        return x_t, x_t

    steps = jnp.arange(1, schedule.T + 1), jax.random.split(key, schedule.T)
    _, states = jax.lax.scan(step, x_0, steps)
    return jnp.concatenate([x_0[None], states])


def q_mean_variance(
    schedule: Schedule, x_0: Real[ArrayLike, "..."], t: Int[ArrayLike, "..."]
) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
    """Mean sqrt(alpha_bar_t) x_0 and variance 1 - alpha_bar_t of q(x_t | x_0) (equation `eq-closed-form`).

    Args:
        t: 0..T; at t = 0 the mean is x_0 and the variance 0.

    Returns:
        The mean, shape of x_0, and the variance of each pixel, shaped to broadcast against it.
    """
    mean = jnp.sqrt(at(schedule.alpha_bar, t, like=x_0, lowest=0)) * x_0
    return mean, at(schedule.one_minus_alpha_bar, t, like=x_0, lowest=0)


def q_sample(
    schedule: Schedule, x_0: Real[ArrayLike, "..."], t: Int[ArrayLike, "..."], noise: Real[ArrayLike, "..."]
) -> Float[Array, "..."]:
    """x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) noise: any step of the chain in one go. t in 0..T.

    Raises:
        ValueError: noise and x_0 differ in shape, or t is outside 0..T.
    """
    check_same_shape("noise", noise, "x_0", x_0)
    mean, variance = q_mean_variance(schedule, x_0, t)
    return mean + jnp.sqrt(variance) * noise


def posterior_coefficients(
    schedule: Schedule, t: Int[ArrayLike, "..."], like=None
) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
    """The factors of x_0 and of x_t in the mean of q(x_{t-1} | x_t, x_0) (Ho et al. 2020, eq. 7). t in 1..T.

    They are sqrt(alpha_bar_{t-1}) beta_t / (1 - alpha_bar_t) and
    sqrt(alpha_t) (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t).
    """
    share = at(schedule.beta_over_total, t, like)
    alpha = at(schedule.alpha, t, like)
    alpha_bar_prev = at(schedule.alpha_bar, jnp.asarray(t) - 1, like, lowest=0)
    # (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t) from values that are already right at the extremes:
    total = at(schedule.one_minus_alpha_bar, t, like)
    total_prev = at(schedule.one_minus_alpha_bar, jnp.asarray(t) - 1, like, lowest=0)
    ratio = total_prev / jnp.where(total == 0, 1.0, total)
    return jnp.sqrt(alpha_bar_prev) * share, jnp.sqrt(alpha) * ratio


def posterior_mean(
    schedule: Schedule, x_0: Real[ArrayLike, "..."], x_t: Real[ArrayLike, "..."], t: Int[ArrayLike, "..."]
) -> Float[Array, "..."]:
    """mu_tilde_t(x_t, x_0), the mean of q(x_{t-1} | x_t, x_0) (Ho et al. 2020, eq. 7).

    Raises:
        ValueError: x_0 and x_t differ in shape, or t is outside 1..T.
    """
    check_same_shape("x_t", x_t, "x_0", x_0)
    of_x_0, of_x_t = posterior_coefficients(schedule, t, like=x_0)
    return of_x_0 * x_0 + of_x_t * x_t
