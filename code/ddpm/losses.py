"""The weighted losses of one step, on the mean and on the noise, the simple loss, that of a learned variance, and the
weight of each kind of prediction.

Each sums over the pixels of an example; with a batch of t the result has the shape of t.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import check_same_shape
from ddpm.gaussian import kl_divergence
from ddpm.predict import Kind, Shares, kind_of
from ddpm.process import ReverseVariance, noise_gain, posterior_mean, reverse_variance
from ddpm.schedule import Schedule, at


def mean_loss(
    schedule: Schedule,
    t: Int[ArrayLike, "*batch"],
    x_0: Float[ArrayLike, "*shape"],
    x_t: Float[ArrayLike, "*shape"],
    predicted_mean: Float[ArrayLike, "*shape"],
    variance: ReverseVariance = "beta",
) -> Float[Array, "*batch"]:
    """||mu_tilde_t(x_t, x_0) - predicted_mean||^2 / (2 sigma_t^2) (Ho et al. 2020, eq. 8, without its constant).

    Where sigma_t^2 = 0 it is 0 for equal means and infinite otherwise.

    Args:
        x_0, x_t: what mu_tilde_t is made of, see `ddpm.process.posterior_mean`.
        predicted_mean: mu_theta(x_t, t).

    Raises:
        ValueError: shapes differ, t is outside 1..T, or an unknown variance.
    """
    error = _squared_distance(t, "predicted_mean", predicted_mean, "x_t", posterior_mean(schedule, x_0, x_t, t))
    sigma_2 = at(reverse_variance(schedule, variance), t)
    return _weighted(jnp.where(sigma_2 == 0, jnp.inf, 0.5 / jnp.where(sigma_2 == 0, 1.0, sigma_2)), error)


def prediction_weight(schedule: Schedule, kind: Kind, variance: ReverseVariance = "beta") -> Float[Array, " time"]:
    """The weight of ||target - prediction||^2 in L_{t-1}, for t = 0..T and each kind of prediction (`eq-family`).

    It is c_t^2 / (2 sigma_t^2), where c_t is the size of the factor with which an error of this kind enters the mean.
    Infinite where sigma_t^2 = 0, which for "beta_tilde" is so at t = 1, and where an error of this kind enters the mean
    with an infinite factor. Entry 0 has no meaning and is NaN.

    Raises:
        ValueError: an unknown kind or variance.
    """
    sigma_2 = reverse_variance(schedule, variance)
    alpha, total = schedule.alpha, schedule.one_minus_alpha_bar
    before = jnp.concatenate([jnp.zeros_like(total[:1]), total[:-1]])
    alpha_bar_prev = jnp.concatenate([schedule.alpha_bar[:1], schedule.alpha_bar[:-1]])
    # beta_t^2 / (sigma_t^2 (1 - alpha_bar_t)) as a quotient that has its limit where beta_t = 0
    if not isinstance(variance, str):
        share, over = schedule.beta * schedule.beta_over_total, sigma_2
    elif variance == "beta":
        share, over = schedule.beta_over_total, jnp.ones_like(alpha)
    else:
        share, over = schedule.beta, before
    numerator, denominator = kind_of(kind).weight(Shares(share, over, sigma_2, alpha, alpha_bar_prev, total))
    infinite = denominator == 0
    weight = jnp.where(infinite, jnp.inf, 0.5 * numerator / jnp.where(infinite, 1.0, denominator))
    return weight.at[0].set(jnp.nan)


def noise_weight(schedule: Schedule, variance: ReverseVariance = "beta") -> Float[Array, " time"]:
    """beta_t^2 / (2 sigma_t^2 alpha_t (1 - alpha_bar_t)) for t = 0..T (`eq-noise-loss`; Ho et al. 2020, eq. 12).

    Infinite where alpha_t = 0, and at t = 1 with sigma_t^2 = beta_tilde_t = 0. Entry 0 has no meaning and is NaN.
    """
    return prediction_weight(schedule, "noise", variance)


def noise_loss(
    schedule: Schedule,
    t: Int[ArrayLike, "*batch"],
    noise: Float[ArrayLike, "*shape"],
    predicted_noise: Float[ArrayLike, "*shape"],
    variance: ReverseVariance = "beta",
) -> Float[Array, "*batch"]:
    """The same loss in terms of the noise: `noise_weight` times ||noise - predicted_noise||^2 (eq. 12).

    Raises:
        ValueError: shapes differ, t is outside 1..T, or an unknown variance.
    """
    weight = at(noise_weight(schedule, variance), t)
    return _weighted(weight, _squared_distance(t, "predicted_noise", predicted_noise, "noise", noise))


def simple_loss(
    t: Int[ArrayLike, "*batch"], noise: Float[ArrayLike, "*shape"], predicted_noise: Float[ArrayLike, "*shape"]
) -> Float[Array, "*batch"]:
    """||noise - predicted_noise||^2 (Ho et al. 2020, eq. 14): eq. 12 with every weight set to 1.

    A sum over the pixels, as all losses here; training divides it by their number, so that a rate of learning serves
    images of any size (`ddpm.train`).

    Raises:
        ValueError: shapes differ.
    """
    return _squared_distance(t, "predicted_noise", predicted_noise, "noise", noise)


def variance_loss(
    schedule: Schedule,
    t: Int[ArrayLike, "*batch"],
    noise: Float[ArrayLike, "*shape"],
    predicted_noise: Float[ArrayLike, "*shape"],
    variance: Float[ArrayLike, "*shape"],
) -> Float[Array, "*batch"]:
    """L_{t-1} of one draw in nats, t in 2..T, for a step with a variance of its own at each pixel, such as from
    `ddpm.process.variance_between`: KL(q(x_{t-1} | x_t, x_0) || N(mu_theta, variance)).

    For the variance alone: no gradient goes to the predicted noise (Nichol and Dhariwal 2021, section 3.1).

    Raises:
        ValueError: shapes differ, or t is outside 2..T.
    """
    check_same_shape("predicted_noise", predicted_noise, "noise", noise)
    check_same_shape("variance", variance, "noise", noise)
    off = jnp.sqrt(at(noise_gain(schedule), t, noise)) * jax.lax.stop_gradient(jnp.asarray(noise) - predicted_noise)
    return sum_pixels(kl_divergence(0.0, at(schedule.posterior_variance, t, noise, lowest=2), off, variance), t)


def sum_pixels(x: Float[ArrayLike, "..."], t: Int[ArrayLike, "*batch"]) -> Float[Array, "*batch"]:
    """The sum over the axes of x behind those of t."""
    return jnp.sum(x, axis=tuple(range(jnp.ndim(t), jnp.ndim(x))))


def _squared_distance(t, name, prediction, target_name, target):
    check_same_shape(name, prediction, target_name, target)
    return sum_pixels((jnp.asarray(target) - prediction) ** 2, t)


def _weighted(weight, error):
    # inf * 0 would be NaN; no error costs nothing at any weight.
    free = (error == 0) & (weight == jnp.inf)
    return jnp.where(free, 0.0, jnp.where(free, 1.0, weight) * error)
