"""ddpm.process.reverse against Bayes' rule, in 50 digits and as an integral."""

import jax
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm
from truth import RTOL, SCHEDULES, alpha_bars, posterior

from ddpm import Schedule
from ddpm.losses import noise_weight
from ddpm.process import (
    noise_gain,
    optimal_variance,
    posterior_coefficients,
    posterior_mean,
    reverse_variance,
    variance_between,
)

BETAS = (0.1, 0.2, 0.3, 0.4)
ALL = pytest.mark.parametrize("betas", SCHEDULES.values(), ids=SCHEDULES.keys())


@ALL
def test_posterior_mean_is_bayes_rule(betas, precision):
    schedule = Schedule.from_betas(betas)
    for t in range(1, len(betas) + 1):
        for x_0, x_t in ((0.7, -0.4), (1.0, 0.0), (0.0, 1.0)):
            expected = posterior(betas, t, x_0, x_t)[0]
            got = float(posterior_mean(schedule, x_0, x_t, t))
            assert got == pytest.approx(expected, rel=20 * RTOL[precision], abs=RTOL[precision]), (t, x_0, x_t)
        coefficients = [posterior(betas, t, *unit)[0] for unit in ((1.0, 0.0), (0.0, 1.0))]
        if sum(betas[:t]):  # without any noise x_t = x_0 is certain, and how it is split is a convention
            np.testing.assert_allclose(posterior_coefficients(schedule, t), coefficients, rtol=10 * RTOL[precision])
    assert [float(c) for c in posterior_coefficients(schedule, 1)] == [1, 0]


def test_posterior_against_the_integral_of_bayes_rule():
    with jax.enable_x64(True):
        schedule, t, x_0, x_t = Schedule.from_betas(BETAS), 3, 0.7, -0.4
        a = float(alpha_bars(BETAS)[2])

        def joint(x):
            return norm(np.sqrt(a) * x_0, np.sqrt(1 - a)).pdf(x) * norm(np.sqrt(0.7) * x, np.sqrt(0.3)).pdf(x_t)

        mass, first, second = (quad(lambda x: x**n * joint(x), -8, 8, epsabs=1e-13)[0] for n in range(3))
        assert float(posterior_mean(schedule, x_0, x_t, t)) == pytest.approx(first / mass, rel=1e-9)
        variance = second / mass - (first / mass) ** 2
        assert float(schedule.posterior_variance[t]) == pytest.approx(variance, rel=1e-9)


@pytest.mark.parametrize("kind", ["beta", "beta_tilde"])
def test_reverse_variance(kind, precision):
    expected = BETAS if kind == "beta" else [float(posterior(BETAS, t, 0, 0)[1]) for t in range(1, 5)]
    np.testing.assert_allclose(
        reverse_variance(Schedule.from_betas(BETAS), kind), [0.0, *expected], rtol=RTOL[precision]
    )


def test_words_for_wrong_arguments(unchecked):
    with pytest.raises(ValueError, match='must be "beta" or "beta_tilde", or an array; got \'learned\''):
        reverse_variance(Schedule.from_betas(BETAS), "learned")
    with pytest.raises(TypeError, match=r"schedule must be a ddpm\.Schedule, .*; got tuple"):
        reverse_variance(BETAS)


def test_the_optimal_variance_is_the_mean_variance_of_the_true_step(precision):
    """For Gaussian data all of it is by hand: the true step has one variance, and the best predictor a known loss."""
    for v in (0.0, 0.3, 1.0, 2.0):
        bars = np.concatenate([[1.0], np.cumprod(1 - np.array(BETAS))])
        of_x = bars * v + 1 - bars  # the variance of x_t
        true = np.array([b * of_x[t] / of_x[t + 1] for t, b in enumerate(BETAS)])
        loss = np.append(7.0, bars[1:] * v / of_x[1:])  # Var[noise | x_t]; entry 0 does not matter
        ours = optimal_variance(Schedule.from_betas(BETAS), loss)
        np.testing.assert_allclose(ours, [0.0, *true], rtol=50 * RTOL[precision], atol=50 * RTOL[precision])


def test_an_array_is_a_reverse_variance(unchecked):
    schedule = Schedule.from_betas(BETAS)
    given = np.array([0.0, 0.1, 0.15, 0.2, 0.3])
    np.testing.assert_array_equal(reverse_variance(schedule, given), given.astype(schedule.beta.dtype))
    for by_name in ("beta", "beta_tilde"):
        same = noise_weight(schedule, reverse_variance(schedule, by_name))
        np.testing.assert_allclose(same, noise_weight(schedule, by_name), rtol=1e-5)
    with pytest.raises(ValueError, match="the reverse variance must have the shape of schedule.beta"):
        reverse_variance(schedule, given[1:])
    with pytest.raises(ValueError, match="loss must have the shape of schedule.beta"):
        optimal_variance(schedule, given[1:])


def test_the_gain_is_the_squared_slope_of_the_mean_by_the_noise(precision):
    schedule, bars = Schedule.from_betas(BETAS), alpha_bars(BETAS)
    found = noise_gain(schedule)
    for t in range(1, 5):
        by_noise = [posterior(BETAS, t, (0.4 - e * (1 - bars[t]) ** 0.5) / bars[t] ** 0.5, 0.4)[0] for e in (0, 1)]
        assert float(found[t]) == pytest.approx(float((by_noise[1] - by_noise[0]) ** 2), rel=10 * RTOL[precision])
    assert np.isnan(noise_gain(Schedule.from_betas([0.5, 1.0]))[2])


def test_a_variance_between_the_two_is_so_in_logarithms(precision):
    """At half of the way it is the geometric mean; as far beyond an end, the end is the geometric mean."""
    schedule, t = Schedule.from_betas(BETAS), np.array([2, 4])
    beta, tilde = (np.asarray(reverse_variance(schedule, kind))[t] for kind in ("beta", "beta_tilde"))
    found = {place: variance_between(schedule, np.full(2, place), t) for place in (-1.0, 0.0, 0.5, 1.0, 2.0)}
    for place, expected in {0.0: tilde, 0.5: np.sqrt(beta * tilde), 1.0: beta}.items():
        np.testing.assert_allclose(found[place], expected, rtol=10 * RTOL[precision])
    np.testing.assert_allclose(found[-1.0] * beta, tilde**2, rtol=10 * RTOL[precision])
    np.testing.assert_allclose(found[2.0] * tilde, beta**2, rtol=10 * RTOL[precision])
    pixels = np.array([[0.0, 0.5, 1.0], [1.0, 0.0, 0.5]])  # each its own, each with the t of its example
    by_pixel = variance_between(schedule, pixels, t)
    np.testing.assert_allclose(by_pixel[1], [beta[1], tilde[1], np.sqrt(beta[1] * tilde[1])], rtol=10 * RTOL[precision])
    with pytest.raises(ValueError, match=r"t must lie in 2\.\.4"):
        variance_between(schedule, 0.5, 1)
