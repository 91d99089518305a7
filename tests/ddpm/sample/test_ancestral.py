"""ddpm.sample against the exact mean and variance of the reverse chain for Gaussian data."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from truth import RTOL, SCHEDULES, Z, best_mean, best_noise, posterior

from ddpm import Schedule
from ddpm.nn import MLP
from ddpm.notebook.algorithms import SAMPLING, lines_of_code
from ddpm.sample import ancestral_sample, ancestral_step, ancestral_trajectory, reverse_chain

BETAS = (0.1, 0.3, 0.2, 0.6, 0.5)
T = len(BETAS)
VARIANCES = pytest.mark.parametrize("variance", ["beta", "beta_tilde"])


def sigma_2(t, variance):
    if t == 1:
        return 0.0  # Algorithm 2, line 3
    return BETAS[t - 1] if variance == "beta" else posterior(BETAS, t, 0, 0)[1]


def reverse_moments(mean, spread, variance):
    """Mean and variance of x_t for t = 0..T from those of x_T, through x_{t-1} = slope x_t + offset + sigma_t z."""
    moments = [(mean, spread)]
    for t in range(T, 0, -1):
        slope, offset = best_mean(BETAS, t)
        mean, spread = slope * mean + offset, slope**2 * spread + sigma_2(t, variance)
        moments.append((mean, spread))
    return np.array(moments[::-1]).T


def predictor(schedule):
    return lambda x_t, t: best_noise(schedule, x_t, t)


@VARIANCES
def test_one_step_is_line_4_of_algorithm_2(variance, precision):
    schedule, x_t = Schedule.from_betas(BETAS), 0.8
    for t in range(1, T + 1):
        slope, offset = best_mean(BETAS, t)
        expected = slope * x_t + offset + np.sqrt(sigma_2(t, variance)) * -1.3
        got = ancestral_step(schedule, x_t, t, best_noise(schedule, jnp.asarray(x_t), t), -1.3, variance)
        assert float(got) == pytest.approx(expected, rel=10 * RTOL[precision])


@VARIANCES
def test_trajectories_have_the_moments_of_the_reverse_chain(variance):
    draws, schedule = 40_000, Schedule.from_betas(BETAS)
    x_T = jax.random.normal(jax.random.key(5), (draws,)) * 0.5 + 1
    keys = jax.random.split(jax.random.key(6), draws)
    chain = jax.vmap(lambda key, x: ancestral_trajectory(key, schedule, predictor(schedule), x, variance), out_axes=1)
    states = chain(keys, x_T)
    assert states.shape == (T + 1, draws)
    np.testing.assert_array_equal(states[T], x_T)
    states = np.asarray(states, np.float64)
    means, spreads = reverse_moments(1.0, 0.25, variance)
    assert (np.abs(states.mean(1) - means) <= Z * np.sqrt(spreads / draws)).all()
    assert (np.abs(states.var(1) - spreads) <= Z * spreads * np.sqrt(2 / draws)).all()


@VARIANCES
def test_samples_have_the_moments_of_the_model(variance):
    draws, schedule = 40_000, Schedule.from_betas(BETAS)
    drawn = ancestral_sample(jax.random.key(7), schedule, predictor(schedule), draws, (), variance)
    (mean, *_), (spread, *_) = reverse_moments(0.0, 1.0, variance)
    drawn = np.asarray(drawn, np.float64)
    assert abs(drawn.mean() - mean) <= Z * np.sqrt(spread / draws)
    assert abs(drawn.var() - spread) <= Z * spread * np.sqrt(2 / draws)


def test_the_two_variances_differ_by_what_they_should():
    # A guard for the tests above: they could not tell the two apart if the moments were the same.
    assert abs(reverse_moments(0.0, 1.0, "beta")[1, 1] / reverse_moments(0.0, 1.0, "beta_tilde")[1, 1] - 1) > 0.1


@VARIANCES
def test_the_last_step_adds_no_noise(variance):
    schedule, x_1, guess = Schedule.from_betas(BETAS), np.linspace(-1, 1, 9), np.linspace(0, 1, 9)
    step = jax.jit(lambda t, z: ancestral_step(schedule, x_1, t, guess, z, variance))
    noise = [jax.random.normal(jax.random.key(seed), (9,)) for seed in (0, 1)]
    one, other = (step(1, z) for z in noise)
    np.testing.assert_array_equal(one, other)
    one, other = (step(2, z) for z in noise)
    assert (one != other).all()
    short = Schedule.from_betas(BETAS[:1])
    one, other = (ancestral_trajectory(jax.random.key(s), short, predictor(short), x_1, variance) for s in (0, 1))
    np.testing.assert_array_equal(one, other)


def test_each_step_has_its_own_noise_and_each_pixel_too():
    schedule = Schedule.from_betas([1.0] * 4)  # beta_t = 1: x_{t-1} is noise alone
    states = np.asarray(ancestral_trajectory(jax.random.key(0), schedule, lambda x, t: x, np.zeros((40, 50))))
    assert (states[0] == 0).all()
    noise = states[1:4].reshape(3, -1)
    assert (np.abs(np.corrcoef(noise) - np.eye(3)) <= Z / np.sqrt(2000) + 1e-6).all()
    assert np.unique(noise).size > 0.99 * noise.size


@partial(jax.jit, static_argnums=1)
def half_of_x_t(schedule, variance):
    return ancestral_sample(jax.random.key(0), schedule, lambda x, t: 0.5 * x, 3, (), variance)


@pytest.mark.parametrize("betas", SCHEDULES.values(), ids=SCHEDULES.keys())
def test_no_nan_at_the_extremes(betas):
    schedule = Schedule.from_betas(betas)
    for variance in ("beta", "beta_tilde"):
        assert np.isfinite(half_of_x_t(schedule, variance)).all()


@pytest.mark.parametrize("shape", [pytest.param((), marks=pytest.mark.slow), (2, 3, 3)])
def test_shapes_batches_jit_and_vmap(shape, precision):
    schedule = Schedule.from_betas(BETAS)
    samples = ancestral_sample(jax.random.key(0), schedule, predictor(schedule), 2, shape)
    assert samples.shape == (2, *shape) and samples.dtype == precision
    states = ancestral_trajectory(jax.random.PRNGKey(0), schedule, predictor(schedule), samples[0])
    assert states.shape == (T + 1, *shape) and states.dtype == precision
    t = np.array([5, 1, 3])
    x, guess, noise = np.random.default_rng(0).normal(size=(3, 3, *shape)).astype(precision)
    one = jax.jit(ancestral_step)
    loop = np.stack([one(schedule, x[i], t[i], guess[i], noise[i]) for i in range(3)])
    for batched in (ancestral_step, one, jax.jit(jax.vmap(ancestral_step, (None, 0, 0, 0, 0)))):
        np.testing.assert_allclose(batched(schedule, x, t, guess, noise), loop, rtol=2e-5, atol=1e-6)


def test_differentiable_through_the_chain():
    schedule = Schedule.from_betas(BETAS)
    slope = jax.grad(lambda x: ancestral_trajectory(jax.random.key(0), schedule, predictor(schedule), x)[0])(0.3)
    expected = np.prod([best_mean(BETAS, t)[0] for t in range(1, T + 1)])
    assert float(slope) == pytest.approx(expected, rel=1e-5)


def test_bad_input(unchecked):
    schedule, x = Schedule.from_betas(BETAS), np.zeros(3)
    with pytest.raises(ValueError, match=r"predicted_noise must have the shape of x_t, \(3,\); got \(\)"):
        ancestral_step(schedule, x, 1, 0.0, x)
    with pytest.raises(ValueError, match=r"noise must have the shape of x_t, \(3,\); got \(2,\)"):
        ancestral_step(schedule, x, 1, x, np.zeros(2))
    for t in (0, 6):
        with pytest.raises(ValueError, match=r"t must lie in 1\.\.5"):
            ancestral_step(schedule, x, t, x, x)
        assert np.isnan(jax.jit(ancestral_step)(schedule, x, t, x, x)).all()
    with pytest.raises(ValueError, match="got 'learned'"):
        ancestral_step(schedule, x, 1, x, x, "learned")
    with pytest.raises(TypeError, match="t must be an integer"):
        ancestral_step(schedule, x, 1.0, x, x)
    key, for_four = jax.random.key(0), MLP(jax.random.key(0), [9, 4], T=4)
    with pytest.raises(ValueError, match="the network was made for T = 4 steps; the schedule has T = 5"):
        ancestral_sample(key, schedule, for_four, 2, (3, 3))
    with pytest.raises(ValueError, match="the network was made for T = 4 steps; the schedule has T = 5"):
        ancestral_trajectory(key, schedule, for_four, np.zeros((3, 3)))
    with pytest.raises(TypeError, match=r"key must be a JAX random key; got 0. Make one: jax.random.key\(0\)"):
        ancestral_sample(0, schedule, predictor(schedule), 2, (3, 3))
    with pytest.raises(TypeError, match="schedule must be a ddpm.Schedule.*The order of arguments is key, schedule"):
        ancestral_trajectory(key, predictor(schedule), schedule, np.zeros((3, 3)))
    with pytest.raises(TypeError, match="schedule must be a ddpm.Schedule"):
        ancestral_step(x, schedule, 1, x, x)
    with pytest.raises(TypeError, match=r"shape must be a tuple, the shape of one example, such as \(3, 3\); got 9"):
        ancestral_sample(key, schedule, predictor(schedule), 2, 9)
    with pytest.raises(ValueError, match="draws must be at least 1; got 0"):
        ancestral_sample(key, schedule, predictor(schedule), 0, (3, 3))
    with pytest.raises(ValueError, match=r"predicted_noise must have the shape of x_t, \(3, 3\); got \(3,\)"):
        ancestral_trajectory(key, schedule, lambda x_t, t: x_t[0], np.zeros((3, 3)))


def test_the_package_is_algorithm_2_line_by_line():
    """Every line of the algorithm is marked in the code that runs, and no other."""
    marked = lines_of_code([ancestral_sample, reverse_chain, ancestral_step])
    assert set(marked) == set(range(1, len(SAMPLING) + 1))
    assert marked[4] == [
        "return step(x_t, t, predict(x_t, t), z), x_t",
        "return mean_from_noise(schedule, x_t, t, predicted_noise) + at(sigma, t, x_t) * noise",
    ]


def test_the_predictor_is_asked_for_one_example_and_a_scalar_t():
    """One that mixes the pixels of an example; the noise is that of the keys folded by hand."""
    schedule, key = Schedule.from_betas(BETAS), jax.random.key(3)

    def predict(x_t, t):
        assert x_t.shape == (2, 2) and t.shape == ()
        return 0.1 * t * x_t.mean() + 0 * x_t

    got = ancestral_sample(key, schedule, predict, 7, (2, 2))
    x = jax.random.normal(jax.random.fold_in(key, T), (28,)).reshape(7, 2, 2)
    for t in range(T, 0, -1):
        noise = jax.random.normal(jax.random.fold_in(key, t - 1), (28,)).reshape(7, 2, 2)
        guess = 0.1 * t * x.mean((1, 2), keepdims=True) + 0 * x
        x = ancestral_step(schedule, x, t, guess, noise)
    np.testing.assert_allclose(got, x, rtol=1e-5, atol=1e-6)


def test_one_program_serves_all_predictors_of_a_kind():
    schedule, traced = Schedule.from_betas(BETAS), []

    def predict(weight, x_t, t):
        traced.append(t)
        return weight * x_t

    first, second = (
        ancestral_sample(jax.random.key(0), schedule, jax.tree_util.Partial(predict, jnp.asarray(weight)), 5, (2, 2))
        for weight in (0.1, 0.2)
    )
    assert len(traced) == 1 and (first != second).all()
