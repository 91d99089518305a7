"""ddpm.oracle against posteriors of 50 digits, integrals, and averages over random draws."""

from functools import partial

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from jax.tree_util import Partial
from scipy.integrate import quad
from truth import SCHEDULES, Z, alpha_bars, floats

import ddpm
from ddpm import Schedule
from ddpm.data import dot, dots, glyphs
from ddpm.level import at_time
from ddpm.mixture import log_density, mixture, noised, points, responsibilities
from ddpm.oracle import Oracle, PathOracle, best_noise, best_x_0, excess_loss, noise_variance, optimal_loss
from ddpm.path import cosine_path, edm, path_through, straight, ve, vp
from ddpm.precision import enable_x64
from ddpm.predict import noise_from_x_0
from ddpm.sample import ancestral_sample, velocity

BETAS = (0.1, 0.3, 0.5, 0.7)
MEANS = np.array([[0.0, 1.0], [1.0, -0.5], [0.3, 0.2]])
VARIANCES, WEIGHTS = (0.0, 0.25, 0.04), (0.5, 0.2, 0.3)


def exact(betas, t, x_t, means, variances, weights):
    """p(k | x_t), E[x_0 | x_t] and E[noise | x_t] by Bayes' rule in 50 digits.

    The noise is found from x_0, by the definition of x_t, and not from a formula of its own.
    """
    a = alpha_bars(betas)[t]
    joint, x_0 = [], []
    for m, v, w in zip(means, variances, weights):
        m, v = [mpmath.mpf(float(m_i)) for m_i in m], mpmath.mpf(float(v))
        s = a * v + 1 - a
        square = sum((mpmath.mpf(float(x)) - mpmath.sqrt(a) * m_i) ** 2 for x, m_i in zip(x_t, m))
        joint.append(w * s ** (-mpmath.mpf(len(m)) / 2) * mpmath.exp(-square / (2 * s)))
        # precisions add: prior 1 / v around m, likelihood a / (1 - a) around x_t / sqrt(a)
        x_0.append(
            [m_i + v * mpmath.sqrt(a) / s * (mpmath.mpf(float(x)) - mpmath.sqrt(a) * m_i) for x, m_i in zip(x_t, m)]
        )
    posterior = [j / sum(joint) for j in joint]
    mean = [sum(p * x[i] for p, x in zip(posterior, x_0)) for i in range(len(x_t))]
    noise = [(mpmath.mpf(float(x)) - mpmath.sqrt(a) * m) / mpmath.sqrt(1 - a) for x, m in zip(x_t, mean)]
    return floats(posterior), floats(mean), floats(noise)


@pytest.mark.parametrize("t", [1, 2, 4])
def test_against_bayes_in_fifty_digits(t, precision):
    schedule, data = Schedule.from_betas(BETAS), mixture(MEANS, VARIANCES, WEIGHTS)
    rtol = 1e-4 if precision == "float32" else 1e-12
    for x_t in np.random.default_rng(t).normal(size=(4, 2)).astype(precision):
        posterior, x_0, noise = exact(BETAS, t, x_t, MEANS, VARIANCES, WEIGHTS)
        np.testing.assert_allclose(
            responsibilities(noised(data, at_time(schedule, t)), x_t), posterior, rtol=rtol, atol=1e-7
        )
        np.testing.assert_allclose(best_x_0(schedule, data, x_t, t), x_0, rtol=rtol, atol=rtol)
        np.testing.assert_allclose(best_noise(schedule, data, x_t, t), noise, rtol=rtol, atol=rtol)
        np.testing.assert_array_equal(Oracle(schedule, data)(x_t, t), best_noise(schedule, data, x_t, t))


