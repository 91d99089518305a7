"""ddpm.evaluate.sliced where projections are Gaussian, so that W_2 on each direction is known."""

import jax
import numpy as np
import pytest

from ddpm.evaluate import sliced_wasserstein

KEY = jax.random.key(0)


def test_of_round_gaussians():
    """On each direction |m|^2 / D + (s - 1)^2 on average."""
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 5000, 4))
    found = sliced_wasserstein(KEY, a, 1.5 * b + [1, 0, 0, -1])
    assert found == pytest.approx(np.sqrt(2 / 4 + 0.25), rel=0.05)


def test_of_a_gaussian_in_the_plane_against_quadrature():
    random = np.random.default_rng(1)
    a, b = random.normal(size=(2, 5000, 2))
    angle = np.linspace(0, np.pi, 400, endpoint=False)
    deviation = np.hypot(3 * np.cos(angle), np.sin(angle))
    expected = np.sqrt(np.mean((deviation - 1) ** 2))
    assert sliced_wasserstein(KEY, a * [3, 1], b) == pytest.approx(expected, rel=0.05)


def test_a_shift_of_images_of_any_shape_and_sets_of_different_sizes(unchecked):
    random = np.random.default_rng(2)
    images = random.normal(size=(50, 4, 4))
    shifted = sliced_wasserstein(KEY, images + 0.5, images)
    ones = np.full(16, 0.5)
    assert shifted == pytest.approx(np.linalg.norm(ones) / 4, rel=0.15)  # |m|^2 / D is a mean over directions
    assert sliced_wasserstein(KEY, images[::-1], images) == pytest.approx(0, abs=1e-12)
    assert sliced_wasserstein(KEY, np.repeat(images, 3, axis=0), images) < 0.1 * shifted  # the same distribution
    with pytest.raises(ValueError, match="examples have 16 numbers, and those beside them 4"):
        sliced_wasserstein(KEY, images, np.ones((5, 2, 2)))
