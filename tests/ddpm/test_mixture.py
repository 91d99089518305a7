"""ddpm.mixture against SciPy's densities, differentiation, integrals, and averages over random draws."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import logsumexp
from scipy.stats import multivariate_normal, norm
from truth import RTOL, Z

from ddpm import mixture as module
from ddpm.data import dots
from ddpm.level import Level
from ddpm.mixture import Mixture, as_mixture, mixture, points

# each as one program
log_density, mean_variance, noise_posterior, noised, posterior, responsibilities, score = map(
    jax.jit,
    (
        module.log_density,
        module.mean_variance,
        module.noise_posterior,
        module.noised,
        module.posterior,
        module.responsibilities,
        module.score,
    ),
)
SHAPES = pytest.mark.parametrize("shape", [(), (4,), (2, 2, 3)])
LEVELS = [(1.0, 0.0), (0.9, 0.3), (0.6, 0.8), (0.0, 1.0), (1.0, 5.0)]  # the last is no schedule's


def some(shape, seed=0, K=3, dtype="float64"):
    """A mixture of K components of a shape, its parts in NumPy, and an example not far from it."""
    rng = np.random.default_rng(seed)
    parts = rng.normal(size=(K, *shape)), rng.uniform(0.05, 1.5, K), rng.uniform(0.2, 1, K)
    return mixture(*parts), parts[:2] + (parts[2] / parts[2].sum(),), rng.normal(size=shape).astype(dtype)


def joint(parts, x):
    """log w_k + log N(x; m_k, v_k I) by SciPy."""
    means, variances, weights = parts
    of = [multivariate_normal(m.ravel(), v * np.eye(max(m.size, 1))) for m, v in zip(means, variances)]
    return np.log(weights) + [p.logpdf(np.ravel(x)) for p in of]


slope_of_log_density, slope_of_score = (jax.jit(jax.grad(of, argnums=1)) for of in (module.log_density, module.score))


def at(level):
    return Level(*(jnp.asarray(value, float) for value in level))


@SHAPES
def test_density_and_responsibilities_are_scipys(shape, precision):
    p, parts, x = some(shape, dtype=precision)
    expected, rtol = joint(parts, x), 20 * RTOL[precision]
    np.testing.assert_allclose(log_density(p, x), logsumexp(expected), rtol=rtol)
    np.testing.assert_allclose(responsibilities(p, x), np.exp(expected - logsumexp(expected)), rtol=5 * rtol)
    assert log_density(p, x).dtype == score(p, x).dtype == precision


@SHAPES
def test_score_is_the_gradient_of_the_log_density(shape, precision):
    p, _, x = some(shape, 1, dtype=precision)
    for level in LEVELS:
        q = noised(p, at(level))
        np.testing.assert_allclose(score(q, x), slope_of_log_density(q, x), rtol=100 * RTOL[precision], atol=1e-5)


def test_score_against_differences_of_scipys_density():
    with jax.enable_x64(True):
        p, parts, x = some((4,), 2)
        h = 1e-5 * np.eye(4)
        slope = [(logsumexp(joint(parts, x + step)) - logsumexp(joint(parts, x - step))) / 2e-5 for step in h]
        np.testing.assert_allclose(score(p, x), slope, rtol=1e-7)


@SHAPES
def test_sample_has_the_moments_that_mean_variance_says(shape):
    p, n = some(shape, 3)[0], 20_000
    x = np.asarray(p.sample(jax.random.key(0), n), np.float64)
    mean, variance = (np.asarray(a, np.float64) for a in mean_variance(p))
    assert x.shape == (n, *shape) and mean.shape == variance.shape == shape
    assert (np.abs(x.mean(0) - mean) <= Z * x.std(0) / np.sqrt(n)).all()
    square = (x - mean) ** 2
    assert (np.abs(square.mean(0) - variance) <= Z * square.std(0) / np.sqrt(n)).all()


@pytest.mark.parametrize("level", LEVELS[1:4])
def test_noised_is_the_convolution_with_the_noise(level):
    parts, (signal, spread) = ([-1.0, 0.5], [0.3, 0.0], [0.4, 0.6]), level
    with jax.enable_x64(True):
        q = noised(mixture(*parts), at(level))
        for x in (-0.7, 0.4):

            def of_x_0(x_0):
                return 0.4 * norm.pdf(x_0, -1, 0.3**0.5) * norm.pdf(x, signal * x_0, spread)

            expected = quad(of_x_0, -6, 6, points=[-1], limit=200)[0] + 0.6 * norm.pdf(x, 0.5 * signal, spread)
            assert float(jnp.exp(log_density(q, x))) == pytest.approx(expected, rel=1e-9)


@SHAPES
@pytest.mark.parametrize("level", LEVELS[1:])
def test_posterior_of_x_0_is_the_joint_over_the_marginal(shape, level):
    with jax.enable_x64(True):
        p, _, x = some(shape, 4)
        given_x, marginal = posterior(p, at(level), x), log_density(noised(p, at(level)), x)
        for seed in (5, 6):
            x_0 = some(shape, seed)[2]
            likelihood = norm.logpdf(x, level[0] * x_0, level[1]).sum()
            expected = float(log_density(p, x_0)) + likelihood - float(marginal)
            assert float(log_density(given_x, x_0)) == pytest.approx(expected, rel=1e-10)


@SHAPES
@pytest.mark.parametrize("level", LEVELS[1:4])
def test_posterior_of_the_noise_is_the_joint_over_the_marginal(shape, level):
    """Where both are known the noise gives x_0, and the densities differ by the factor of the change of variables."""
    with jax.enable_x64(True):
        p, _, x = some(shape, 4)
        given_x, (signal, spread) = noise_posterior(p, at(level), x), level
        noise = some(shape, 5)[2]
        if signal == 0:
            mean, variance = mean_variance(given_x)
            np.testing.assert_allclose(mean, x / spread)
            assert (variance < 1e-30).all()
            return
        x_0 = (x - spread * noise) / signal
        expected = float(log_density(posterior(p, at(level), x), x_0)) + x_0.size * np.log(spread / signal)
        assert float(log_density(given_x, noise)) == pytest.approx(expected, rel=1e-10)


@settings(max_examples=25)
@given(
    means=st.lists(st.floats(-2, 2), min_size=3, max_size=3),
    variances=st.lists(st.floats(0, 2), min_size=3, max_size=3),
    weights=st.lists(st.floats(0.1, 1), min_size=3, max_size=3),
    angle=st.floats(0.1, 1.47),
    x=st.floats(-3, 3),
)
def test_tweedies_formula(means, variances, weights, angle, x):
    """E[x_0 | x] = (x + spread^2 score) / signal, and the mean of the noise is -spread score."""
    with jax.enable_x64(True):
        p, level = mixture(means, variances, weights), at((np.cos(angle), np.sin(angle)))
        of_x = score(noised(p, level), x)
        x_0, variance = mean_variance(posterior(p, level, x))
        noise, of_noise = mean_variance(noise_posterior(p, level, x))
        close = partial(np.testing.assert_allclose, rtol=1e-9, atol=1e-9)
        close(x_0, (x + level.spread**2 * of_x) / level.signal)
        close(noise, -level.spread * of_x)
        close(level.signal * x_0 + level.spread * noise, x)
        close(level.spread**2 * of_noise, level.signal**2 * variance)
        slope = slope_of_score(noised(p, level), x)  # the second order: Var[x_0 | x] from the curvature
        close(variance, level.spread**2 * (1 + level.spread**2 * slope) / level.signal**2)


def test_points_are_told_apart_without_noise_and_far_away(precision):
    p, x = points(dots()), np.asarray(dots()[4] + 0.1, precision)
    for level in ((1.0, 0.0), (1.0, 1e-19), (1.0, 1e-6)):
        mean, variance = mean_variance(posterior(p, at(level), x))
        np.testing.assert_array_equal(mean, dots()[4])
        assert (variance == 0).all() and np.isfinite(mean_variance(noise_posterior(p, at(level), x))).all()
        assert np.isfinite(score(noised(p, at(level)), x)).all()
    far = jnp.full((3, 3), 1e3).at[0, 0].set(2e3)
    np.testing.assert_array_equal(mean_variance(posterior(p, at((1.0, 0.0)), far))[0], dots()[0])


def test_only_noise_leaves_the_data_as_they_were(precision):
    p, _, x = some((4,), 7, dtype=precision)
    for ours, theirs in zip(jax.tree.leaves(posterior(p, at((0.0, 1.0)), x)), jax.tree.leaves(p)):
        np.testing.assert_allclose(ours, theirs, rtol=10 * RTOL[precision])


def test_a_component_that_is_ruled_out_harms_no_gradient():
    """A weight of 0, as a posterior may have it."""
    p = Mixture(jnp.asarray([0.0, 1.0]), jnp.asarray([1.0, 0.0]), jnp.asarray([1.0, 0.0]))
    assert float(log_density(p, 0.3)) == pytest.approx(norm.logpdf(0.3), rel=1e-6)
    assert float(score(p, 0.3)) == pytest.approx(-0.3, rel=1e-6)
    slope = jax.jit(jax.grad(lambda x: log_density(posterior(points([0.0, 1e3]), at((0.9, 0.1)), x), 0.5)))(0.4)
    assert np.isfinite(slope)


def test_vmap_and_jit_agree_with_the_loop():
    p, level = some((2, 3))[0], at((0.8, 0.6))
    x = np.random.default_rng(0).normal(size=(5, 2, 3)).astype(np.float32)
    for function in (posterior, noise_posterior):
        batched = jax.jit(jax.vmap(function, (None, None, 0)))(p, level, x)
        loop = [function.__wrapped__(p, level, x_i) for x_i in x]
        for name in ("means", "variances", "weights"):
            expected = np.stack([getattr(q, name) for q in loop])
            np.testing.assert_allclose(getattr(batched, name), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "function", [module.score, lambda p, x: module.mean_variance(module.posterior(p, at((0.8, 0.6)), x))]
)
def test_averages_do_not_round_their_products(function):
    """On a GPU JAX keeps about three digits of what it multiplies in a product of matrices, unless the product
    itself says otherwise."""
    p, _, x = some((2, 3), dtype="float32")
    with jax.default_matmul_precision("bfloat16"):
        operations = jax.make_jaxpr(function)(p, x).eqns
    precisions = [op.params["precision"] for op in operations if op.primitive.name == "dot_general"]
    assert precisions and set(precisions) == {(jax.lax.Precision.HIGHEST,) * 2}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((0, 3)), 0.0), "K >= 1"),
        ((1.0, 0.0), r"shape \(K, \*pixels\)"),
        ((np.zeros((2, 3)), [0.1]), "2 means need 2 variances"),
        ((np.zeros((2, 3)), 0.0, [1.0]), "and 2 weights"),
        ((np.zeros((2, 3)), -1.0), "variances must be >= 0"),
        ((np.zeros((2, 3)), 0.0, [1.0, 0.0]), "weights > 0"),
        ((np.full((2, 3), np.nan), 0.0), "finite"),
        (([[0.0, np.nan], [1.0, 2.0]], 0.0), "finite"),
        ((np.zeros((2, 3)), [1.0, np.inf]), "finite"),
        ((np.zeros((2, 3)), 0.0, [1.0, np.nan]), "finite"),
    ],
)
def test_bad_mixtures(arguments, message, unchecked):
    with pytest.raises(ValueError, match=message):
        mixture(*arguments)


@pytest.mark.parametrize("function", [module.log_density, module.responsibilities, module.score])
def test_an_example_of_another_shape(function):
    p = points(dots())
    with pytest.raises(
        ValueError, match=r"one example, of the mixture's shape \(3, 3\); got shape \(9, 3, 3\); .*vmap"
    ):
        function(p, jnp.zeros((9, 3, 3)))
    with pytest.raises(ValueError, match=r"got shape \(9,\)$"):
        function(p, jnp.zeros(9))
    for given_x in (module.posterior, module.noise_posterior):
        with pytest.raises(ValueError, match=r"got shape \(\)$"):
            given_x(p, at((0.8, 0.6)), 0.0)


def test_images_are_the_points_of_a_finite_data_set(unchecked):
    for images in (dots(), np.asarray(dots()), dots().tolist(), np.asarray(dots(), int)):
        jax.tree.map(np.testing.assert_array_equal, as_mixture(images), points(dots()))
    assert as_mixture(p := points(dots())) is p
    with pytest.raises(TypeError, match=r"a mixture or an array of images, shape \(K, \*pixels\); got int"):
        as_mixture(3)


def test_weights_are_scaled_and_the_pytree_passes_through_jit():
    data = points([0.0, 1.0], [3, 1])
    np.testing.assert_allclose(data.weights, [0.75, 0.25])
    assert isinstance(jax.jit(lambda d: d)(data), Mixture)


def test_a_number_is_no_key(unchecked):
    with pytest.raises(TypeError, match=r"key must be a JAX random key; got 3\. Make one: jax\.random\.key\(3\)"):
        points(dots()).sample(3, 10)
