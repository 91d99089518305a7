"""ddpm.evaluate.bits where the density is known: pixels of a Gaussian, with the exact velocity."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm

from ddpm.evaluate import Measured, held_out_bits
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import cosine_path

VALUES, SPREAD = 16, 0.3


@pytest.fixture(scope="module")
def pixels():
    """Of independent pixels N(0, 0.3^2) on the scale [-1, 1), cut into 16 values."""
    x = np.random.default_rng(0).normal(scale=SPREAD, size=(400, 2, 2))
    return jnp.asarray(np.clip(np.floor((x + 1) / 2 * VALUES), 0, VALUES - 1).astype(int))


def test_bits_of_a_gaussian(pixels):
    """The mean over the cell of -log2 q, with q the density at u = start, plus log2 of values over 2."""
    start = 0.05
    level = cosine_path().level(start)
    deviation = float(jnp.hypot(level.signal * SPREAD, level.spread))
    inside = (np.arange(VALUES)[:, None] + (np.arange(200) + 0.5) / 200) / VALUES * 2 - 1
    of_value = -np.mean(norm.logpdf(inside, scale=deviation), axis=1) / np.log(2) + np.log2(VALUES / 2)
    expected = of_value[np.asarray(pixels)].mean()
    velocity = PathOracle(cosine_path(), mixture(np.zeros((1, 2, 2)), SPREAD**2)).velocity
    value, low, high = held_out_bits(jax.random.key(1), cosine_path(), velocity, pixels, VALUES, start)
    assert low - 0.01 < expected < high + 0.01 and high - low < 0.15
    wide = PathOracle(cosine_path(), mixture(np.zeros((1, 2, 2)), (2 * SPREAD) ** 2)).velocity
    assert held_out_bits(jax.random.key(1), cosine_path(), wide, pixels, VALUES, start).low > high  # a worse model


def test_the_steps_are_those_asked_for_and_shorter_near_the_data(pixels, monkeypatch):
    seen = []
    monkeypatch.setattr("ddpm.evaluate.bits._bits", lambda path, velocity, x, probes, times, values: seen.append(times))
    monkeypatch.setattr("ddpm.evaluate.bits.average", lambda bits: Measured(0.0, 0.0, 0.0))
    held_out_bits(jax.random.key(1), cosine_path(), lambda x, u: x, pixels[:2], VALUES, 0.04, 8)
    np.testing.assert_allclose(seen[0], np.linspace(0.2, 1, 9) ** 2, rtol=1e-6)
    assert seen[0][-1] == 1
