"""What a network may predict: the noise, x_0, v, the score, the mean or the velocity. One family, each found from each.

Everything goes through the pair (x_0, noise), which is tied by x_t = signal x_0 + spread noise.
Where x_t holds no trace of x_0 (signal = 0), or no noise (spread = 0), the pair is not determined; the solution of
least norm is taken then: 0 for the member that cannot be known.
"""

from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import check_same_shape
from ddpm.level import Level, at_time
from ddpm.process import posterior_coefficients
from ddpm.schedule import Schedule, at

Kind = Literal["noise", "x_0", "v", "score", "mean"]
LevelKind = Literal["noise", "x_0", "v", "score", "velocity"]


class Place(NamedTuple):
    """Where a prediction is made: the level of x_t; for the kind "mean" the factors of x_0 and x_t in the mean of
    x_{t-1}, for the kind "velocity" the derivatives of signal and spread. Both are computed when asked for."""

    signal: Float[Array, "..."]
    spread: Float[Array, "..."]
    factors: Callable[[], tuple[Array, Array]] | None = None
    rates: Callable[[], tuple[Array, Array]] | None = None


class Shares(NamedTuple):
    """What the weights are made of, for t = 0..T: beta_t^2 / sigma_t^2 is share / over times 1 - alpha_bar_t."""

    share: Float[Array, " time"]
    over: Float[Array, " time"]
    sigma_2: Float[Array, " time"]
    alpha: Float[Array, " time"]
    alpha_bar_prev: Float[Array, " time"]
    total: Float[Array, " time"]


class Prediction(NamedTuple):
    """One kind of prediction.

    Attributes:
        to_pair: (place, x_t, value) -> (x_0, noise).
        from_pair: (place, x_t, x_0, noise) -> value.
        weight: shares -> c_t^2 / sigma_t^2 as numerator and denominator, c_t being the size of the factor with which
            an error of this kind enters the mean (equation `eq-family`); None for "velocity", which no step of a
            schedule has.
    """

    to_pair: Callable[[Place, Array, Array], tuple[Array, Array]]
    from_pair: Callable[[Place, Array, Array, Array], Array]
    weight: Callable[[Shares], tuple[Array, Array]] | None = None


def _divide(numerator, denominator):
    zero = denominator == 0
    return jnp.where(zero, 0.0, numerator / jnp.where(zero, 1.0, denominator))


def _pair_from_noise(place, x_t, noise):
    return _divide(x_t - place.spread * noise, place.signal), noise


def _pair_from_x_0(place, x_t, x_0):
    return x_0, _divide(x_t - place.signal * x_0, place.spread)


def _pair_from_mean(place, x_t, mean):
    of_x_0, of_x_t = place.factors()
    return _pair_from_x_0(place, x_t, _divide(mean - of_x_t * x_t, of_x_0))


def _mean_from_pair(place, x_t, x_0, noise):
    of_x_0, of_x_t = place.factors()
    return of_x_0 * x_0 + of_x_t * x_t


def _pair_from_change(place, x_t, change, rates):
    """From x_t = signal x_0 + spread noise and change = signal' x_0 + spread' noise, by Cramer's rule."""
    signal_rate, spread_rate = rates
    determinant = place.signal * spread_rate - place.spread * signal_rate
    x_0 = _divide(spread_rate * x_t - place.spread * change, determinant)
    return x_0, _divide(place.signal * change - signal_rate * x_t, determinant)


def _change_from_pair(x_0, noise, rates):
    signal_rate, spread_rate = rates
    return signal_rate * x_0 + spread_rate * noise


def _rates_of_level(level, rates):
    """signal' and spread' from signal' and (spread^2)'."""
    no_noise = level.spread == 0
    if not isinstance(no_noise, jax.core.Tracer) and np.any(no_noise):
        raise ValueError("where there is no noise (spread = 0) its rate of change is not known; take a level beside it")
    return rates[0], rates[1] / jnp.where(no_noise, jnp.nan, 2 * level.spread)


def _turn(place):
    """The rates when the level turns: signal and spread as cosine and sine of the angle that is the time."""
    return -place.spread, place.signal


# epsilon
NOISE = Prediction(
    to_pair=_pair_from_noise,
    from_pair=lambda place, x_t, x_0, noise: noise,
    weight=lambda s: (s.share, s.over * s.alpha),
)
# the clean data
X_0 = Prediction(
    to_pair=_pair_from_x_0,
    from_pair=lambda place, x_t, x_0, noise: x_0,
    weight=lambda s: (s.share * s.alpha_bar_prev, s.over * s.total),
)
# sqrt(alpha_bar_t) noise - sqrt(1 - alpha_bar_t) x_0 (Salimans and Ho 2022)
V = Prediction(
    to_pair=lambda place, x_t, v: _pair_from_change(place, x_t, v, _turn(place)),
    from_pair=lambda place, x_t, x_0, noise: _change_from_pair(x_0, noise, _turn(place)),
    weight=lambda s: (s.share * s.alpha_bar_prev, s.over),
)
# -noise / sqrt(1 - alpha_bar_t), the gradient of log q(x_t | x_0)
SCORE = Prediction(
    to_pair=lambda place, x_t, score: _pair_from_noise(place, x_t, -place.spread * score),
    from_pair=lambda place, x_t, x_0, noise: _divide(-noise, place.spread),
    weight=lambda s: (s.share * s.total, s.over * s.alpha),
)
# of x_{t-1} given x_t
MEAN = Prediction(
    to_pair=_pair_from_mean,
    from_pair=_mean_from_pair,
    weight=lambda s: (jnp.ones_like(s.alpha), s.sigma_2),
)
# dx/du when x_0 and noise stay (Lipman et al. 2023); v is the one for the angle as time
VELOCITY = Prediction(
    to_pair=lambda place, x_t, velocity: _pair_from_change(place, x_t, velocity, place.rates()),
    from_pair=lambda place, x_t, x_0, noise: _change_from_pair(x_0, noise, place.rates()),
)
_EVERYWHERE = {"noise": NOISE, "x_0": X_0, "v": V, "score": SCORE}
KINDS = {**_EVERYWHERE, "mean": MEAN}
AT_A_LEVEL = {**_EVERYWHERE, "velocity": VELOCITY}


