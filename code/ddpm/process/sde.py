"""The forward process in continuous time: the stochastic differential equation dx = f_u x du + g_u dw of a path."""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.tree_util import Partial
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import Key, check_key, floating
from ddpm.flat_random import standard_normal
from ddpm.level import Level
from ddpm.path import Path, check_one_time, check_path, check_some_signal, check_times


def transition(path: Path, s: Real[ArrayLike, ""], u: Real[ArrayLike, ""]) -> Level:
    """x_u given x_s, s <= u, without steps: x_u = c_u / c_s x_s + sqrt(r_u^2 - (c_u / c_s)^2 r_s^2) noise.

    Args:
        s: where x_0 is not all gone, c_s > 0. With s = 0 on a path that begins at the data, this is `path.level(u)`.

    Raises:
        TypeError: no path.
        ValueError: s or u is outside [0, 1], s > u, or nothing is left of x_0 at s.
    """
    check_path(path)
    check_one_time(s)
    check_one_time(u)
    check_some_signal(path, s)
    before, after = path.level(s), path.level(u)
    if not any(isinstance(time, jax.core.Tracer) for time in (s, u)) and s > u:
        raise ValueError(f"the transition goes from s to u >= s; got {s=}, {u=}")
    signal = after.signal / before.signal
    return Level(signal, jnp.sqrt(jnp.maximum(after.spread**2 - (signal * before.spread) ** 2, 0.0)))


def forward_sde(
    key: Key, path: Path, x: Float[ArrayLike, "*shape"], times: Real[ArrayLike, " n"]
) -> tuple[Float[Array, "*shape"], Float[Array, "n *shape"]]:
    """One run of the SDE by the method of Euler and Maruyama: x + h f_u x + sqrt(h) g_u noise, h to the next time.

    Args:
        x: at the first of the times; one example or many, each with its own noise.
        times: rising, in [0, 1]; at all but the last there must be some of x_0 left.

    Returns:
        x at the last of the times; and x at all of them along a new first axis. A compiled program that uses the last
        alone keeps no more.

    Raises:
        TypeError: not a random key, or no path.
        ValueError: fewer than two times, or times that do not rise or leave [0, 1].
    """
    check_key(key)
    check_path(path)
    check_times(times, rising=True)
    return euler_maruyama(key, path, Partial(_forward_drift, path), floating(x), floating(times))


def _forward_drift(path, x, u):
    return path.drift(u) * x


@eqx.filter_jit
def euler_maruyama(key: Key, path: Path, drift: Callable[[Array, Array], Array], x, times):
    """x + h drift(x, u) + sqrt(|h|) g_u noise from each of the times to the next, h being the way to it: below 0 where
    time runs back. Result as from `forward_sde`; nothing is checked."""

    def step(x, i_and_times):
        i, u, to = i_and_times
        h, noise = to - u, standard_normal(jax.random.fold_in(key, i), x.shape, x.dtype)
        x = (x + h * drift(x, u) + jnp.sqrt(jnp.abs(h) * path.diffusion_squared(u)) * noise).astype(x.dtype)
        return x, x

    final, states = jax.lax.scan(step, x, (jnp.arange(len(times) - 1), times[:-1], times[1:]))
    return final, jnp.concatenate([x[None], states])
