"""What times may be. Under `jit` their values are unknown; there one out of range gives NaN."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import floating


def check_times(times: Real[ArrayLike, " n"], rising: bool | None = None) -> None:
    """See that times lie in [0, 1] and rise or fall; or, if `rising` is given, that they do the one of these.

    Raises:
        ValueError: fewer than two, outside [0, 1], or in another order. Under `jit` only their number can be seen.
    """
    if np.ndim(times) != 1 or len(times) < 2:
        raise ValueError(f"times must be an array of at least two, such as jnp.linspace(1, 0, 33); got {times}")
    if isinstance(times, jax.core.Tracer):
        return
    checked_time(times)
    signs = {True: "rise, towards the noise,", False: "fall, towards the data,"}
    steps = np.diff(np.asarray(times))
    if not any(np.all(steps > 0 if up else steps < 0) for up in signs if rising in (None, up)):
        wanted = " or all ".join(sign for up, sign in signs.items() if rising in (None, up))
        raise ValueError(f"times must all {wanted} from each to the next; got {times}")


def check_one_time(u) -> None:
    """Raise a ValueError unless u is one number: an array of them would spread over the pixels of an example."""
    if jnp.ndim(u):
        raise ValueError(f"u must be one number; got shape {jnp.shape(u)}. For a batch use jax.vmap over x and u")


def checked_time(u: Real[ArrayLike, "..."]) -> Float[Array, "..."]:
    """u as floats, seen to lie in [0, 1].

    Raises:
        ValueError: it does not.
    """
    if isinstance(u, jax.core.Tracer):
        u = floating(u)
        return jnp.where((u >= 0) & (u <= 1), u, jnp.nan)
    if not np.all((np.asarray(u) >= 0) & (np.asarray(u) <= 1)):
        raise ValueError(f"u must lie in [0, 1], from the data to the noise; got {u}")
    return floating(u)
