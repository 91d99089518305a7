"""ddpm.nn.denoiser against its description."""

import jax
import numpy as np
import pytest
from truth import shaken

import ddpm
from ddpm.nn import Denoiser


def test_denoiser_is_what_it_says_it_is():
    schedule = ddpm.Schedule.from_betas([0.0, 0.001, 0.5])
    network = shaken(Denoiser(jax.random.key(3), [4, 5], schedule))
    x = np.random.default_rng(0).normal(size=(2, 2)).astype(np.float32)
    for t, a, scale in ((2, 0.999, 20.0), (3, 0.4995, np.sqrt(0.4995) / 0.5005)):
        x_0 = 1 / (1 + np.exp(-np.float64(network.mlp((scale * x).astype(np.float32), t))))
        np.testing.assert_allclose(network(x, t), (x - np.sqrt(a) * x_0) / np.sqrt(1 - a), rtol=2e-4, atol=1e-5)
    assert np.isfinite(network(x, 1)).all() and network.T == 3
    assert len(jax.tree.leaves(network)) == 4  # the schedule is not trained


def test_swapped_arguments(unchecked):
    with pytest.raises(TypeError, match="schedule must be a ddpm.Schedule, such as ddpm.cosine.*got list"):
        Denoiser(jax.random.key(0), ddpm.cosine(4), [9, 16])
