"""The level of the noise: x = signal x_0 + spread noise, whatever gives the two numbers.

A schedule and one of its times give a level. What needs no more than the level (the closed form, the conversions
between predictions, the best predictor) asks for no schedule.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int, Real

from ddpm.arrays import check_same_shape
from ddpm.schedule import Schedule, at, check_schedule


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Level:
    """x = signal x_0 + spread noise. Immutable, and a JAX pytree.

    Attributes:
        signal: the factor of x_0, >= 0; sqrt(alpha_bar_t) of a schedule. Shape () for one example; for a batch shaped
            to broadcast against it.
        spread: the factor of the noise, >= 0; sqrt(1 - alpha_bar_t) of a schedule. Shape of `signal`.
    """

    signal: Float[Array, "*batch"]
    spread: Float[Array, "*batch"]


def at_time(schedule: Schedule, t: Int[ArrayLike, "..."], like=None, lowest: int = 1) -> Level:
    """The level of a schedule at time t; `like`, `lowest` and the errors as in `ddpm.schedule.at`."""
    check_schedule(schedule)
    alpha_bar, total = (at(values, t, like, lowest) for values in (schedule.alpha_bar, schedule.one_minus_alpha_bar))
    return Level(jnp.sqrt(alpha_bar), jnp.sqrt(total))


def noised(level: Level, x_0: Real[ArrayLike, "*shape"], noise: Real[ArrayLike, "*shape"]) -> Float[Array, "*shape"]:
    """signal x_0 + spread noise (equation `eq-closed-form`).

    Raises:
        ValueError: noise and x_0 differ in shape.
    """
    check_same_shape("noise", noise, "x_0", x_0)
    return level.signal * x_0 + level.spread * noise
