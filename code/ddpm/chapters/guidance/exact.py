"""What a guided flow draws of one pixel, exactly: the noise's density pushed along the flow, beside the tilted one."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm
from jaxtyping import Array, ArrayLike, Float

from ddpm.mixture import Mixture, log_density
from ddpm.sample import heun

STARTS = jnp.linspace(-6.0, 6.0, 1201)  # twice as many take XLA ten times as long
TIMES = jnp.linspace(1.0, 0.0, 401)
PLACES = np.linspace(-5.0, 4.0, 18001)
STEP = PLACES[1] - PLACES[0]


def pushed(field: Callable[..., Array], *options: Array) -> Float[Array, "2 n"]:
    """Where points of noise end up, and the log of the density there, in order. One pixel has one flow: its log density
    falls by the logarithm of how far neighbours are drawn apart.

    Args:
        field: (x, u, *options) -> dx/du, for x of shape (1,).
    """

    def joint(state, u):
        x, _ = state
        rate, growth = jax.jvp(lambda x: field(x, u, *options), (x,), (jnp.ones(1),))
        return rate, growth[0]

    def of_one(z):
        x, stretch = heun(joint, (z[None], jnp.zeros(())), TIMES)[0]
        return jnp.stack([x[0], norm.logpdf(z) - stretch])

    return jax.vmap(of_one, out_axes=1)(STARTS)


def on_places(way: Float[ArrayLike, "2 n"]) -> Float[np.ndarray, " places"]:
    """The density that `pushed` has found, at `PLACES`."""
    x, log_q = np.asarray(way, np.float64)
    return np.exp(np.interp(PLACES, x, log_q, left=-np.inf, right=-np.inf))


def tilted(everything: Mixture, of_class: Mixture, w: float) -> Float[np.ndarray, " places"]:
    """q(x | k)^(1 + w) q(x)^(-w), scaled to integral 1 by quadrature, at `PLACES` (equation `eq-tilted`)."""
    own, any_ = (np.asarray(_logs(data, PLACES), np.float64) for data in (of_class, everything))
    values = np.exp((1 + w) * own - w * any_ - np.max((1 + w) * own - w * any_))
    return values / (values.sum() * STEP)


class Apart(NamedTuple):
    """How far two densities are apart, and what each has.

    Attributes:
        total_variation: half the integral of |p - q|: the largest difference in the probability of any set.
        mean, deviation: of the first and of the second.
        shares: the probability of each part of the line, of the first and of the second.
    """

    total_variation: float
    mean: Float[np.ndarray, "2"]
    deviation: Float[np.ndarray, "2"]
    shares: Float[np.ndarray, "2 parts"]


def apart(
    first: Float[np.ndarray, " places"], second: Float[np.ndarray, " places"], borders: Sequence[float] = ()
) -> Apart:
    """Two densities at `PLACES`, compared; `borders` cut the line into parts."""
    both = np.stack([first, second]) * STEP
    mean = both @ PLACES
    deviation = np.sqrt(both @ PLACES**2 - mean**2)
    part = np.searchsorted(np.asarray(borders), PLACES)
    shares = np.stack([np.bincount(part, row, len(borders) + 1) for row in both])
    return Apart(float(abs(both[0] - both[1]).sum() / 2), mean, deviation, shares)


@jax.jit
def _logs(data, places):
    return jax.vmap(lambda x: log_density(data, x[None]))(jnp.asarray(places))
