"""What everything else is made of: random keys, and shapes."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, PRNGKeyArray, Shaped, UInt32

Key = PRNGKeyArray | UInt32[Array, "2"]


def check_key(key) -> None:
    """Raise a TypeError that says how to make a key unless this is one: `jax.random.key(0)` or `PRNGKey(0)`."""
    dtype, shape = getattr(key, "dtype", None), np.shape(key)
    new = dtype is not None and jnp.issubdtype(dtype, jax.dtypes.prng_key)
    if new and shape == () or dtype == np.uint32 and shape == (2,):
        return
    if new:
        raise TypeError(f"key must be one JAX random key; got an array of {len(key)}. Take one of them: keys[0]")
    found, seed = (key, key) if type(key) is int else (type(key).__name__, 0)
    raise TypeError(f"key must be a JAX random key; got {found}. Make one: jax.random.key({seed})")


def check_same_shape(name: str, array, other_name: str, other) -> None:
    """Raise a ValueError that names both arrays unless their shapes are equal: broadcasting would hide the mistake."""
    if jnp.shape(array) != jnp.shape(other):
        raise ValueError(f"{name} must have the shape of {other_name}, {jnp.shape(other)}; got {jnp.shape(array)}")


def check_shape(shape) -> None:
    """Raise a TypeError with an example unless the shape of one example is a tuple."""
    if not isinstance(shape, tuple):
        raise TypeError(f"shape must be a tuple, the shape of one example, such as (3, 3); got {shape!r}")


def floating(value: Shaped[ArrayLike, "..."]) -> Float[Array, "..."]:
    """`value` as an array of its own float type, or of JAX's default one if it is of integers."""
    value = jnp.asarray(value)
    return value if jnp.issubdtype(value.dtype, jnp.floating) else value.astype(jnp.result_type(float))


def over_pixels(values: Shaped[Array, "*batch"], like) -> Shaped[Array, "..."]:
    """`values`, one for each entry of the leading axes of `like`, shaped to broadcast over its other axes."""
    return values.reshape(values.shape + (1,) * (jnp.ndim(like) - values.ndim))
