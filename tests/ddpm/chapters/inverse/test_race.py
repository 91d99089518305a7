"""What the race's table is made of."""

import jax
import jax.numpy as jnp
import numpy as np

from ddpm.chapters.inverse.race import residual, restored, with_value
from ddpm.inverse import measurement
from ddpm.path import cosine_path

SEEN = measurement(np.eye(2, 4), [0.3, -0.2], 0.5)


def test_another_value_of_the_same_measurement():
    other = with_value(SEEN, jnp.asarray([1.0, 2.0]))
    np.testing.assert_allclose(other.value, [1.0, 2.0])
    np.testing.assert_allclose(other.matrix, SEEN.matrix)


def test_residuals_are_in_units_of_the_deviation():
    images = jnp.asarray([[[0.3, -0.2], [7.0, 7.0]], [[0.8, -0.2], [7.0, 7.0]]])
    found = residual(SEEN, images, jnp.asarray([[0.3, -0.2]] * 2))
    np.testing.assert_allclose(found, np.sqrt(0.25 / 4) / 0.5, rtol=1e-5)


def test_one_image_for_each_row_of_values():
    values = jnp.asarray([[0.3, -0.2], [0.0, 1.0], [0.5, 0.5]])
    network = lambda x, u: 0.1 * x  # noqa: E731
    found = restored(jax.random.key(0), cosine_path(), network, SEEN, values, (2, 2), 4)
    assert {name: x.shape for name, x in found.items()} == {"replacement": (3, 2, 2), "PiGDM": (3, 2, 2)}
    np.testing.assert_allclose(found["replacement"].reshape(3, 4)[:, :2], values, atol=1e-5)
    assert np.isfinite(found["PiGDM"]).all()
