"""ddpm.losses against eq. 8, 12 and 14 with 50 digits, and against the KL they come from."""

from functools import partial

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import optax
import pytest
from jax.tree_util import Partial
from scipy.integrate import quad
from scipy.stats import norm
from truth import RTOL, SCHEDULES, alpha_bars, posterior

from ddpm import Schedule, linear
from ddpm.data import glyphs
from ddpm.losses import (
    mean_loss,
    noise_loss,
    noise_weight,
    prediction_weight,
    simple_loss,
    sum_pixels,
    variance_loss,
)
from ddpm.oracle import Oracle, optimal_loss
from ddpm.predict import convert, mean_from_noise, x_0_from_noise
from ddpm.process import optimal_variance, q_sample, variance_between
from ddpm.train import denoising, start, train

BETAS = (0.1, 0.2, 0.3, 0.4)
VARIANCES = pytest.mark.parametrize("variance", ["beta", "beta_tilde"])


def sigma_2(betas, t, variance):
    return mpmath.mpf(betas[t - 1]) if variance == "beta" else mpmath.mpf(posterior(betas, t, 0, 0)[1])


def mean_loss_with(shift):
    """`mean_loss` with as many arguments as the other losses: x_t is x_0 and a shift."""
    return lambda schedule, t, x_0, predicted, variance="beta": mean_loss(
        schedule, t, x_0, x_0 + shift, predicted, variance
    )


def weight(betas, t, variance):
    """beta_t^2 / (2 sigma_t^2 alpha_t (1 - alpha_bar_t)), eq. 12."""
    beta = mpmath.mpf(float(betas[t - 1]))
    return float(beta**2 / (2 * sigma_2(betas, t, variance) * (1 - beta) * (1 - alpha_bars(betas)[t])))


@VARIANCES
@pytest.mark.parametrize("betas", [BETAS, (1e-8, 1e-7, 1e-6), tuple(np.linspace(1e-4, 0.02, 1000))])
def test_noise_weight(betas, variance, precision):
    weights = np.asarray(jax.jit(noise_weight, static_argnums=1)(Schedule.from_betas(betas), variance))
    assert weights.shape == (len(betas) + 1,) and np.isnan(weights[0])
    for t in {1, 2, 3, len(betas)} - ({1} if variance == "beta_tilde" else set()):
        assert float(weights[t]) == pytest.approx(weight(betas, t, variance), rel=10 * RTOL[precision]), t


def test_noise_weight_at_the_extremes():
    inf = np.inf
    np.testing.assert_array_equal(noise_weight(Schedule.from_betas([0.5, 1.0])), [np.nan, 1, inf])
    np.testing.assert_array_equal(noise_weight(Schedule.from_betas([0.5, 1.0]), "beta_tilde"), [np.nan, inf, inf])
    # beta_t -> 0 after some noise: beta_t / (2 (1 - alpha_bar_{t-1})) and the like, which go to 0.
    for variance, first in (("beta", 1.0), ("beta_tilde", inf)):
        np.testing.assert_array_equal(noise_weight(Schedule.from_betas([0.5, 0.0]), variance), [np.nan, first, 0])
    # beta_1 -> 0: beta_1 / (2 alpha_1 beta_1) = 1/2.
    assert noise_weight(Schedule.from_betas([0.0]))[1] == 0.5


KINDS = ("noise", "x_0", "v", "score", "mean")


