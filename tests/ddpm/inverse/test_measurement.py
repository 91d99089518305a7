"""Linear measurements against SciPy and by hand."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from ddpm.inverse import blurred, kept_pixels, measurement

H = np.array([[0.8, -0.4, 0.1], [0.3, 0.5, -0.9]])


def test_the_density_is_that_of_a_gaussian_with_its_full_covariance():
    b, mean, variance = np.array([0.3, -0.2]), np.array([0.4, 0.1, -0.7]), 0.6
    expected = stats.multivariate_normal.logpdf(b, H @ mean, variance * H @ H.T + 0.3**2 * np.eye(2))
    np.testing.assert_allclose(measurement(H, b, 0.3).log_density(jnp.asarray(mean), variance), expected, rtol=1e-4)


def test_what_is_spread_back_has_the_values_and_is_the_smallest():
    seen = measurement(H, [0.3, -0.2], 0.3)
    back = seen.spread_back(jnp.asarray([0.3, -0.2]), jnp.zeros(3))
    np.testing.assert_allclose(seen.of(back), [0.3, -0.2], atol=1e-5)
    unseen = np.cross(*H)
    np.testing.assert_allclose(back @ unseen, 0.0, atol=1e-5)


def test_kept_pixels_and_means_over_neighbours():
    mask = np.array([[True, False], [False, True]])
    np.testing.assert_array_equal(kept_pixels(mask) @ [1.0, 2.0, 3.0, 4.0], [1.0, 4.0])
    blur = blurred(3, 4, 0.8)
    np.testing.assert_allclose(blur.sum(1), 1.0)
    side = np.exp(-1 / (2 * 0.8**2))
    far = np.exp(-4 / (2 * 0.8**2))
    corner = np.outer(np.array([1, side, far]) / (1 + side + far), [1, side, far, np.exp(-9 / (2 * 0.8**2))])
    np.testing.assert_allclose(blur[0], (corner / corner.sum()).ravel())


@pytest.mark.parametrize(
    "matrix, value, deviation, words",
    [
        (np.ones(3), [0.0], 0.1, "shapes"),
        (np.ones((1, 3)), [0.0, 1.0], 0.1, "shapes"),
        (np.ones((3, 2)), np.zeros(3), 0.1, "shapes"),
        (np.ones((1, 3)), [0.0], 0.0, "above 0"),
        (np.ones((1, 3)), [0.0], np.inf, "above 0"),
        (np.ones((1, 3)), [np.nan], 0.1, "finite"),
    ],
)
def test_what_is_no_measurement_is_refused(matrix, value, deviation, words):
    with pytest.raises(ValueError, match=words):
        measurement(matrix, value, deviation)


def test_as_many_values_as_pixels_may_be_measured():
    np.testing.assert_allclose(measurement(2 * np.eye(2), [1.0, 2.0], 0.1).inverse, np.eye(2) / 2, rtol=1e-6)
