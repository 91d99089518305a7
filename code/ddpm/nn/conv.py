"""A convolutional U-Net for small images."""

import math

import equinox as eqx
import jax
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key
from ddpm.nn.dense import Dense, Told, dense_layers, from_blocks, kept, off, patches, standardised, to_blocks


class ConvBlock(eqx.Module):
    """x + two convolutions of 3 x 3 pixels; what the network is told comes in between them."""

    first: Dense
    second: Dense
    told: Dense

    def __call__(self, x: Float[Array, "rows columns channels"], told, factor) -> Float[Array, "rows columns channels"]:
        h = self.first(patches(jax.nn.hard_silu(standardised(x)))) + self.told(told)
        return x + self.second(patches(factor * jax.nn.hard_silu(standardised(h))))


class ConvUNet(eqx.Module):
    """A U-Net (Ronneberger et al. 2015): down to ever smaller images with more channels, and back up; on the way up
    each size gets back what it was on the way down, added. One block at each size on each way, two at the smallest.

    Attributes:
        widths: channels at each size, the full one first; each further size is half as wide and high.
    """

    told: Told
    first: Dense
    downs: list[tuple[ConvBlock, Dense]]
    middle: tuple[ConvBlock, ConvBlock]
    ups: list[tuple[Dense, ConvBlock]]
    last: Dense
    widths: tuple[int, ...] = eqx.field(static=True)
    dropout: float = eqx.field(static=True)

    def __init__(
        self,
        key: Key,
        shape: tuple[int, ...] = (8, 8),
        classes: int = 10,
        widths: tuple[int, ...] = (32, 64),
        dropout: float = 0.0,
    ):
        """A network with random weights that answers 0.

        Args:
            shape: of an image: (rows, columns), or (rows, columns, channels).
            classes: how many there are; labels are 0, ..., classes - 1.
            dropout: the share of the channels that drop out in each block, where a key is given.

        Raises:
            ValueError: rows or columns that cannot be halved so often.
        """
        halvings = len(widths) - 1
        if any(side % 2**halvings for side in shape[:2]):
            raise ValueError(
                f"widths {widths} halve the image {halvings} times; rows and columns of {shape} do not allow it"
            )
        told_key, key = jax.random.split(key)
        self.told = Told(told_key, classes, told_width := 4 * widths[0])
        channels = math.prod(shape[2:])

        def block(width):
            return [(9 * width, width), (9 * width, width), (told_width, width)]

        steps = list(zip(widths, widths[1:]))
        sizes = [(9 * channels, widths[0]), (9 * widths[0], channels)]
        sizes += [size for a, b in steps for size in (*block(a), (4 * a, b))]
        sizes += [size for a, b in reversed(steps) for size in ((b, 4 * a), *block(a))]
        self.first, last, *layers = dense_layers(key, [*sizes, *block(widths[-1]) * 2])
        layers = iter(layers)

        def made():
            a, b, told = next(layers), next(layers), next(layers)
            return ConvBlock(a, off(b), told)

        self.downs = [(made(), next(layers)) for _ in steps]
        self.ups = [(next(layers), made()) for _ in steps]
        self.middle = made(), made()
        self.last, self.widths, self.dropout = off(last), tuple(widths), dropout

    def __call__(
        self,
        x: Float[Array, "*pixels"],
        u: Float[ArrayLike, ""],
        label: Int[ArrayLike, ""] | None = None,
        move: Float[Array, " moves"] | None = None,
        key: Key | None = None,
    ) -> Float[Array, "*pixels"]:
        """The predicted v, shape of x.

        Args:
            u: the time, in [0, 1].
            label: the class; `classes` itself, or nothing, for an image of unknown class.
            move: how the image was moved (`ddpm.train.moved`); nothing for an image as it was.
            key: for what drops out; without one nothing does.
        """
        told = self.told(u, label, move)
        channels = [*self.widths, self.widths[-1], *self.widths[-2::-1]]
        factors = iter(kept(key, self.dropout, channels))
        h, skips = self.first(patches(x.reshape(*x.shape[:2], -1))), []
        for block, down in self.downs:
            h = block(h, told, next(factors))
            skips.append(h)
            h = down(to_blocks(h))
        for block in self.middle:
            h = block(h, told, next(factors))
        for up, block in self.ups:
            h = block(from_blocks(up(h)) + skips.pop(), told, next(factors))
        return self.last(patches(jax.nn.hard_silu(standardised(h)))).reshape(x.shape)
