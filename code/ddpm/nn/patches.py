"""A transformer over patches of the image."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key
from ddpm.nn.dense import Dense, Told, dense_layers, from_blocks, kept, off, standardised, to_blocks


class Block(eqx.Module):
    """Attention among the patches, then a perceptron in each; the scale and shift before both come from what the
    network is told (Peebles and Xie 2023, section 3.2)."""

    attend: Dense
    join: Dense
    widen: Dense
    narrow: Dense
    told: Dense
    heads: int = eqx.field(static=True)

    def __call__(self, x: Float[Array, "patches width"], told, factor) -> Float[Array, "patches width"]:
        scale_1, shift_1, scale_2, shift_2 = jnp.split(self.told(told), 4)
        x += self.join(self.attention((1 + scale_1) * standardised(x) + shift_1))
        h = self.widen((1 + scale_2) * standardised(x) + shift_2)
        return x + self.narrow(factor * jax.nn.hard_silu(h))

    def attention(self, x: Float[Array, "patches width"]) -> Float[Array, "patches width"]:
        """softmax(q k^T / sqrt(d)) v in each head (Vaswani et al. 2017, section 3.2)."""
        n, width = x.shape
        q, k, v = self.attend(x).reshape(n, 3, self.heads, -1).transpose(1, 2, 0, 3)
        weights = jax.nn.softmax(q @ k.transpose(0, 2, 1) / math.sqrt(width // self.heads))
        return (weights @ v).transpose(1, 0, 2).reshape(n, width)


class PatchTransformer(eqx.Module):
    """A transformer whose tokens are the patches of 2 x 2 pixels (Peebles and Xie 2023).

    Attributes:
        places: what is added to each patch for the place where it lies.
    """

    told: Told
    first: Dense
    places: Float[Array, "patches width"]
    blocks: list[Block]
    last: Dense
    dropout: float = eqx.field(static=True)

    def __init__(
        self,
        key: Key,
        shape: tuple[int, ...] = (8, 8),
        classes: int = 10,
        width: int = 96,
        depth: int = 4,
        heads: int = 4,
        dropout: float = 0.0,
    ):
        """A network with random weights that answers 0.

        Args:
            shape: of an image: (rows, columns), or (rows, columns, channels).

        Raises:
            ValueError: a width that the heads cannot share, or odd rows or columns.
        """
        rows, columns, *rest = shape
        if width % heads or rows % 2 or columns % 2:
            raise ValueError(
                f"width must be a multiple of heads, rows and columns even; got {width=}, {heads=}, {shape=}"
            )
        told_key, key = jax.random.split(key)
        self.told = Told(told_key, classes, width)
        inside, count = 4 * math.prod(rest), rows * columns // 4
        block = [(width, 3 * width), (width, width), (width, 4 * width), (4 * width, width), (width, 4 * width)]
        sizes = [(inside, width), (count, width), (width, inside), *block * depth]
        self.first, places, last, *layers = dense_layers(key, sizes)
        self.places, self.last, self.dropout = places.weight, off(last), dropout
        self.blocks = [
            Block(attend, off(join), widen, off(narrow), off(told), heads)
            for attend, join, widen, narrow, told in zip(*(layers[i::5] for i in range(5)))
        ]

    def __call__(
        self,
        x: Float[Array, "*pixels"],
        u: Float[ArrayLike, ""],
        label: Int[ArrayLike, ""] | None = None,
        move: Float[Array, " moves"] | None = None,
        key: Key | None = None,
    ) -> Float[Array, "*pixels"]:
        """The predicted v, shape of x; arguments as in `ConvUNet`."""
        told = self.told(u, label, move)
        blocks = to_blocks(x.reshape(*x.shape[:2], -1))
        h = self.first(blocks.reshape(len(self.places), -1)) + self.places
        factors = kept(key, self.dropout, [block.widen.bias.size for block in self.blocks])
        for block, factor in zip(self.blocks, factors):
            h = block(h, told, factor)
        return from_blocks(self.last(standardised(h)).reshape(*blocks.shape)).reshape(x.shape)