@VARIANCES
@pytest.mark.parametrize("kind", KINDS)
def test_prediction_weight_is_half_the_squared_slope_of_the_mean_over_sigma_2(kind, variance, precision):
    """The slope comes from two predictions that differ by 1, worked out with 50 digits through Bayes' posterior."""
    weights = prediction_weight(Schedule.from_betas(BETAS), kind, variance)
    assert np.isnan(weights[0])
    for t in (2, 3, 4) if variance == "beta_tilde" else (1, 2, 3, 4):
        bar, x_t = alpha_bars(BETAS)[t], 0.4
        signal, spread = mpmath.sqrt(bar), mpmath.sqrt(1 - bar)
        x_0 = {
            "noise": lambda value: (x_t - spread * value) / signal,
            "x_0": lambda value: value,
            "v": lambda value: signal * x_t - spread * value,
            "score": lambda value: (x_t + (1 - bar) * value) / signal,  # Tweedie's formula
        }
        slope = (
            1
            if kind == "mean"
            else posterior(BETAS, t, x_0[kind](1), x_t)[0] - posterior(BETAS, t, x_0[kind](0), x_t)[0]
        )
        expected = slope**2 / (2 * float(sigma_2(BETAS, t, variance)))
        assert float(weights[t]) == pytest.approx(expected, rel=10 * RTOL[precision]), t


@VARIANCES
def test_weighted_losses_of_all_kinds_agree(variance):
    rng = np.random.default_rng(0)
    with jax.enable_x64(True):
        schedule = Schedule.from_betas(BETAS)
        x_t, noise, guess = rng.normal(size=(3, 3, 3))
        for t in (2, 4):
            losses = {}
            for kind in KINDS:
                right, wrong = (convert(schedule, x_t, t, e, "noise", kind) for e in (noise, guess))
                losses[kind] = float(prediction_weight(schedule, kind, variance)[t] * jnp.sum((right - wrong) ** 2))
            expected = float(noise_loss(schedule, t, noise, guess, variance))
            assert losses == pytest.approx(dict.fromkeys(KINDS, expected), rel=1e-11)


@VARIANCES
@pytest.mark.parametrize("kind", KINDS)
def test_prediction_weight_has_no_nan_at_the_extremes(kind, variance):
    for name, betas in SCHEDULES.items():
        weights = prediction_weight(Schedule.from_betas(betas), kind, variance)[1:]
        assert not np.isnan(weights).any() and (weights >= 0).all(), name


def test_prediction_weight_at_the_extremes():
    inf = np.inf
    # x_t is noise alone: the mean is sqrt(alpha_bar_{t-1}) x_0, and x_t, noise and score say nothing about x_0.
    last = {kind: float(prediction_weight(Schedule.from_betas([0.5, 1.0]), kind)[2]) for kind in KINDS}
    assert last == pytest.approx({"noise": inf, "x_0": 0.25, "v": 0.25, "score": inf, "mean": 0.5})
    # beta_2 = 0: the step adds nothing and there is nothing to predict.
    none = {kind: float(prediction_weight(Schedule.from_betas([0.5, 0.0]), kind)[2]) for kind in KINDS}
    assert none == pytest.approx({"noise": 0, "x_0": 0, "v": 0, "score": 0, "mean": inf})


@VARIANCES
def test_losses_are_equations_8_12_and_14(variance, precision):
    schedule, target, prediction = Schedule.from_betas(BETAS), np.array([0.5, -1.0]), np.array([0.3, 0.1])
    x_0, x_t = np.array([1.0, -0.5]), np.array([0.7, -1.2])
    square, rtol = 0.04 + 1.21, 10 * RTOL[precision]
    for t in (2, 3, 4):
        mean = np.array([posterior(BETAS, t, *pixel)[0] for pixel in zip(x_0, x_t)], float)
        expected = float(np.sum((mean - prediction) ** 2)) / (2 * float(sigma_2(BETAS, t, variance)))
        assert float(mean_loss(schedule, t, x_0, x_t, prediction, variance)) == pytest.approx(expected, rel=rtol)
        expected = square * weight(BETAS, t, variance)
        assert float(noise_loss(schedule, t, target, prediction, variance)) == pytest.approx(expected, rel=rtol)
        assert float(simple_loss(t, target, prediction)) == pytest.approx(square, rel=rtol)


