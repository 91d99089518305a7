"""Integrals over a Gaussian as sums over evenly spaced points.

For smooth integrands that vanish at both ends such a sum is right to rounding once the points are dense enough
(Trefethen and Weideman 2014); double them to see whether they are.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ddpm.gaussian import gaussian_log_density
from ddpm.mixture import Mixture

REACH = 8.5  # standard deviations to either side; beyond it lies less than 2e-17 of a Gaussian


@partial(jax.jit, static_argnums=0)
def standard_normal_points(points: int) -> tuple[Float[Array, " points"], Float[Array, " points"]]:
    """Points z and weights w with sum_i w_i f(z_i) = E[f(Z)], Z standard normal."""
    z = jnp.linspace(-REACH, REACH, points)
    return z, jnp.exp(gaussian_log_density(z, 0.0, 1.0)) * (z[1] - z[0])


def mixture_points(p: Mixture, points: int) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
    """The same for a mixture p of one pixel, with `points` points for each of its components.

    Raises:
        ValueError: more than one pixel.
    """
    if p.means.ndim != 1:
        raise ValueError(
            f"integrals are taken over one pixel, means of shape (K,); got shape {p.means.shape}. "
            "For images take averages over draws: ddpm.bound.drawn_terms"
        )
    z, weight = standard_normal_points(points)
    x = p.means[:, None] + jnp.sqrt(p.variances)[:, None] * z
    return x.ravel(), (p.weights[:, None] * weight).ravel()
