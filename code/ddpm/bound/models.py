"""Models p_theta(x_{0:T}) whose bound can be asked for: a start, and a rule for one step."""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.tree_util import Partial
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import over_pixels
from ddpm.level import at_time
from ddpm.mixture import Mixture, mean_variance, noised, responsibilities
from ddpm.predict import mean_from_noise
from ddpm.process import ReverseVariance, reverse_variance
from ddpm.schedule import Schedule, at, check_schedule, check_steps


class ReverseProcess(eqx.Module):
    """p_theta(x_{0:T}) (equation `eq-reverse-process`). Immutable, and a JAX pytree.

    Attributes:
        start: p(x_T).
        step: (x_t, t) -> p_theta(x_{t-1} | x_t), for one example x_t. Give what it depends on by
            `jax.tree_util.Partial` rather than by a closure, and what was compiled once serves all values of it.
    """

    start: Mixture
    step: Callable[[Array, Array], Mixture]


def normal(mean: Float[ArrayLike, "*pixels"] | int, variance: Float[ArrayLike, ""] | int) -> Mixture:
    """N(mean, variance I) as a mixture of one component."""
    dtype = jnp.result_type(mean, variance, 0.0)
    return Mixture(jnp.asarray([mean], dtype), jnp.asarray([variance], dtype), jnp.asarray([1.0], dtype))


def from_predictor(
    schedule: Schedule,
    predict_noise: Callable[[Array, Array], Array],
    shape: tuple[int, ...],
    variance: ReverseVariance = "beta",
) -> ReverseProcess:
    """The model from which `ddpm.sample.ancestral_sample` draws: Gaussian steps from N(0, I), with sigma_t^2 as named.

    Only at t = 1, where the sampler takes the mean, the step has the variance beta_1, or what an array of variances
    says there: otherwise x_0 had no density.

    Args:
        predict_noise: (x_t, t) -> predicted noise, for one example of the given shape.
    """
    check_steps(schedule, predict_noise)
    sigma_2 = reverse_variance(schedule, variance)
    if isinstance(variance, str):
        sigma_2 = sigma_2.at[1].set(schedule.beta[1])
    start = normal(jnp.zeros(shape, schedule.beta.dtype), 1.0)
    return ReverseProcess(start, Partial(_predicted_step, schedule, predict_noise, sigma_2))


def reverse_step(schedule: Schedule, data: Mixture, x_t: Float[ArrayLike, "*pixels"], t: Int[ArrayLike, ""]) -> Mixture:
    """q(x_{t-1} | x_t), t in 1..T, by Bayes' rule (equation `eq-true-reverse`).

    Within a component x_{t-1} and x_t are jointly Gaussian; the weights are the probabilities of the components
    given x_t.
    """
    before = noised(data, at_time(schedule, jnp.asarray(t) - 1, lowest=0))
    after = noised(data, at_time(schedule, t))
    share = before.variances / after.variances
    slope = over_pixels(jnp.sqrt(at(schedule.alpha, t)) * share, data.means)
    return Mixture(
        before.means + slope * (x_t - after.means), share * at(schedule.beta, t), responsibilities(after, x_t)
    )


@jax.jit
def true_reverse(schedule: Schedule, data: Mixture) -> ReverseProcess:
    """The forward process read backwards: it starts from q(x_T), and its steps are q(x_{t-1} | x_t)."""
    check_schedule(schedule)
    return ReverseProcess(noised(data, at_time(schedule, schedule.T)), Partial(reverse_step, schedule, data))


def informed(schedule: Schedule, data: Mixture, share: Float[ArrayLike, ""]) -> ReverseProcess:
    """A model of one pixel with Gaussian steps from N(0, 1) that knows the data to a share from 0 to 1.

    At 0 it takes the data for standard normal, at 1 its steps have the mean and the variance of q(x_{t-1} | x_t), and
    in between it mixes the two means and the two variances.
    """
    check_schedule(schedule)
    return ReverseProcess(normal(0.0, 1.0), Partial(_informed_step, schedule, data, jnp.asarray(share, float)))


def best_mean(schedule: Schedule, data: Mixture, share: Float[ArrayLike, ""]) -> ReverseProcess:
    """A model of one pixel with Gaussian steps from N(0, 1) with the mean of q(x_{t-1} | x_t); their variance is
    beta_t at share 0, its at share 1."""
    check_schedule(schedule)
    return ReverseProcess(normal(0.0, 1.0), Partial(_best_mean_step, schedule, data, jnp.asarray(share, float)))


def _predicted_step(schedule, predict_noise, sigma_2, x_t, t):
    return normal(mean_from_noise(schedule, x_t, t, predict_noise(x_t, t)), at(sigma_2, t))


def _informed_step(schedule, data, share, x_t, t):
    wrong, right = (mean_variance(reverse_step(schedule, of, x_t, t)) for of in (normal(0.0, 1.0), data))
    return normal(*((1 - share) * a + share * b for a, b in zip(wrong, right)))


def _best_mean_step(schedule, data, share, x_t, t):
    mean, variance = mean_variance(reverse_step(schedule, data, x_t, t))
    return normal(mean, share * variance + (1 - share) * at(schedule.beta, t))
