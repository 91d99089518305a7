"""A deep network of equal layers, on which memory and rounding are measured."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


def deep_weights(layers: int, width: int) -> Float[Array, "layers width width"]:
    """Random weights, small enough that the layers add up to something of the size of the input."""
    return jax.random.normal(jax.random.key(0), (layers, width, width)) / (layers * width) ** 0.5


def layer(h: Float[Array, "batch width"], weight: Float[Array, "width width"]) -> Float[Array, "batch width"]:
    """h + relu(h W)."""
    return h + jax.nn.relu(h @ weight)


def deep_loss(weights: Float[Array, "layers width width"], x: Float[Array, "batch width"], layer=layer):
    """The mean square of what comes out of all layers, one after the other."""
    for weight in weights:
        x = layer(x, weight)
    return jnp.mean(x**2)
