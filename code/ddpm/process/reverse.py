"""The way back: q(x_{t-1} | x_t, x_0) by Bayes' rule, and the variances that a model's steps may have.

Shapes as in `ddpm.process.forward`.
"""

from typing import Literal

import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int, Real

from ddpm.arrays import check_same_shape
from ddpm.schedule import Schedule, at, check_schedule

ReverseVariance = Literal["beta", "beta_tilde"] | Float[ArrayLike, " time"]


def posterior_coefficients(
    schedule: Schedule, t: Int[ArrayLike, "..."], like=None
) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
    """The factors of x_0 and of x_t in the mean of q(x_{t-1} | x_t, x_0) (Ho et al. 2020, eq. 7). t in 1..T.

    They are sqrt(alpha_bar_{t-1}) beta_t / (1 - alpha_bar_t) and
    sqrt(alpha_t) (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t).

    Raises:
        ValueError: t is outside 1..T.
    """
    check_schedule(schedule)
    share = at(schedule.beta_over_total, t, like)
    alpha = at(schedule.alpha, t, like)
    alpha_bar_prev = at(schedule.alpha_bar, jnp.asarray(t) - 1, like, lowest=0)
    # (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t) from values that are already right at the extremes:
    total = at(schedule.one_minus_alpha_bar, t, like)
    total_prev = at(schedule.one_minus_alpha_bar, jnp.asarray(t) - 1, like, lowest=0)
    ratio = total_prev / jnp.where(total == 0, 1.0, total)
    return jnp.sqrt(alpha_bar_prev) * share, jnp.sqrt(alpha) * ratio


def posterior_mean(
    schedule: Schedule, x_0: Real[ArrayLike, "*shape"], x_t: Real[ArrayLike, "*shape"], t: Int[ArrayLike, "..."]
) -> Float[Array, "*shape"]:
    """mu_tilde_t(x_t, x_0), the mean of q(x_{t-1} | x_t, x_0) (Ho et al. 2020, eq. 7).

    Its variance is `Schedule.posterior_variance`.

    Raises:
        ValueError: x_0 and x_t differ in shape, or t is outside 1..T.
    """
    of_x_0, of_x_t = posterior_coefficients(schedule, t, like=x_0)
    check_same_shape("x_t", x_t, "x_0", x_0)
    return of_x_0 * x_0 + of_x_t * x_t


def reverse_variance(schedule: Schedule, kind: ReverseVariance = "beta") -> Float[Array, " time"]:
    """sigma_t^2 for t = 0..T: beta_t, or beta_tilde_t, which is 0 at t = 1 (Ho et al. 2020, section 3.2); or `kind`
    itself, if it is an array, shape (T + 1,), such as from `optimal_variance`.

    Raises:
        ValueError: kind is neither "beta" nor "beta_tilde" nor an array of that shape.
    """
    check_schedule(schedule)
    if not isinstance(kind, str):
        check_same_shape("the reverse variance", kind, "schedule.beta", schedule.beta)
        return jnp.asarray(kind)
    if kind == "beta":
        return schedule.beta
    if kind == "beta_tilde":
        return schedule.posterior_variance
    raise ValueError(f'the reverse variance must be "beta" or "beta_tilde", or an array; got {kind!r}')


def optimal_variance(schedule: Schedule, loss: Float[ArrayLike, " time"]) -> Float[Array, " time"]:
    """The sigma_t^2 with which the bound is least, for a predictor of the noise with this loss: beta_tilde_t +
    beta_t^2 / (alpha_t (1 - alpha_bar_t)) loss_t (Bao et al. 2022, theorem 1; equation `eq-optimal-variance`).

    Args:
        loss: E (noise - predicted noise)^2, the mean over the pixels, for t = 0..T; entry 0 does not matter. Of the
            best predictor it is `ddpm.oracle.optimal_loss`, and then sigma_t^2 is the mean of Var[x_{t-1} | x_t].

    Raises:
        ValueError: losses of another shape.
    """
    check_schedule(schedule)
    check_same_shape("loss", loss, "schedule.beta", schedule.beta)
    return (schedule.posterior_variance + noise_gain(schedule) * jnp.asarray(loss)).at[0].set(0.0)


def noise_gain(schedule: Schedule) -> Float[Array, " time"]:
    """k_t = beta_t^2 / (alpha_t (1 - alpha_bar_t)) for t = 0..T: the squared error of the mean over that of the noise
    (equation `eq-term-of-variance`); NaN where alpha_t = 0."""
    return schedule.beta * schedule.beta_over_total / jnp.where(schedule.alpha == 0, jnp.nan, schedule.alpha)


def variance_between(
    schedule: Schedule, place: Float[ArrayLike, "*shape"], t: Int[ArrayLike, "..."]
) -> Float[Array, "*shape"]:
    """exp(place log beta_t + (1 - place) log beta_tilde_t), the variance of a step that a network says pixel by pixel
    (Nichol and Dhariwal 2021, eq. 15; equation `eq-learned-variance`). t in 2..T, since beta_tilde_1 = 0.

    Args:
        place: 0 is beta_tilde_t, 1 is beta_t; any number, as in the paper, so that the variance may lie beyond both.

    Raises:
        ValueError: t is outside 2..T.
    """
    check_schedule(schedule)
    beta, tilde = (at(values, t, place, lowest=2) for values in (schedule.beta, schedule.posterior_variance))
    return tilde * (beta / tilde) ** place
