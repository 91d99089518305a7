"""The terms of the variational bound, each for one draw, in nats.

In KL divergences L = L_0 + sum_{t > 1} L_{t-1} + L_T (Ho et al. 2020, eq. 5): `decoder_term`, `denoising_term`,
`prior_term`. As a sum over steps (its first line): `step_term` for each, and -log p(x_T). What the model says of a
step, p_theta(x_{t-1} | x_t), and of the start, p(x_T), enters as a mixture, most often of one component.

Averages over q stand in `ddpm.bound.exact` (integrals, one pixel) and `ddpm.bound.draws` (draws).
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import check_same_shape
from ddpm.bound.quadrature import standard_normal_points
from ddpm.gaussian import gaussian_log_density, kl_divergence
from ddpm.mixture import Mixture, log_density
from ddpm.precision import full_product
from ddpm.process import forward_mean_variance, posterior_mean, q_mean_variance
from ddpm.schedule import Schedule, at


def prior_term(
    schedule: Schedule, x_0: Float[ArrayLike, "*pixels"], start: Mixture, points: int = 64
) -> Float[Array, ""]:
    """L_T = KL(q(x_T | x_0) || p(x_T)). Not negative; `points` and errors as in `denoising_term`."""
    return _divergence(*q_mean_variance(schedule, x_0, schedule.T), start, points)


def denoising_term(
    schedule: Schedule,
    x_0: Float[ArrayLike, "*pixels"],
    x_t: Float[ArrayLike, "*pixels"],
    t: Int[ArrayLike, ""],
    step: Mixture,
    points: int = 64,
) -> Float[Array, ""]:
    """L_{t-1} = KL(q(x_{t-1} | x_t, x_0) || p_theta(x_{t-1} | x_t)) for t in 2..T. Not negative.

    Args:
        step: p_theta(x_{t-1} | x_t).
        points: where `step` has several components the divergence is no formula, but for one pixel a sum over so many
            points.

    Raises:
        ValueError: shapes differ, t is outside 2..T, or several components for more than one pixel.
    """
    variance = at(schedule.posterior_variance, t, lowest=2)
    return _divergence(posterior_mean(schedule, x_0, x_t, t), variance, step, points)


def decoder_term(x_0: Float[ArrayLike, "*pixels"], step: Mixture) -> Float[Array, ""]:
    """L_0 = -log p_theta(x_0 | x_1). A density may exceed 1, so this term, unlike the others, may be negative.

    Raises:
        ValueError: shapes differ.
    """
    return -log_density(step, x_0)


def step_term(
    schedule: Schedule,
    x_prev: Float[ArrayLike, "*pixels"],
    x_t: Float[ArrayLike, "*pixels"],
    t: Int[ArrayLike, ""],
    step: Mixture,
) -> Float[Array, ""]:
    """-log p_theta(x_{t-1} | x_t) / q(x_t | x_{t-1}) for t in 1..T, where beta_t > 0 (equation `eq-bound-steps`).

    Args:
        x_prev: x_{t-1}.

    Raises:
        ValueError: shapes differ, or t is outside 1..T.
    """
    check_same_shape("x_t", x_t, "x_prev", x_prev)
    return jnp.sum(gaussian_log_density(x_t, *forward_mean_variance(schedule, x_prev, t))) - log_density(step, x_prev)


def _divergence(mean, variance, p, points):
    """KL(N(mean, variance I) || p)."""
    check_same_shape("the mean of the model's distribution", p.means[0], "x", mean)
    if len(p.weights) == 1:
        return jnp.sum(kl_divergence(mean, variance, p.means[0], p.variances[0]))
    if mean.shape:
        raise ValueError(
            f"the divergence to a mixture of {len(p.weights)} components is known for one pixel, shape (), alone; "
            f"got shape {mean.shape}"
        )
    z, weight = standard_normal_points(points)
    x = mean + jnp.sqrt(variance) * z
    return full_product(weight, gaussian_log_density(x, mean, variance) - jax.vmap(log_density, (None, 0))(p, x))
