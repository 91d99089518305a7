"""Langevin dynamics: samples of a density from its score alone, and from the scores at many levels of noise.

The chain is unadjusted: no step is refused, so its own distribution is off by an error of the order of the step h.
"""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from ddpm.arrays import Key, check_key, check_same_shape
from ddpm.flat_random import standard_normal
from ddpm.schedule import at_least_1


def langevin_step(
    x: Float[ArrayLike, "*shape"],
    h: Float[ArrayLike, ""],
    score: Float[ArrayLike, "*shape"],
    noise: Float[ArrayLike, "*shape"],
) -> Float[Array, "*shape"]:
    """x + h score + sqrt(2 h) noise (equation `eq-langevin`).

    Args:
        h: the size of the step, > 0.
        score: the gradient of the log density at x.
        noise: standard normal.

    Raises:
        ValueError: shapes differ.
    """
    check_same_shape("score", score, "x", x)
    check_same_shape("noise", noise, "x", x)
    return x + h * score + jnp.sqrt(2 * h) * noise


def langevin_sample(
    key: Key,
    score: Callable[[Array], Array],
    start: Float[ArrayLike, "draws *pixels"],
    h: Float[ArrayLike, ""],
    steps: int,
) -> Float[Array, "draws *pixels"]:
    """Where Langevin chains end, one from each entry of `start`; one compiled program for all h.

    Args:
        score: x -> the gradient of the log density at x, for one example.
        h: the size of a step.
        steps: how many.

    Raises:
        TypeError: not a random key, or `steps` is no integer.
        ValueError: no steps, h is not a finite number above 0, or the score has another shape than x.
    """
    return _checked(key, _OneLevel(score), start, 0.0, h, steps)


def langevin_trajectory(
    key: Key,
    score: Callable[[Array], Array],
    start: Float[ArrayLike, "draws *pixels"],
    h: Float[ArrayLike, ""],
    steps: int,
) -> Float[Array, "time draws *pixels"]:
    """The same chains with all their states, shape (steps + 1, draws, *pixels), entry 0 the start."""
    states = _checked(key, _OneLevel(score), start, 0.0, h, steps, all_states=True)
    return jnp.concatenate([jnp.asarray(start, states.dtype)[None], states])


def annealed_langevin_sample(
    key: Key,
    score: Callable[[Array, Array], Array],
    start: Float[ArrayLike, "draws *pixels"],
    u: Float[ArrayLike, " levels"],
    h: Float[ArrayLike, " levels"],
    steps: int,
) -> Float[Array, "draws *pixels"]:
    """Langevin chains through levels of noise, each begun where the one before has ended (Song and Ermon 2019,
    Algorithm 1).

    Args:
        score: (x, u) -> the gradient of log q_u at x, for one example and a scalar u.
        start: distributed as at the first level, or nearly so.
        u: the levels in the order in which they are visited: from much noise to little.
        h: the size of a step at each level.
        steps: how many at each level.

    Raises:
        TypeError, ValueError: as from `langevin_sample`; u and h differ in shape.
    """
    return _checked(key, score, start, u, h, steps)


class _OneLevel(eqx.Module):
    """A score without levels as one that takes, and does not use, a level."""

    score: Callable[[Array], Array]

    def __call__(self, x, u):
        return self.score(x)


def _checked(key, score, start, u, h, steps, all_states=False):
    check_key(key)
    check_same_shape("h", h, "u", u)
    if not isinstance(h, jax.core.Tracer) and not (np.isfinite(h).all() and np.min(h) > 0):
        raise ValueError(f"the size of a step must be a finite number above 0; got {h}")
    dtype = jnp.result_type(float, start)
    u, h = (jnp.atleast_1d(jnp.asarray(values, dtype)) for values in (u, h))
    return _chain(key, score, jnp.asarray(start, dtype), u, h, at_least_1("steps", steps), all_states)


@eqx.filter_jit
def _chain(key, score, start, u, h, steps, all_states):
    """The last state, or all but the first."""

    def forward(x, k):
        i, noise = k // steps, standard_normal(jax.random.fold_in(key, k), x.shape, x.dtype)
        x = langevin_step(x, h[i], jax.vmap(score, (0, None))(x, u[i]), noise)
        return x, x if all_states else None

    last, states = jax.lax.scan(forward, start, jnp.arange(len(u) * steps))
    return states if all_states else last
