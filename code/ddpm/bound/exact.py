"""One pixel, of which everything is known: both forms of the bound, and the likelihood itself, as integrals.

The data are a Gaussian mixture of one pixel (`ddpm.mixture.Mixture`), and so are q(x_t) and q(x_{t-1} | x_t). What has
no closed form is a sum over evenly spaced points (`ddpm.bound.quadrature`).
"""

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ddpm.bound.models import ReverseProcess
from ddpm.bound.quadrature import REACH, mixture_points, standard_normal_points
from ddpm.bound.terms import decoder_term, denoising_term, prior_term, step_term
from ddpm.level import Level, at_time
from ddpm.mixture import Mixture, log_density, noised
from ddpm.precision import full_product
from ddpm.schedule import Schedule, check_schedule


@eqx.filter_jit
def step_terms(schedule: Schedule, data: Mixture, process: ReverseProcess, points: int = 64) -> Float[Array, " time"]:
    """The terms of the bound as a sum over steps (equation `eq-bound-steps`), in nats; their sum is L.

    Returns:
        Entry 0 is E[-log p(x_T)], entry t is E[-log p_theta(x_{t-1} | x_t) / q(x_t | x_{t-1})].
    """
    check_schedule(schedule)

    def term(t):
        before = noised(data, at_time(schedule, t - 1, lowest=0))
        step = Level(jnp.sqrt(schedule.alpha[t]), jnp.sqrt(schedule.beta[t]))
        return _average(
            before, step, lambda x_prev, x_t: step_term(schedule, x_prev, x_t, t, process.step(x_t, t)), points
        )

    first = _cross_entropy(noised(data, at_time(schedule, schedule.T)), process.start, points)
    return jnp.append(first, jax.lax.map(term, jnp.arange(1, schedule.T + 1)))


@eqx.filter_jit
def kl_terms(schedule: Schedule, data: Mixture, process: ReverseProcess, points: int = 64) -> Float[Array, " time"]:
    """L_0, L_1, ..., L_T, the terms of the bound in KL divergences (equation `eq-bound-kl`), in nats; their sum is L.

    The divergences are in closed form where p_theta is Gaussian, and sums over points where it is not.
    """
    check_schedule(schedule)

    def term(t):
        def of_draw(x_0, x_t):
            step = process.step(x_t, t)
            return jax.lax.cond(
                t == 1,
                lambda: decoder_term(x_0, step),
                lambda: denoising_term(schedule, x_0, x_t, t, step, points),
            )

        return _average(data, at_time(schedule, t), of_draw, points)

    x_0, weight = mixture_points(data, points)
    last = full_product(weight, jax.vmap(lambda x_0: prior_term(schedule, x_0, process.start, points))(x_0))
    return jnp.append(jax.lax.map(term, jnp.arange(1, schedule.T + 1)), last)


def negative_log_likelihood(
    schedule: Schedule, data: Mixture, process: ReverseProcess, points: int = 512
) -> Float[Array, ""]:
    """E[-log p_theta(x_0)], in nats: the density of x_T is carried down to x_0 on a grid, one integral for each step.

    Args:
        points: of the grid, which reaches over q(x_0), q(x_T) and p(x_T); their distance must not exceed the
            standard deviation of any step.

    Raises:
        ValueError: the density of x_0 does not integrate to 1 within 1e-6: too few points, or mass beyond the grid.
    """
    check_schedule(schedule)
    value, mass = _integrate(schedule, data, process, points)
    if not abs(float(mass) - 1) < 1e-6:
        raise ValueError(
            f"on this grid p_theta(x_0) integrates to {mass:.6g}, not to 1; take more than {points} points"
        )
    return value


@eqx.filter_jit
def entropy(data: Mixture, points: int = 512) -> Float[Array, ""]:
    """E[-log q(x_0)], in nats: what no model's negative log-likelihood goes below, on average."""
    return _cross_entropy(data, data, points)


def fit_model_first(data: Mixture, near: float, points: int = 512) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Mean and variance of the Gaussian p with the least KL(p || data), of those with a mean near `near` (a local
    minimum)."""
    from scipy.optimize import minimize

    divergence = partial(_model_first, data, *standard_normal_points(points))
    options = {"xatol": 1e-7, "fatol": 1e-14}
    mean, log_deviation = minimize(divergence, (near, -1.0), method="Nelder-Mead", options=options).x
    return jnp.asarray(mean), jnp.asarray(np.exp(2 * log_deviation))


@jax.jit
def _model_first(data, z, weight, of_p):
    """KL(p || data), up to a constant, of p with the mean and the log standard deviation of_p."""
    values = of_p[0] + jnp.exp(of_p[1]) * z
    return full_product(weight, -(z**2) / 2 - jax.vmap(partial(log_density, data))(values)) - of_p[1]


def _cross_entropy(q, p, points):
    """E_q[-log p(x)]."""
    x, weight = mixture_points(q, points)
    return -full_product(weight, jax.vmap(partial(log_density, p))(x))


def _average(p, level, function, points):
    """The mean of function(x, y) over x from p and y = signal x + spread noise."""
    x, weight = mixture_points(p, points)
    z, weight_of_z = standard_normal_points(points)
    y = level.signal * x[:, None] + level.spread * z
    return full_product(full_product(weight, jax.vmap(jax.vmap(function, (None, 0)))(x, y)), weight_of_z)


@eqx.filter_jit
def _integrate(schedule, data, process, points):
    """E[-log p_theta(x_0)], and the integral of p_theta(x_0), which should be 1."""
    laws = data, noised(data, at_time(schedule, schedule.T)), process.start
    means, deviations = (jnp.concatenate(values) for values in zip(*((p.means, jnp.sqrt(p.variances)) for p in laws)))
    x = jnp.linspace(jnp.min(means - REACH * deviations), jnp.max(means + REACH * deviations), points)
    spacing = x[1] - x[0]

    def density_of(p):
        return jnp.exp(jax.vmap(partial(log_density, p))(x))

    def step(density, t):
        kernel = jax.vmap(lambda x_t: density_of(process.step(x_t, t)))(x)
        return full_product(density, kernel) * spacing, None

    density, _ = jax.lax.scan(step, density_of(process.start), jnp.arange(schedule.T, 0, -1))
    log_p = jnp.log(jnp.maximum(density, jnp.finfo(density.dtype).tiny))  # q has vanished long before p_theta does
    return -jnp.sum(density_of(data) * log_p) * spacing, jnp.sum(density) * spacing
