"""A plain multilayer perceptron that sees a time which need not be a whole number."""

from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import Key, check_key
from ddpm.nn.layers import checked_input, checked_sizes, linear_layers

FREQUENCIES = tuple(np.geomspace(1.0, 10.0, 6).tolist())  # low: what a network says should be smooth in u


class InTime(eqx.Module):
    """A plain multilayer perceptron on the pixels and on sines and cosines of the time u in [0, 1].

    Attributes:
        layers: the linear layers in order.
    """

    layers: tuple[eqx.nn.Linear, ...]

    def __init__(self, key: Key, sizes: Sequence[int]):
        """A network with random weights.

        Args:
            sizes: the number of pixels, then the widths of the hidden layers: [2, 64, 64].

        Raises:
            TypeError: the key is none, or a size is not an integer.
            ValueError: fewer than two sizes, or one below 1.
        """
        check_key(key)
        pixels, *hidden = checked_sizes(sizes)
        self.layers = linear_layers(key, (pixels + 2 * len(FREQUENCIES), *hidden, pixels))

    def __call__(self, x: Float[ArrayLike, "*pixels"], u: Real[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        """The prediction, shape of x."""
        angle = u * jnp.asarray(FREQUENCIES, jnp.result_type(float))
        h = jnp.concatenate([jnp.ravel(x), jnp.sin(angle), jnp.cos(angle)])
        h = checked_input(self, h, x, f"the pixels and {2 * len(FREQUENCIES)} features of the time")
        for layer in self.layers[:-1]:
            h = jax.nn.silu(layer(h))
        return self.layers[-1](h).reshape(jnp.shape(x))
