"""ddpm.chapters.mean_to_noise.small_predictor against cases with a known answer, and against the plain definition of
the loss."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ddpm
from ddpm.chapters.mean_to_noise.small_predictor import SmallPredictor, excess_by_step, fit
from ddpm.mixture import mixture
from ddpm.process import q_sample

SCHEDULE = ddpm.Schedule.from_betas([0.1, 0.3, 0.6])
WEIGHT = np.array([np.nan, 4.0, 2.0, 1.0])


@pytest.mark.slow
def test_standard_normal_data_without_a_clock():
    """Then x_t is standard normal at every t, and the best predictor sqrt(1 - alpha_bar_t) x_t is a straight line.

    One line for all t is best with the weighted mean of the slopes.
    """
    slopes = np.sqrt(1 - np.cumprod([0.9, 0.7, 0.4]))
    slope = np.average(slopes, weights=WEIGHT[1:])
    data = mixture([0.0], 1.0)
    model = fit(SCHEDULE, data, WEIGHT, powers=1)
    x = np.linspace(-2, 2, 9, dtype=np.float32)
    np.testing.assert_allclose(model(x, 2), slope * x, atol=2e-5)
    excess = excess_by_step(SCHEDULE, data, model)
    assert np.isnan(excess[0])
    np.testing.assert_allclose(excess[1:], (slopes - slope) ** 2, rtol=1e-3, atol=1e-6)


@pytest.mark.slow
def test_no_other_parameters_have_a_smaller_weighted_loss():
    """The loss comes from its definition here: draws of x_0 and of the noise, the same for all parameters."""
    data = mixture([-1.5, 0.5], 0.05**2, [0.25, 0.75])
    model = fit(SCHEDULE, data, WEIGHT, powers=2)
    x_0 = data.sample(jax.random.key(0), 20_000)
    noise = jax.random.normal(jax.random.key(1), x_0.shape)

    @jax.jit
    def loss(parameters):
        small = SmallPredictor(parameters, model.T)
        steps = (
            jnp.mean((noise - small(q_sample(SCHEDULE, x_0, jnp.full(x_0.shape, t), noise), t)) ** 2) for t in (1, 2, 3)
        )
        return sum(w * step for w, step in zip(WEIGHT[1:].astype(np.float32), steps))

    least = float(loss(model.parameters))
    rng = np.random.default_rng(0)
    for _ in range(5):
        direction = rng.normal(size=model.parameters.shape).astype(np.float32)
        for sign in (1, -1):
            assert float(loss(model.parameters + sign * 0.1 * direction)) > least
    # and the weight decides which minimum it is
    other = fit(SCHEDULE, data, np.array([np.nan, 1.0, 1.0, 20.0]), powers=2)
    assert float(loss(other.parameters)) > least


def test_the_excess_is_the_squared_distance_to_the_best():
    """Its mean over x_t, as a sum over a fine grid; the best noise is (x_t - sqrt(alpha_bar_t) E[x_0 | x_t]) / sqrt(1 -
    alpha_bar_t), with E[x_0 | x_t] by Bayes' rule from the two components."""
    means, variance, weights = np.array([-1.5, 0.5]), 0.05**2, np.array([0.25, 0.75])
    data = mixture(means, variance, weights)
    model = fit(SCHEDULE, data, np.ones(4), powers=2)
    excess = excess_by_step(SCHEDULE, data, model)
    x = np.linspace(-8, 8, 16_001)
    for t, bar in enumerate(np.cumprod([0.9, 0.7, 0.4]), 1):
        spread = bar * variance + 1 - bar  # variance of x_t, given the component
        off = x[:, None] - np.sqrt(bar) * means
        density = weights * np.exp(-(off**2) / (2 * spread)) / np.sqrt(2 * np.pi * spread)
        mean = means + np.sqrt(bar) * variance / spread * off  # of x_0, given the component too
        best = (x - np.sqrt(bar) * (density * mean).sum(1) / density.sum(1)) / np.sqrt(1 - bar)
        squares = (np.asarray(model(x.astype(np.float32), t), np.float64) - best) ** 2
        exact = (squares * density.sum(1)).sum() * (x[1] - x[0])
        assert excess[t] == pytest.approx(exact, rel=1e-4), t  # float32


@pytest.mark.parametrize("weight", [np.ones(3), np.array([1.0, 1.0, 0.0, 1.0]), np.array([1.0, np.inf, 1.0, 1.0])])
def test_a_weight_that_cannot_be_used_is_refused(weight):
    with pytest.raises(ValueError, match=r"the weight needs the shape \(4,\), with finite values > 0 for t = 1..3"):
        fit(SCHEDULE, mixture([0.0], 1.0), weight)
