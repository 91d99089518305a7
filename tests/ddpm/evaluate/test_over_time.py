"""ddpm.evaluate.over_time where the least loss is known: of Gaussian data, and of images learned by heart."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from truth import Z

from ddpm.evaluate import loss_over_time
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import cosine_path

PATH, TIMES = cosine_path(), np.array([0.1, 0.3, 0.5, 0.7, 0.95])
S = 0.3
IMAGES = np.random.default_rng(0).normal(scale=np.sqrt(S), size=(4000, 2, 2)).astype(np.float32)


def test_the_best_predictor_of_gaussian_data():
    """What the regression of v on x leaves, with Cov(v, x) = c r (1 - S)."""
    c, r = (np.float64(values) for values in (PATH.level(TIMES).signal, PATH.level(TIMES).spread))
    least = c**2 + r**2 * S - (c * r * (1 - S)) ** 2 / (c**2 * S + r**2)
    best = PathOracle(PATH, mixture(np.zeros((1, 2, 2)), S))
    found = loss_over_time(jax.random.key(0), PATH, best.velocity, IMAGES, TIMES, kind="velocity")
    assert (np.abs(found.mean - least) < Z * found.error).all() and (found.error < 0.05 * least).all()
    nothing = loss_over_time(jax.random.key(0), PATH, lambda x, u: 0 * x, IMAGES, TIMES)
    assert (np.abs(nothing.mean - c**2 - r**2 * S) < Z * nothing.error).all()


def test_the_error_is_that_of_the_mean_of_three():
    key, few, u = jax.random.key(3), IMAGES[:3], TIMES[1:2]
    found = loss_over_time(key, PATH, lambda x, u: 0 * x, few, u)
    noise = np.float64(jax.random.normal(jax.random.split(key, 1)[0], (12,))).reshape(few.shape)
    level = PATH.level(u[0])
    values = ((float(level.signal) * noise - float(level.spread) * few) ** 2).mean((1, 2))
    np.testing.assert_allclose(found, [[values.mean()], [values.std(ddof=1) / np.sqrt(3)]], rtol=1e-5)


def test_images_known_by_heart_and_others():
    known, others = IMAGES[:40], IMAGES[40:80]
    best = PathOracle(PATH, known)
    at_known, at_others = (
        loss_over_time(jax.random.key(1), PATH, best, x, TIMES, kind="noise") for x in (known, others)
    )
    assert at_known.mean[0] < 0.1 * at_others.mean[0]  # with little noise it says a known image, whatever it sees
    assert at_others.mean[-1] < 1.5 * at_known.mean[-1]


class OfLabel(eqx.Module):
    table: jax.Array

    def __call__(self, x, u, label):
        """v of x with x_0 from a table."""
        level = PATH.level(u)
        return (level.signal * x - self.table[label]) / level.spread


def test_told_which_image_it_is_nothing_is_lost():
    found = loss_over_time(jax.random.key(2), PATH, OfLabel(jnp.asarray(IMAGES[:9])), IMAGES[:9], TIMES, np.arange(9))
    np.testing.assert_allclose(found.mean, 0, atol=1e-9)
    found = loss_over_time(jax.random.key(2), PATH, OfLabel(jnp.asarray(IMAGES[1:9])), IMAGES[:8], TIMES, np.arange(8))
    assert (found.mean > 0.1).all()


def test_what_does_not_fit(unchecked):
    for images in (IMAGES[:1], IMAGES[:0]):
        with pytest.raises(ValueError, match="at least two images"):
            loss_over_time(jax.random.key(0), PATH, lambda x, u: x, images, TIMES)
    with pytest.raises(ValueError, match=r"a label for each; got 9 and \(8,\) labels"):
        loss_over_time(jax.random.key(0), PATH, lambda x, u, label: x, IMAGES[:9], TIMES, np.arange(8))
    with pytest.raises(ValueError, match=r"the prediction must have the shape of x, \(2, 2\)"):
        loss_over_time(jax.random.key(0), PATH, lambda x, u: x.sum(), IMAGES[:2], TIMES)
