"""The loss of a predictor at each time, on any images: those it was trained on beside others."""

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key, check_key, check_same_shape
from ddpm.flat_random import standard_normal
from ddpm.level import noised
from ddpm.path import Path, check_path
from ddpm.predict import LevelKind, convert_at


class Curve(NamedTuple):
    """Means over the images at each of the times, and their standard errors."""

    mean: Float[np.ndarray, " times"]
    error: Float[np.ndarray, " times"]


def loss_over_time(
    key: Key,
    path: Path,
    predict: Callable[..., Array],
    images: Float[ArrayLike, "n *pixels"],
    times: Float[ArrayLike, " times"],
    labels: Int[ArrayLike, " n"] | None = None,
    kind: LevelKind = "v",
) -> Curve:
    """(v - what the predictor says of v)^2 at each u, the mean over pixels and images; every image gets noise of its
    own at every time. In terms of the noise the loss is c_u^2 times that, in terms of x_0 r_u^2 times, if
    c_u^2 + r_u^2 = 1.

    With the same key two predictors, and two sets of as many images, see the same noise.

    Args:
        predict: (x, u) -> prediction of one image, such as an `ddpm.oracle.PathOracle` of the images that a network was
            trained on, with `kind="noise"`; (x, u, label) if labels are given. A pytree is data.
        times: in [0, 1], where there are both signal and noise if the kind is "noise" or "score".

    Raises:
        TypeError: not a random key, or no path.
        ValueError: fewer than two images, labels that do not fit, or a prediction of another shape.
    """
    check_key(key)
    check_path(path)
    images, times = jnp.asarray(images, jnp.result_type(float)), jnp.asarray(times, jnp.result_type(float))
    if len(images) < 2 or labels is not None and np.shape(labels) != images.shape[:1]:
        raise ValueError(f"at least two images, and a label for each; got {len(images)} and {np.shape(labels)} labels")
    labels = None if labels is None else jnp.asarray(labels)
    return Curve(
        *(np.asarray(values, np.float64) for values in _averages(key, path, predict, images, times, labels, kind))
    )


@eqx.filter_jit
def _averages(key, path, predict, images, times, labels, kind):
    def of_one(u, x_0, noise, label):
        level = path.level(u)
        x = noised(level, x_0, noise)
        prediction = predict(x, u) if label is None else predict(x, u, label)
        check_same_shape("the prediction", prediction, "x", x)
        v = level.signal * noise - level.spread * x_0
        rates = path.rates(u) if kind == "velocity" else None
        return jnp.mean((v - convert_at(level, x, prediction, kind, "v", rates)) ** 2)

    def at_time(u_and_key):
        u, key = u_and_key
        noise = standard_normal(key, images.shape, images.dtype)
        values = jax.vmap(of_one, (None, 0, 0, None if labels is None else 0))(u, images, noise, labels)
        return jnp.mean(values), jnp.std(values, ddof=1) / np.sqrt(len(images))

    return jax.lax.map(at_time, (times, jax.random.split(key, len(times))))
