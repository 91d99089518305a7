"""ddpm.chapters.flow_matching.one_pixel: against the mixture where batches have one pair, and against batches coupled
by SciPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from ddpm.chapters.flow_matching.one_pixel import NOISE, costs, mean_noise_and_score, share_of_lower, velocity
from ddpm.mixture import points
from ddpm.oracle import PathOracle
from ddpm.path import straight
from ddpm.process import minibatch_coupling


def test_without_coupling_it_is_the_velocity_of_the_mixture():
    with jax.enable_x64(True):
        field = jax.jit(jax.vmap(PathOracle(straight(), points([[-1.0], [1.0]])).velocity, (0, None)))
        x = np.linspace(-1.5, 1.5, 7)
        for u in (0.2, 0.5, 0.9):
            exact = np.asarray(field(jnp.asarray(x)[:, None], u))[:, 0]
            np.testing.assert_allclose(velocity(x, u, share_of_lower(NOISE, 1)), exact, atol=1e-9)


def coupled_pairs(batch, n=120_000):
    rng = np.random.default_rng(batch)
    x_0 = rng.choice([-1.0, 1.0], n)
    return x_0, minibatch_coupling(x_0, rng.standard_normal(n), batch)


@pytest.mark.parametrize("batch", [2, 5])
def test_costs_of_pairs_and_velocity_are_those_of_coupled_batches(batch):
    x_0, noise = coupled_pairs(batch)
    squares = ((noise - x_0) ** 2).reshape(-1, batch).mean(1)
    error = squares.std() / np.sqrt(len(squares))
    assert abs(squares.mean() - costs(batch)["pairs"]) < 5 * error
    # the mean velocity of the pairs that are near a place at u = 0.6, all of them within a cell of 0.1
    u, x = 0.6, 0.4 * x_0 + 0.6 * noise
    edges = np.arange(-0.6, 0.61, 0.1)
    cells = np.digitize(x, edges)
    exact = velocity(x, u, share_of_lower(NOISE, batch))
    for cell in range(1, len(edges)):
        here = cells == cell
        spread = (noise - x_0 - exact)[here]
        assert abs(spread.mean()) < 5 * spread.std() / np.sqrt(here.sum())


def test_costs_fall_towards_those_of_the_ends():
    found = [costs(batch) for batch in (1, 3, 9, 27)]
    for before, after in zip(found, found[1:]):
        assert before["pairs"] > after["pairs"] > after["flow"] > after["ends"]
        assert before["flow"] > after["flow"]
    ends = stats.norm.expect(lambda e: (e - np.sign(e)) ** 2)
    assert found[0]["ends"] == pytest.approx(ends) and found[0]["pairs"] == pytest.approx(2)


def test_the_mean_noise_is_the_score_without_coupling_alone():
    mean, tweedie = mean_noise_and_score(0.25, 0.5, 1)
    noise = np.array([-0.5, 1.5])  # of the pairs with 1 and -1
    assert mean == pytest.approx(noise @ np.exp(-(noise**2) / 2) / np.exp(-(noise**2) / 2).sum(), abs=1e-4)
    assert tweedie == pytest.approx(mean, abs=1e-4)
    mean, tweedie = mean_noise_and_score(0.25, 0.5, 8)
    x_0, noise = coupled_pairs(8, 800_000)
    near = np.abs(0.5 * x_0 + 0.5 * noise - 0.25) < 0.02
    assert abs(noise[near].mean() - mean) < 5 * noise[near].std() / np.sqrt(near.sum()) < 0.1
    assert abs(tweedie - mean) > 1
