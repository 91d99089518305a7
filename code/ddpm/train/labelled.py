"""What `ddpm.train.train` needs to train a network on images with classes: the loss of v, and what a step draws."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key, check_same_shape
from ddpm.flat_random import above_minus_one, integers_from_uniform, normal_from_uniform, uniform_arrays
from ddpm.level import noised
from ddpm.path import Path, check_path
from ddpm.train.moved import draw_moves, moved


class Seen(NamedTuple):
    """What one step sees: images, times, noise, classes (`classes` itself where none is told) and moves; None for both
    where there are none."""

    x_0: Float[Array, "batch *pixels"]
    u: Float[Array, " batch"]
    noise: Float[Array, "batch *pixels"]
    label: Int[Array, " batch"] | None
    move: Float[Array, "batch 5"] | None


def labelled(
    path: Path,
    images: Float[ArrayLike, "n *pixels"],
    labels: Int[ArrayLike, " n"],
    *,
    untold: float = 0.1,
    reach: float = 0.0,
    cell: float = 0.0,
) -> tuple[Partial, Partial]:
    """The loss and the draw with which `train` trains a network that predicts v of images with classes.

    Both carry their data as arrays: for others of the same shape nothing is compiled anew.

    Args:
        path: such as `ddpm.path.cosine_path()`, with c_u^2 + r_u^2 = 1.
        labels: 0, 1, ..., classes - 1; each of them there.
        untold: the share of the examples whose class the network is not told (Ho and Salimans 2022).
        reach: how far images are moved, in pixels (`ddpm.train.moved.draw_moves`); the network is told how. 0 for not.
        cell: the width over which a pixel is spread, `2 / GREY_VALUES` for the digits; 0 for not.

    Returns:
        loss(network, key, batch), which is `v_loss`, and draw(key, batch).

    Raises:
        TypeError: no path.
        ValueError: images and labels that do not fit, a pixel that is not finite, a class that is missing, or an
            option out of its range.
    """
    check_path(path)
    images, labels = jnp.asarray(images, jnp.result_type(float)), np.asarray(labels)
    if images.ndim < 2 or labels.shape != images.shape[:1] or not len(labels):
        raise ValueError(
            f"images must have shape (n, *pixels) and labels shape (n,), n >= 1; got {images.shape}, {labels.shape}"
        )
    if not np.isfinite(images).all():
        raise ValueError("the pixels of images must be finite")
    if labels.min() < 0 or not np.bincount(labels).all():
        raise ValueError(f"labels must be 0, 1, ... with none left out; got {sorted(set(labels.tolist()))}")
    if not (0 <= untold < 1 and reach >= 0 and cell >= 0):
        raise ValueError(f"untold must lie in [0, 1), reach and cell be at least 0; got {untold=}, {reach=}, {cell=}")
    if reach and images.ndim != 3:
        raise ValueError(f"only images of shape (rows, columns) can be moved; these have {images.shape[1:]}")
    draw = Partial(
        _draw,
        images=images,
        labels=jnp.asarray(labels),
        untold=jnp.asarray(untold, images.dtype),
        reach=jnp.asarray(reach, images.dtype) if reach else None,
        cell=jnp.asarray(cell, images.dtype),
    )
    return Partial(v_loss, path=path), draw


def unlabelled(path: Path) -> Partial:
    """The loss with which `train` trains a network that predicts v on `Batches` of images alone, shape
    (batch, *pixels): loss(network, key, images) draws times and noise, and is `v_loss` of that.

    Raises:
        TypeError: no path.
    """
    check_path(path)
    return Partial(_v_loss_of_images, path=path)


def _v_loss_of_images(network, key, images, path):
    def drawn(key):  # for each image by itself: on many devices, each draws for its own
        time, noise = uniform_arrays(key, ((), images.shape[1:]), images.dtype, above_minus_one(images.dtype))
        return (1 + time) / 2, normal_from_uniform(noise)

    of_draw, of_network = jax.random.split(key)
    u, noise = jax.vmap(drawn)(jax.random.split(of_draw, len(images)))
    return v_loss(network, of_network, Seen(images, u, noise, None, None), path=path)


def v_loss(network: Any, key: Key, batch: Seen, *, path: Path) -> Float[Array, ""]:
    """The mean over batch and pixels of (v - network(x_u, u, label, move, key))^2, v = c_u noise - r_u x_0 (Salimans
    and Ho 2022, section 4); on a path with c_u^2 + r_u^2 = 1 the noise loss weighted by 1 / c_u^2.

    Raises:
        ValueError: a prediction that has not the shape of the noise.
    """

    def of_one(seen, key):
        level = path.level(seen.u)
        v = level.signal * seen.noise - level.spread * seen.x_0
        predicted = network(noised(level, seen.x_0, seen.noise), seen.u, seen.label, seen.move, key)
        check_same_shape("the predicted v", predicted, "the noise", v)
        return jnp.mean((v - predicted) ** 2)

    return jnp.mean(jax.vmap(of_one)(batch, jax.random.split(key, len(batch.u))))


def _draw(key, batch, images, labels, untold, reach, cell):
    n, pixels, dtype = (batch,), images.shape[1:], images.dtype
    shapes = n, n, n, (batch, *pixels), (batch, *pixels), (batch, 6)
    which, time, told, noise, within, move = uniform_arrays(key, shapes, dtype, above_minus_one(dtype))
    i = integers_from_uniform(which, len(images))
    moves = jnp.zeros((batch, 5), dtype)
    x_0 = images[i]
    if reach is not None:
        moves = draw_moves(move, reach)
        x_0 = jax.vmap(moved, (0, 0, None))(x_0, moves, jnp.min(images))
    label = jnp.where((1 + told) / 2 < untold, jnp.max(labels) + 1, labels[i])
    return Seen(x_0 + cell / 2 * within, (1 + time) / 2, normal_from_uniform(noise), label, moves)
