"""ddpm.pretrained.judged, of samples whose verdict is known."""

import jax
import numpy as np
import pytest

from ddpm.pretrained import court


@pytest.fixture(scope="module")
def judges():
    return court()


@pytest.mark.slow
def test_copies_noise_and_the_pixel_gaussian(judges):
    half, random = judges.half, np.random.default_rng(0)
    key, floor = jax.random.key(0), judges.floor()
    copies = judges.verdict(key, half.images, half.labels)
    assert floor.low < copies.frechet.value < floor.high and copies.nearer.value == 1
    assert copies.recognised.value > 0.99 and copies.precision.value > 0.9
    assert copies.coverage.low < judges.expected_coverage(899) < copies.coverage.high + 0.02
    noise = judges.verdict(key, random.normal(size=(898, 8, 8)).astype(np.float32))
    assert noise.frechet.value > 100 * floor.value and noise.recognised is None and noise.coverage.value < 0.1
    flat = np.asarray(half.images).reshape(899, 64)
    gaussian = random.multivariate_normal(flat.mean(0), np.cov(flat.T), 898).reshape(-1, 8, 8).astype(np.float32)
    fitted = judges.verdict(key, gaussian)
    assert 5 * floor.value < fitted.frechet.value < noise.frechet.value / 3
