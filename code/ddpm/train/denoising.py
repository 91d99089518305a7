"""Algorithm 1 of Ho et al. (2020) for `ddpm.train.train`: what a step draws, and the loss of that."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from jaxtyping import Array, ArrayLike, Float, Int, Real

from ddpm.arrays import Key
from ddpm.flat_random import above_minus_one, integers_from_uniform, normal_from_uniform, uniform_arrays
from ddpm.losses import simple_loss
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
    """`simple_loss` of one example over the number of its pixels (Algorithm 1, line 5; eq. 14).

    Raises:
        ValueError: the prediction has not the shape of the noise.
    """
    prediction = predict_noise(q_sample(schedule, x_0, t, noise), t)
    return simple_loss(t, noise, prediction) / jnp.size(noise)


def batch_loss(network: Callable[[Array, Array], Array], key: Key, batch: Batch, *, schedule: Schedule) -> Array:
    """The mean of `training_loss` over a batch (x_0, t, noise). Drops nothing out, so it needs no key.

    Raises:
        ValueError: a network for another T than the schedule's.
    """
    check_steps(schedule, network)
    return jnp.mean(jax.vmap(training_loss, (None, None, 0, 0, 0))(schedule, network, *batch))


def draw_batch(key: Key, batch: int, *, schedule: Schedule, images: Float[Array, "n *pixels"]) -> Batch:
    """Images, times and noise of `batch` examples (Algorithm 1, lines 2 to 4)."""
    shapes = (batch,), (batch,), (batch, *images.shape[1:])
    image, time, noise = uniform_arrays(key, shapes, images.dtype, above_minus_one(images.dtype))
    x_0 = images[integers_from_uniform(image, len(images))]
    t = 1 + integers_from_uniform(time, schedule.T)
    return x_0, t, normal_from_uniform(noise)
