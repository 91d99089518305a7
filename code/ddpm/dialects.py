"""The same level in the words of different papers.

Each has its own time, and its own unit for x. What they share is sigma, the noise for each unit of signal: two levels
with the same sigma show the same of x_0, and x differs by a factor. The noise in x is the same number in all, so a
predictor made for one serves all.

A dialect has `level(time)` and `time(sigma)`; every `ddpm.path.Path` is one, with u as its time. Here are those that
count by something else.
"""

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import floating
from ddpm.level import Level
from ddpm.path import Path, check_one_time


class Dialect(NamedTuple):
    """How a paper counts.

    Attributes:
        level: time -> Level.
        time: sigma = spread / signal -> time.
        last: the largest time there is; the smallest is 0.
    """

    level: Callable[[Array], Level]
    time: Callable[[Array], Array]
    last: float


# Ho et al. (2020): alpha_bar, which a schedule gives for each of its t
DDPM = Dialect(
    level=lambda alpha_bar: Level(jnp.sqrt(alpha_bar), jnp.sqrt(1 - alpha_bar)),
    time=lambda sigma: 1 / (1 + sigma**2),
    last=1.0,
)
# Karras et al. (2022): sigma, and x in the unit of x_0
EDM = Dialect(level=lambda sigma: Level(jnp.ones_like(sigma), sigma), time=lambda sigma: sigma, last=np.inf)
# Lipman et al. (2023): from noise at 0 to data at 1; a velocity has the other sign than one for u
FLOW = Dialect(level=lambda time: Level(time, 1 - time), time=lambda sigma: 1 / (1 + sigma), last=1.0)


def translate(
    source: Dialect | Path, target: Dialect | Path, x: Float[ArrayLike, "*pixels"], time: Real[ArrayLike, ""]
) -> tuple[Float[Array, "*pixels"], Float[Array, ""]]:
    """x and its time in another dialect: the time at which sigma is the same, and x in the unit there.

    Raises:
        TypeError: source or target is no dialect.
        ValueError: a path that has no such level, or time outside of the range of the source.
    """
    for dialect in (source, target):
        if not isinstance(dialect, Dialect | Path):
            raise TypeError(
                f"a dialect is DDPM, EDM, FLOW or a path, as by path_through(schedule); got {type(dialect)}"
            )
    check_one_time(time)
    if isinstance(source, Dialect) and not isinstance(time, jax.core.Tracer) and not 0 <= time <= source.last:
        raise ValueError(f"time must lie between 0 and {source.last} in this dialect; got {time}")
    level = source.level(floating(time))
    there = target.time(level.spread / level.signal)
    return jnp.asarray(x) * (_size(target.level(there)) / _size(level)), there


class Translated(eqx.Module):
    """A predictor of the noise made for one dialect, asked in another: `Translated(predict_noise, made_for, asked_in)`
    is a predictor (x, time) for `asked_in`, without any training.

    Attributes:
        predict_noise: (x, time) -> predicted noise, in the dialect `made_for`.
    """

    predict_noise: Callable[[Array, Array], Array]
    made_for: Dialect | Path
    asked_in: Dialect | Path

    def __call__(self, x: Float[ArrayLike, "*pixels"], time: Real[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        return self.predict_noise(*translate(self.asked_in, self.made_for, x, time))


class InSteps(eqx.Module):
    """A predictor made for the steps of a schedule, asked in continuous time, on `ddpm.path.path_through(schedule)`: at
    u what it says at the nearest t = u T. So it is itself at u = t / T, `jnp.arange(T, 0, -1) / T` for the solvers of
    fixed steps, and jumps between.

    Attributes:
        predict_noise: (x_t, t) -> predicted noise, such as a network of `ddpm.nn`.
        T: the number of steps it was made for.
    """

    predict_noise: Callable[[Array, Array], Array]
    T: int = eqx.field(static=True)

    def __call__(self, x: Float[ArrayLike, "*pixels"], u: Real[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        t = jnp.clip(jnp.round(jnp.asarray(u) * self.T), 1, self.T)
        return self.predict_noise(x, t.astype(int))


def _size(level):
    """Which two levels with one sigma have in the ratio of their units, also where signal or spread is 0."""
    return jnp.hypot(level.signal, level.spread)
