"""What a network may predict: the noise, x_0, v, the score or the mean. One family, each found from each.

Everything goes through the pair (x_0, noise), which is tied by x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t)
noise.
Where x_t holds no trace of x_0 (alpha_bar_t = 0), or no noise (alpha_bar_t = 1), the pair is not determined; the
solution of least norm is taken then: 0 for the member that cannot be known.
"""

from typing import Literal

import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import check_same_shape
from ddpm.process import posterior_coefficients, posterior_mean
from ddpm.schedule import Schedule, at

Kind = Literal["noise", "x_0", "v", "score", "mean"]


def x_0_from_noise(
    schedule: Schedule, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, "..."], noise: Float[ArrayLike, "..."]
) -> Float[Array, "..."]:
    """x_0 = (x_t - sqrt(1 - alpha_bar_t) noise) / sqrt(alpha_bar_t) (Ho et al. 2020, below eq. 9).

    Raises:
        ValueError: noise and x_t differ in shape, or t is outside 1..T.
    """
    check_same_shape("noise", noise, "x_t", x_t)
    signal, spread = _scales(schedule, t, x_t)
    return _divide(x_t - spread * noise, signal)


def noise_from_x_0(
    schedule: Schedule, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, "..."], x_0: Float[ArrayLike, "..."]
) -> Float[Array, "..."]:
    """noise = (x_t - sqrt(alpha_bar_t) x_0) / sqrt(1 - alpha_bar_t).

    Raises:
        ValueError: x_0 and x_t differ in shape, or t is outside 1..T.
    """
    check_same_shape("x_0", x_0, "x_t", x_t)
    signal, spread = _scales(schedule, t, x_t)
    return _divide(x_t - signal * x_0, spread)


def mean_from_noise(
    schedule: Schedule, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, "..."], noise: Float[ArrayLike, "..."]
) -> Float[Array, "..."]:
    """mu = (x_t - beta_t / sqrt(1 - alpha_bar_t) noise) / sqrt(alpha_t) (Ho et al. 2020, eq. 11).

    Raises:
        ValueError: noise and x_t differ in shape, or t is outside 1..T.
    """
    check_same_shape("noise", noise, "x_t", x_t)
    spread = jnp.sqrt(at(schedule.one_minus_alpha_bar, t, x_t))
    alpha = at(schedule.alpha, t, x_t)
    return _divide(x_t - at(schedule.beta_over_total, t, x_t) * spread * noise, jnp.sqrt(alpha))


def convert(
    schedule: Schedule,
    x_t: Float[ArrayLike, "..."],
    t: Int[ArrayLike, "..."],
    value: Float[ArrayLike, "..."],
    source: Kind,
    target: Kind,
) -> Float[Array, "..."]:
    """A prediction of one kind as a prediction of another.

    noise: epsilon. x_0: the clean data. v = sqrt(alpha_bar_t) noise - sqrt(1 - alpha_bar_t) x_0 (Salimans and Ho
    2022). score = -noise / sqrt(1 - alpha_bar_t), the gradient of log q(x_t | x_0). mean: of x_{t-1} given x_t.

    Args:
        value: the prediction, shape of x_t.

    Raises:
        ValueError: an unknown kind, a value that has not the shape of x_t, or t outside 1..T.
    """
    for kind in (source, target):
        if kind not in _TO_PAIR:
            raise ValueError(f"unknown kind of prediction {kind!r}; expected one of {', '.join(_TO_PAIR)}")
    check_same_shape("value", value, "x_t", x_t)
    x_0, noise = _TO_PAIR[source](schedule, x_t, t, value)
    return jnp.asarray(_FROM_PAIR[target](schedule, x_t, t, x_0, noise))


def _scales(schedule, t, like):
    return jnp.sqrt(at(schedule.alpha_bar, t, like)), jnp.sqrt(at(schedule.one_minus_alpha_bar, t, like))


def _divide(numerator, denominator):
    zero = denominator == 0
    return jnp.where(zero, 0.0, numerator / jnp.where(zero, 1.0, denominator))


def _pair_from_noise(schedule, x_t, t, noise):
    return x_0_from_noise(schedule, x_t, t, noise), noise


def _pair_from_x_0(schedule, x_t, t, x_0):
    return x_0, noise_from_x_0(schedule, x_t, t, x_0)


def _pair_from_v(schedule, x_t, t, v):
    signal, spread = _scales(schedule, t, x_t)
    return signal * x_t - spread * v, spread * x_t + signal * v


def _pair_from_score(schedule, x_t, t, score):
    _, spread = _scales(schedule, t, x_t)
    return _pair_from_noise(schedule, x_t, t, -spread * score)


def _pair_from_mean(schedule, x_t, t, mean):
    of_x_0, of_x_t = posterior_coefficients(schedule, t, like=x_t)
    return _pair_from_x_0(schedule, x_t, t, _divide(mean - of_x_t * x_t, of_x_0))


def _v_from_pair(schedule, x_t, t, x_0, noise):
    signal, spread = _scales(schedule, t, x_t)
    return signal * noise - spread * x_0


def _score_from_pair(schedule, x_t, t, x_0, noise):
    return _divide(-noise, _scales(schedule, t, x_t)[1])


_TO_PAIR = {
    "noise": _pair_from_noise,
    "x_0": _pair_from_x_0,
    "v": _pair_from_v,
    "score": _pair_from_score,
    "mean": _pair_from_mean,
}
_FROM_PAIR = {
    "noise": lambda schedule, x_t, t, x_0, noise: noise,
    "x_0": lambda schedule, x_t, t, x_0, noise: x_0,
    "v": _v_from_pair,
    "score": _score_from_pair,
    "mean": lambda schedule, x_t, t, x_0, noise: posterior_mean(schedule, x_0, x_t, t),
}
