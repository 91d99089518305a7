"""Random numbers in one flat call: what XLA compiles several times faster. The only place where that shows.

XLA unrolls the random number generator anew for each call, which takes it a tenth of a second, and several times as
long over many axes as over one. So all that is wanted at once is drawn at once, over one axis, and cut into shapes.
"""

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ddpm.arrays import Key

Shape = tuple[int, ...]


def standard_normal(key: Key, shape: Shape, dtype=None) -> Float[Array, "..."]:
    """The values of `jax.random.normal(key, shape, dtype)`."""
    return jax.random.normal(key, (math.prod(shape),), dtype).reshape(shape)


def uniform_arrays(key: Key, shapes: Sequence[Shape], dtype=None, minval: float = -1.0) -> list[Float[Array, "..."]]:
    """An array of each shape with numbers uniform in [minval, 1), all independent."""
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    flat = jax.random.uniform(key, (int(ends[-1]),), dtype, minval=minval)
    return [piece.reshape(shape) for piece, shape in zip(jnp.split(flat, ends[:-1]), shapes, strict=True)]


def above_minus_one(dtype) -> float:
    """The `minval` with which uniform numbers are greater than -1, as `normal_from_uniform` needs them."""
    return -1 + float(jnp.finfo(dtype).epsneg)


def normal_from_uniform(u: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Standard normal numbers from numbers uniform in (-1, 1), as `jax.random.normal` makes them: sqrt(2) erf^-1(u)."""
    return np.sqrt(2).astype(u.dtype) * jax.lax.erf_inv(u)


def integers_from_uniform(u: Float[Array, "*shape"], n: int) -> Int[Array, "*shape"]:
    """0 to n - 1, all equally likely, from `uniform_arrays`."""
    return jnp.floor((1 + u) / 2 * n).astype(int)
