"""Ancestral sampling (Ho et al. 2020, Algorithm 2)."""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key, check_same_shape
from ddpm.gaussian import standard_normal
from ddpm.losses import ReverseVariance, reverse_variance
from ddpm.predict import mean_from_noise
from ddpm.schedule import Schedule, at


def ancestral_step(
    schedule: Schedule,
    x_t: Float[ArrayLike, "..."],
    t: Int[ArrayLike, "..."],
    predicted_noise: Float[ArrayLike, "..."],
    noise: Float[ArrayLike, "..."],
    variance: ReverseVariance = "beta",
) -> Float[Array, "..."]:
    """x_{t-1} = mu_theta(x_t, t) + sigma_t noise; the last step, t = 1, adds no noise (Algorithm 2, lines 3 and 4).

    Args:
        noise: standard normal, shape of x_t.

    Raises:
        ValueError: shapes differ, t is outside 1..T, or the variance is unknown.
    """
    check_same_shape("predicted_noise", predicted_noise, "x_t", x_t)
    check_same_shape("noise", noise, "x_t", x_t)
    sigma_2 = reverse_variance(schedule, variance).at[1].set(0.0)
    return mean_from_noise(schedule, x_t, t, predicted_noise) + jnp.sqrt(at(sigma_2, t, x_t)) * noise


def ancestral_trajectory(
    key: Key,
    schedule: Schedule,
    predict_noise: Callable[[Array, Array], Array],
    x_T: Float[ArrayLike, "..."],
    variance: ReverseVariance = "beta",
) -> Float[Array, "..."]:
    """The reverse chain from x_T: shape (T + 1, *x_T.shape), entry t is x_t, and entry 0 the sample.

    Args:
        predict_noise: (x_t, t) -> predicted noise; x_t of the shape of x_T (batch axes included), t a scalar in 1..T.
        x_T: where to start, standard normal for a sample of the model.
    """
    x_0, states = _chain(key, schedule, predict_noise, jnp.asarray(x_T, schedule.beta.dtype), 0.0, variance)
    return jnp.concatenate([x_0[None], states])


def _chain(key, schedule, predict_noise, mean, spread, variance):
    """x_0, and x_1 to x_T in one array, which costs nothing where it is not used; x_T ~ N(mean, spread^2 I).

    In each round x_t is drawn about the mean that the round before has found. So all randomness, x_T too, comes from
    one place in the program, and XLA compiles its random number generator once.
    """
    spreads = jnp.append(jnp.sqrt(reverse_variance(schedule, variance)[2:]), spread)  # of x_1, ..., x_T

    def step(mean, t_and_spread):
        t, spread = t_and_spread
        x_t = mean + spread * standard_normal(jax.random.fold_in(key, t), mean.shape, mean.dtype)
        return mean_from_noise(schedule, x_t, t, predict_noise(x_t, t)), x_t

    return jax.lax.scan(step, mean, (jnp.arange(1, schedule.T + 1), spreads), reverse=True)


def ancestral_sample(
    key: Key,
    schedule: Schedule,
    predict_noise: Callable[[Array, Array], Array],
    shape: tuple[int, ...],
    variance: ReverseVariance = "beta",
) -> Float[Array, "..."]:
    """Samples of the model: noise of the given shape, led through the whole reverse chain."""
    x_0, _ = _chain(key, schedule, predict_noise, jnp.zeros(shape, schedule.beta.dtype), 1.0, variance)
    return x_0


@eqx.filter_jit
def sample_many(
    key: Key,
    schedule: Schedule,
    network: Callable[[Array, Array], Array],
    draws: int,
    shape: tuple[int, ...] = (3, 3),
    variance: ReverseVariance = "beta",
) -> Float[Array, "draws ..."]:
    """`draws` samples of the given shape as one compiled program, compiled once for all networks of one kind.

    Args:
        network: (x_t, t) -> predicted noise for one example, a pytree such as `ddpm.nn.MLP` or
            `ddpm.oracle.Oracle`; a plain function is compiled anew for each function object.
    """
    return ancestral_sample(key, schedule, jax.vmap(network, (0, None)), (draws, *shape), variance)
