"""One pixel, of which everything is known: the true reverse process, both forms of the bound, and the likelihood
itself.

The data are a Gaussian mixture of one pixel (`ddpm.mixture.Mixture`), and so are q(x_t) and q(x_{t-1} | x_t). What
has no closed
form is a sum over evenly spaced points. For smooth integrands that vanish at both ends such a sum is right to rounding
once the points are dense enough (Trefethen and Weideman 2014); double them to see whether they are.
"""

from collections.abc import Callable
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.tree_util import Partial
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.gaussian import gaussian_log_density, kl_divergence
from ddpm.level import at_time
from ddpm.mixture import Mixture, log_density, mean_variance, noised, responsibilities
from ddpm.process import posterior_mean
from ddpm.schedule import Schedule, at

REACH = 8.5  # standard deviations to either side; beyond it lies less than 2e-17 of a Gaussian


class ReverseProcess(eqx.Module):
    """p_theta(x_{0:T}) of one pixel (equation `eq-reverse-process`). Immutable, and a JAX pytree.

    Attributes:
        start: p(x_T).
        step: (x_t, t) -> p_theta(x_{t-1} | x_t), for a single x_t. Give what it depends on by `jax.tree_util.Partial`
            rather than by a closure, and what was compiled once serves all values of it.
    """

    start: Mixture
    step: Callable[[Array, Array], Mixture]


def normal(mean: Float[ArrayLike, ""], variance: Float[ArrayLike, ""]) -> Mixture:
    """N(mean, variance) of one pixel, as a mixture of one component."""
    mean, variance = (jnp.asarray(a, jnp.result_type(float)).reshape(1) for a in (mean, variance))
    return Mixture(mean, variance, jnp.ones_like(mean))


def reverse_step(schedule: Schedule, data: Mixture, x_t: Float[ArrayLike, ""], t: Int[ArrayLike, ""]) -> Mixture:
    """q(x_{t-1} | x_t), t in 1..T, by Bayes' rule (equation `eq-true-reverse`).

    Within a component x_{t-1} and x_t are jointly Gaussian; the weights are the probabilities of the components
    given x_t.
    """
    before = noised(data, at_time(schedule, jnp.asarray(t) - 1, lowest=0))
    after = noised(data, at_time(schedule, t))
    share = before.variances / after.variances
    means = before.means + jnp.sqrt(at(schedule.alpha, t)) * share * (x_t - after.means)
    return Mixture(means, share * at(schedule.beta, t), responsibilities(after, x_t))


@jax.jit
def true_reverse(schedule: Schedule, data: Mixture) -> ReverseProcess:
    """The forward process read backwards: it starts from q(x_T), and its steps are q(x_{t-1} | x_t)."""
    return ReverseProcess(noised(data, at_time(schedule, schedule.T)), Partial(reverse_step, schedule, data))


def informed(schedule: Schedule, data: Mixture, share: Float[ArrayLike, ""]) -> ReverseProcess:
    """A model with Gaussian steps from N(0, 1) that knows the data to a share from 0 to 1.

    At 0 it takes the data for standard normal, at 1 its steps have the mean and the variance of q(x_{t-1} | x_t),
    and in
    between it mixes the two means and the two variances.
    """
    return ReverseProcess(normal(0.0, 1.0), Partial(_informed_step, schedule, data, jnp.asarray(share, float)))


def best_mean(schedule: Schedule, data: Mixture, share: Float[ArrayLike, ""]) -> ReverseProcess:
    """Gaussian steps from N(0, 1) with the mean of q(x_{t-1} | x_t); their variance is beta_t at share 0, its at
    share 1."""
    return ReverseProcess(normal(0.0, 1.0), Partial(_best_mean_step, schedule, data, jnp.asarray(share, float)))


def _informed_step(schedule, data, share, x_t, t):
    wrong, right = (mean_variance(reverse_step(schedule, of, x_t, t)) for of in (normal(0.0, 1.0), data))
    return normal(*((1 - share) * a + share * b for a, b in zip(wrong, right)))


def _best_mean_step(schedule, data, share, x_t, t):
    mean, variance = mean_variance(reverse_step(schedule, data, x_t, t))
    return normal(mean, share * variance + (1 - share) * at(schedule.beta, t))


@eqx.filter_jit
def step_terms(schedule: Schedule, data: Mixture, process: ReverseProcess, points: int = 64) -> Float[Array, " time"]:
    """The terms of the bound as a sum over steps (equation `eq-bound-steps`), in nats; their sum is L.

    Returns:
        Entry 0 is E[-log p(x_T)], entry t is E[-log p_theta(x_{t-1} | x_t) / q(x_t | x_{t-1})].
    """
    z, weight = _standard_normal(points)

    def term(t):
        x_prev = _draws(noised(data, at_time(schedule, t - 1, lowest=0)), z)[:, :, None]
        mean = jnp.sqrt(schedule.alpha[t]) * x_prev
        x_t = mean + jnp.sqrt(schedule.beta[t]) * z
        log_p = jnp.vectorize(lambda x_prev, x_t: log_density(process.step(x_t, t), x_prev))(x_prev, x_t)
        values = gaussian_log_density(x_t, mean, schedule.beta[t]) - log_p
        return jnp.einsum("kij,k,i,j", values, data.weights, weight, weight)

    x_T = _draws(noised(data, at_time(schedule, schedule.T)), z)
    log_p = jax.vmap(jax.vmap(partial(log_density, process.start)))(x_T)
    first = -jnp.einsum("ki,k,i", log_p, data.weights, weight)
    return jnp.append(first, jax.lax.map(term, jnp.arange(1, schedule.T + 1)))


