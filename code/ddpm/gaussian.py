"""Gaussians with independent pixels: log density and Kullback-Leibler divergence, pixel by pixel."""

import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Real


def gaussian_log_density(
    x: Real[ArrayLike, "..."], mean: Real[ArrayLike, "..."], variance: Real[ArrayLike, "..."]
) -> Float[Array, "..."]:
    """log N(x; mean, variance) for each pixel; sum over the pixels for the density of an image.

    Args:
        x, mean, variance: shapes that broadcast together; variance > 0.
    """
    variance = jnp.asarray(variance)
    return -0.5 * (jnp.log(2 * jnp.pi * variance) + (x - mean) ** 2 / variance)


def kl_divergence(
    mean: Real[ArrayLike, "..."],
    variance: Real[ArrayLike, "..."],
    other_mean: Real[ArrayLike, "..."],
    other_variance: Real[ArrayLike, "..."],
) -> Float[Array, "..."]:
    """KL(N(mean, variance) || N(other_mean, other_variance)) in nats for each pixel.

    With r = variance / other_variance this is (r - 1 - log r + (mean - other_mean)^2 / other_variance) / 2.
    Variances of 0 are points: a point against itself gives 0, a point against anything else infinity.

    Args:
        All four: shapes that broadcast together; variances >= 0.
    """
    mean, variance, other_mean, other_variance = jnp.broadcast_arrays(mean, variance, other_mean, other_variance)
    point, other_point = variance == 0, other_variance == 0
    same = point & other_point & (mean == other_mean)
    infinite = (point | other_point) & ~same
    # Inner `where`s keep the unused branch finite, so that gradients are free of NaN (JAX FAQ, "double where").
    safe_variance = jnp.where(point | other_point, 1.0, variance)
    safe_other = jnp.where(point | other_point, 1.0, other_variance)
    excess = (safe_variance - safe_other) / safe_other
    # log1p keeps the digits where the variances are nearly equal, log where their ratio is nearly 0.
    near = jnp.abs(excess) < 0.5
    log_ratio = jnp.where(near, jnp.log1p(jnp.where(near, excess, 0.0)), jnp.log(safe_variance) - jnp.log(safe_other))
    spread = jnp.maximum(excess - log_ratio, 0.0)  # >= 0 in exact arithmetic
    shift = jnp.where(point | other_point, 0.0, mean - other_mean) ** 2 / safe_other
    return jnp.where(infinite, jnp.inf, 0.5 * (spread + shift))
