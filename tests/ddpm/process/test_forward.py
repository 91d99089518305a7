"""ddpm.process against the chain run step by step, Bayes' rule, and averages over random draws."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from truth import RTOL, SCHEDULES, Z, alpha_bars, posterior

from ddpm import Schedule
from ddpm.process import (
    forward_mean_variance,
    forward_step,
    forward_trajectory,
    posterior_coefficients,
    posterior_mean,
    q_mean_variance,
    q_sample,
)

BETAS = (0.1, 0.2, 0.3, 0.4)
BETA = st.sampled_from([0.0, 1.0]) | st.floats(1e-150, 1)  # products of six stay above the numbers that XLA rounds to 0
ALL = pytest.mark.parametrize("betas", SCHEDULES.values(), ids=SCHEDULES.keys())
SHAPES = pytest.mark.parametrize("shape", [(), (3, 3), (1, 2, 3)])


def noise_like(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@ALL
def test_one_step_is_equation_2(betas, precision):
    schedule, x, noise = Schedule.from_betas(betas), 0.7, -1.3
    for t, beta in enumerate(betas, start=1):
        mean = float(mpmath.sqrt(1 - mpmath.mpf(beta)) * mpmath.mpf(x))
        assert [float(v) for v in forward_mean_variance(schedule, x, t)] == pytest.approx(
            [mean, beta], rel=RTOL[precision]
        )
        step = mean + np.sqrt(beta) * noise
        assert float(forward_step(schedule, x, t, noise)) == pytest.approx(step, rel=RTOL[precision])


@ALL
def test_closed_form_is_the_chain_step_by_step(betas, precision):
    schedule, x_0 = Schedule.from_betas(betas), 0.7
    mean, variance = x_0, 0.0  # of x_t given x_0; eq. 2 moves them one step at a time
    for t, beta in enumerate((0.0, *betas)):
        mean, variance = np.sqrt(1 - beta) * mean, (1 - beta) * variance + beta
        got_mean, got_variance = q_mean_variance(schedule, x_0, t)
        assert float(got_mean) == pytest.approx(mean, rel=RTOL[precision])
        assert float(got_variance) == pytest.approx(variance, rel=RTOL[precision])
        sample = mean + np.sqrt(variance) * -1.3
        assert float(q_sample(schedule, x_0, t, -1.3)) == pytest.approx(sample, rel=RTOL[precision])


@settings(max_examples=60)
@given(betas=st.lists(BETA, min_size=6, max_size=6), s=st.integers(0, 6))
def test_semigroup(betas, s):
    """q(x_6 | x_0) is q(x_s | x_0) followed by the chain made of the remaining betas."""
    with jax.enable_x64(True):
        whole, first = Schedule.from_betas(betas), Schedule.from_betas([*betas[:s], *[0.0] * (6 - s)])
        rest = Schedule.from_betas([*betas[s:], *[0.0] * s])
        middle_mean, middle_variance = q_mean_variance(first, 0.8, 6)
        mean, added = q_mean_variance(rest, middle_mean, 6)
        variance = rest.alpha_bar[6] * middle_variance + added
        expected_mean, expected_variance = q_mean_variance(whole, 0.8, 6)
        np.testing.assert_allclose(mean, expected_mean, rtol=1e-11)
        np.testing.assert_allclose(variance, expected_variance, rtol=1e-11)


def test_trajectories_have_the_mean_and_covariance_of_the_chain():
    betas, draws = (0.1, 0.4, 0.0, 0.7, 0.2), 20_000
    x_0 = np.array([1.5, -0.5], np.float32)
    keys = jax.random.split(jax.random.key(0), draws)
    schedule = Schedule.from_betas(betas)
    x = np.asarray(jax.jit(jax.vmap(forward_trajectory, (0, None, None)))(keys, schedule, x_0), np.float64)
    assert x.shape == (draws, 6, 2)
    a = np.array(alpha_bars(betas), float)
    np.testing.assert_array_equal(x[:, 0], np.broadcast_to(x_0, (draws, 2)))
    np.testing.assert_array_equal(x[:, 3], x[:, 2])  # beta_3 = 0
    centred = x - np.sqrt(a)[:, None] * x_0
    assert (np.abs(centred.mean(0)) <= Z * np.sqrt((1 - a) / draws)[:, None] + 1e-6).all()
    for t in range(6):
        for s in range(t + 1):
            products = np.einsum("di,dj->dij", centred[:, s], centred[:, t])
            # x_t = sqrt(a_t / a_s) x_s + new noise, pixels independent
            expected = np.sqrt(a[t] / a[s]) * (1 - a[s]) * np.eye(2)
            error = np.abs(products.mean(0) - expected)
            assert (error <= Z * products.std(0) / np.sqrt(draws) + 1e-6).all(), (s, t)


@SHAPES
def test_any_shape_of_x(shape):
    schedule, x, noise = Schedule.from_betas(BETAS), noise_like(shape), noise_like(shape, 1)
    assert forward_step(schedule, x, 2, noise).shape == shape
    assert q_sample(schedule, x, 2, noise).shape == shape
    assert posterior_mean(schedule, x, noise, 2).shape == shape
    for mean, variance in (forward_mean_variance(schedule, x, 2), q_mean_variance(schedule, x, 2)):
        assert mean.shape == shape and np.broadcast_shapes(variance.shape, shape) == shape
    assert forward_trajectory(jax.random.key(0), schedule, x).shape == (5, *shape)


@SHAPES
@pytest.mark.parametrize("function", [forward_step, q_sample, posterior_mean])
def test_a_batch_of_t_is_a_loop_over_t(function, shape):
    schedule, t = Schedule.from_betas(BETAS), np.array([4, 1, 2])
    x, y = noise_like((3, *shape)), noise_like((3, *shape), 1)
    arguments = (lambda x, y, t: (x, y, t)) if function is posterior_mean else (lambda x, y, t: (x, t, y))
    one = jax.jit(function)
    loop = np.stack([one(schedule, *arguments(x[i], y[i], t[i])) for i in range(3)])
    np.testing.assert_allclose(function(schedule, *arguments(x, y, t)), loop, rtol=1e-6)
    np.testing.assert_allclose(one(schedule, *arguments(x, y, t)), loop, rtol=1e-5, atol=1e-7)
    mapped = jax.jit(jax.vmap(function, (None, 0, 0, 0)))(schedule, *arguments(x, y, t))
    np.testing.assert_allclose(mapped, loop, rtol=1e-5, atol=1e-7)


def test_plain_numbers_and_integer_images():
    schedule = Schedule.from_betas(BETAS)
    np.testing.assert_allclose(q_sample(schedule, np.eye(3, dtype=int), 1, np.zeros((3, 3))), np.eye(3) * np.sqrt(0.9))
    assert float(forward_mean_variance(schedule, 1, np.int64(1))[0]) == pytest.approx(np.sqrt(0.9))
    assert forward_trajectory(jax.random.PRNGKey(0), schedule, 1).shape == (5,)


def test_random_keys_decide_the_trajectory():
    schedule, x_0 = Schedule.from_betas(BETAS), np.zeros((3, 3))
    one, again, other = (forward_trajectory(jax.random.key(seed), schedule, x_0) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert (np.asarray(one)[1:] != np.asarray(other)[1:]).all()


def test_gradients():
    schedule = Schedule.from_betas(BETAS)
    slope = jax.grad(q_sample, 1)(schedule, 0.5, 4, 0.1)
    assert float(slope) == pytest.approx(np.sqrt(0.9 * 0.8 * 0.7 * 0.6), rel=1e-6)
    for_x_0, for_x_t = jax.grad(posterior_mean, (1, 2))(schedule, 0.5, 0.1, 3)
    expected = [posterior(BETAS, 3, *unit)[0] for unit in ((1.0, 0.0), (0.0, 1.0))]
    np.testing.assert_allclose([for_x_0, for_x_t], expected, rtol=1e-5)


def test_shapes_must_agree(unchecked):
    schedule, x, other = Schedule.from_betas(BETAS), jnp.zeros((3, 3)), jnp.zeros(3)
    with pytest.raises(ValueError, match=r"noise must have the shape of x_prev, \(3, 3\); got \(3,\)"):
        forward_step(schedule, x, 1, other)
    with pytest.raises(ValueError, match=r"noise must have the shape of x_0, \(3, 3\); got \(3,\)"):
        q_sample(schedule, x, 1, other)
    with pytest.raises(ValueError, match=r"x_t must have the shape of x_0, \(3, 3\); got \(3,\)"):
        posterior_mean(schedule, x, other, 1)


CALLS = {
    "forward_mean_variance": lambda s, t: forward_mean_variance(s, 1.0, t)[1],
    "forward_step": lambda s, t: forward_step(s, 1.0, t, 0.5),
    "posterior_mean": lambda s, t: posterior_mean(s, 1.0, 0.5, t),
    "posterior_coefficients": lambda s, t: posterior_coefficients(s, t)[0],
    "q_sample": lambda s, t: q_sample(s, 1.0, t, 0.5),
    "q_mean_variance": lambda s, t: q_mean_variance(s, 1.0, t)[1],
}


@pytest.mark.parametrize("name", CALLS)
def test_t_out_of_range(name):
    schedule, lowest = Schedule.from_betas(BETAS), 0 if name.startswith("q_") else 1
    for t in (lowest - 1, 5):
        with pytest.raises(ValueError, match=rf"t must lie in {lowest}\.\.4; got values from {t} to {t}"):
            CALLS[name](schedule, t)
        assert np.isnan(jax.jit(CALLS[name])(schedule, t))
    assert np.isfinite(jax.jit(CALLS[name])(schedule, lowest))


@pytest.mark.parametrize("name", CALLS)
def test_t_must_be_an_integer(name, unchecked):
    with pytest.raises(TypeError, match="t must be an integer"):
        CALLS[name](Schedule.from_betas(BETAS), 1.0)


def test_words_for_wrong_arguments(unchecked):
    schedule, x = Schedule.from_betas(BETAS), jnp.zeros((3, 3))
    with pytest.raises(TypeError, match=r"key must be a JAX random key; got 0\. Make one: jax\.random\.key\(0\)"):
        forward_trajectory(0, schedule, x)
    for call in (
        lambda: forward_trajectory(jax.random.key(0), x, schedule),
        lambda: forward_step(x, schedule, 1, x),
        lambda: q_sample(x, schedule, 1, x),
        lambda: q_mean_variance(x, schedule, 1),
        lambda: posterior_mean(x, schedule, schedule, 1),
    ):
        with pytest.raises(TypeError, match=r"schedule must be a ddpm\.Schedule, .* The order of arguments is key"):
            call()
