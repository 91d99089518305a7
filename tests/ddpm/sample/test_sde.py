"""ddpm.sample.sde: one step by hand, and the distribution of many ends against the exact one."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm

from ddpm import linear
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import path_through, straight, ve, vp
from ddpm.sample import reverse_sde, start_noise

MEANS, VARIANCES, WEIGHTS = np.array([2.0, -1.0]), np.array([0.1, 0.3]), np.array([0.3, 0.7])
DRAWS, STEPS, SURE = 40_000, 250, 1e-6
FACTORS = [(1.0, 1.0), (1.1, 1.0), (1.0, 0.8)]  # of score and g^2
# By the inequality of Dvoretzky, Kiefer and Wolfowitz, with Massart's constant, sup |F_n - F| of right draws is above
# FAR once in a million times, and of draws for which some P(x <= a) is off by 2 FAR, 2.7 per cent, below it as seldom.
FAR = np.sqrt(np.log(2 / SURE) / (2 * DRAWS))


def distribution(path, u, x):
    """P(x_u <= x)."""
    level = path.level(u)
    c, r = float(level.signal), float(level.spread)
    return np.sum(WEIGHTS * norm.cdf((x[:, None] - c * MEANS) / np.sqrt(c**2 * VARIANCES + r**2)), axis=1)


def distance(path, u, x):
    """sup |F_n - F|, of Kolmogorov and Smirnov."""
    at = distribution(path, u, np.sort(np.asarray(x, np.float64)))
    n = len(at)
    return max(np.max(np.arange(1, n + 1) / n - at), np.max(at - np.arange(n) / n))


class Wrong(vp().__class__):
    factor: jax.Array

    def diffusion_squared(self, u):
        return self.factor * super().diffusion_squared(u)


@jax.jit
def ends(path, key, score):
    """Where the ways back from u = 0.95 are at 0.15, the score being multiplied by a factor."""
    data, times = mixture(MEANS, VARIANCES, WEIGHTS), jnp.linspace(0.95, 0.15, STEPS + 1)
    data_key, noise_key, way_key = jax.random.split(key, 3)
    oracle, level = PathOracle(path, data), path.level(0.95)
    x = level.signal * data.sample(data_key, DRAWS) + level.spread * jax.random.normal(noise_key, (DRAWS,))
    back = jax.vmap(lambda key, x: reverse_sde(key, path, lambda x, u: score * oracle(x, u), x, times)[0])
    return back(jax.random.split(way_key, DRAWS), x)


@pytest.mark.slow
def test_the_marginal_is_the_exact_one_and_a_wrong_equation_is_found_out():
    """A score that is a tenth too large; g^2 a fifth too small in both of its places."""
    far = {}
    for score, factor in FACTORS:
        path = Wrong(**vars(vp()), factor=jnp.array(factor))
        far[score, factor] = distance(path, 0.15, ends(path, jax.random.key(0), score))
    assert far.pop((1.0, 1.0)) < FAR < min(far.values()), far


@pytest.mark.slow
def test_another_path_has_its_own_marginal():
    assert distance(straight(), 0.15, ends(straight(), jax.random.key(1), 1.0)) < FAR


def test_a_step_by_hand():
    """x - h [f x - g^2 score] + sqrt(h) g z, in NumPy for vp and one Gaussian, with its own z in each step, the last
    one too."""
    m, v, x, times, key = 0.5, 0.2, np.array([0.3, -1.0]), np.array([0.9, 0.6, 0.55, 0.1]), jax.random.key(3)
    oracle = PathOracle(vp(), mixture([[m, m]], v))
    final, states = reverse_sde(key, vp(), oracle, x, times)
    np.testing.assert_array_equal(states[0], x.astype(np.float32))
    np.testing.assert_array_equal(states[-1], final)
    z = []
    for before, after, u, to in zip(states, states[1:], times, times[1:]):
        h, g_2, c_2 = u - to, 0.1 + 19.9 * u, np.exp(-0.1 * u - 9.95 * u**2)
        score = (np.sqrt(c_2) * m - before) / (c_2 * v + 1 - c_2)
        z.append((after - (before - h * (-g_2 / 2 * before - g_2 * score))) / np.sqrt(h * g_2))
    z = np.array(z)
    drawn = [jax.random.normal(jax.random.fold_in(key, i), (2,)) for i in range(3)]
    np.testing.assert_allclose(z, drawn, atol=1e-4)


def test_samples_begin_with_noise_where_the_path_ends_in_it():
    x = start_noise(jax.random.key(0), ve(), 4000, (2, 3))
    assert x.shape == (4000, 2, 3) and np.std(x) == pytest.approx(50, rel=4.5 / np.sqrt(2 * x.size))
    with pytest.raises(ValueError, match="does not end at noise.*0.22"):
        start_noise(jax.random.key(0), path_through(linear(300)), 10, (2,))


def test_what_is_wrong_is_said(unchecked):
    key, x, predict = jax.random.key(0), np.zeros(2), lambda x, u: x
    for times, said in (
        ([0.1, 0.9], "must all fall, towards the data"),
        ([1.2, 0.9], "u must lie"),
        ([0.9], "at least two"),
    ):
        with pytest.raises(ValueError, match=said):
            reverse_sde(key, vp(), predict, x, np.array(times))
    with pytest.raises(ValueError, match="nothing is left of x_0 at u = 1"):
        reverse_sde(key, straight(), predict, x, np.array([1.0, 0.1]))
    assert reverse_sde(key, vp(), predict, np.array([1, 0]), np.array([1, 0]))[0].dtype == np.float32
    with pytest.raises(ValueError, match="the predicted noise must have the shape of x"):
        reverse_sde(key, vp(), lambda x, u: x[0], x, np.array([0.9, 0.1]))
    with pytest.raises(TypeError, match="key must be a JAX random key"):
        reverse_sde(0, vp(), predict, x, np.array([0.9, 0.1]))
    with pytest.raises(TypeError, match="path must be"):
        reverse_sde(key, linear(10), predict, x, np.array([0.9, 0.1]))
    with pytest.raises(ValueError, match="at least 1"):
        start_noise(key, vp(), 0, (2,))
    with pytest.raises(TypeError, match="shape must be a tuple"):
        start_noise(key, vp(), 10, 2)
