"""The terms of the variational bound L = L_T + sum_{t > 1} L_{t-1} + L_0 (Ho et al. 2020, eq. 5), in nats."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key, check_same_shape
from ddpm.gaussian import gaussian_log_density, kl_divergence
from ddpm.losses import sum_pixels
from ddpm.predict import mean_from_noise
from ddpm.process import ReverseVariance, posterior_mean, q_mean_variance, q_sample, reverse_variance
from ddpm.schedule import Schedule, at


def prior_term(schedule: Schedule, x_0: Float[ArrayLike, "..."]) -> Float[Array, ""]:
    """L_T = KL(q(x_T | x_0) || N(0, I)) for one example x_0 of any shape. Not negative."""
    mean, variance = q_mean_variance(schedule, x_0, schedule.T)
    return jnp.sum(kl_divergence(mean, variance, 0.0, 1.0))


def denoising_term(
    schedule: Schedule,
    x_0: Float[ArrayLike, "..."],
    x_t: Float[ArrayLike, "..."],
    t: Int[ArrayLike, "..."],
    predicted_mean: Float[ArrayLike, "..."],
    variance: ReverseVariance = "beta",
) -> Float[Array, "..."]:
    """L_{t-1} = KL(q(x_{t-1} | x_t, x_0) || N(predicted_mean, sigma_t^2 I)) for t in 2..T, its constant included.

    Returns:
        Shape of t; not negative. The mean over q(x_t | x_0) is left to the caller.
    """
    check_same_shape("predicted_mean", predicted_mean, "x_t", x_t)
    return sum_pixels(
        kl_divergence(
            posterior_mean(schedule, x_0, x_t, t),
            at(schedule.posterior_variance, t, x_t, lowest=2),
            predicted_mean,
            at(reverse_variance(schedule, variance), t, x_t, lowest=2),
        ),
        t,
    )


def decoder_term(
    schedule: Schedule, x_0: Float[ArrayLike, "..."], predicted_mean: Float[ArrayLike, "..."]
) -> Float[Array, ""]:
    """L_0 = -log N(x_0; predicted_mean, sigma_1^2 I) for one example.

    sigma_1^2 is beta_1 whatever the other steps use: beta_tilde_1 = 0 leaves no density. A density may
    exceed 1, so this term, unlike the others, may be negative.
    """
    check_same_shape("predicted_mean", predicted_mean, "x_0", x_0)
    return -jnp.sum(gaussian_log_density(x_0, predicted_mean, schedule.beta[1]))


def bound_terms(
    key: Key,
    schedule: Schedule,
    predict_noise: Callable[[Array, Array], Array],
    x_0: Float[ArrayLike, "..."],
    variance: ReverseVariance = "beta",
) -> Float[Array, " time"]:
    """L_0, L_1, ..., L_T for one example x_0, indexed by the paper's subscript; their sum estimates L.

    Unbiased: each x_t is drawn once from q(x_t | x_0). Average over keys for a finer estimate.

    Args:
        predict_noise: (x_t, t) -> predicted noise, shape of x_t.
    """
    x_0 = jnp.asarray(x_0, schedule.beta.dtype)

    def term(t, key):
        x_t = q_sample(schedule, x_0, t, jax.random.normal(key, x_0.shape, x_0.dtype))
        return x_t, mean_from_noise(schedule, x_t, t, predict_noise(x_t, t))

    def denoising(t, key):
        x_t, mean = term(t, key)
        return denoising_term(schedule, x_0, x_t, t, mean, variance)

    keys = jax.random.split(key, schedule.T)
    first = decoder_term(schedule, x_0, term(jnp.asarray(1), keys[0])[1])
    middle = jax.vmap(denoising)(jnp.arange(2, schedule.T + 1), keys[1:])
    return jnp.concatenate([first[None], middle, prior_term(schedule, x_0)[None]])
