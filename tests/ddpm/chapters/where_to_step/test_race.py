"""ddpm.chapters.where_to_step.race: idle steps change nothing, and a walk without a slip is DDIM."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.chapters.where_to_step.race import finish, noisy_finish, walk
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import vp
from ddpm.precision import enable_x64
from ddpm.sample import ddim, dpm_solver, dpm_solver_weights


@pytest.mark.slow
def test_all_are_the_packages_samplers():
    with enable_x64(True):
        path, x = vp(), jnp.array([[0.4, -1.2], [1.0, 0.3]])
        oracle, times = PathOracle(path, mixture([[1.0, 0.5], [-1.0, 0.2]], 0.1)), np.array([0.9, 0.5, 0.3, 0.0])
        weights = dpm_solver_weights(path, times)
        wanted = jax.jit(jax.vmap(lambda row: dpm_solver(path, oracle, row, times)[0]))(x)
        np.testing.assert_allclose(finish(path, oracle.velocity, x, times, weights), wanted, atol=1e-12)
        wanted = jax.jit(jax.vmap(lambda row: ddim(None, path, oracle, row, times)[0]))(x)
        np.testing.assert_allclose(finish(path, oracle.velocity, x, times), wanted, atol=1e-12)
        keys = jax.random.split(jax.random.key(0), 2)
        np.testing.assert_allclose(noisy_finish(keys, path, oracle.velocity, x, times, 0.0), wanted, atol=1e-12)
        idle = np.concatenate([times[:1], times])
        np.testing.assert_allclose(walk(path, oracle, x, idle[:-1], idle[:-1], idle[1:]), wanted, atol=1e-12)