def test_log_density_integrates_to_one_and_its_slope_is_the_score():
    with jax.enable_x64(True):
        schedule, data = Schedule.from_betas(BETAS), mixture([0.0, 1.5], [0.0, 0.3], [0.7, 0.3])

        def log(x):
            return log_density(noised(data, at_time(schedule, 2)), x)

        x = np.linspace(-12, 12, 4001)
        assert np.trapezoid(np.exp(jax.jit(jax.vmap(log))(x)), x) == pytest.approx(1, rel=1e-10)
        score, noise = jax.jit(lambda x: (jax.grad(log)(x), best_noise(schedule, data, x, 2)))(0.4)
        assert float(score) == pytest.approx(float(-noise / np.sqrt(schedule.one_minus_alpha_bar[2])), rel=1e-10)


def test_one_point_is_read_off_exactly():
    schedule, key = ddpm.cosine(20), jax.random.key(0)
    x_t = jax.random.normal(key, (3, 3))
    best, known = jax.jit(best_noise), jax.jit(noise_from_x_0)
    for t in (1, 10, 20):
        np.testing.assert_allclose(
            best(schedule, points(dot()[None]), x_t, t), known(schedule, x_t, t, dot()), rtol=1e-5, atol=1e-6
        )
    loss = optimal_loss(key, schedule, points(dot()[None]), draws=100)
    assert (loss.mean[1:] == 0).all() and loss.over_t() == (0, 0) and np.isnan(loss.mean[0])


@pytest.mark.parametrize("name", SCHEDULES)
def test_limits(name, precision):
    schedule, data = Schedule.from_betas(SCHEDULES[name]), mixture(MEANS, VARIANCES, WEIGHTS)
    x_t = np.array([0.9, -0.4], precision)
    for t in range(1, schedule.T + 1):
        noise, x_0 = best_noise(schedule, data, x_t, t), best_x_0(schedule, data, x_t, t)
        assert np.isfinite(noise).all() and np.isfinite(x_0).all()
        assert np.isfinite(noise_variance(schedule, data, x_t, t))
        assert float(responsibilities(noised(data, at_time(schedule, t)), x_t).sum()) == pytest.approx(1, rel=1e-5)
        if schedule.alpha_bar[t] == 0:  # x_t is the noise, and nothing is known of x_0
            np.testing.assert_allclose(noise, x_t, rtol=1e-6)
            np.testing.assert_allclose(x_0, np.array(WEIGHTS) @ MEANS, rtol=1e-5, atol=1e-7)
        if schedule.one_minus_alpha_bar[t] == 0:
            assert (noise == 0).all()


def test_nearly_no_noise_gives_the_nearest_point():
    schedule = Schedule.from_betas([1e-38, 0.0, 1e-12])
    x_t = np.float32([0.1, 0.1, 0, 0, 1, 0.1, 0.2, -0.1, 0]).reshape(3, 3)
    x_0, noise = (partial(jax.jit(best), schedule, points(dots())) for best in (best_x_0, best_noise))
    for t in (1, 2, 3):
        np.testing.assert_array_equal(x_0(x_t, t), dot())
        assert np.isfinite(noise(x_t, t)).all()
    far = np.full((3, 3), np.float32(1e3))
    far[0, 0] = 2e3
    np.testing.assert_array_equal(x_0(far, 2), dots()[0])


def test_optimal_loss_against_an_integral():
    """One pixel, -1 or 1: E[noise | x_t] by definition, the loss as an integral over x_t."""
    betas = (0.2, 0.3, 0.6)
    schedule, data = Schedule.from_betas(betas), points(np.array([-1.0, 1.0]))
    loss = optimal_loss(jax.random.key(0), schedule, data, draws=20_000)
    for t, a in enumerate(floats(alpha_bars(betas))):
        if t == 0:
            continue
        sigma = np.sqrt(1 - a)

        def density(x, m):
            return np.exp(-((x - m * np.sqrt(a)) ** 2) / (2 * sigma**2)) / np.sqrt(2 * np.pi) / sigma / 2

        def remaining(x):  # E[noise^2] - E[noise | x]^2, the second moment being 1 in all
            joint = [density(x, m) for m in (-1, 1)]
            noise = sum(j * (x - m * np.sqrt(a)) / sigma for j, m in zip(joint, (-1, 1))) / sum(joint)
            return noise**2 * sum(joint)

        expected = 1 - quad(remaining, -9, 9, epsabs=1e-12)[0]
        assert abs(loss.mean[t] - expected) <= Z * loss.error[t] + 1e-6
        assert 0 < loss.error[t] < 0.03 * expected


