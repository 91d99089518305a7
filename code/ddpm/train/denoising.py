"""Algorithm 1 of Ho et al. (2020) for `ddpm.train.train`: what a step draws, and the loss of that."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from jaxtyping import Array, ArrayLike, Float, Int, Real

from ddpm.arrays import Key, check_same_shape
from ddpm.gaussian import normal_from_uniform
from ddpm.process import q_sample
from ddpm.schedule import Schedule, check_schedule, check_steps

Batch = tuple[Float[Array, "batch *pixels"], Int[Array, " batch"], Float[Array, "batch *pixels"]]  # x_0, t, noise


def denoising(schedule: Schedule, images: Real[ArrayLike, "..."]) -> tuple[Partial, Partial]:
    """The loss and the draw with which `train` trains a noise predictor on these images.

    Both carry schedule and images as data: for others of the same shape nothing is compiled anew.

    Args:
        images: the data x_0, shape (n, *pixels).

    Returns:
        loss(network, key, batch), which is `batch_loss`, and draw(key, batch), which is `draw_batch`.

    Raises:
        TypeError: the schedule is none.
        ValueError: no image, or a pixel that is not finite.
    """
    check_schedule(schedule)
    images = jnp.asarray(images, schedule.beta.dtype)
    if images.ndim < 1 or not len(images):
        raise ValueError(f"images must have shape (n, *pixels) with n >= 1; got shape {images.shape}")
    if not np.isfinite(images).all():
        raise ValueError("the pixels of images must be finite")
    return Partial(batch_loss, schedule=schedule), Partial(draw_batch, schedule=schedule, images=images)


def training_loss(
    schedule: Schedule,
    predict_noise: Callable[[Array, Array], Array],
    x_0: Float[ArrayLike, "*pixels"],
    t: Int[ArrayLike, ""],
    noise: Float[ArrayLike, "*pixels"],
) -> Float[Array, ""]:
    """The squared error of one example, the mean over its pixels (Algorithm 1, line 5; eq. 14 over the pixels).

    Raises:
        ValueError: the prediction has not the shape of the noise.
    """
    prediction = predict_noise(q_sample(schedule, x_0, t, noise), t)
    check_same_shape("the predicted noise", prediction, "the noise", noise)
    return jnp.mean((noise - prediction) ** 2)


def batch_loss(network: Callable[[Array, Array], Array], key: Key, batch: Batch, *, schedule: Schedule) -> Array:
    """The mean of `training_loss` over a batch (x_0, t, noise). Drops nothing out, so it needs no key.

    Raises:
        ValueError: a network for another T than the schedule's.
    """
    check_steps(schedule, network)
    return jnp.mean(jax.vmap(training_loss, (None, None, 0, 0, 0))(schedule, network, *batch))


def draw_batch(key: Key, batch: int, *, schedule: Schedule, images: Float[Array, "n *pixels"]) -> Batch:
    """Images, times and noise of `batch` examples (Algorithm 1, lines 2 to 4)."""
    # One random call for all: each would take XLA a tenth of a second to compile.
    tiny = jnp.finfo(images.dtype).epsneg
    u = jax.random.uniform(key, (batch * (2 + images[0].size),), images.dtype, minval=-1 + tiny)
    image, time, rest = jnp.split(u, (batch, 2 * batch))
    x_0 = images[_uniform_integers(image, len(images))]
    t = 1 + _uniform_integers(time, schedule.T)
    noise = normal_from_uniform(rest).reshape(x_0.shape)
    return x_0, t, noise


def _uniform_integers(u, n):
    """0 to n - 1 from numbers uniform in (-1, 1)."""
    return jnp.floor((1 + u) / 2 * n).astype(int)