def kind_of(name: Kind | LevelKind, among: dict[str, Prediction] = KINDS) -> Prediction:
    """The kind of prediction of this name.

    Raises:
        ValueError: it is not `among` those.
    """
    if name not in among:
        remedy = "; the mean belongs to a step of a schedule: use `convert`" if name == "mean" else ""
        raise ValueError(f"unknown kind of prediction {name!r}; expected one of {', '.join(among)}{remedy}")
    return among[name]


def convert(
    schedule: Schedule,
    x_t: Float[ArrayLike, "*shape"],
    t: Int[ArrayLike, "..."],
    value: Float[ArrayLike, "*shape"],
    source: Kind,
    target: Kind,
) -> Float[Array, "*shape"]:
    """A prediction of one kind as a prediction of another; what each kind is stands at its entry in `KINDS`.

    Args:
        value: the prediction of the kind `source`.

    Raises:
        ValueError: an unknown kind, a value that has not the shape of x_t, or t outside 1..T.
    """
    to_pair, from_pair = kind_of(source).to_pair, kind_of(target).from_pair
    level = at_time(schedule, t, like=x_t)
    check_same_shape(source, value, "x_t", x_t)
    place = Place(level.signal, level.spread, factors=lambda: posterior_coefficients(schedule, t, like=x_t))
    return jnp.asarray(from_pair(place, x_t, *to_pair(place, x_t, value)))


def convert_at(
    level: Level,
    x: Float[ArrayLike, "*shape"],
    value: Float[ArrayLike, "*shape"],
    source: LevelKind,
    target: LevelKind,
    rates: tuple[Array, Array] | None = None,
) -> Float[Array, "*shape"]:
    """A prediction of one kind as a prediction of another, at a level of whatever schedule or path.

    Args:
        value: the prediction of the kind `source`.
        rates: signal' and (spread^2)', as from `ddpm.path.Path.rates`; for the kind "velocity", which is
            signal' x_0 + spread' noise. Other texts count time from the noise: there it has the other sign.

    Raises:
        TypeError: no level.
        ValueError: an unknown kind, "velocity" without rates or where there is no noise, whose rate of change is not
            known from that of its square (under `jit` it is NaN there), or a value that has not the shape of x.
    """
    if not isinstance(level, Level):
        raise TypeError(f"level must be a Level, such as path.level(u); got {type(level).__name__}")
    to_pair, from_pair = kind_of(source, AT_A_LEVEL).to_pair, kind_of(target, AT_A_LEVEL).from_pair
    if "velocity" in (source, target) and rates is None:
        raise ValueError("a velocity depends on how the level changes: give rates, such as path.rates(u)")
    check_same_shape(source, value, "x", x)
    place = Place(level.signal, level.spread, rates=partial(_rates_of_level, level, rates))
    return jnp.asarray(from_pair(place, x, *to_pair(place, x, value)))


def x_0_from_noise(
    schedule: Schedule, x_t: Float[ArrayLike, "*shape"], t: Int[ArrayLike, "..."], noise: Float[ArrayLike, "*shape"]
) -> Float[Array, "*shape"]:
    """x_0 = (x_t - sqrt(1 - alpha_bar_t) noise) / sqrt(alpha_bar_t) (Ho et al. 2020, below eq. 9).

    Raises:
        ValueError: noise and x_t differ in shape, or t is outside 1..T.
    """
    return convert(schedule, x_t, t, noise, "noise", "x_0")


def noise_from_x_0(
    schedule: Schedule, x_t: Float[ArrayLike, "*shape"], t: Int[ArrayLike, "..."], x_0: Float[ArrayLike, "*shape"]
) -> Float[Array, "*shape"]:
    """noise = (x_t - sqrt(alpha_bar_t) x_0) / sqrt(1 - alpha_bar_t).

    Raises:
        ValueError: x_0 and x_t differ in shape, or t is outside 1..T.
    """
    return convert(schedule, x_t, t, x_0, "x_0", "noise")


def mean_from_noise(
    schedule: Schedule, x_t: Float[ArrayLike, "*shape"], t: Int[ArrayLike, "..."], noise: Float[ArrayLike, "*shape"]
) -> Float[Array, "*shape"]:
    """mu = (x_t - beta_t / sqrt(1 - alpha_bar_t) noise) / sqrt(alpha_t) (Ho et al. 2020, eq. 11).

    Without the way through x_0 it keeps its digits where sqrt(alpha_bar_t) is small.

    Raises:
        ValueError: noise and x_t differ in shape, or t is outside 1..T.
    """
    spread = at_time(schedule, t, like=x_t).spread
    check_same_shape("noise", noise, "x_t", x_t)
    alpha = at(schedule.alpha, t, x_t)
    return _divide(x_t - at(schedule.beta_over_total, t, x_t) * spread * noise, jnp.sqrt(alpha))
