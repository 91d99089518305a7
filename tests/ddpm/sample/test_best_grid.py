"""ddpm.sample.best_grid: what it finds is better on points that it has not seen."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ddpm
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import vp
from ddpm.precision import enable_x64
from ddpm.sample import dpm_solver, dpm_solver_weights, even_in_time, fit_grid, relative_error


def exact(path, mean, variance, x, start, end):
    """The flow of one Gaussian."""
    (c, r), (c_, r_) = ((level.signal, level.spread) for level in (path.level(start), path.level(end)))
    return c_ * mean + jnp.sqrt((c_**2 * variance + r_**2) / (c**2 * variance + r**2)) * (x - c * mean)


@pytest.mark.slow
def test_it_finds_a_grid_that_serves_other_points_too():
    with enable_x64(True):
        path, times = vp(), even_in_time(0.95, 0.02, 4)
        oracle = PathOracle(path, mixture([[0.5], [0.5]], [0.1, 0.1]))
        x = jnp.linspace(-2, 2, 9)[:, None]
        goal = exact(path, 0.5, 0.1, x, 0.95, 0.02)
        found = fit_grid(path, oracle, x, goal, times, updates=300)
        assert found.errors.shape == (300,) and found.errors.min() < 0.1 * found.errors[0]
        assert (np.diff(found.times) < 0).all() and (found.times[0], found.times[-1]) == (0.95, 0.02)
        assert found.weights[0] == 0
        fresh = jnp.array([[0.33], [-1.7]])
        wanted = exact(path, 0.5, 0.1, fresh, 0.95, 0.02)

        def error(times, weights=None, x=fresh, wanted=wanted):
            run = jax.vmap(lambda x: dpm_solver(path, oracle, x, times, weights=weights)[0])
            return relative_error(run(x), wanted)

        assert error(found.times, found.weights) < 0.1 * error(times)
        alone = fit_grid(path, oracle, x, goal, times, updates=300, fit_weights=False)
        np.testing.assert_allclose(alone.weights, dpm_solver_weights(path, alone.times), atol=1e-12)
        # with weights the descent jumps about; what comes back is the best that it met
        np.testing.assert_allclose(error(found.times, found.weights, x, goal), found.errors.min(), rtol=1e-6)
        assert found.errors.min() < alone.errors.min() < alone.errors[0]


def test_the_relative_error_by_hand():
    assert relative_error(np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])) == pytest.approx(
        np.sqrt(1 / 30)
    )


def test_what_is_wrong_is_said(unchecked):
    path, x = vp(), np.zeros((3, 1))
    oracle = PathOracle(path, mixture([[0.5]], 0.1))
    with pytest.raises(ValueError, match="a grid of one step has nothing to fit"):
        fit_grid(path, oracle, x, x, np.array([0.9, 0.1]))
    with pytest.raises(ValueError, match="wanted must have the shape of x"):
        fit_grid(path, oracle, x, x[:2], np.array([0.9, 0.5, 0.1]))
    with pytest.raises(ValueError, match="times must all fall"):
        fit_grid(path, oracle, x, x, np.array([0.1, 0.5, 0.9]))
    with pytest.raises(ValueError, match="updates must be at least 1"):
        fit_grid(path, oracle, x, x, np.array([0.9, 0.5, 0.1]), updates=0)
    with pytest.raises(TypeError, match="path must be a ddpm.path.Path"):
        fit_grid(ddpm.linear(10), oracle, x, x, np.array([0.9, 0.5, 0.1]))
