"""A U-Net of fully connected layers."""

from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key, check_key
from ddpm.nn.layers import Activation, checked_input, layer_sizes, linear_layers


class UNet(eqx.Module):
    """A U-Net of fully connected layers, upside down: it widens first, then narrows back to the pixels.

    On the way back each layer's result is added to the state of the same width on the way there (the skip
    connections). Time is one more input, 2 t / T - 1: from -1 to 1, as wide as the pixels. The last layer starts at
    0, as in the code of Ho et al. (2020): the untrained network answers x_t.

    Attributes:
        layers: the linear layers in order; 2 (len(sizes) - 1) of them.
    """

    layers: tuple[eqx.nn.Linear, ...]
    T: int = eqx.field(static=True)
    activation: Activation = eqx.field(static=True)

    def __init__(self, key: Key, sizes: Sequence[int], T: int, activation: Activation = jax.nn.relu):
        """A network with random weights.

        Args:
            sizes: the widths on the way there, the first being the number of pixels plus 1, for the time:
                [10, 200, 1000] for images of 9 pixels.
            T: the number of diffusion steps.

        Raises:
            TypeError: the key is none, or a size is not an integer.
            ValueError: fewer than two sizes, one below 1, or a first one that leaves no pixel.
        """
        check_key(key)
        widths = layer_sizes(sizes)
        if widths[0] < 2:
            raise ValueError(f"the first size counts the pixels and the time, so it is at least 2; got {widths[0]}")
        *layers, last = linear_layers(key, (*widths[:-1], widths[0] - 1))
        self.layers = (*layers, jax.tree.map(jnp.zeros_like, last))
        self.T = T
        self.activation = activation

    def __call__(self, x_t: Float[ArrayLike, "*pixels"], t: Int[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        """The predicted noise, shape of x_t; t in 1..T."""
        pixels = jnp.ravel(x_t)
        h = checked_input(self, jnp.append(pixels, 2 * t / self.T - 1), x_t, "the pixels and the time")
        half = len(self.layers) // 2
        skips = []
        for layer in self.layers[:half]:
            skips.append(h)
            h = self.activation(layer(h))
        for layer in self.layers[half:-1]:
            h = self.activation(layer(h) + skips.pop())
        return (self.layers[-1](h) + pixels).reshape(jnp.shape(x_t))