def test_optimal_loss_is_the_squared_error_and_no_predictor_beats_it():
    schedule, data, key = ddpm.cosine(6), mixture(glyphs(), 0.01), jax.random.key(4)
    loss, best = optimal_loss(key, schedule, data, draws=4000), Oracle(schedule, data)

    @jax.jit
    def drawn(t):
        x_0 = data.sample(jax.random.key(t), 4000)
        noise = jax.random.normal(jax.random.key(10 + t), x_0.shape)
        x_t = jax.vmap(ddpm.process.q_sample, (None, 0, None, 0))(schedule, x_0, t, noise)
        return jax.vmap(best, (0, None))(x_t, t), noise

    for t in (1, 3, 6):
        predicted, noise = map(np.asarray, drawn(t))
        for scale in (1.0, 0.9):
            errors = np.mean((scale * predicted - noise) ** 2, axis=(1, 2))
            slack = Z * np.hypot(errors.std() / np.sqrt(4000), loss.error[t])
            if scale == 1:
                assert abs(errors.mean() - loss.mean[t]) <= slack
            elif t > 1:
                assert errors.mean() > loss.mean[t]


def test_excess_loss_is_the_difference_of_the_losses():
    schedule, data, key = ddpm.cosine(6), points(glyphs()), jax.random.key(4)
    best = Oracle(schedule, data)
    assert (excess_loss(key, schedule, data, best, draws=100).mean[1:] < 1e-12).all()
    shifted = excess_loss(key, schedule, data, lambda x_t, t: best(x_t, t) + 0.1 * t, draws=100)
    np.testing.assert_allclose(shifted.mean[1:], (0.1 * np.arange(1, 7)) ** 2, rtol=1e-4)
    mean, error = shifted.over_t()
    assert mean == pytest.approx(np.mean((0.1 * np.arange(1, 7)) ** 2), rel=1e-4) and error < 1e-4


def test_samples_of_the_best_predictor_are_the_data_with_their_frequencies():
    schedule, weights = ddpm.cosine(50), np.array([0.5, 0.3, 0.2])
    best = Oracle(schedule, points(dots()[:3], weights))
    samples = np.asarray(ancestral_sample(jax.random.key(0), schedule, best, 4000, (3, 3)))
    near = np.abs(samples[:, None] - np.asarray(dots()[:3])).max(axis=(2, 3)) < 0.05
    assert near.any(1).mean() > 0.995  # a few stop between the points: the chain has only 50 steps
    # 50 steps are not infinitely many, so the frequencies are right up to a small bias.
    assert (np.abs(near.mean(0) - weights) <= Z * np.sqrt(weights * (1 - weights) / 4000) + 0.02).all()


