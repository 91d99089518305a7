"""ddpm.bound.exact against covariances of all states at once, and SciPy's integrals."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.tree_util import Partial
from scipy.integrate import quad
from scipy.stats import norm

from ddpm import Schedule
from ddpm.bound import ReverseProcess, best_mean, exact, informed, normal, true_reverse
from ddpm.mixture import mixture

BETAS = (0.1, 0.5, 0.7)
SLOPES, OFFSETS, SPREADS = (None, 0.9, 0.6, 0.4), (None, 0.1, 0.0, -0.2), (None, 0.15, 0.5, 0.4)
GAUSSIAN = ([1.0], [0.25], [1.0])
HUMPS = ([-1.0, 1.0], [0.09, 0.04], [0.3, 0.7])


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


@pytest.fixture
def schedule():
    return Schedule.from_betas(BETAS)


def linear_process():
    def step(slopes, offsets, spreads, x_t, t):
        return normal(slopes[t] * x_t + offsets[t], spreads[t])

    tables = [jnp.array([0.0, *table[1:]]) for table in (SLOPES, OFFSETS, SPREADS)]
    return ReverseProcess(normal(0.2, 1.3), Partial(step, *tables))


def density(parts, x):
    means, variances, weights = parts
    return sum(w * norm.pdf(x, m, np.sqrt(v)) for m, v, w in zip(means, variances, weights))


def moments_of_all_states():
    """Mean and covariance of (x_0, ..., x_T) for the Gaussian data: every state is affine in x_0 and the noises."""
    factors = np.zeros((len(BETAS) + 1, len(BETAS) + 1))
    factors[0, 0] = 0.5
    mean = [1.0]
    for t, beta in enumerate(BETAS, start=1):
        factors[t] = np.sqrt(1 - beta) * factors[t - 1]
        factors[t, t] = np.sqrt(beta)
        mean.append(np.sqrt(1 - beta) * mean[-1])
    return np.array(mean), factors @ factors.T


def square(weights, constant, mean, covariance):
    """E[(weights . x + constant)^2]."""
    return (weights @ mean + constant) ** 2 + weights @ covariance @ weights


def residual(t):
    """x_{t-1} minus the mean that the linear process gives it, as weights of all states."""
    weights = np.zeros(len(BETAS) + 1)
    weights[t - 1], weights[t] = 1, -SLOPES[t]
    return weights


def test_step_terms(schedule):
    mean, covariance = moments_of_all_states()
    expected = [0.5 * (np.log(2 * np.pi * 1.3) + square(np.eye(4)[3], -0.2, mean, covariance) / 1.3)]
    for t in (1, 2, 3):
        cross = 0.5 * (np.log(2 * np.pi * SPREADS[t]) + square(residual(t), -OFFSETS[t], mean, covariance) / SPREADS[t])
        expected.append(cross - 0.5 * (np.log(2 * np.pi * BETAS[t - 1]) + 1))
    ours = exact.step_terms(schedule, mixture(*GAUSSIAN), linear_process())
    np.testing.assert_allclose(ours, expected, rtol=1e-10)


def test_kl_terms(schedule):
    mean, covariance = moments_of_all_states()
    bar = np.prod(1 - np.array(BETAS))

    def kl(variance, other, distance):
        return 0.5 * (variance / other - 1 - np.log(variance / other) + distance / other)

    expected = [
        0.5 * (np.log(2 * np.pi * SPREADS[1]) + square(residual(1), -OFFSETS[1], mean, covariance) / SPREADS[1])
    ]
    for t in (2, 3):
        known = [t, 0]  # regression of x_{t-1} on x_t and x_0
        gain = np.linalg.solve(covariance[np.ix_(known, known)], covariance[known, t - 1])
        variance = covariance[t - 1, t - 1] - gain @ covariance[known, t - 1]
        weights = np.zeros(4)
        weights[known] = gain
        weights[t] -= SLOPES[t]
        constant = mean[t - 1] - gain @ mean[known] - OFFSETS[t]
        expected.append(kl(variance, SPREADS[t], square(weights, constant, mean, covariance)))
    expected.append(kl(1 - bar, 1.3, square(np.sqrt(bar) * np.eye(4)[0], -0.2, mean, covariance)))
    ours = exact.kl_terms(schedule, mixture(*GAUSSIAN), linear_process())
    np.testing.assert_allclose(ours, expected, rtol=1e-10)


def test_likelihood_of_a_linear_process(schedule):
    mean, variance = 0.2, 1.3
    for t in (3, 2, 1):
        mean, variance = OFFSETS[t] + SLOPES[t] * mean, SLOPES[t] ** 2 * variance + SPREADS[t]
    expected = 0.5 * (np.log(2 * np.pi * variance) + (0.25 + (1 - mean) ** 2) / variance)
    ours = exact.negative_log_likelihood(schedule, mixture(*GAUSSIAN), linear_process())
    assert float(ours) == pytest.approx(expected, rel=1e-10)
    assert float(exact.step_terms(schedule, mixture(*GAUSSIAN), linear_process()).sum()) > expected


@pytest.mark.parametrize("parts", [GAUSSIAN, pytest.param(HUMPS, marks=pytest.mark.slow)])
def test_the_true_reverse_process_closes_the_gap(schedule, parts):
    data = mixture(*parts)
    true = true_reverse(schedule, data)
    entropy = quad(lambda x: -density(parts, x) * np.log(density(parts, x)), -5, 6, points=[-1, 0, 1], limit=400)[0]
    assert float(exact.entropy(data)) == pytest.approx(entropy, abs=1e-9)
    assert float(exact.negative_log_likelihood(schedule, data, true)) == pytest.approx(entropy, abs=1e-9)
    for terms in (exact.step_terms, exact.kl_terms):  # of the mixture the divergences are integrals
        assert float(terms(schedule, data, true, points=96).sum()) == pytest.approx(entropy, abs=1e-8)


def test_a_grid_that_is_too_coarse_is_refused(schedule):
    data = mixture([0.0], [1e-6])
    with pytest.raises(ValueError, match=r"integrates to .* more than 64 points"):
        exact.negative_log_likelihood(schedule, data, true_reverse(schedule, data), points=64)


def test_bad_input(schedule, unchecked):
    images, one = mixture(np.zeros((2, 3, 3)), 0.1), mixture(*GAUSSIAN)
    for terms in (exact.step_terms, exact.kl_terms):
        with pytest.raises(ValueError, match=r"over one pixel.*\(2, 3, 3\). For images .*ddpm.bound.drawn_terms"):
            terms(schedule, images, ReverseProcess(normal(np.zeros((3, 3)), 1.0), lambda x, t: normal(x, 1.0)))
        with pytest.raises(TypeError, match="schedule must be a ddpm.Schedule"):
            terms(one, schedule, linear_process())
    with pytest.raises(TypeError, match="schedule must be a ddpm.Schedule"):
        exact.negative_log_likelihood(one, schedule, linear_process())
    with pytest.raises(TypeError, match="schedule must be a ddpm.Schedule"):
        true_reverse(one, schedule)


def test_under_jit_and_for_a_plain_function(schedule):
    data = mixture(*HUMPS)
    plain = ReverseProcess(normal(0.0, 1.0), lambda x_t, t: normal(0.5 * x_t, 0.3))
    ours = exact.kl_terms(schedule, data, plain)
    again = jax.jit(partial(exact.kl_terms, process=plain))(schedule, data)
    np.testing.assert_allclose(ours, again, rtol=1e-12)


def test_with_the_model_first_the_fit_sits_on_a_hump():
    """The least of a divergence by SciPy's integrals, over a grid of Gaussians around it; and a Gaussian fits
    itself."""
    m, v = map(float, exact.fit_model_first(mixture(*HUMPS), 0.8))

    def divergence(mean, deviation):
        def body(x):
            log_q = np.log(sum(w * norm.pdf(x, a, b**0.5) for a, b, w in zip(*HUMPS)))
            return norm.pdf(x, mean, deviation) * (norm.logpdf(x, mean, deviation) - log_q)

        return quad(body, mean - 9 * deviation, mean + 9 * deviation, limit=200)[0]

    least = divergence(m, v**0.5)
    assert abs(m - 1) < 0.05 and all(
        divergence(m + a, v**0.5 + b) > least for a, b in ((0.02, 0), (-0.02, 0), (0, 0.02), (0, -0.02))
    )
    np.testing.assert_allclose(exact.fit_model_first(mixture([0.4], [0.3]), 0.0), (0.4, 0.3), rtol=1e-5)


@pytest.mark.slow
def test_no_gaussian_steps_have_a_lower_bound_than_those_with_the_true_moments(schedule):
    data = mixture(*HUMPS)
    least = exact.kl_terms(schedule, data, best_mean(schedule, data, 1.0), points=112).sum()
    for share in (0.0, 0.9, 1.1):
        assert exact.kl_terms(schedule, data, best_mean(schedule, data, share), points=112).sum() > least
    assert exact.kl_terms(schedule, data, informed(schedule, data, 0.95), points=112).sum() > least
