"""The context manager that switches float64 on or off, under the name that each version of JAX has for it."""

import jax

try:
    enable_x64 = jax.enable_x64
except AttributeError:  # in older versions
    from jax.experimental import enable_x64

__all__ = ["enable_x64"]
