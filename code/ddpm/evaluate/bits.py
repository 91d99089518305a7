"""How many bits a model needs for images that it has not seen."""

from collections.abc import Callable
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Int

from ddpm.arrays import Key
from ddpm.evaluate.measured import Measured, average
from ddpm.likelihood import (
    bits_per_dimension,
    dequantise,
    draw_probes,
    hutchinson,
    log_density,
    noise_log_density,
)
from ddpm.path import Path
from ddpm.sample.ode import heun


def held_out_bits(
    key: Key,
    path: Path,
    velocity: Callable[[Array, Array], Array],
    pixels: Int[ArrayLike, "n *shape"],
    values: int,
    start: float = 1e-3,
    steps: int = 64,
) -> Measured:
    """Bits per dimension of images with pixels 0, ..., values - 1, on the scale [-1, 1), along the ODE; the mean over
    the images, and the interval of their distribution's.

    Every image is spread over its cells once (`dequantise`), so the mean is one of an upper bound. The divergence is
    Hutchinson's estimate with one probe for each image, which is unbiased; what it varies by is in the interval. The
    error of the solver, Heun's method, is not: twice the steps show it.

    Args:
        velocity: (x, u) -> dx/du of one image. A pytree is data; a plain function is compiled anew for each object.
        start: the model's images are taken to be those at this u, since at u = 0 the velocity of a network may not be
            finite.

    Raises:
        TypeError: not a random key, or no path.
        ValueError: pixels outside of their range, or what `ddpm.likelihood.log_density` raises.
    """
    spread_key, probe_key = jax.random.split(key)
    x = dequantise(spread_key, pixels, values)
    probes = draw_probes(probe_key, len(x), x.shape[1:], dtype=x.dtype)
    # time is taken at equal steps of its root: near the data much happens in little time
    times = jnp.linspace(start**0.5, 1, steps + 1) ** 2
    bits = _bits(path, velocity, x, probes, times.at[-1].set(1.0), values)
    return average(bits)


@eqx.filter_jit
def _bits(path, velocity, x, probes, times, values):
    def of_one(x, probe):
        divergence = partial(hutchinson, probes=probe[None])
        log_q = log_density(velocity, x, partial(noise_log_density, path), times, divergence, heun)
        return bits_per_dimension(log_q, x.size, values)

    return jax.vmap(of_one)(x, probes)
