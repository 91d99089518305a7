"""ddpm.bound.models against Bayes' rule on densities, and in several dimensions on their logarithms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm

from ddpm import Schedule
from ddpm.bound import best_mean, from_predictor, informed, reverse_step, true_reverse
from ddpm.level import at_time
from ddpm.mixture import log_density, mean_variance, mixture, noised
from ddpm.nn import MLP
from ddpm.oracle import Oracle
from ddpm.predict import mean_from_noise

BETAS = (0.1, 0.5, 0.7)
GAUSSIAN = ([1.0], [0.25], [1.0])
HUMPS = ([-1.0, 1.0], [0.09, 0.04], [0.3, 0.7])


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


@pytest.fixture
def schedule():
    return Schedule.from_betas(BETAS)


def density(parts, x):
    means, variances, weights = parts
    return sum(w * norm.pdf(x, m, np.sqrt(v)) for m, v, w in zip(means, variances, weights))


@jax.jit
def densities(schedule, data, t, x_t, x):
    """Of q(x_{t-1}) and of q(x_{t-1} | x_t) at the points x; mean and variance of the latter."""
    before, kernel = noised(data, at_time(schedule, t - 1, lowest=0)), reverse_step(schedule, data, x_t, t)
    log_densities = (jax.vmap(lambda z, of=of: log_density(of, z))(x) for of in (before, kernel))
    return *map(jnp.exp, log_densities), mean_variance(kernel)


@pytest.mark.parametrize("parts", [GAUSSIAN, HUMPS])
@pytest.mark.parametrize("t", [pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(3, marks=pytest.mark.slow)])
def test_reverse_step_is_bayes_rule(schedule, parts, t):
    data, before = mixture(*parts), np.prod(1 - np.array(BETAS[: t - 1]))
    means, variances, weights = map(np.array, parts)
    earlier = (np.sqrt(before) * means, before * variances + 1 - before, weights)
    beta, x = BETAS[t - 1], np.linspace(-1.5, 1.5, 7)
    for x_t in (-0.8, 0.1, 1.2):

        def joint(z):
            return density(earlier, z) * norm.pdf(x_t, np.sqrt(1 - beta) * z, np.sqrt(beta))

        total = quad(joint, -9, 9, points=[-1, 0, 1], limit=200)[0]
        prior, ours, (mean, variance) = densities(schedule, data, t, x_t, x)
        np.testing.assert_allclose(prior, density(earlier, x))
        np.testing.assert_allclose(ours, joint(x) / total, rtol=1e-7)
        first = quad(lambda z: z * joint(z), -9, 9, points=[-1, 0, 1], limit=200)[0] / total
        second = quad(lambda z: z * z * joint(z), -9, 9, points=[-1, 0, 1], limit=200)[0] / total
        np.testing.assert_allclose((mean, variance), (first, second - first**2), rtol=1e-7)


def test_reverse_step_of_images_is_bayes_rule_in_logarithms(schedule):
    """q(x_{t-1} | x_t) q(x_t) = q(x_t | x_{t-1}) q(x_{t-1}), each from SciPy, for 2 by 2 pixels."""
    random = np.random.default_rng(0)
    means, variances, weights = random.normal(size=(3, 4)), np.array([0.2, 0.0, 0.5]), np.array([0.2, 0.3, 0.5])
    data = mixture(means.reshape(3, 2, 2), variances, weights)
    bars = np.cumprod([1.0, *(1 - np.array(BETAS))])

    def log_q(t, x):
        laws = [multivariate_normal(np.sqrt(bars[t]) * m, bars[t] * v + 1 - bars[t]) for m, v in zip(means, variances)]
        return np.log(sum(w * law.pdf(x) for w, law in zip(weights, laws)))

    @jax.jit
    def both(before, x_t, t):
        """log q(x_{t-1} | x_t) and log q(x_T), at x_t."""
        before, x_t = before.reshape(2, 2), x_t.reshape(2, 2)
        start = true_reverse(schedule, data).start
        return log_density(reverse_step(schedule, data, x_t, t), before), log_density(start, x_t)

    for t in (2, 3):
        before, x_t = random.normal(size=(2, 4))
        forward = multivariate_normal(np.sqrt(1 - BETAS[t - 1]) * before, BETAS[t - 1]).logpdf(x_t)
        expected = forward + log_q(t - 1, before) - log_q(t, x_t), log_q(3, x_t)
        np.testing.assert_allclose(both(before, x_t, t), expected, rtol=1e-10)


def test_models_that_know_the_data_to_a_share(schedule):
    data = mixture(*HUMPS)

    @jax.jit
    def moments(share, t):
        """Of the true step, of the informed model, and of the one with the best mean, from x_t = 0.4."""
        models = informed(schedule, data, share), best_mean(schedule, data, share)
        steps = [model.step(jnp.asarray(0.4), t) for model in models]
        return mean_variance(reverse_step(schedule, data, 0.4, t)), *((s.means[0], s.variances[0]) for s in steps)

    for t in (1, 3):
        of_normal = np.sqrt(1 - BETAS[t - 1]) * 0.4, BETAS[t - 1]  # of standard normal data
        for share in (0.0, 0.25, 1.0):
            true, of_informed, of_best_mean = moments(share, t)
            expected = [(1 - share) * a + share * b for a, b in zip(of_normal, true)]
            np.testing.assert_allclose(of_informed, expected, rtol=1e-12)
            np.testing.assert_allclose(of_best_mean, (true[0], expected[1]), rtol=1e-12)


@pytest.mark.parametrize("variance", ["beta", "beta_tilde"])
def test_the_model_of_a_predictor_is_the_one_that_is_sampled(schedule, variance):
    """Its mean is that of the ancestral step; its variance, too, but for t = 1, where a density needs one."""
    x_t = np.array([[0.3, -1.0]])
    process = from_predictor(schedule, lambda x, t: 0.1 * t * x, (1, 2), variance)
    bars = np.cumprod([1.0, *(1 - np.array(BETAS))])
    step_from = jax.jit(process.step)
    for t in (1, 2, 3):
        step = step_from(x_t, t)
        expected = BETAS[t - 1]
        if variance == "beta_tilde" and t > 1:
            expected *= (1 - bars[t - 1]) / (1 - bars[t])
        np.testing.assert_allclose(step.means[0], mean_from_noise(schedule, x_t, t, 0.1 * t * x_t))
        np.testing.assert_allclose(step.variances, [expected])
    np.testing.assert_array_equal(process.start.means, np.zeros((1, 1, 2)))
    np.testing.assert_array_equal(process.start.variances, [1.0])


def test_the_best_predictor_makes_the_model_with_the_best_mean(schedule):
    data = mixture(*HUMPS)
    by_noise, by_moments = from_predictor(schedule, Oracle(schedule, data), ()), best_mean(schedule, data, 0.0)
    steps = jax.jit(lambda t: [process.step(jnp.asarray(0.4), t) for process in (by_noise, by_moments)])
    for t in (1, 2, 3):
        one, other = steps(t)
        np.testing.assert_allclose(one.means, other.means, rtol=1e-10)
        np.testing.assert_allclose(one.variances, other.variances, rtol=1e-12)


def test_bad_input(schedule, unchecked):
    with pytest.raises(ValueError, match="network was made for T = 4 steps; the schedule has T = 3"):
        from_predictor(schedule, MLP(jax.random.key(0), [4, 4], T=4), (2, 2))
    with pytest.raises(ValueError, match="got 'learned'"):
        from_predictor(schedule, lambda x, t: x, (2, 2), "learned")
    for model in (informed, best_mean):
        with pytest.raises(TypeError, match="schedule must be a ddpm.Schedule"):
            model(mixture(*HUMPS), schedule, 0.5)
