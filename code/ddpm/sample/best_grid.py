"""The best grid: times of DPM-Solver++(2M), and how far it prolongs x_0 in each step, found by descending through it.

It is a yardstick for other grids: it needs to know where the exact flow leads, for some points at least.
"""

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import check_same_shape, floating
from ddpm.path import Path, check_path, check_times
from ddpm.predict import LevelKind
from ddpm.sample.ddim import dpm_solver, dpm_solver_weights
from ddpm.schedule import at_least_1


class BestGrid(NamedTuple):
    """What `dpm_solver` takes, and the way there.

    Attributes:
        times: falling; the first and the last are the given ones.
        weights: one for each step.
        errors: `relative_error` before each update, on the points that were fitted to.
    """

    times: Float[Array, " n"]
    weights: Float[Array, " steps"]
    errors: Float[Array, " updates"]


def relative_error(x: Float[ArrayLike, "*shape"], wanted: Float[ArrayLike, "*shape"]) -> Float[Array, ""]:
    """sqrt(mean (x - wanted)^2 / mean wanted^2), over all examples and pixels.

    Raises:
        ValueError: shapes differ.
    """
    check_same_shape("x", x, "wanted", wanted)
    return jnp.sqrt(jnp.mean((x - wanted) ** 2) / jnp.mean(jnp.square(wanted)))


def fit_grid(
    path: Path,
    predict: Callable[[Array, Array], Array],
    x: Float[ArrayLike, "draws *pixels"],
    wanted: Float[ArrayLike, "draws *pixels"],
    times: Real[ArrayLike, " n"],
    updates: int = 400,
    rate: Real[ArrayLike, ""] = 0.05,
    fit_weights: bool = True,
    kind: LevelKind = "noise",
) -> BestGrid:
    """Adam on the log of the error: of the lengths of the steps in u (their logs, so that they stay positive and add up
    to the same), and of the weights. What comes back is the best that it met.

    Args:
        x: many examples at the first of the times.
        wanted: where the exact flow takes them at the last of the times, such as from `ddpm.sample.adaptive`.
        times: falling, where to begin; as in `dpm_solver`.
        updates, rate: of Adam; the rate falls to 0 by a half cosine.
        fit_weights: False keeps those of 2M for the times as they change.

    Raises:
        TypeError: no path.
        ValueError: x and wanted differ in shape, or times as in `dpm_solver`; one step alone, or no updates.
    """
    check_path(path)
    check_times(times, rising=False)
    check_same_shape("wanted", wanted, "x", x)
    if len(times) < 3:
        raise ValueError("a grid of one step has nothing to fit; give at least three times")
    x, wanted, times = (floating(array) for array in (x, wanted, times))
    rate, on = jnp.asarray(rate, x.dtype), jnp.asarray(fit_weights, x.dtype)
    return _fit(path, predict, x, wanted, times, at_least_1("updates", updates), rate, on, kind)


@eqx.filter_jit
def _fit(path, predict, x, wanted, times, updates, rate, fit_weights, kind):
    def grid(free):
        log_gaps, more = free
        inside = times[0] - (times[0] - times[-1]) * jnp.cumsum(jax.nn.softmax(log_gaps))[:-1]
        falling = jnp.concatenate([times[:1], inside, times[-1:]])
        return falling, dpm_solver_weights(path, falling) + fit_weights * jnp.pad(more, (1, 0))

    def log_error(free):
        falling, weights = grid(free)
        found = jax.vmap(lambda x: dpm_solver(path, predict, x, falling, kind, weights)[0])(x)
        return jnp.log(relative_error(found, wanted))

    adam = optax.adam(optax.cosine_decay_schedule(rate, updates))

    def update(state, _):
        free, memory, best = state
        value, slope = jax.value_and_grad(log_error)(free)
        best = jax.tree.map(lambda new, old: jnp.where(value < best[0], new, old), (value, free), best)
        change, memory = adam.update(slope, memory)
        return (optax.apply_updates(free, change), memory, best), value

    free = jnp.log(-jnp.diff(times)), jnp.zeros(len(times) - 2, times.dtype)
    state = free, adam.init(free), (jnp.asarray(jnp.inf, x.dtype), free)
    (_, _, (_, best)), values = jax.lax.scan(update, state, None, length=updates)
    return BestGrid(*grid(best), jnp.exp(values))
