"""Densities pushed along a flow against what is known, and the tilted density against its integral."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, stats

from ddpm.chapters.guidance.exact import PLACES, STEP, apart, on_places, pushed, tilted
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import cosine_path

PATH = cosine_path(s=0)
EVERYTHING, CLASS = mixture([[-2.0], [0.0], [1.0]], 0.1, [1, 1, 2]), mixture([[-2.0], [0.0]], 0.1)


@pytest.mark.slow
def test_guided_gaussians_have_the_variance_of_the_chapters_formula():
    any_, own = (PathOracle(PATH, mixture([[0.0]], variance)).velocity for variance in (1.0, 0.5))

    def field(x, u, w):
        return own(x, u) + w * (own(x, u) - any_(x, u))

    push = jax.jit(lambda w: pushed(field, w))
    for w in (0.0, 1.0, 2.0):
        density = on_places(push(w))
        expected = stats.norm.pdf(PLACES, 0, np.sqrt(0.5 * 0.5**w))
        np.testing.assert_allclose(density, expected, atol=2e-3 * expected.max())


def test_the_tilted_density_is_scaled_to_its_integral():
    def value(x):
        own = (stats.norm.pdf(x, -2, 0.1**0.5) + stats.norm.pdf(x, 0, 0.1**0.5)) / 2
        return own**3 * (own / 2 + stats.norm.pdf(x, 1, 0.1**0.5) / 2) ** -2

    total = integrate.quad(value, -5, 3, points=[-2, 0], limit=200)[0]
    np.testing.assert_allclose(
        tilted(EVERYTHING, CLASS, 2.0)[::1000], value(PLACES)[::1000] / total, rtol=1e-3, atol=1e-9
    )


def test_two_gaussians_apart():
    first, second = (stats.norm.pdf(PLACES, mean, 0.5) for mean in (-1.0, 0.0))
    found = apart(first, second, [-0.5])
    np.testing.assert_allclose(found.total_variation, 1 - 2 * stats.norm.cdf(-1), atol=1e-4)
    np.testing.assert_allclose(found.mean, [-1, 0], atol=1e-6)
    np.testing.assert_allclose(found.deviation, 0.5, atol=1e-6)
    np.testing.assert_allclose(found.shares[:, 1], stats.norm.sf([1.0, -1.0]), atol=2 * STEP)
    assert jnp.isfinite(found.total_variation)
