"""Exact and approximate predictors of a measured image: on data where they agree, and by importance sampling."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.inverse import (
    ExactlyMeasured,
    Reconstructed,
    doubt_of_pigdm,
    doubt_of_video,
    measured_posterior,
    measurement,
    no_doubt,
    replaced,
    replacement,
)
from ddpm.level import Level
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import cosine_path
from ddpm.sample import even_in_time

PATH = cosine_path(s=0)
DATA = mixture([[-1.0, 0.3], [0.7, 0.9], [0.2, -1.1]], [0.1, 0.4, 0.2], [0.3, 0.5, 0.2])
SEEN = measurement([[0.6, -0.3]], [0.2], 0.3)


def test_the_posterior_is_that_of_weighted_draws():
    x = np.asarray(DATA.sample(jax.random.key(0), 200_000), np.float64)
    weights = np.exp(-((0.2 - x @ [0.6, -0.3]) ** 2) / (2 * 0.3**2))
    weights /= weights.sum()
    found = measured_posterior(DATA, SEEN)
    mean = weights @ x
    covariance = (x - mean).T * weights @ (x - mean)
    own = np.asarray(found.weights, np.float64) @ found.means
    spread = np.einsum("k,kij->ij", found.weights, found.covariances) + np.einsum(
        "k,ki,kj->ij", found.weights, found.means - own, found.means - own
    )
    np.testing.assert_allclose(own, mean, atol=0.01)  # five standard errors of some 150,000 draws
    np.testing.assert_allclose(spread, covariance, atol=0.015)
    drawn = np.asarray(found.sample(jax.random.key(1), 200_000), np.float64)
    np.testing.assert_allclose(drawn.mean(0), own, atol=0.01)
    np.testing.assert_allclose(np.cov(drawn.T), spread, atol=0.015)


def test_points_keep_their_places_and_get_weights():
    places = np.array([[0.0, 1.0], [2.0, -1.0]])
    found = measured_posterior(mixture(places, 0.0), SEEN)
    np.testing.assert_allclose(found.means, places)
    odds = np.exp(-((0.2 - places @ [0.6, -0.3]) ** 2) / (2 * 0.3**2))
    np.testing.assert_allclose(found.weights, odds / odds.sum(), rtol=1e-5)


ONE = mixture([[0.4, -0.3]], 1.0)


@jax.jit
def _guesses(x):
    exact = ExactlyMeasured(PATH, ONE, SEEN)
    guess = Reconstructed(PATH, PathOracle(PATH, ONE), SEEN, doubt_of_pigdm)
    return exact(x, 0.4), guess(x, 0.4)


def test_of_one_gaussian_of_variance_one_pigdm_is_exact_and_both_are_bayes():
    x = jnp.asarray([0.7, -0.2])
    exact, guess = _guesses(x)
    np.testing.assert_allclose(guess, exact, rtol=1e-4)
    level = PATH.level(jnp.asarray(0.4))
    signal, spread = float(level.signal), float(level.spread)
    row = np.array([0.6, -0.3])
    known = np.eye(2) * (1 + signal**2 / spread**2) + np.outer(row, row) / 0.3**2
    wanted = np.linalg.solve(known, np.array([0.4, -0.3]) + signal / spread**2 * np.asarray(x) + row * 0.2 / 0.3**2)
    np.testing.assert_allclose(exact, wanted, rtol=1e-4)


def test_the_exact_predictor_is_the_mean_of_weighted_draws():
    x, level = np.array([0.3, -0.1]), PATH.level(jnp.asarray(0.5))
    images = np.asarray(DATA.sample(jax.random.key(2), 400_000), np.float64)
    apart = x - float(level.signal) * images
    log = -(apart**2).sum(1) / (2 * float(level.spread) ** 2) - (0.2 - images @ [0.6, -0.3]) ** 2 / (2 * 0.3**2)
    weights = np.exp(log - log.max())
    found = jax.jit(ExactlyMeasured(PATH, DATA, SEEN).__call__)(jnp.asarray(x), 0.5)
    np.testing.assert_allclose(found, weights @ images / weights.sum(), atol=0.015)


def test_doubts():
    level = Level(jnp.asarray(0.6), jnp.asarray(1.2))
    assert no_doubt(level) == 0
    np.testing.assert_allclose(doubt_of_video(level), 4.0, rtol=1e-6)
    np.testing.assert_allclose(doubt_of_pigdm(level), 0.8, rtol=1e-6)


def test_replacement_changes_what_is_measured_alone_and_ends_with_the_values():
    level, x, z = Level(jnp.asarray(0.8), jnp.asarray(0.6)), jnp.asarray([1.0, 2.0]), jnp.asarray([0.5, -0.4])
    after = replaced(SEEN, level, x, z)
    np.testing.assert_allclose(SEEN.of(after), 0.8 * 0.2 + 0.6 * SEEN.of(z), rtol=1e-5)
    np.testing.assert_allclose(after @ jnp.asarray([0.3, 0.6]), x @ jnp.asarray([0.3, 0.6]), rtol=1e-5)
    final = replacement(jax.random.key(0), PATH, PathOracle(PATH, DATA), SEEN, jnp.zeros(2), even_in_time(0.99, 0.0, 8))
    np.testing.assert_allclose(SEEN.of(final), [0.2], atol=1e-5)


def test_errors():
    with pytest.raises(TypeError, match="measure"):
        measured_posterior(DATA, np.ones((1, 2)))
    with pytest.raises(ValueError, match="2 pixels; these have 3"):
        measured_posterior(mixture(np.zeros((1, 3)), 1.0), SEEN)
    with pytest.raises(TypeError, match="key"):
        replacement(0, PATH, PathOracle(PATH, DATA), SEEN, jnp.zeros(2), even_in_time(0.99, 0.0, 8))
