"""A measured value with its interval."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import ArrayLike, Bool, Float, Int

from ddpm.arrays import Key, check_key
from ddpm.evaluate.counted import confidence_interval

Z = 1.96  # standard errors on each side of a value: 95%


class Measured(NamedTuple):
    """A value, and the two ends of its interval (95%)."""

    value: float
    low: float
    high: float


def share(hits: Bool[ArrayLike, " n"] | Float[ArrayLike, " n"]) -> Measured:
    """The share of the hits, with Wilson's interval. A tie between two may count as half a hit.

    Raises:
        ValueError: no example.
    """
    hits = np.asarray(hits, np.float64)
    if not hits.size:
        raise ValueError("a share needs at least one example")
    low, high = confidence_interval(hits.sum(), len(hits), Z)
    return Measured(float(hits.mean()), max(0.0, float(low)), min(1.0, float(high)))  # but for rounding they are so


def average(values: Float[ArrayLike, " n"]) -> Measured:
    """The mean of independent values, with 1.96 standard errors on each side.

    Raises:
        ValueError: fewer than two values.
    """
    values = np.asarray(values, np.float64)
    if len(values) < 2:
        raise ValueError(f"the error of a mean needs at least two values; got {len(values)}")
    return _around(values.mean(), values.std(ddof=1) / np.sqrt(len(values)))


def bootstrapped(
    key: Key,
    statistic: Callable[..., float],
    *samples: Float[ArrayLike, "_ ..."],
    draws: int = 100,
    groups: Sequence[Int[ArrayLike, "_"]] | None = None,
) -> Measured:
    """statistic(*samples), with 1.96 standard deviations of it on each side, over samples drawn from these with
    replacement (Efron 1979). Each is drawn by itself.

    The interval is about the value, and not where the drawn ones lie: examples that are drawn twice push many a
    statistic up, a distance above all. So it covers what the statistic is on average for samples of this size. For a
    distance near its floor it is wide rather than narrow, since what is drawn anew varies about what was drawn.

    Args:
        groups: for each of the samples the group of each example, if so many of each group were wanted, such as images
            of ordered classes: then each group is drawn by itself, since how many there are is no matter of chance.

    Raises:
        TypeError: not a random key.
        ValueError: fewer than two draws.
    """
    random = generator(key)
    if draws < 2:
        raise ValueError(f"a spread needs at least two draws; got {draws}")
    samples = [np.asarray(sample) for sample in samples]
    groups = [np.zeros(len(sample)) for sample in samples] if groups is None else groups
    places = [[np.flatnonzero(group == one) for one in np.unique(group)] for group in map(np.asarray, groups)]

    def again(sample, of_groups):
        return sample[np.concatenate([places[random.integers(len(places), size=len(places))] for places in of_groups])]

    drawn = [statistic(*map(again, samples, places)) for _ in range(draws)]
    return _around(statistic(*samples), np.std(drawn, ddof=1))


def generator(key: Key) -> np.random.Generator:
    """NumPy's random numbers from a JAX key.

    Raises:
        TypeError: not a random key.
    """
    check_key(key)
    return np.random.default_rng(np.asarray(jax.random.key_data(key)).tolist())


def _around(value, error):
    return Measured(float(value), float(value - Z * error), float(value + Z * error))
