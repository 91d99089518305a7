"""A perceptron with residual blocks, for small images as a whole."""

import math

import equinox as eqx
import jax
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key
from ddpm.nn.dense import Dense, Told, dense_layers, kept, off, standardised


class ResidualMLP(eqx.Module):
    """Blocks h + W_2 hard_silu(W_1 norm(h) + W_t told), each of full width; the image is one vector.

    Attributes:
        blocks: the layers W_1, W_2 and W_t of each block.
    """

    told: Told
    first: Dense
    blocks: list[tuple[Dense, Dense, Dense]]
    last: Dense
    dropout: float = eqx.field(static=True)

    def __init__(
        self,
        key: Key,
        shape: tuple[int, ...] = (8, 8),
        classes: int = 10,
        width: int = 256,
        depth: int = 4,
        dropout: float = 0.0,
    ):
        told_key, key = jax.random.split(key)
        pixels = math.prod(shape)
        self.told = Told(told_key, classes, width)
        block = [(width, 2 * width), (2 * width, width), (width, 2 * width)]
        self.first, last, *layers = dense_layers(key, [(pixels, width), (width, pixels), *block * depth])
        self.blocks = [(a, off(b), t) for a, b, t in zip(layers[::3], layers[1::3], layers[2::3])]
        self.last = off(last)
        self.dropout = dropout

    def __call__(
        self,
        x: Float[Array, "*pixels"],
        u: Float[ArrayLike, ""],
        label: Int[ArrayLike, ""] | None = None,
        move: Float[Array, " moves"] | None = None,
        key: Key | None = None,
    ) -> Float[Array, "*pixels"]:
        """The predicted v, shape of x; arguments as in `ConvUNet`."""
        told, h = self.told(u, label, move), self.first(x.ravel())
        factors = kept(key, self.dropout, [a.bias.size for a, _, _ in self.blocks])
        for (a, b, t), factor in zip(self.blocks, factors):
            h += b(factor * jax.nn.hard_silu(a(standardised(h)) + t(told)))
        return self.last(standardised(h)).reshape(x.shape)
