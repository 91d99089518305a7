"""ddpm.sample.labelled with the best predictor of two classes, each a Gaussian."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from truth import Z

from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import Path, cosine_path
from ddpm.predict import convert_at
from ddpm.sample import OfClass, Velocity, labelled_sample

PATH = cosine_path()
MEANS, VARIANCE = np.array([[-0.5, 0.0], [1.0, 0.5]]), 0.04


class Best(eqx.Module):
    """E[v | x] with the class, or without."""

    path: Path = PATH
    shift: float = 0.0

    def __call__(self, x, u, label=None):
        level = self.path.level(u)
        if label is None:
            data = mixture(MEANS, VARIANCE)
            safe = jnp.clip(u, 1e-3, 0.999)
            level = self.path.level(safe)
            return convert_at(level, x, PathOracle(self.path, data)(x, safe), "noise", "v")
        total = level.signal**2 * VARIANCE + level.spread**2
        mean = jnp.asarray(MEANS, x.dtype)[label]
        x_0 = mean + level.signal * VARIANCE / total * (x - level.signal * mean)
        noise = level.spread / total * (x - level.signal * mean)
        return level.signal * noise - level.spread * x_0


@pytest.mark.parametrize("eta", [pytest.param(0.0, marks=pytest.mark.slow), 1.0])
def test_samples_are_of_the_class_that_they_should_be(eta):
    n, labels = 3000, np.tile([0, 1], 1500)
    found = np.asarray(labelled_sample(jax.random.key(0), PATH, Best(), labels, (2,), steps=150, eta=eta))
    for label in (0, 1):
        of = found[labels == label]
        assert (np.abs(of.mean(0) - MEANS[label]) < Z * np.sqrt(VARIANCE / (n / 2)) + 0.01).all()
        np.testing.assert_allclose(of.std(0), np.sqrt(VARIANCE), rtol=0.12)
    assert np.abs(np.corrcoef(found[labels == 0].T)[0, 1]) < Z / np.sqrt(n / 2)


def test_guidance_adds_the_difference():
    x, u = jnp.array([0.3, -0.2]), jnp.asarray(0.4)
    told, untold = Best()(x, u, 1), Best()(x, u)
    np.testing.assert_allclose(OfClass(Best(), 1)(x, u), told)
    np.testing.assert_allclose(OfClass(Best())(x, u), untold)
    np.testing.assert_allclose(OfClass(Best(), 1, 2.0)(x, u), told + 2 * (told - untold), rtol=1e-6)
    labels = np.ones(400, int)
    plain, guided = (
        np.asarray(labelled_sample(jax.random.key(1), PATH, Best(), labels, (2,), steps=20, guidance=w))
        for w in (None, 1.0)
    )
    assert guided[:, 0].mean() > plain[:, 0].mean() + 0.02  # away from the other class


def test_the_velocity_is_that_of_the_oracle():
    data = mixture(MEANS, VARIANCE)
    x, u = jnp.array([0.3, -0.2]), 0.4
    found = Velocity(PATH, OfClass(Best()))(x, u)
    np.testing.assert_allclose(found, PathOracle(PATH, data).velocity(x, u), rtol=1e-4, atol=1e-5)
    assert np.isfinite(Velocity(PATH, OfClass(Best(), 0))(x, 1.0)).all()


def test_keys_and_steps(unchecked):
    with pytest.raises(TypeError, match="key must be a JAX random key"):
        labelled_sample(0, PATH, Best(), np.zeros(2, int), (2,))
    with pytest.raises(ValueError, match="steps"):
        labelled_sample(jax.random.key(0), PATH, Best(), np.zeros(2, int), (2,), steps=0)


def test_guidance_in_an_interval_is_there_and_nowhere_else():
    x, interval = jnp.array([0.3, -0.2]), (0.3, 0.6)
    limited = jax.jit(lambda u: OfClass(Best(), 1, 2.0, interval)(x, u))
    for u in (0.29, 0.31, 0.59, 0.61):
        u = jnp.asarray(u)
        expected = OfClass(Best(), 1, 2.0 if 0.3 <= u <= 0.6 else None)(x, u)
        np.testing.assert_allclose(limited(u), expected, rtol=1e-5)
    labels = np.ones(3, int)
    whole, none, never = (
        labelled_sample(jax.random.key(1), PATH, Best(), labels, (2,), steps=8, guidance=w, eta=0.0, interval=interval)
        for w, interval in ((1.0, (0.0, 1.0)), (0.0, None), (1.0, (0.95, 0.96)))
    )
    np.testing.assert_allclose(never, none, atol=1e-5)
    guided = labelled_sample(jax.random.key(1), PATH, Best(), labels, (2,), steps=8, guidance=1.0, eta=0.0)
    np.testing.assert_allclose(whole, guided, atol=1e-5)