@eqx.filter_jit
def kl_terms(schedule: Schedule, data: Mixture, process: ReverseProcess, points: int = 64) -> Float[Array, " time"]:
    """L_0, L_1, ..., L_T, the terms of the bound in KL divergences (equation `eq-bound-kl`), in nats; their sum is L.

    The divergences are in closed form where p_theta is Gaussian, and sums over points where it is not.
    """
    z, weight = _standard_normal(points)
    x_0 = _draws(data, z)[:, :, None]

    def average(t, function):
        """The mean of function(x_0, x_t) over q."""
        x_t = jnp.sqrt(schedule.alpha_bar[t]) * x_0 + jnp.sqrt(schedule.one_minus_alpha_bar[t]) * z
        return jnp.einsum("kij,k,i,j", jnp.vectorize(function)(x_0, x_t), data.weights, weight, weight)

    def kl(mean, variance, p):
        if len(p.weights) == 1:
            return kl_divergence(mean, variance, p.means[0], p.variances[0])
        x = mean + jnp.sqrt(variance) * z
        return (gaussian_log_density(x, mean, variance) - jax.vmap(partial(log_density, p))(x)) @ weight

    def denoising(t):
        variance = schedule.posterior_variance[t]
        return average(t, lambda x_0, x_t: kl(posterior_mean(schedule, x_0, x_t, t), variance, process.step(x_t, t)))

    T = schedule.T
    first = average(1, lambda x_0, x_1: -log_density(process.step(x_1, 1), x_0))
    root, rest = jnp.sqrt(schedule.alpha_bar[T]), schedule.one_minus_alpha_bar[T]
    last = average(T, lambda x_0, x_T: kl(root * x_0, rest, process.start))
    return jnp.concatenate([first[None], jax.lax.map(denoising, jnp.arange(2, T + 1)), last[None]])


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
    value, mass = _integrate(schedule, data, process, points)
    if not abs(float(mass) - 1) < 1e-6:
        raise ValueError(
            f"on this grid p_theta(x_0) integrates to {mass:.6g}, not to 1; take more than {points} points"
        )
    return value


@eqx.filter_jit
def entropy(data: Mixture, points: int = 512) -> Float[Array, ""]:
    """E[-log q(x_0)], in nats: what no model's negative log-likelihood goes below, on average."""
    z, weight = _standard_normal(points)
    return -jnp.einsum("ki,k,i", jax.vmap(jax.vmap(partial(log_density, data)))(_draws(data, z)), data.weights, weight)


def fit_model_first(data: Mixture, near: float, points: int = 512) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Mean and variance of the Gaussian p with the least KL(p || data), of those with a mean near `near` (a local
    minimum)."""
    from scipy.optimize import minimize

    z, weight = _standard_normal(points)

    @jax.jit
    def divergence(of_p):
        values = of_p[0] + jnp.exp(of_p[1]) * z
        return (
            jnp.sum(weight * (-(z**2) / 2 - jax.vmap(partial(log_density, data))(values))) - of_p[1]
        )  # up to a constant

    mean, log_deviation = minimize(
        divergence, (near, -1.0), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-14}
    ).x
    return jnp.asarray(mean), jnp.exp(2 * log_deviation)


@partial(jax.jit, static_argnums=0)
def _standard_normal(points: int) -> tuple[Float[Array, " points"], Float[Array, " points"]]:
    """Points z and weights w with sum_i w_i f(z_i) = E[f(Z)], Z standard normal."""
    z = jnp.linspace(-REACH, REACH, points)
    return z, jnp.exp(gaussian_log_density(z, 0.0, 1.0)) * (z[1] - z[0])


def _draws(p: Mixture, z: Float[Array, " points"]) -> Float[Array, "components points"]:
    """Every component's values at z standard deviations from its mean."""
    return p.means[:, None] + jnp.sqrt(p.variances)[:, None] * z


@eqx.filter_jit
def _integrate(schedule, data, process, points):
    """E[-log p_theta(x_0)], and the integral of p_theta(x_0), which should be 1."""
    reach = jnp.array([-REACH, REACH])
    ends = jnp.concatenate(
        [_draws(p, reach) for p in (data, noised(data, at_time(schedule, schedule.T)), process.start)]
    )
    x = jnp.linspace(jnp.min(ends), jnp.max(ends), points)
    spacing = x[1] - x[0]

    def step(density, t):
        log_kernel = jax.vmap(lambda x_t: jax.vmap(partial(log_density, process.step(x_t, t)))(x))(x)
        return density @ jnp.exp(log_kernel) * spacing, None

    start = jnp.exp(jax.vmap(partial(log_density, process.start))(x))
    density, _ = jax.lax.scan(step, start, jnp.arange(schedule.T, 0, -1))
    q = jnp.exp(jax.vmap(partial(log_density, data))(x))
    log_p = jnp.log(jnp.maximum(density, jnp.finfo(density.dtype).tiny))  # q has vanished long before p_theta does
    return -jnp.sum(q * log_p) * spacing, jnp.sum(density) * spacing
