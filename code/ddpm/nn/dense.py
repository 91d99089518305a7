"""What the networks for images are made of: layers that act on the last axis, and what they are told beside the image.

A convolution is one of these layers too, over patches of the image (`patches`). Measured on two cores, XLA's own
convolution was ten to twenty times slower inside of a loop, as every step of training is. And the activation is
`jax.nn.hard_silu`, x min(max(x + 3, 0), 6) / 6, since the exponential in `silu` took as long as the product before it.
"""

from collections.abc import Iterable, Sequence
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key
from ddpm.flat_random import uniform_arrays
from ddpm.nn.layers import TIME_FEATURES

MOVES = 5  # numbers that say how an image was moved (`ddpm.train.moved`)


class Dense(eqx.Module):
    """x @ weight + bias, on the last axis of an array, in the precision of the weight."""

    weight: Float[Array, "inputs outputs"]
    bias: Float[Array, " outputs"]

    def __call__(self, x: Float[Array, "*places inputs"]) -> Float[Array, "*places outputs"]:
        return x.astype(self.weight.dtype) @ self.weight + self.bias


def dense_layers(key: Key, sizes: Iterable[tuple[int, int]]) -> list[Dense]:
    """A layer for each (inputs, outputs): weights uniform within +-sqrt(6 / (inputs + outputs)), as in
    `ddpm.nn.layers.linear_layers`, and biases 0."""
    return _dense_layers(key, tuple(sizes))


@partial(jax.jit, static_argnums=1)
def _dense_layers(key, sizes):
    weights = uniform_arrays(key, sizes)
    return [Dense(np.sqrt(6 / sum(size)) * w, jnp.zeros(size[1])) for w, size in zip(weights, sizes)]


def off(layer: Dense) -> Dense:
    """The layer with weights 0, so that a branch that ends in it starts by adding nothing."""
    return jax.tree.map(jnp.zeros_like, layer)


def standardised(x: Float[Array, "*places channels"]) -> Float[Array, "*places channels"]:
    """x with mean 0 and variance 1 over the channels (Ba et al. 2016), nothing being learned."""
    x = x - jnp.mean(x, axis=-1, keepdims=True)
    return x * jax.lax.rsqrt(jnp.mean(x**2, axis=-1, keepdims=True) + 1e-5)


def patches(x: Float[Array, "rows columns channels"]) -> Float[Array, "rows columns nine_channels"]:
    """Around each pixel the 3 x 3 pixels, their channels one after another; beyond the edge there is 0."""
    rows, columns, _ = x.shape
    padded = jnp.pad(x, ((1, 1), (1, 1), (0, 0)))
    shifted = [padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    return jnp.concatenate(shifted, axis=-1)


def to_blocks(x: Float[Array, "rows columns channels"]) -> Float[Array, "half_rows half_columns four_channels"]:
    """Blocks of 2 x 2 pixels as one pixel with four times the channels."""
    rows, columns, channels = x.shape
    blocks = x.reshape(rows // 2, 2, columns // 2, 2, channels).transpose(0, 2, 1, 3, 4)
    return blocks.reshape(rows // 2, columns // 2, 4 * channels)


def from_blocks(x: Float[Array, "rows columns four_channels"]) -> Float[Array, "twice_rows twice_columns channels"]:
    """The inverse of `to_blocks`."""
    rows, columns, channels = x.shape
    blocks = x.reshape(rows, columns, 2, 2, channels // 4).transpose(0, 2, 1, 3, 4)
    return blocks.reshape(2 * rows, 2 * columns, channels // 4)


class Told(eqx.Module):
    """What a network is told beside the image, as one vector: the time, the class, and how the image was moved.

    The last two may be missing: class `classes` means that none is told, and a move of zeros that the image is as it
    was (Karras et al. 2022, appendix F.2: the network learns what moved images look like, and is asked for others).
    """

    time: Dense
    mix: Dense
    move: Float[Array, "moves width"]
    classes: Float[Array, "classes_and_none width"]

    def __init__(self, key: Key, classes: int, width: int):
        sizes = [(TIME_FEATURES, width), (MOVES, width), (width, width), (classes + 1, width)]
        self.time, move, self.mix, table = dense_layers(key, sizes)
        self.move, self.classes = off(move).weight, table.weight

    def __call__(
        self, u: Float[ArrayLike, ""], label: Int[ArrayLike, ""] | None, move: Float[Array, " moves"] | None
    ) -> Float[Array, " width"]:
        angle = u * jnp.asarray(np.geomspace(1.0, 100.0, TIME_FEATURES // 2), float)
        h = self.time(jnp.concatenate([jnp.sin(angle), jnp.cos(angle)]))
        h += self.classes[-1 if label is None else label]
        if move is not None:
            h += move.astype(self.move.dtype) @ self.move
        return jax.nn.silu(self.mix(jax.nn.silu(h)))


def kept(key: Key | None, rate: float, sizes: Sequence[int]) -> list[Float[Array, " channels"] | float]:
    """For each of the sizes the factors that drop channels out: 0 with probability `rate`, else 1 / (1 - rate)
    (Srivastava et al. 2014). The same channels drop out in all places. Without a key nothing drops out: factors 1."""
    if key is None or rate == 0:
        return [1.0] * len(sizes)
    return [(u >= rate) / (1 - rate) for u in uniform_arrays(key, [(size,) for size in sizes], minval=0.0)]
