"""Flow matching for `ddpm.train.train` (Lipman et al. 2023): what a step draws, and the loss of that, on any path.

A network in continuous time, (x, u) -> prediction, is trained on states x_u = c_u x_0 + r_u noise. What it is to
predict is the velocity c_u' x_0 + r_u' noise; or the noise, for comparison.
"""

from collections.abc import Callable
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import check_same_shape
from ddpm.flat_random import above_minus_one, integers_from_uniform, normal_from_uniform, uniform_arrays
from ddpm.level import noised
from ddpm.path import Path, check_path

Target = Literal["velocity", "noise"]
Batch = tuple[Float[Array, "batch *pixels"], Float[Array, " batch"], Float[Array, "batch *pixels"]]  # x_0, u, noise


def uniform_times(uniform: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Times uniform in (0, 1), from numbers uniform in (-1, 1)."""
    return (1 + uniform) / 2


def logit_normal_times(
    uniform: Float[Array, "*shape"], mean: float | int = 0.0, deviation: float | int = 1.0
) -> Float[Array, "*shape"]:
    """Times in (0, 1) whose logit log(u / (1 - u)) is normal, from numbers uniform in (-1, 1): often in the middle,
    seldom near the ends (Esser et al. 2024, section 3.1). On the straight path the logit is log(r_u / c_u)."""
    return jax.nn.sigmoid(mean + deviation * normal_from_uniform(uniform))


def velocity_target(
    path: Path, x_0: Float[ArrayLike, "*pixels"], u: Real[ArrayLike, ""], noise: Float[ArrayLike, "*pixels"]
) -> Float[Array, "*pixels"]:
    """c_u' x_0 + r_u' noise, how the state of this pair moves (equation `eq-conditional-velocity`); noise - x_0 on the
    straight path. For one example, at u with r_u > 0.

    Raises:
        ValueError: shapes that differ, or u outside [0, 1].
    """
    check_same_shape("noise", noise, "x_0", x_0)
    signal_rate, variance_rate = path.rates(u)
    return signal_rate * x_0 + variance_rate / (2 * path.level(u).spread) * noise


def flow_matching(
    path: Path,
    x_0: Real[ArrayLike, "n *pixels"],
    noise: Real[ArrayLike, "n *pixels"] | None = None,
    target: Target = "velocity",
    times: Callable[[Array], Array] = uniform_times,
) -> tuple[Partial, Partial]:
    """The loss and the draw with which `train` trains a network (x, u) on these examples.

    Args:
        x_0: the data, shape (n, *pixels).
        noise: the noise that goes with each of them, if it is not drawn apart: by `ddpm.process.minibatch_coupling`,
            or that from which an ODE has made x_0 (reflow; Liu et al. 2023). Fresh noise if not given.
        target: what the network predicts.
        times: numbers uniform in (-1, 1) -> times, such as `uniform_times` or `logit_normal_times`.

    Returns:
        loss(network, key, batch), the mean over pixels and batch of the squared error, and draw(key, batch).

    Raises:
        TypeError: no path.
        ValueError: no example, a pixel that is not finite, noise of another shape, or an unknown target.
    """
    check_path(path)
    if target not in ("velocity", "noise"):
        raise ValueError(f"target must be 'velocity' or 'noise'; got {target!r}")
    x_0, given = jnp.asarray(x_0, float), None if noise is None else jnp.asarray(noise, float)
    if x_0.ndim < 1 or not len(x_0) or not np.isfinite(x_0).all():
        raise ValueError(f"the data must be finite, of shape (n, *pixels) with n >= 1; got shape {x_0.shape}")
    if given is not None:
        check_same_shape("noise", given, "x_0", x_0)
    return Partial(_loss, path, target=Partial(TARGETS[target])), Partial(_draw, x_0, given, times=Partial(times))


TARGETS = {"velocity": velocity_target, "noise": lambda path, x_0, u, noise: noise}


def _loss(path, network, key, batch, target):
    def of_one(x_0, u, noise):
        prediction = network(noised(path.level(u), x_0, noise), u)
        check_same_shape("the prediction", prediction, "x", noise)
        return jnp.mean((target(path, x_0, u, noise) - prediction) ** 2)

    return jnp.mean(jax.vmap(of_one)(*batch))


def _draw(x_0, given, key, batch, times) -> Batch:
    shapes = (batch,), (batch,), (batch, *x_0.shape[1:])
    which, time, noise = uniform_arrays(key, shapes, x_0.dtype, above_minus_one(x_0.dtype))
    i = integers_from_uniform(which, len(x_0))
    return x_0[i], times(time), normal_from_uniform(noise) if given is None else given[i]
