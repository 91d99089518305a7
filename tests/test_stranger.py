"""A stranger's script: a stock network, data of their own, nothing but the package."""

import runpy
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("stranger.py")
SOURCE = SCRIPT.read_text(encoding="utf-8")
README = Path(__file__).parents[1] / "README.md"
SETS = 40  # of fresh data, to know how far apart two of them lie


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(SCRIPT))


def distance(some, others) -> float:
    """Sliced Wasserstein: how far the sorted projections lie apart, the mean over 64 directions."""
    angle = np.linspace(0, np.pi, 64, endpoint=False)
    directions = np.array([np.cos(angle), np.sin(angle)])
    return np.abs(np.sort(some @ directions, axis=0) - np.sort(others @ directions, axis=0)).mean()


def fitted(points):
    """As many of the Gaussian with their mean and covariance."""
    return np.random.default_rng(0).multivariate_normal(points.mean(0), np.cov(points.T), len(points))


def off_the_curve(samples) -> float:
    """The share that lies more than three standard deviations of the data's noise off the spiral."""
    angle = np.linspace(2, 10, 2000)
    curve = np.array([angle * np.cos(angle), angle * np.sin(angle)]) / 6
    nearest = np.hypot(*(samples.T[:, :, None] - curve[:, None])).min(axis=1)
    return np.mean(nearest > 3 * 0.05)


@pytest.mark.slow
def test_the_samples_are_as_near_to_fresh_data_as_these_to_each_other(script):
    samples = np.asarray(script["samples"], np.float64)
    fresh = [script["spiral"](len(samples), seed) for seed in range(100, 100 + 2 * SETS)]
    floor = [distance(*pair) for pair in zip(fresh[:SETS], fresh[SETS:])]
    found = [distance(samples, other) for other in fresh]
    assert samples.shape == (2000, 2) and np.mean(found) < np.quantile(floor, 0.95)
    assert distance(fitted(fresh[0]), fresh[1]) > 2 * np.quantile(floor, 0.95)  # so that it can tell


@pytest.mark.slow
def test_the_samples_lie_on_the_spiral(script):
    fresh = script["spiral"](2000, 99)
    assert off_the_curve(fresh) < 0.01 and off_the_curve(np.asarray(script["samples"])) < 0.1
    assert off_the_curve(fitted(fresh)) > 0.5


def test_it_is_short_and_the_readme_shows_it_word_for_word():
    assert len(SOURCE.splitlines()) <= 30
    assert f"```python\n{SOURCE}```\n" in README.read_text(encoding="utf-8")
