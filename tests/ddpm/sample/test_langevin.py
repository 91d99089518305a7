"""Langevin chains against the exact law of the chain where it is known, a Gaussian's, and against a loop by hand."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats
from truth import Z

from ddpm.level import Level
from ddpm.mixture import log_density, mixture, noised, score
from ddpm.sample import annealed_langevin_sample, langevin_sample, langevin_step, langevin_trajectory

CHAINS = 20_000


def pull(x):
    """The score of N(0.5, 0.64)."""
    return (0.5 - x) / 0.64


def law(start, h, steps):
    """Mean and variance after some steps on N(0.5, 0.64), step by step: each is linear in x and adds 2 h."""
    mean, variance = start, 0.0
    for _ in range(steps):
        mean, variance = mean + h * (0.5 - mean) / 0.64, (1 - h / 0.64) ** 2 * variance + 2 * h
    return mean, variance


def agrees(samples, mean, variance):
    n, samples = len(samples), np.asarray(samples, np.float64)
    assert abs(samples.mean() - mean) <= Z * np.sqrt(variance / n)
    assert abs(samples.var() / variance - 1) <= Z * np.sqrt(2 / n)


def test_a_step_follows_the_score_and_adds_noise_of_variance_2_h(unchecked):
    x, slope, noise = np.random.default_rng(0).normal(size=(3, 2, 4)).astype(np.float32)
    np.testing.assert_allclose(langevin_step(x, 0.3, slope, noise), x + 0.3 * slope + 0.6**0.5 * noise, rtol=1e-5)
    for wrong in ({"score": slope[0]}, {"noise": noise[0]}):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} must have the shape of x"):
            langevin_step(**{"x": x, "h": 0.3, "score": slope, "noise": noise} | wrong)


@pytest.mark.parametrize("h, steps", [(0.1, 1), (0.1, 3), (0.9, 40)])
def test_chains_on_a_gaussian_have_the_law_that_is_known(h, steps):
    samples = langevin_sample(jax.random.key(steps), pull, jnp.full((CHAINS,), 2.0), h, steps)
    agrees(samples, *law(2.0, h, steps))


def test_the_law_at_rest_is_too_wide_by_the_stated_factor():
    assert law(0.5, 0.4, 400)[1] == pytest.approx(0.64 / (1 - 0.4 / (2 * 0.64)))
    assert law(0.5, 1.28, 400)[1] == pytest.approx(400 * 2.56)  # from here on there is no rest: it grows for ever


@pytest.mark.slow
def test_short_steps_sample_the_density():
    """Of two Gaussians that overlap; in distribution, by a test that long steps fail."""
    p = mixture([-1.0, 1.0], [0.5, 0.2], [0.3, 0.7])
    start = p.sample(jax.random.key(0), CHAINS)

    def distribution(z):
        return 0.3 * stats.norm.cdf(z, -1, 0.5**0.5) + 0.7 * stats.norm.cdf(z, 1, 0.2**0.5)

    def distance(h, steps):
        samples = langevin_sample(jax.random.key(1), partial(score, p), start, h, steps)
        return stats.kstest(np.asarray(samples), distribution)

    assert distance(0.002, 300).pvalue > 1e-4
    assert distance(0.2, 30).pvalue < 1e-9


def test_a_trajectory_holds_every_state_from_the_start_to_the_sample():
    start = jnp.arange(6.0).reshape(3, 2)
    states = langevin_trajectory(jax.random.key(4), pull, start, 0.05, 7)
    assert states.shape == (8, 3, 2)
    np.testing.assert_array_equal(states[0], start)
    np.testing.assert_allclose(states[-1], langevin_sample(jax.random.key(4), pull, start, 0.05, 7), rtol=1e-6)
    noise = np.asarray((states[1:] - states[:-1] - 0.05 * pull(states[:-1])) / 0.1**0.5, np.float64).reshape(7, -1)
    assert len(np.unique(noise.round(4))) == noise.size  # every step and every chain has noise of its own
    assert stats.kstest(noise.ravel(), "norm").pvalue > 1e-4


def test_levels_come_in_their_order_each_with_its_step():
    """On Gaussians whose place is the level: the mean goes to the first, then on to the second."""

    def to_level(x, u):
        return u - x

    u, h = jnp.array([3.0, -1.0]), jnp.array([0.1, 0.5])
    samples = annealed_langevin_sample(jax.random.key(0), to_level, jnp.zeros((CHAINS, 1)), u, h, 3)
    mean, variance = 0.0, 0.0
    for level, size in zip((3.0, -1.0), (0.1, 0.5)):
        for _ in range(3):
            mean, variance = mean + size * (level - mean), (1 - size) ** 2 * variance + 2 * size
    agrees(samples[:, 0], mean, variance)


@pytest.mark.slow
def test_levels_of_noise_find_the_shares_of_far_modes():
    """From noise that knows nothing of them; without levels the shares stay those of the start."""
    data = mixture([[-4.0, 0.0], [4.0, 0.0]], 0.25, [0.8, 0.2])

    def at_spread(x, spread):
        return score(noised(data, Level(jnp.ones(()), spread)), x)

    spreads = jnp.geomspace(12.0, 0.3, 12)
    start = 12 * jax.random.normal(jax.random.key(0), (4000, 2))
    h = 0.1 * (spreads**2 + 0.25)
    right = annealed_langevin_sample(jax.random.key(1), at_spread, start, spreads, h, 30)[:, 0] < 0
    assert abs(np.mean(right) - 0.8) < 0.04  # the error of the levels' last few steps, and that of 4000 draws, 0.006
    alone = langevin_sample(jax.random.key(1), partial(score, data), start, 0.025, 360)[:, 0] < 0
    assert abs(np.mean(alone) - 0.5) < Z * 0.5 / np.sqrt(4000)


def test_one_program_for_all_steps_and_every_precision():
    p, traced = mixture([[-1.0, 0.0], [1.0, 0.0]], 0.5), []

    def counted(x):
        traced.append(x.dtype)
        return jax.grad(partial(log_density, p))(x)

    start = jnp.ones((3, 2))
    for h in (0.1, 0.2, 0.3):
        langevin_sample(jax.random.key(0), counted, start, h, 5)
    assert len(traced) == 1
    outside = jax.jit(lambda h: langevin_sample(jax.random.key(0), counted, start, h, 5))(0.3)
    np.testing.assert_allclose(outside, langevin_sample(jax.random.key(0), counted, start, 0.3, 5), rtol=1e-6)
    with jax.enable_x64(True):
        wide = langevin_sample(jax.random.key(0), pull, np.ones((3, 2)), 0.1, 5)
        assert wide.dtype == jnp.float64


@pytest.mark.parametrize(
    "changed, error, words",
    [
        ({"key": 3}, TypeError, "key must be a JAX random key"),
        ({"steps": 0}, ValueError, "steps must be at least 1"),
        ({"steps": 2.0}, TypeError, "steps must be an integer"),
        ({"h": 0.0}, ValueError, "size of a step must be a finite number above 0; got 0.0"),
        ({"h": -0.5}, ValueError, "size of a step must be a finite number above 0; got -0.5"),
        ({"h": float("inf")}, ValueError, "size of a step must be a finite number above 0"),
        ({"h": float("nan")}, ValueError, "size of a step must be a finite number above 0"),
        ({"score": lambda x: x[:1]}, ValueError, "score must have the shape of x"),
    ],
)
def test_what_cannot_be_is_refused(unchecked, changed, error, words):
    given = {"key": jax.random.key(0), "score": pull, "start": jnp.zeros((3, 2)), "h": 0.1, "steps": 4}
    with pytest.raises(error, match=words):
        langevin_sample(**given | changed)


def test_every_level_needs_its_step(unchecked):
    with pytest.raises(ValueError, match="h must have the shape of u"):
        annealed_langevin_sample(
            jax.random.key(0), lambda x, u: -x, jnp.zeros((3, 2)), jnp.ones(4), jnp.array([0.1, 0.2]), 5
        )
