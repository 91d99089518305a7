"""Handwritten digits, 8 x 8 pixels: 1797 images that scikit-learn carries (Alpaydin and Kaynak 1998), in two halves."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int

GREY_VALUES = 17  # of a pixel: 0 for paper, 16 for ink


class Labelled(NamedTuple):
    """Images, and the digit that each shows."""

    images: Float[Array, "n 8 8"]
    labels: Int[Array, " n"]


def digits(seed: int = 0) -> tuple[Labelled, Labelled]:
    """The half to train on, 899 images, and the half held out, 898; of each digit as many in both, but for one.

    A pixel of grey value y in 0, ..., 16 is (2 y + 1) / 17 - 1, between -1 and 1: the middle of the cell that
    `ddpm.likelihood.dequantise` spreads it over with `values=GREY_VALUES`.

    Args:
        seed: of the split.

    Raises:
        ImportError: scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits  # an extra, and slow to import
    except ImportError as error:
        raise ImportError("the digits are those that scikit-learn carries: `pip install scikit-learn`") from error

    pixels, labels = load_digits(return_X_y=True)
    images = as_images(pixels.reshape(-1, 8, 8))
    # the older generator, whose numbers are the same in every version of NumPy
    order = np.lexsort((np.random.RandomState(seed).permutation(len(labels)), labels))
    halves = np.sort(order[::2]), np.sort(order[1::2])
    return tuple(Labelled(jnp.asarray(images[half]), jnp.asarray(labels[half])) for half in halves)


def as_images(grey: Float[ArrayLike, "*shape"] | Int[ArrayLike, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Grey values 0, ..., 16 as pixels between -1 and 1: the middle of each one's cell."""
    return ((2 * np.asarray(grey, np.float64) + 1) / GREY_VALUES - 1).astype(np.float32)


def as_grey(images: Float[ArrayLike, "*shape"]) -> Int[np.ndarray, "*shape"]:
    """The grey value in whose cell each pixel lies; what is below -1 counts as paper, what is above 1 as ink."""
    cell = np.floor((np.asarray(images, np.float64) + 1) / 2 * GREY_VALUES)
    return np.clip(cell, 0, GREY_VALUES - 1).astype(int)
