"""Where to step: times that fall from `start` to `end`, as the solvers take them, and the subsets of a schedule's t."""

from typing import Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Real

from ddpm.path import Path, check_path
from ddpm.schedule import at_least_1

Time = Real[Array, ""] | float | int
Spacing = Literal["leading", "trailing", "linspace"]


def even_in_time(start: Time, end: Time, steps: int) -> Float[Array, " n"]:
    """steps + 1 times, even in u, from start to end.

    Raises:
        TypeError: steps is no integer.
        ValueError: no steps, or not 0 <= end < start <= 1. So in all grids.
    """
    steps = _checked(start, end, steps)
    return jnp.linspace(start, end, steps + 1)


def even_in_log_snr(path: Path, start: Time, end: Time, steps: int) -> Float[Array, " n"]:
    """steps + 1 times, even in log(c_u^2 / r_u^2). At both ends there must be signal and noise, or ValueError."""
    return _even(path, start, end, steps, jnp.log, jnp.exp)


def karras(path: Path, start: Time, end: Time, steps: int, rho: Time = 7.0) -> Float[Array, " n"]:
    """steps + 1 times, even in (r_u / c_u)^(1 / rho) (Karras et al. 2022, eq. 5): for rho = 1 even in the noise, and
    for rho ever larger as `even_in_log_snr`. Raises as that does."""
    if not isinstance(rho, jax.core.Tracer) and not rho > 0:
        raise ValueError(f"rho must be above 0; got {rho}")
    return _even(path, start, end, steps, lambda sigma: sigma ** (1 / rho), lambda x: x**rho)


def spaced_t(T: int, steps: int, spacing: Spacing) -> Int[np.ndarray, " n"]:
    """The paper's t that a sampler of few steps visits, t_1 > ... > t_steps >= 1 and then 0, as published libraries
    choose them (named in Lin et al. 2024, table 2): "leading" counts up from the data by a whole number, so that it
    begins well below T, where there is still signal; "trailing" counts down from T; "linspace" has both 1 and T.

    Raises:
        TypeError: T or steps is no integer.
        ValueError: not 1 <= steps <= T, or an unknown spacing.
    """
    T, steps = at_least_1("T", T), at_least_1("steps", steps)
    if steps > T:
        raise ValueError(f"there are no {steps} different t in 1..{T}")
    if spacing == "leading":
        t = 1 + np.arange(steps)[::-1] * (T // steps)
    elif spacing == "trailing":
        t = np.round(T - np.arange(steps) * (T / steps)).astype(int)
    elif spacing == "linspace":
        t = 1 + np.round(np.linspace(0, T - 1, steps)[::-1]).astype(int)
    else:
        raise ValueError(f"unknown spacing {spacing!r}; expected one of {', '.join(get_args(Spacing))}")
    return np.append(t, 0)


def _even(path, start, end, steps, scale, back):
    check_path(path)
    steps = _checked(start, end, steps)
    ends = [path.level(time) for time in (start, end)]
    for time, level in zip((start, end), ends, strict=True):
        known = not isinstance(level.signal, jax.core.Tracer)
        if known and not (level.signal > 0 and level.spread > 0):
            raise ValueError(f"at u = {time} there is no {'noise' if level.signal > 0 else 'signal'}; a little beside")
    first, last = (scale(level.spread / level.signal) for level in ends)
    inside = path.time(back(jnp.linspace(first, last, steps + 1)[1:-1]))
    dtype = inside.dtype
    return jnp.concatenate([jnp.asarray([start], dtype), inside, jnp.asarray([end], dtype)])


def _checked(start, end, steps):
    known = not any(isinstance(time, jax.core.Tracer) for time in (start, end))
    if known and not 0 <= end < start <= 1:
        raise ValueError(f"times fall from start to end, 0 <= end < start <= 1; got {start=}, {end=}")
    return at_least_1("steps", steps)
