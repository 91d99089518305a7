"""ddpm.chapters.real_images.best_of_class: the package's oracle of the images of one class, or of all."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.chapters.real_images.best_of_class import BestOfClass
from ddpm.oracle import PathOracle
from ddpm.path import cosine_path

RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.normal(size=(7, 2, 2)), np.array([0, 1, 0, 1, 1, 0, 1])


@jax.jit
def guesses(best, oracle, x, u, label):
    """Its own, and that of the oracle's noise."""
    level = best.path.level(u)
    return best(x, u, label), (x - level.spread * oracle(x, u)) / level.signal


@pytest.mark.parametrize("u", [0.2, 0.5, 0.8])
def test_its_guess_is_that_of_the_oracle_of_the_same_images(u):
    path = cosine_path()
    best, x = BestOfClass(path, IMAGES, LABELS), jnp.asarray(RNG.normal(size=(2, 2)))
    for label, images in ((None, IMAGES), (1, IMAGES[LABELS == 1])):
        np.testing.assert_allclose(*guesses(best, PathOracle(path, images), x, u, label), atol=2e-4)


@pytest.mark.slow
def test_images_of_other_classes_have_no_share_and_the_nearest_takes_all():
    best = BestOfClass(cosine_path(), IMAGES, LABELS)
    shares = best.responsibilities(jnp.asarray(IMAGES[2] + 0.01), 0.02, jnp.asarray(0))
    assert shares[2] > 0.999 and not np.any(np.asarray(shares)[LABELS == 1])
    many = jax.vmap(best, (0, None, 0))(jnp.asarray(IMAGES), 0.02, jnp.asarray(LABELS))
    np.testing.assert_allclose(many, IMAGES, atol=1e-3)
