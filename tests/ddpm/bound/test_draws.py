"""ddpm.bound.draws: draws average to the exact terms, and the interval of a ratio covers it as often as it says."""

from statistics import stdev

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm
from truth import Z

from ddpm import Schedule
from ddpm.bound import (
    ReverseProcess,
    drawn_terms,
    exact,
    from_predictor,
    normal,
    true_reverse,
    variance_ratio,
)
from ddpm.mixture import mixture

HUMPS = ([-1.0, 1.0], [0.09, 0.04], [0.3, 0.7])


def test_draws_average_to_the_exact_terms():
    schedule, draws = Schedule.from_betas([0.1, 0.5, 0.7]), 20_000
    with jax.enable_x64(True):
        data = mixture(*HUMPS)
        process = ReverseProcess(normal(0.1, 1.2), lambda x_t, t: normal(jnp.tanh(x_t), 0.2 + 0.1 * t))
        keys = jax.random.split(jax.random.key(0), draws)
        drawn = jax.jit(jax.vmap(lambda key: drawn_terms(key, schedule, data, process)))(keys)
        expected = exact.step_terms(schedule, data, process), exact.kl_terms(schedule, data, process)
        drawn, expected = (tuple(map(np.asarray, both)) for both in (drawn, expected))
    for ours, truth in zip(drawn, expected):
        assert ours.shape == (draws, 4)
        assert (np.abs(ours.mean(0) - truth) <= Z * ours.std(0) / np.sqrt(draws)).all()
        assert (ours.std(0) / np.sqrt(draws) < 0.03).all()


@pytest.mark.slow
def test_the_true_process_has_the_same_total_on_every_path():
    schedule, data = Schedule.from_betas([0.1, 0.5, 0.7]), mixture([1.0], [0.25])

    @jax.jit
    def totals(key):
        true, point = true_reverse(schedule, data), normal(0.3, 1e-12)
        return jax.vmap(lambda key: drawn_terms(key, schedule, point, true)[0].sum())(jax.random.split(key, 3))

    expected = -norm(1.0, 0.5).logpdf(0.3)
    np.testing.assert_allclose(totals(jax.random.key(0)), expected, rtol=1e-4)  # float32


@pytest.mark.slow
def test_steps_that_are_mixtures_are_drawn_for_one_pixel_and_close_the_gap():
    """With the true steps both forms average to the entropy; the sum over steps is -log q(x_0) on every path."""
    schedule, draws = Schedule.from_betas([0.1, 0.5]), 4000
    with jax.enable_x64(True):
        data = mixture(*HUMPS)
        true = true_reverse(schedule, data)
        keys = jax.random.split(jax.random.key(0), draws)
        steps, kl = jax.jit(jax.vmap(lambda key: drawn_terms(key, schedule, data, true)))(keys)
        entropy = float(exact.entropy(data))
    for form in (steps, kl):
        total = np.asarray(form).sum(1)
        assert abs(total.mean() - entropy) <= Z * total.std() / np.sqrt(draws)


@pytest.mark.slow
def test_both_forms_of_a_predictor_for_images_average_to_the_same():
    schedule, draws = Schedule.from_betas([0.1, 0.4, 0.3]), 20_000
    data = mixture(np.array([[0.5, -1.0], [-0.3, 0.8]]), [0.2, 0.1])
    process = from_predictor(schedule, lambda x, t: jnp.flip(x) * 0.1 * t + 0.5 * jnp.tanh(x), (2,), "beta_tilde")
    keys = jax.random.split(jax.random.key(3), draws)
    steps, kl = jax.jit(jax.vmap(lambda key: drawn_terms(key, schedule, data, process)))(keys)
    apart = np.asarray(steps, np.float64).sum(1) - np.asarray(kl, np.float64).sum(1)
    assert abs(apart.mean()) <= Z * apart.std() / np.sqrt(draws) < 0.2


def test_steps_that_are_mixtures_of_images_are_refused(unchecked):
    schedule, images = Schedule.from_betas([0.1, 0.5]), mixture(np.zeros((2, 3)) + [[0.0], [1.0]], 0.1)
    with pytest.raises(ValueError, match=r"mixture of 2 components is known for one pixel, shape \(\), alone; got .*3"):
        jax.eval_shape(lambda: drawn_terms(jax.random.key(0), schedule, images, true_reverse(schedule, images)))


def test_variance_ratio_of_multiples():
    b = np.random.default_rng(0).normal(size=50)
    np.testing.assert_allclose(variance_ratio(3 * b + 2, b), (9, 9, 9))


def test_the_interval_is_one_of_95_percent_unless_told():
    a, b = np.random.default_rng(2).exponential(size=(2, 200))
    ratio, low, high = variance_ratio(a, b)
    _, low_1, high_1 = variance_ratio(a, b, z=1.0)
    assert np.log(high / ratio) / np.log(high_1 / ratio) == pytest.approx(norm.ppf(0.975), abs=1e-4)
    assert np.log(low / ratio) / np.log(low_1 / ratio) == pytest.approx(norm.ppf(0.975), abs=1e-4)


def test_the_interval_of_four_draws_by_hand():
    """The squares about the means are 9, 1, 1, 9 and 1, 1, 9, 9."""
    ratio, low, high = variance_ratio(np.array([-3.0, -1.0, 1.0, 3.0]), np.array([1.0, -1.0, 3.0, -3.0]))
    error = 1.96 * stdev([8 / 5, 0.0, -8 / 5, 0.0]) / 2
    assert (ratio, np.log(high), np.log(low)) == pytest.approx((1.0, error, -error))


def test_the_interval_covers_the_ratio_as_often_as_it_says():
    # correlated and skewed: a = b + noise, b exponential, so Var a / Var b = 1.5; 95% of 400, within 4 standard errors
    rng, hits = np.random.default_rng(1), 0
    for _ in range(400):
        b = rng.exponential(size=1000)
        _, low, high = variance_ratio(b + np.sqrt(0.5) * rng.normal(size=1000), b)
        hits += low < 1.5 < high
    assert 0.905 <= hits / 400 <= 0.985


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match=r"two arrays of one shape"):
        variance_ratio(np.zeros(3), np.zeros(4))
    for few in ([1.0], np.ones((2, 2))):
        with pytest.raises(ValueError, match="draws >= 2; got"):
            variance_ratio(few, few)
    assert variance_ratio([0.0, 1.0], [0.0, 2.0])[0] == 0.25  # two are enough
    schedule, data = Schedule.from_betas([0.1, 0.5]), mixture(*HUMPS)
    with pytest.raises(TypeError, match="key must be a JAX random key; got 0"):
        drawn_terms(0, schedule, data, None)
    with pytest.raises(TypeError, match="schedule must be a ddpm.Schedule"):
        drawn_terms(jax.random.key(0), data, schedule, None)
    with pytest.raises(ValueError, match="b does not vary"):
        variance_ratio(np.arange(3.0), np.ones(3))
