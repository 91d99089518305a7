"""Replacement: whatever the sampler says of what was measured is overwritten, at every level with as much noise as
belongs there (Song et al. 2021, appendix I; for masks Lugmayr et al. 2022 without resampling)."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import Key, check_key, floating
from ddpm.flat_random import standard_normal
from ddpm.inverse.measurement import Measurement
from ddpm.level import Level
from ddpm.path import Path
from ddpm.predict import LevelKind
from ddpm.sample.ddim import Predict, checked, ddim_step, predicted


def replaced(
    measured: Measurement, level: Level, x: Float[ArrayLike, "*pixels"], noise: Float[ArrayLike, "*pixels"]
) -> Float[Array, "*pixels"]:
    """x with signal b + spread H noise in the place of H x, and otherwise as it is (equation `eq-replacement`)."""
    wanted = level.signal * measured.value + level.spread * measured.of(noise)
    return x + measured.spread_back(wanted - measured.of(x), x)


def replacement(
    key: Key,
    path: Path,
    predict: Predict,
    measured: Measurement,
    x: Float[ArrayLike, "*pixels"],
    times: Real[ArrayLike, " n"],
    eta: float = 1.0,
    kind: LevelKind = "noise",
) -> Float[Array, "*pixels"]:
    """One run of DDIM with replacement before each call of the predictor, and at the end; arguments and errors as in
    `ddpm.sample.ddim`, but that there is always a key."""
    check_key(key)
    times = checked(key, path, times, kind)
    return _run(key, path, predict, measured, floating(x), times, eta, kind)


@eqx.filter_jit
def _run(key, path, predict, measured, x, times, eta, kind):
    level = path.level(times)

    def step(x, place):
        key, before, after, u = place
        fresh, z = standard_normal(key, (2, *x.shape), x.dtype)
        x = replaced(measured, before, x, fresh)
        x_0 = predicted(path, predict, x, u, kind, "x_0")
        return ddim_step(before, after, x, x_0, z, eta).astype(x.dtype), None

    before, after = (jax.tree.map(lambda values: values[part], level) for part in (slice(-1), slice(1, None)))
    last, *keys = jax.random.split(key, len(times))
    x, _ = jax.lax.scan(step, x, (jnp.stack(keys), before, after, times[:-1]))
    final = jax.tree.map(lambda values: values[-1], level)
    return replaced(measured, final, x, standard_normal(last, x.shape, x.dtype))
