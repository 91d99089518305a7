"""What everything else is made of: random keys, and the checks of shapes."""

import jax.numpy as jnp
from jaxtyping import Array, PRNGKeyArray, UInt32

Key = PRNGKeyArray | UInt32[Array, "2"]


def check_same_shape(name: str, array, other_name: str, other) -> None:
    """Raise a ValueError that names both arrays unless their shapes are equal: broadcasting would hide the mistake."""
    if jnp.shape(array) != jnp.shape(other):
        raise ValueError(f"{name} must have the shape of {other_name}, {jnp.shape(other)}; got {jnp.shape(array)}")
