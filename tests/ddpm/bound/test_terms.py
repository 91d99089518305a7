"""ddpm.bound.terms against integrals, and the averages of `bound_terms` over draws against exact expectations."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm
from truth import RTOL, SCHEDULES, Z, alpha_bars, best_mean, best_noise, posterior

from ddpm import Schedule
from ddpm.bound import bound_terms, decoder_term, denoising_term, normal, prior_term, step_term
from ddpm.mixture import mixture
from ddpm.nn import MLP

BETAS = (0.1, 0.2, 0.3, 0.4)
VARIANCES = pytest.mark.parametrize("variance", ["beta", "beta_tilde"])


def kl_integral(m, v, n, w):
    p, q = norm(m, np.sqrt(v)), norm(n, np.sqrt(w))
    width = 12 * np.sqrt(v)
    return quad(lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), m - width, m + width, epsabs=1e-12)[0]


def sigma_2(betas, t, variance):
    return posterior(betas, t, 0, 0)[1] if variance == "beta_tilde" and t > 1 else betas[t - 1]


def expected_terms(betas, x_0, variance):
    """L_0, ..., L_T for one x_0, the expectation over x_t taken exactly."""
    T = len(betas)
    terms = []
    for t in range(1, T + 1):
        a, (slope, offset) = float(alpha_bars(betas)[t]), best_mean(betas, t)
        mean, spread = np.sqrt(a) * x_0, 1 - a
        if t == 1:  # E[-log N(x_0; slope x_1 + offset, beta_1)]
            square = (x_0 - slope * mean - offset) ** 2 + slope**2 * spread
            terms.append(-norm(0, np.sqrt(betas[0])).logpdf(0) + square / (2 * betas[0]))
        else:  # KL of equal means, as an integral, plus what the difference of the means, linear in x_t, adds
            of_x_0, of_x_t = posterior(betas, t, 1, 0)[0], posterior(betas, t, 0, 1)[0]
            variance_t = sigma_2(betas, t, variance)
            square = (of_x_0 * x_0 - offset + (of_x_t - slope) * mean) ** 2 + (of_x_t - slope) ** 2 * spread
            terms.append(kl_integral(0, posterior(betas, t, 0, 0)[1], 0, variance_t) + square / (2 * variance_t))
    a = float(alpha_bars(betas)[T])
    return np.array([*terms, kl_integral(np.sqrt(a) * x_0, 1 - a, 0, 1)])


jitted_prior_term, jitted_step_term = jax.jit(prior_term), jax.jit(step_term)


def test_prior_term(precision):
    image = np.array([[0.7, -1.0], [0.0, 2.0]])
    a = float(alpha_bars(BETAS)[4])
    expected = sum(kl_integral(np.sqrt(a) * x, 1 - a, 0, 1) for x in image.ravel())
    ours = jitted_prior_term(Schedule.from_betas(BETAS), image, normal(np.zeros((2, 2)), 1.0))
    assert float(ours) == pytest.approx(expected, rel=RTOL[precision] + 1e-8)


def test_prior_term_of_a_chain_that_hardly_adds_noise():
    # q(x_T | x_0) is almost a point: (v - 1 - log v + x_0^2) / 2 with v = 1e-9.
    expected = (-1 - np.log(1e-9) + 0.25) / 2
    start = normal(0.0, 1.0)
    almost_none, all_of_it = (Schedule.from_betas(betas) for betas in ([0.0, 1e-9], [0.3, 1.0]))
    assert float(jitted_prior_term(almost_none, 0.5, start)) == pytest.approx(expected, rel=1e-5)
    assert jitted_prior_term(all_of_it, 0.5, start) == 0


@jax.jit
def gaussian_denoising_term(schedule, x_0, x_t, t, mean, variance):
    return denoising_term(schedule, x_0, x_t, t, normal(mean, variance))


@VARIANCES
def test_denoising_term(variance, precision):
    schedule, x_0, x_t, guess = (
        Schedule.from_betas(BETAS),
        np.array([0.7, -1.0]),
        np.array([0.2, 0.1]),
        np.array([0.4, 0.0]),
    )
    for t in (2, 3, 4):
        expected = 0
        for i in range(2):
            mean, spread = posterior(BETAS, t, x_0[i], x_t[i])
            expected += kl_integral(mean, spread, guess[i], sigma_2(BETAS, t, variance))
        got = float(gaussian_denoising_term(schedule, x_0, x_t, t, guess, sigma_2(BETAS, t, variance)))
        assert got == pytest.approx(expected, rel=10 * RTOL[precision] + 1e-8)


def test_divergences_to_mixtures_of_one_pixel():
    """L_{t-1} and L_T where the model's distribution has two humps, against SciPy's integral."""
    parts = (np.array([-1.0, 0.8]), np.array([0.3, 0.2]), np.array([0.4, 0.6]))

    def integral(mean, variance):
        law = norm(mean, np.sqrt(variance))

        def body(x):
            log_p = np.log(sum(w * norm.pdf(x, m, np.sqrt(v)) for m, v, w in zip(*parts)))
            return law.pdf(x) * (law.logpdf(x) - log_p)

        width = 12 * np.sqrt(variance)
        return quad(body, mean - width, mean + width, epsabs=1e-12, limit=200)[0]

    with jax.enable_x64(True):
        schedule, model = Schedule.from_betas(BETAS), mixture(*parts)
        a = float(alpha_bars(BETAS)[4])

        @jax.jit
        def both(schedule, model, x_0, x_t, t):
            return denoising_term(schedule, x_0, x_t, t, model, 256), prior_term(schedule, x_0, model, 256)

        ours = both(schedule, model, 0.7, -0.2, 3)
        expected = integral(*posterior(BETAS, 3, 0.7, -0.2)), integral(np.sqrt(a) * 0.7, 1 - a)
        np.testing.assert_allclose(ours, expected, rtol=1e-9)


def test_step_term(precision):
    """Of an image, for a Gaussian and for two humps."""
    x_prev, x_t, means = np.random.default_rng(1).normal(size=(3, 2, 3))
    for model in (normal(means, 0.4), mixture(np.stack([means, -means]), [0.4, 0.2], [0.3, 0.7])):
        laws = zip(np.asarray(model.weights), np.asarray(model.means), np.asarray(model.variances))
        p = sum(w * norm.pdf(x_prev, m, np.sqrt(v)).prod() for w, m, v in laws)
        q = norm.pdf(x_t, np.sqrt(1 - BETAS[2]) * x_prev, np.sqrt(BETAS[2])).prod()
        ours = jitted_step_term(Schedule.from_betas(BETAS), x_prev.astype(precision), x_t.astype(precision), 3, model)
        assert float(ours) == pytest.approx(-np.log(p / q), rel=20 * RTOL[precision])


def test_decoder_term(precision):
    x_0, guess = np.array([0.7, -1.0]), np.array([0.5, -0.8])
    expected = -norm(guess, np.sqrt(0.1)).logpdf(x_0).sum()
    ours = jax.jit(decoder_term)
    assert float(ours(x_0, normal(guess, 0.1))) == pytest.approx(expected, rel=RTOL[precision])
    # A narrow density exceeds 1, and the term is below 0.
    assert ours(x_0, normal(x_0, 1e-4)) < 0


@partial(jax.jit, static_argnums=3)
def many_terms(key, schedule, x_0, variance):
    """With the best predictor, of 20,000 draws."""

    def terms(key):
        return bound_terms(key, schedule, lambda x_t, t: best_noise(schedule, x_t, t), x_0, variance)

    return jax.vmap(terms)(jax.random.split(key, 20_000))


@VARIANCES
@pytest.mark.parametrize("x_0", [-0.4, 0.9])
def test_terms_average_to_their_expectation(x_0, variance):
    draws, schedule = 20_000, Schedule.from_betas(BETAS)
    drawn = np.asarray(many_terms(jax.random.key(1), schedule, x_0, variance), np.float64)
    expected, error = expected_terms(BETAS, x_0, variance), Z * drawn.std(0) / np.sqrt(draws) + 1e-5
    assert drawn.shape == (draws, 5) and (drawn[:, 1:] >= 0).all()
    assert (np.abs(drawn.mean(0) - expected) <= error).all()
    assert (error < 0.05).all()  # or the comparison would say nothing
    # It is a bound: L >= -log p_theta(x_0), where the reverse chain of the best predictor is Gaussian again.
    mean, spread = 0.0, 1.0
    for t in range(len(BETAS), 0, -1):
        slope, offset = best_mean(BETAS, t)
        mean, spread = slope * mean + offset, slope**2 * spread + sigma_2(BETAS, t, variance)
    assert drawn.sum(1).mean() >= -norm(mean, np.sqrt(spread)).logpdf(x_0)


@partial(jax.jit, static_argnums=2)
def half_of_x_t(schedule, x_0, variance):
    return bound_terms(jax.random.key(0), schedule, lambda x_t, t: 0.5 * x_t, x_0, variance)


@VARIANCES
@pytest.mark.parametrize("betas", SCHEDULES.values(), ids=SCHEDULES.keys())
def test_no_term_but_the_first_is_negative_or_nan_at_the_extremes(betas, variance):
    schedule = Schedule.from_betas(betas)
    terms = half_of_x_t(schedule, np.array([0.7, -1.0]), variance)
    assert terms.shape == (len(betas) + 1,)
    assert (terms[1:] >= 0).all()


def test_gradients_reach_the_predictor():
    schedule = Schedule.from_betas(BETAS)

    @partial(jax.jit, static_argnums=1)
    @jax.value_and_grad
    def loss(scale, variance):
        return bound_terms(jax.random.key(0), schedule, lambda x_t, t: scale * x_t, 0.7, variance).sum()

    for variance in ("beta", "beta_tilde"):
        (_, slope), (above, _), (below, _) = (loss(scale, variance) for scale in (0.3, 0.31, 0.29))
        difference = (above - below) / 0.02
        assert float(slope) == pytest.approx(float(difference), rel=2e-3)


@pytest.mark.parametrize("shape", [pytest.param((), marks=pytest.mark.slow), (3, 3)])
def test_shapes_jit_and_vmap(shape):
    schedule, t = Schedule.from_betas(BETAS), np.array([4, 2, 3])
    x_0, x_t, guess = np.random.default_rng(0).normal(size=(3, 3, *shape)).astype(np.float32)

    @jax.jit
    def of_one(x_0, x_t, t, guess):
        return jnp.stack([f(schedule, x_0, x_t, t, normal(guess, 0.3)) for f in (denoising_term, step_term)])

    loop = [of_one(x_0[i], x_t[i], t[i], guess[i]) for i in range(3)]
    np.testing.assert_allclose(jax.jit(jax.vmap(of_one))(x_0, x_t, t, guess), loop, rtol=1e-5)
    terms, prior = (
        half_of_x_t(schedule, x_0[0], "beta"),
        jitted_prior_term(schedule, x_0[0], normal(np.zeros(shape), 1.0)),
    )
    assert terms.shape == (5,) and prior.shape == ()
    assert float(terms[4]) == pytest.approx(float(prior), rel=1e-5)


def test_bad_input(unchecked):
    schedule, step = Schedule.from_betas(BETAS), normal(0.3, 0.1)
    jitted = jax.jit(denoising_term)
    for t in (1, 5):
        with pytest.raises(ValueError, match=r"t must lie in"):
            denoising_term(schedule, 0.1, 0.2, t, step)
        assert np.isnan(jitted(schedule, 0.1, 0.2, t, step))
    with pytest.raises(ValueError, match=r"must have the shape of x, \(3,\); got \(\)"):
        denoising_term(schedule, np.zeros(3), np.zeros(3), 2, step)
    with pytest.raises(ValueError, match=r"x must be one example, of the mixture's shape \(\); got shape \(3,\)"):
        decoder_term(np.zeros(3), step)
    with pytest.raises(ValueError, match=r"x_t must have the shape of x_prev, \(3,\); got \(\)"):
        step_term(schedule, np.zeros(3), 0.1, 2, step)
    with pytest.raises(ValueError, match="2 components is known for one pixel"):
        prior_term(schedule, np.zeros(3), mixture(np.zeros((2, 3)), 0.1))
    for_three = MLP(jax.random.key(0), [9, 4], T=3)
    with pytest.raises(ValueError, match="network was made for T = 3 steps; the schedule has T = 4"):
        bound_terms(jax.random.key(0), schedule, for_three, np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"must have the shape of x.*\(3, 3\); got \(3,\)"):
        bound_terms(jax.random.key(0), schedule, lambda x, t: jnp.zeros(3), np.zeros((3, 3)))
    with pytest.raises(TypeError, match="key must be a JAX random key; got 0"):
        bound_terms(0, schedule, lambda x, t: x, np.zeros((3, 3)))
    with pytest.raises(TypeError, match="schedule must be a ddpm.Schedule"):
        bound_terms(jax.random.key(0), lambda x, t: x, schedule, np.zeros((3, 3)))