@VARIANCES
def test_mean_loss_is_the_kl_without_what_cannot_be_learned(variance):
    """KL(q || N(m, sigma^2)) - KL(q || N(mu_tilde, sigma^2)), both as integrals."""
    t = 3
    mean, posterior_variance = posterior(BETAS, t, 0.7, -0.4)
    q, scale = norm(mean, np.sqrt(posterior_variance)), np.sqrt(float(sigma_2(BETAS, t, variance)))

    def kl(predicted):
        p = norm(predicted, scale)
        return quad(lambda x: q.pdf(x) * (q.logpdf(x) - p.logpdf(x)), mean - 8, mean + 8, epsabs=1e-12)[0]

    with jax.enable_x64(True):
        loss = float(mean_loss(Schedule.from_betas(BETAS), t, 0.7, -0.4, mean + 0.6, variance))
    assert loss == pytest.approx(kl(mean + 0.6) - kl(mean), rel=1e-7)


@VARIANCES
@pytest.mark.parametrize("schedule", [Schedule.from_betas(BETAS), linear()], ids=["four steps", "linear"])
def test_mean_loss_is_noise_loss_in_value_and_gradient(schedule, variance):
    rng = np.random.default_rng(0)
    betas = np.asarray(schedule.beta, np.float64)[1:]
    with jax.enable_x64(True):
        schedule = Schedule.from_betas(betas)
        x_t, noise, guess = rng.normal(size=(3, 3, 3))
        for t in (1, 2, schedule.T) if variance == "beta" else (2, schedule.T):

            def on_means(guess):
                x_0 = x_0_from_noise(schedule, x_t, t, noise)
                return mean_loss(schedule, t, x_0, x_t, mean_from_noise(schedule, x_t, t, guess), variance)

            def on_noise(guess):
                return noise_loss(schedule, t, noise, guess, variance)

            both = jax.jit(lambda guess: [jax.value_and_grad(f)(guess) for f in (on_means, on_noise)])
            (a, grad_a), (b, grad_b) = both(guess)
            assert float(a) == pytest.approx(float(b), rel=1e-9)
            np.testing.assert_allclose(grad_a, grad_b, rtol=1e-8)


@partial(jax.jit, static_argnums=(0, 3))
def values_and_slopes(loss, schedule, predicted, variance):
    """Of 0 at every t, where `predicted` is predicted."""
    zeros, t = jnp.zeros_like(predicted), jnp.arange(1, len(predicted) + 1)

    def values(p):
        return loss(schedule, t, zeros, p, variance)

    return values(predicted), jax.grad(lambda p: values(p).sum())(predicted)


MEAN_LOSS = mean_loss_with(0.0)


@VARIANCES
@pytest.mark.parametrize("betas", SCHEDULES.values(), ids=SCHEDULES.keys())
def test_no_nan_at_the_extremes(betas, variance):
    schedule, zeros, ones = Schedule.from_betas(betas), np.zeros(len(betas)), np.ones(len(betas))
    for loss in (MEAN_LOSS, noise_loss):
        of_right, slope_there = values_and_slopes(loss, schedule, zeros, variance)
        of_wrong, slope_here = values_and_slopes(loss, schedule, ones, variance)
        np.testing.assert_array_equal(of_right, zeros)
        assert (of_wrong >= 0).all()
        assert not np.isnan(slope_here).any() and not np.isnan(slope_there).any()


def test_a_point_costs_all_or_nothing():
    schedule = Schedule.from_betas([0.3, 0.0])
    assert mean_loss(schedule, 2, 0.1, 0.5, 0.6) == np.inf  # beta_2 = 0: mu_tilde is x_t
    assert mean_loss(schedule, 1, 0.5, 0.1, 0.6, "beta_tilde") == np.inf  # mu_tilde is x_0
    assert mean_loss(schedule, 2, 0.1, 0.5, 0.5) == 0


