"""Bits per dimension: the density of dequantised pixels, as the length of a code for the pixels themselves.

A pixel y has one of the grey values 0, ..., G - 1. Dequantised, y + delta with delta uniform in [0, 1), it has a
density, and the cell from y to y + 1 holds the probability of y. A model sees these numbers scaled, from [0, G) to
[low, high). There a cell is (high - low) / G wide, and the density larger by G / (high - low), for each dimension.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import Key, check_key
from ddpm.flat_random import uniform_arrays


def dequantise(
    key: Key, pixels: Real[ArrayLike, "*shape"], values: int = 256, low: float = -1.0, high: float = 1.0
) -> Float[Array, "*shape"]:
    """low + (high - low) (pixels + delta) / values with delta uniform in [0, 1) (equation `eq-dequantise`).

    That lies in [low, high), but for rounding.

    Args:
        pixels: whole numbers 0, ..., values - 1, of any shape; every one gets its own delta.

    Raises:
        TypeError: not a random key.
        ValueError: a pixel that is no whole number in 0, ..., values - 1 (not checked under jit), or a bad range.
    """
    check_key(key)
    _check_range(values, low, high)
    if not isinstance(pixels, jax.core.Tracer):
        _check_pixels(np.asarray(pixels), values)
    (delta,) = uniform_arrays(key, [jnp.shape(pixels)], jnp.result_type(float), minval=0.0)
    return low + (high - low) * (jnp.asarray(pixels) + delta) / values


def offset(values: int = 256, low: float = -1.0, high: float = 1.0) -> float:
    """What a density on the scale [low, high) adds to the bits per dimension: log2(values / (high - low)).

    For 256 values that is 8 on [0, 1), and 7 on [-1, 1); it is added, never taken off (equation `eq-bits`).

    Raises:
        ValueError: fewer than 1 grey value, or high not above low.
    """
    _check_range(values, low, high)
    return math.log2(values / (high - low))


def bits_per_dimension(
    log_density: Float[ArrayLike, "*batch"], dimensions: int, values: int = 256, low: float = -1.0, high: float = 1.0
) -> Float[Array, "*batch"]:
    """-log q(x) / (D log 2) + log2(values / (high - low)), for dequantised x on the scale [low, high).

    Its mean over data and dequantisation is an upper bound of the mean length in bits of a code for the pixels by the
    model's probabilities, and so of their entropy (equation `eq-dequantised-bound`).

    Args:
        log_density: log q(x) in nats of whole examples.
        dimensions: D, the number of pixels times the number of channels.

    Raises:
        ValueError: D < 1, fewer than 1 grey value, or high not above low.
    """
    if dimensions < 1:
        raise ValueError(f"an example has at least one dimension (pixels times channels); got {dimensions}")
    return -jnp.asarray(log_density) / (dimensions * math.log(2)) + offset(values, low, high)


def _check_range(values, low, high):
    if values < 1:
        raise ValueError(f"values must be at least 1; got {values}")
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        raise ValueError(f"pixels are scaled to [low, high) with low < high; got [{low}, {high})")


def _check_pixels(pixels, values):
    whole = np.isfinite(pixels) & (pixels == np.floor(pixels))
    if pixels.size and not (whole.all() and pixels.min() >= 0 and pixels.max() < values):
        bad = pixels[~(whole & (pixels >= 0) & (pixels < values))].flat[0]
        remedy = " Hand over the pixels before they are scaled." if np.abs(pixels).max() <= 1 else ""
        raise ValueError(f"pixels must be whole numbers in 0, ..., {values - 1}; got {bad}.{remedy}")
