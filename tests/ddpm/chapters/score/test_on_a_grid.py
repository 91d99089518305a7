"""The chain's law on a grid against what is known of chains on a Gaussian, and against draws."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.chapters.score.on_a_grid import at_rest, relaxation, transition
from ddpm.sample import langevin_sample

GRID = np.linspace(-8, 8, 201)


def moments(law):
    mean = law @ GRID
    return mean, law @ (GRID - mean) ** 2


@pytest.mark.parametrize("h", [0.05, 0.3, 0.9])
def test_on_a_gaussian_mean_variance_rest_and_relaxation_are_those_of_the_linear_chain(h):
    """y -> y - h (y - 0.5) / 0.8 + sqrt(2 h) z."""
    matrix, keep = transition(GRID, (0.5 - GRID) / 0.8, h), 1 - h / 0.8
    np.testing.assert_allclose(matrix.sum(1), 1)
    start = np.eye(len(GRID))[90]  # a point
    mean, variance = moments(start @ matrix)
    assert mean == pytest.approx(0.5 + keep * (GRID[90] - 0.5)) and variance == pytest.approx(2 * h)
    mean, variance = moments(start @ matrix @ matrix)
    assert mean == pytest.approx(0.5 + keep**2 * (GRID[90] - 0.5)) and variance == pytest.approx(2 * h * (1 + keep**2))
    mean, variance = moments(at_rest(matrix))
    assert mean == pytest.approx(0.5) and variance == pytest.approx(0.8 / (1 - h / 1.6))
    assert relaxation(matrix) == pytest.approx(-1 / np.log(abs(keep)), rel=1e-6)


def test_the_law_is_that_of_the_draws():
    def score(x):
        return jnp.sin(2 * x) - 0.5 * x

    matrix, draws = transition(GRID, score(GRID), 0.2), 20_000
    law = np.eye(len(GRID))[100] @ np.linalg.matrix_power(matrix, 15)
    y = np.asarray(langevin_sample(jax.random.key(0), score, jnp.zeros(draws), 0.2, 15))
    for place in (-1.5, 0.0, 1.0):
        share = law[GRID < place - 0.04].sum() + law[np.abs(GRID - place) < 0.04].sum() / 2
        assert abs(np.mean(y < place) - share) < 4.5 * 0.5 / np.sqrt(draws) + 1e-3


def test_points_that_are_too_far_apart_are_refused():
    with pytest.raises(
        ValueError, match=r"points 0.08 apart are too far for steps of h = 0.001, 0.045 wide; take more"
    ):
        transition(GRID, -GRID, 0.001)
