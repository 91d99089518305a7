"""ddpm.train.flow: targets against differences, the loss by hand, the draws; training finds the exact field."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from scipy import stats

from ddpm.level import noised
from ddpm.mixture import mixture
from ddpm.nn import InTime
from ddpm.oracle import PathOracle
from ddpm.path import cosine_path, edm, straight, vp
from ddpm.train import flow_matching, logit_normal_times, start, train, uniform_times, velocity_target


@pytest.mark.parametrize("path", [straight(), cosine_path(), vp(), edm()], ids=lambda path: type(path).__name__)
def test_the_target_is_how_the_state_moves(path):
    with jax.enable_x64(True):
        path = jax.tree.map(lambda leaf: jnp.asarray(leaf, float), path)
        x_0, noise = np.random.default_rng(0).normal(size=(2, 3, 3))
        h = 1e-6
        after, before = (noised(path.level(0.4 + s * h), x_0, noise) for s in (1, -1))
        np.testing.assert_allclose(velocity_target(path, x_0, 0.4, noise), (after - before) / (2 * h), rtol=1e-6)


@pytest.mark.parametrize("target", ["velocity", "noise"])
def test_the_loss_is_the_mean_square_over_pixels_and_batch(target):
    x_0, noise = np.random.default_rng(1).normal(size=(2, 4, 3)).astype(np.float32)
    u = np.array([0.1, 0.4, 0.6, 0.9], np.float32)
    loss, _ = flow_matching(straight(), x_0, target=target)
    x = (1 - u)[:, None] * x_0 + u[:, None] * noise
    wanted = noise - x_0 if target == "velocity" else noise
    expected = np.mean((wanted - (0.5 * x + u[:, None])) ** 2)
    assert float(loss(lambda x, u: 0.5 * x + u, None, (x_0, u, noise))) == pytest.approx(expected, rel=1e-5)


def test_what_is_drawn():
    n = 20_000
    x_0 = np.arange(5.0)[:, None] * np.ones(2)
    drawn, u, noise = flow_matching(straight(), x_0)[1](jax.random.key(0), n)
    assert np.bincount(np.asarray(drawn)[:, 0].astype(int), minlength=5).min() > n / 5 - 5 * np.sqrt(n * 4 / 25)
    assert stats.kstest(np.asarray(u), "uniform").pvalue > 1e-4
    assert stats.kstest(np.asarray(noise).ravel(), "norm").pvalue > 1e-4
    assert abs(np.corrcoef(np.asarray(noise)[:, 0], np.asarray(drawn)[:, 0])[0, 1]) < 5 / np.sqrt(n)


def test_given_noise_stays_with_its_example():
    x_0 = np.random.default_rng(2).normal(size=(50, 2))
    drawn, u, noise = flow_matching(straight(), x_0, noise=3 * x_0 + 1)[1](jax.random.key(1), 100)
    np.testing.assert_allclose(noise, 3 * drawn + 1, rtol=1e-5)
    assert len(np.unique(np.asarray(drawn)[:, 0])) > 25


def test_times():
    uniform = jax.random.uniform(jax.random.key(0), (20_000,), minval=-0.9999999)
    assert stats.kstest(np.asarray(uniform_times(uniform)), "uniform").pvalue > 1e-4
    u = np.asarray(logit_normal_times(uniform, 0.5, 2.0), np.float64)
    assert 0 < u.min() and u.max() <= 1
    assert stats.kstest(np.log(u / (1 - u))[u < 1], stats.norm(0.5, 2.0).cdf).pvalue > 1e-4


@pytest.mark.slow
def test_training_finds_the_exact_field():
    data = mixture([[-1.0], [1.0]], 0.04)
    x_0 = data.sample(jax.random.key(0), 4000)
    loss, draw = flow_matching(straight(), x_0, times=partial(logit_normal_times, deviation=1.5))
    optimiser = optax.adam(optax.cosine_decay_schedule(5e-3, 1500))
    state = start(jax.random.key(1), InTime(jax.random.key(2), [1, 32, 32]), optimiser)
    state, losses = train(state, loss, draw, optimiser, steps=1500, batch=128)
    field = PathOracle(straight(), data).velocity
    x, u = jnp.array([[-0.9], [-0.2], [0.3], [0.8]]), jnp.array([0.3, 0.6, 0.8, 0.45])
    found, exact = (np.asarray(jax.vmap(v)(x, u)) for v in (state.network, field))
    assert np.abs(found - exact).max() < 0.3 < np.abs(exact).max()
    assert losses[-200:].mean() < losses[:20].mean()


def test_what_is_refused(unchecked):
    with pytest.raises(ValueError, match="noise"):
        velocity_target(straight(), np.ones(3), 0.4, np.ones(2))
    with pytest.raises(ValueError, match="target must be"):
        flow_matching(straight(), np.ones((2, 2)), target="score")
    for x_0 in (np.array([[np.nan]]), np.zeros((0, 2)), 1.0):
        with pytest.raises(ValueError, match=r"finite, of shape \(n, \*pixels\) with n >= 1"):
            flow_matching(straight(), x_0)
    flow_matching(straight(), np.zeros(1))  # one example of one pixel without an axis
    with pytest.raises(ValueError, match="noise"):
        flow_matching(straight(), np.ones((2, 2)), np.ones((3, 2)))
    with pytest.raises(TypeError, match="path"):
        flow_matching(None, np.ones((2, 2)))
