"""The small images of the book."""

import jax.numpy as jnp
from jaxtyping import Array, Float


def identity() -> Float[Array, "3 3"]:
    """The 3x3 identity matrix, the image on which the forward chain is tried out."""
    return jnp.eye(3)


def dot() -> Float[Array, "3 3"]:
    """A single dot in the middle of a 3x3 image."""
    return jnp.zeros((3, 3)).at[1, 1].set(1.0)
