"""How many digits are kept: the switch for float64, under the name that each version of JAX has for it, and products in
full."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

try:
    enable_x64 = jax.enable_x64
except AttributeError:  # in older versions
    from jax.experimental import enable_x64

__all__ = ["enable_x64", "full_product"]


def full_product(a: Float[ArrayLike, "..."], b: Float[ArrayLike, "..."]) -> Float[Array, "..."]:
    """a @ b in the precision of its arrays. On a GPU JAX keeps about three digits of what it multiplies, unless the
    product itself says otherwise: enough for a network, not for what is called exact."""
    return jnp.matmul(a, b, precision="highest")
