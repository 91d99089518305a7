"""Heun's method as Karras et al. (2022) use it: in the unit of x_0, with the noise itself for time."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import floating
from ddpm.path import Path
from ddpm.predict import LevelKind
from ddpm.sample.ddim import Predict, checked, predicted


def edm_heun(
    path: Path,
    predict: Predict,
    x: Float[ArrayLike, "*pixels"],
    times: Real[ArrayLike, " n"],
    kind: LevelKind = "noise",
) -> tuple[Float[Array, "*pixels"], Float[Array, "n *pixels"]]:
    """One run of Heun's method for d y / d sigma = predicted noise, where y = x / c_u and sigma = r_u / c_u (Karras et
    al. 2022, algorithm 1). Two calls of the predictor in each step, but one in a step to where there is no noise, which
    is Euler's. Euler's method throughout would be DDIM with eta = 0.

    Args:
        times: as in `ddpm.sample.ddim`, and some of x_0 must be left at the first.

    Others, result and errors as there.
    """
    times = checked(None, path, times, "noise")  # whatever the kind, x / c_u needs signal
    return _run(path, predict, floating(x), times, kind)


@eqx.filter_jit
def _run(path, predict, x, times, kind):
    def noise(y, u):
        return predicted(path, predict, path.level(u).signal * y, u, kind, "noise")

    def step(y, pair):
        before, after = (path.level(u) for u in pair)
        h = after.spread / after.signal - before.spread / before.signal
        first = noise(y, pair[0])
        second = jnp.where(after.spread == 0, first, noise(y + h * first, pair[1]))
        y = (y + h / 2 * (first + second)).astype(y.dtype)
        return y, (after.signal * y).astype(y.dtype)

    _, states = jax.lax.scan(step, (x / path.level(times[0]).signal).astype(x.dtype), (times[:-1], times[1:]))
    return states[-1], jnp.concatenate([x[None], states])