@pytest.mark.parametrize("shape", [pytest.param((), marks=pytest.mark.slow), (3, 3)])
def test_a_batch_is_a_loop_under_jit_and_vmap(shape):
    schedule, t = Schedule.from_betas(BETAS), np.array([4, 1, 3])
    a, b = np.random.default_rng(0).normal(size=(2, 3, *shape)).astype(np.float32)
    for loss in (mean_loss_with(0.7), noise_loss, lambda _, t, x, y: simple_loss(t, x, y)):
        one = jax.jit(loss)
        loop = [one(schedule, t[i], a[i], b[i]) for i in range(3)]
        assert loop[0].shape == ()
        for batched in (loss, one, jax.jit(jax.vmap(loss, (None, 0, 0, 0)))):
            np.testing.assert_allclose(batched(schedule, t, a, b), loop, rtol=1e-5)


def test_sum_pixels():
    x = np.arange(12.0, dtype=np.float32).reshape(2, 2, 3)
    assert sum_pixels(x, 1) == 66
    np.testing.assert_array_equal(sum_pixels(x, np.array([1, 2])), [15, 51])
    np.testing.assert_array_equal(sum_pixels(x, np.ones((2, 2), int)), [[3, 12], [21, 30]])


def test_shapes_must_agree(unchecked):
    schedule, x, y = Schedule.from_betas(BETAS), np.zeros((2, 3)), np.zeros(3)
    with pytest.raises(ValueError, match=r"predicted_mean must have the shape of x_t, \(2, 3\); got \(3,\)"):
        mean_loss(schedule, 1, x, x, y)
    with pytest.raises(ValueError, match=r"x_t must have the shape of x_0, \(2, 3\); got \(3,\)"):
        mean_loss(schedule, 1, x, y, y)
    for call in (lambda: noise_loss(schedule, 1, x, y), lambda: simple_loss(1, x, y)):
        with pytest.raises(ValueError, match=r"predicted_noise must have the shape of noise, \(2, 3\); got \(3,\)"):
            call()


def test_unknown_variance(unchecked):
    schedule = Schedule.from_betas(BETAS)
    for call in (noise_weight, lambda s, v: mean_loss(s, 1, 0.0, 0.0, 0.0, v)):
        with pytest.raises(ValueError, match='must be "beta" or "beta_tilde", or an array; got \'learned\''):
            call(schedule, "learned")


def test_swapped_arguments(unchecked):
    schedule = Schedule.from_betas(BETAS)
    for call in (lambda: noise_loss(1, schedule, 0.1, 0.2), lambda: mean_loss(1, schedule, 0.1, 0.2, 0.3)):
        with pytest.raises(TypeError, match=r"schedule must be a ddpm\.Schedule, .*; got int"):
            call()


def test_unknown_kind(unchecked):
    with pytest.raises(ValueError, match="'epsilon'; expected one of noise, x_0, v, score, mean"):
        prediction_weight(Schedule.from_betas(BETAS), "epsilon")


@pytest.mark.parametrize("loss", [mean_loss_with(0.0), noise_loss])
def test_t_out_of_range(loss, unchecked):
    schedule = Schedule.from_betas(BETAS)
    for t in (0, 5):
        with pytest.raises(ValueError, match=r"t must lie in 1\.\.4"):
            loss(schedule, t, 0.1, 0.2)
        for prediction in (0.1, 0.2):  # with and without an error
            assert np.isnan(jax.jit(loss)(schedule, t, 0.1, prediction))
    with pytest.raises(TypeError, match="t must be an integer"):
        loss(schedule, 1.0, 0.1, 0.2)