def test_vmap_and_jit_agree_with_the_loop():
    schedule, data = ddpm.cosine(8), points(glyphs())
    x, t = np.random.default_rng(0).normal(size=(5, 3, 3)).astype(np.float32), np.arange(1, 6)
    loop = np.stack([best_noise(schedule, data, x_i, int(t_i)) for x_i, t_i in zip(x, t)])
    batched = jax.jit(jax.vmap(best_noise, (None, None, 0, 0)))(schedule, data, x, t)
    np.testing.assert_allclose(batched, loop, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("function", [best_noise, best_x_0, noise_variance])
def test_the_best_does_not_round_its_products(function):
    """On a GPU JAX keeps about three digits of what it multiplies in a product of matrices, unless the product
    itself says otherwise."""
    with jax.default_matmul_precision("bfloat16"):
        operations = jax.make_jaxpr(partial(function, ddpm.cosine(4), points(dots())))(dot(), 2).eqns
    precisions = [op.params["precision"] for op in operations if op.primitive.name == "dot_general"]
    assert precisions and set(precisions) == {(jax.lax.Precision.HIGHEST,) * 2}


def off_by(data, power, x_t, t):
    return best_noise(ddpm.cosine(2), data, x_t, t) + jnp.abs(x_t) ** power


def test_the_error_of_the_mean_of_three_draws():
    """A predictor off by x^2 has the squares of the losses of one off by x, of the same draws."""
    data = points([0.5])
    of = partial(excess_loss, jax.random.key(3), ddpm.cosine(2), data, draws=3)
    first, second = (of(Partial(off_by, data, jnp.asarray(power))) for power in (1.0, 2.0))
    np.testing.assert_allclose(first.error[1:] ** 2, (second.mean - first.mean**2)[1:] / 2, rtol=1e-4)


def test_at_t_0_there_is_nothing_to_predict():
    data, schedule = mixture([-1.0, 1.0], [0.25, 0.5], [1, 3]), ddpm.cosine(4)
    for function in (best_noise, noise_variance):
        with pytest.raises(ValueError, match=r"t must lie in 1\.\.4"):
            function(schedule, data, jnp.asarray(0.3), 0)


def test_images_in_the_place_of_a_mixture():
    schedule, key, x_t = ddpm.cosine(3), jax.random.key(0), jnp.full((3, 3), 0.4)
    ours, expected = Oracle(schedule, dots()), Oracle(schedule, points(dots()))
    np.testing.assert_array_equal(ours(x_t, 2), expected(x_t, 2))
    a, b = (optimal_loss(key, schedule, data, draws=20).mean[1:] for data in (dots(), points(dots())))
    np.testing.assert_array_equal(a, b)
    assert jax.jit(lambda of: of)(ours).data.means.shape == (9, 3, 3)


def test_words_for_wrong_arguments(unchecked):
    schedule, data, key = ddpm.cosine(3), points(dots()), jax.random.key(0)
    with pytest.raises(ValueError, match="at least 2 draws; got 1"):
        optimal_loss(key, schedule, data, draws=1)
    for call in (
        partial(optimal_loss, 0, schedule, data),
        partial(excess_loss, 0, schedule, data, Oracle(schedule, data)),
    ):
        with pytest.raises(TypeError, match=r"key must be a JAX random key; got 0\. Make one: jax\.random\.key\(0\)"):
            call()
    for call in (
        partial(Oracle, data, schedule),
        partial(best_noise, data, schedule, dot(), 1),
        partial(optimal_loss, key, data, schedule),
        partial(excess_loss, key, data, schedule, Oracle(schedule, data)),
    ):
        with pytest.raises(
            TypeError, match=r"schedule must be a ddpm\.Schedule, .*; got Mixture\. The order of arguments"
        ):
            call()
    with pytest.raises(ValueError, match="made for T = 4 steps; the schedule has T = 3"):
        excess_loss(key, schedule, data, Oracle(ddpm.cosine(4), data))
    with pytest.raises(ValueError, match=r"predicted_noise must have the shape of x_t, \(3, 3\); got \(\)"):
        excess_loss(key, schedule, data, lambda x_t, t: x_t.mean(), draws=2)
    with pytest.raises(TypeError, match="data must be a mixture or an array of images.*; got Oracle"):
        excess_loss(key, schedule, Oracle(schedule, data), data)
    with pytest.raises(ValueError, match=r"one example, .* \(3, 3\); got shape \(9, 3, 3\); for a batch use jax\.vmap"):
        Oracle(schedule, data)(dots(), 1)


PATHS = {"vp": vp, "ve": ve, "edm": edm, "straight": straight, "cosine": cosine_path}


def carried(path, u, x, means, variances, weights):
    """The velocity of one pixel without a score: what crosses x is what P(x_u <= x) loses, so v = -dF/du / q_u."""

    def moments(u):
        c, variance = (float(value) for value in path.moments(jnp.asarray(u, float)))
        return [(c * m, mpmath.sqrt(c**2 * v + variance), w) for m, v, w in zip(means, variances, weights)]

    def distribution(u):
        return sum(w * mpmath.ncdf(x, mean, deviation) for mean, deviation, w in moments(u))

    h = 1e-4
    sides = (distribution(u + 2 * h), distribution(u + h), distribution(u - h), distribution(u - 2 * h))
    rate = (-sides[0] + 8 * sides[1] - 8 * sides[2] + sides[3]) / (12 * h)
    return float(-rate / sum(w * mpmath.npdf(x, mean, deviation) for mean, deviation, w in moments(u)))


@pytest.mark.parametrize("name", PATHS)
def test_the_velocity_is_that_of_the_density(name):
    with enable_x64(True):
        path, (means, variances, weights) = PATHS[name](), ([2.0, -1.0], [0.1, 0.3], [0.3, 0.7])
        oracle = PathOracle(path, mixture(means, variances, weights))
        for u, x in ((0.05, -0.4), (0.5, 1.0), (0.9, 0.3)):
            found = float(oracle.velocity(x, u))
            assert found == pytest.approx(carried(path, u, x, means, variances, weights), rel=1e-6)
            assert float(velocity(path, oracle, x, u)) == pytest.approx(found, rel=1e-9)  # f x + g^2 / (2 r) noise
            by_score = path.drift(u) * x - path.diffusion_squared(u) / 2 * oracle.score(x, u)
            assert float(by_score) == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize("name", ["vp", "edm", "straight", "cosine"])
def test_the_velocity_at_both_ends_is_its_limit(name, precision):
    oracle, x = PathOracle(PATHS[name](), mixture(MEANS, (0.1, 0.25, 0.04), WEIGHTS)), np.array([0.3, -0.2], precision)
    at = jax.jit(jax.vmap(lambda u: oracle.velocity(x, u)))
    near, ends = at(jnp.array([1e-8, 1 - 1e-6])), at(jnp.array([0.0, 1.0]))
    assert ends.dtype == precision
    np.testing.assert_allclose(near, ends, rtol=1e-2, atol=1e-3)


def test_on_the_points_of_a_path_it_is_the_oracle_of_the_schedule():
    with enable_x64(True):
        schedule, data, x = ddpm.cosine(10), mixture(MEANS, VARIANCES, WEIGHTS), np.array([0.3, -0.2])
        along, in_steps = PathOracle(path_through(schedule), data), Oracle(schedule, data)
        at = jax.jit(lambda t: (along(x, t / 10), in_steps(x, t)))
        for t in (1, 5, 10):
            np.testing.assert_allclose(*at(t), rtol=1e-10)


def test_a_path_oracle_takes_images_and_says_what_is_wrong(unchecked):
    images = PathOracle(straight(), np.eye(4).reshape(4, 2, 2))
    x = np.full((2, 2), 0.1)
    assert (
        images(x, 0.5).shape == images.velocity(x, 0.0).shape == (2, 2) and np.isfinite(images.velocity(x, 0.0)).all()
    )
    np.testing.assert_array_equal(images(x, 0.0), 0.0 * x)  # without noise none is predicted, as by `best_noise`
    with pytest.raises(ValueError, match="for a batch use jax.vmap"):
        images(np.zeros((5, 2, 2)), 0.5)
    with pytest.raises(ValueError, match="u must lie in"):
        images(x, 1.5)
    for method in (images, images.score, images.velocity):
        with pytest.raises(ValueError, match="u must be one number; got shape .2,."):
            method(x, np.array([0.1, 0.2]))
    assert np.isnan(jax.jit(lambda u: images.velocity(x, u))(1.5)).all()
    with pytest.raises(TypeError, match=r"path must be.*path_through\(schedule\)"):
        PathOracle(ddpm.linear(10), MEANS)
