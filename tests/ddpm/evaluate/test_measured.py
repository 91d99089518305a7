"""ddpm.evaluate.measured: how often the intervals hold what they are about."""

from statistics import stdev

import jax
import numpy as np
import pytest

from ddpm.evaluate import average, bootstrapped, frechet, share

SETS = 300
LEAST, MOST = 0.95 - 4 * np.sqrt(0.05 * 0.95 / SETS), 0.99


def held(intervals, truth) -> float:
    return np.mean([low <= truth <= high for _, low, high in intervals])


def test_the_interval_of_a_mean_holds_the_mean_of_the_distribution():
    random = np.random.default_rng(0)
    draws = random.exponential(size=(SETS, 200))
    assert LEAST < held([average(values) for values in draws], 1.0) <= MOST
    value, low, high = average(np.array([1.0, 2.0, 3.0, 6.0]))
    assert value == 3 and high - value == pytest.approx(1.96 * np.sqrt(14 / 3 / 4)) and low + high == pytest.approx(6)
    assert average(np.array([1.0, 3.0])) == pytest.approx((2, 2 - 1.96, 2 + 1.96))


def test_the_interval_of_a_share_is_wilsons_and_a_tie_is_half_a_hit():
    random = np.random.default_rng(1)
    assert LEAST < held([share(random.random(150) < 0.07) for _ in range(SETS)], 0.07) <= MOST
    assert share(np.array([True, False, False, True])) == share(np.array([1.0, 0.5, 0.5, 0.0]))
    assert share(np.array([1.0, 0.5])).value == 0.75


@pytest.mark.slow
def test_a_bootstrapped_interval_holds_the_mean_of_the_statistic_at_this_size():
    """Also for a Frechet distance, whose value is far above that of the distributions (here 0.25)."""
    random, n, d = np.random.default_rng(2), 60, 4
    pairs = [(random.normal(size=(n, d)), random.normal(size=(n, d)) + np.eye(d)[0] / 2) for _ in range(SETS)]
    expected = np.mean([frechet(*pair) for pair in pairs])
    keys = jax.random.split(jax.random.key(0), 60)
    intervals = [bootstrapped(key, frechet, *pair, draws=30) for key, pair in zip(keys, pairs)]
    assert expected > 0.4 and 0.87 < held(intervals, expected)
    assert all(value == frechet(*pair) for (value, _, _), pair in zip(intervals, pairs))
    spread = np.std([frechet(*pair) for pair in pairs])
    wide = np.mean([high - value for value, _, high in intervals]) / (1.96 * spread)
    assert 1 < wide < 1.6  # near the floor too wide, as the docstring says


def test_samples_are_drawn_anew_each_by_itself_and_the_same_key_gives_the_same():
    a, b = np.arange(50.0), np.arange(50.0)
    key = jax.random.key(3)
    assert bootstrapped(key, lambda a, b: np.abs(a - b).max(), a, b).high > 1
    assert bootstrapped(key, np.mean, a) == bootstrapped(key, np.mean, a)
    assert bootstrapped(key, np.mean, a) != bootstrapped(jax.random.key(4), np.mean, a)


@pytest.mark.slow
def test_of_groups_so_many_of_each_are_drawn():
    """Two groups far apart, 30 of each in every set: the mean varies only within them."""
    random, group = np.random.default_rng(5), np.repeat([0, 1], 30)
    sets = [100.0 * group + random.normal(size=60) for _ in range(SETS)]
    keys = jax.random.split(jax.random.key(6), SETS)
    found = [bootstrapped(key, np.mean, values, draws=40, groups=[group]) for key, values in zip(keys, sets)]
    assert LEAST - 0.03 < held(found, 50.0) <= MOST
    assert bootstrapped(keys[0], np.mean, sets[0], draws=40).high > found[0].high + 5  # without groups: much wider
    one = bootstrapped(keys[0], np.mean, sets[0], groups=[np.zeros(60, int)])
    assert one == bootstrapped(keys[0], np.mean, sets[0])


def test_the_spread_is_that_of_what_was_drawn():
    seen = []

    def mean(sample):
        seen.append(np.mean(sample))
        return seen[-1]

    value, low, high = bootstrapped(jax.random.key(0), mean, np.arange(9.0), draws=3)
    *drawn, whole = seen
    assert value == whole == 4 and len(drawn) == 3
    assert value - low == pytest.approx(high - value) == pytest.approx(1.96 * stdev(drawn))


def test_too_little_to_measure(unchecked):
    with pytest.raises(ValueError, match="at least one example"):
        share([])
    with pytest.raises(ValueError, match="at least two values; got 1"):
        average([1.0])
    with pytest.raises(ValueError, match="at least two draws; got 1"):
        bootstrapped(jax.random.key(0), np.mean, np.ones(3), draws=1)
    assert bootstrapped(jax.random.key(0), np.mean, np.ones(3), draws=2) == (1.0, 1.0, 1.0)
    with pytest.raises(TypeError, match="key must be a JAX random key"):
        bootstrapped(0, np.mean, np.ones(3))