def test_variance_loss_is_the_divergence_of_the_two_steps():
    """As integrals over x_{t-1}, pixel by pixel, from Bayes' posterior and Ho et al.'s mean."""
    noise, guess, variance = np.array([[0.5, -1.0, 0.3], [0.3, 0.1, -0.7], [0.1, 0.3, 0.4]])
    of, slopes_of = jax.jit(variance_loss), jax.jit(jax.grad(variance_loss, (3, 4)))
    with jax.enable_x64(True):
        schedule = Schedule.from_betas(BETAS)
        for t in (2, 4):
            bar, beta, x_0 = float(alpha_bars(BETAS)[t]), BETAS[t - 1], np.array([0.2, -0.3, 0.9])
            x_t, expected = np.sqrt(bar) * x_0 + np.sqrt(1 - bar) * noise, 0
            for i in range(3):
                mean, tilde = (float(part) for part in posterior(BETAS, t, x_0[i], x_t[i]))
                q = norm(mean, np.sqrt(tilde))
                p = norm((x_t[i] - beta / np.sqrt(1 - bar) * guess[i]) / np.sqrt(1 - beta), np.sqrt(variance[i]))
                expected += quad(lambda x: q.pdf(x) * (q.logpdf(x) - p.logpdf(x)), mean - 5, mean + 5)[0]
            ours = of(schedule, np.array([t]), noise[None], guess[None], variance[None])
            assert ours.shape == (1,) and float(ours[0]) == pytest.approx(expected, rel=1e-6)
            slopes = slopes_of(schedule, t, noise, guess, variance)
            np.testing.assert_array_equal(slopes[0], 0)  # the prediction is as given
            step = 1e-6 * np.eye(3)
            there, back = (np.array([of(schedule, t, noise, guess, v) for v in variance + s * step])
                           for s in (1, -1))  # fmt: skip
            np.testing.assert_allclose(slopes[1], (there - back) / 2e-6, rtol=1e-5)


@pytest.mark.slow
def test_learned_by_its_loss_a_variance_for_each_t_is_the_optimal_one():
    """Its place alone is trained, on glyphs, with the best predictor and a worse one, which needs more than beta_t."""
    schedule, data, optimiser = linear(5, 0.1, 0.5), glyphs(), optax.adam(optax.cosine_decay_schedule(0.1, 500))
    exact, draw = (
        optimal_loss(jax.random.key(0), schedule, data, 4000).mean.at[0].set(0.0),
        denoising(schedule, data)[1],
    )
    best = Oracle(schedule, data)

    def loss(off, places, key, batch):
        x_0, t, noise = batch
        t = jnp.maximum(t, 2)
        predicted = jax.vmap(best)(q_sample(schedule, x_0, t, noise), t) + off
        place = jnp.broadcast_to(places[t][:, None, None], noise.shape)
        return jnp.mean(variance_loss(schedule, t, noise, predicted, variance_between(schedule, place, t)))

    begun = start(jax.random.key(1), jnp.full(6, 0.5), optimiser)
    for off in (0.0, 0.6):
        state, _ = train(begun, Partial(loss, jnp.asarray(off)), draw, optimiser, steps=500, batch=256)
        needed = optimal_variance(schedule, exact + off**2)[2:]
        np.testing.assert_allclose(variance_between(schedule, state.network[2:], np.arange(2, 6)), needed, rtol=0.04)
        assert (off > 0) == bool((needed > schedule.beta[2:]).any()) == bool((state.network[2:] > 1).any())


def test_slopes_in_the_betas_are_finite_where_a_weight_is_infinite():
    """At t = 1 with sigma^2 = beta_tilde = 0. There no error costs nothing; the weights from t = 2 on have the slopes
    of finite differences."""
    with jax.enable_x64(True):
        betas, x_0, x_t = jnp.array(BETAS), jnp.array([0.5, -1.0]), jnp.array([0.2, 0.3])
        of_mean = jax.grad(lambda b: mean_loss(Schedule.from_betas(b), 1, x_0, x_t, x_0, "beta_tilde"))
        np.testing.assert_array_equal(jax.jit(of_mean)(betas), 0)

        @jax.jit
        @jax.value_and_grad
        def weights(betas):
            return noise_weight(Schedule.from_betas(betas), "beta_tilde")[2:].sum()

        step = 1e-6 * np.eye(4)
        differences = [(weights(betas + s)[0] - weights(betas - s)[0]) / 2e-6 for s in step]
        np.testing.assert_allclose(weights(betas)[1], differences, rtol=1e-6)
