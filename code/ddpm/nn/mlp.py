"""A plain multilayer perceptron that sees the time."""

from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key, check_key
from ddpm.nn.layers import TIME_FEATURES, Activation, checked_input, checked_sizes, linear_layers, time_features


class MLP(eqx.Module):
    """A plain multilayer perceptron on the pixels and on sines and cosines of the time.

    Attributes:
        layers: the linear layers in order.
    """

    layers: tuple[eqx.nn.Linear, ...]
    T: int = eqx.field(static=True)
    activation: Activation = eqx.field(static=True)

    def __init__(self, key: Key, sizes: Sequence[int], T: int, activation: Activation = jax.nn.silu):
        """A network with random weights.

        Args:
            sizes: the number of pixels, then the widths of the hidden layers: [9, 64, 64].
            T: the number of diffusion steps.

        Raises:
            TypeError: the key is none, or a size is not an integer.
            ValueError: fewer than two sizes, or one below 1.
        """
        check_key(key)
        pixels, *hidden = checked_sizes(sizes)
        self.layers = linear_layers(key, (pixels + TIME_FEATURES, *hidden, pixels))
        self.T = T
        self.activation = activation

    def __call__(self, x_t: Float[ArrayLike, "*pixels"], t: Int[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        """The predicted noise, shape of x_t; t in 1..T."""
        table = time_features(np.arange(self.T + 1) / self.T)  # known when compiling, so that a step only looks it up
        h = jnp.concatenate([jnp.ravel(x_t), jnp.asarray(table, jnp.result_type(float))[t]])
        h = checked_input(self, h, x_t, f"the pixels and {TIME_FEATURES} features of the time")
        for layer in self.layers[:-1]:
            h = self.activation(layer(h))
        return self.layers[-1](h).reshape(jnp.shape(x_t))
