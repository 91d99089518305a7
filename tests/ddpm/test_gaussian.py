"""ddpm.gaussian against scipy.stats and against the integrals that define it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm
from truth import RTOL

from ddpm import gaussian

gaussian_log_density, kl_divergence = map(jax.jit, (gaussian.gaussian_log_density, gaussian.kl_divergence))

all_slopes = jax.jit(jax.grad(gaussian.kl_divergence, argnums=(0, 1, 2, 3)))
CASES = [
    (0.0, 1.0, 0.0, 1.0),
    (0.3, 0.5, -0.2, 2.0),
    (-1.0, 2.0, 1.0, 0.25),
    (0.0, 1.0, 0.1, 1.001),
    (2.0, 1e-4, 2.0, 1e-4),
]


def kl_integral(m, v, n, w):
    """The integral of p log(p / q), with p and q from scipy.stats."""
    p, q = norm(m, np.sqrt(v)), norm(n, np.sqrt(w))
    width = 12 * np.sqrt(v)
    return quad(lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), m - width, m + width, epsabs=1e-12, epsrel=1e-10)[0]


def test_gaussian_log_density(precision):
    x = np.array([-2.0, 0.0, 0.7])
    for mean, variance in ((0.0, 1.0), (0.5, 0.01), (-1.0, 30.0)):
        expected = norm(mean, np.sqrt(variance)).logpdf(x)
        np.testing.assert_allclose(gaussian_log_density(jnp.asarray(x), mean, variance), expected, rtol=RTOL[precision])
    assert gaussian_log_density(jnp.asarray(x), 0.0, 1.0).dtype == precision


def test_gaussian_log_density_integrates_to_one():
    with jax.enable_x64(True):
        x = np.linspace(-30, 30, 20001)
        assert np.trapezoid(np.exp(gaussian_log_density(x, 1.5, 4.0)), x) == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_kl_against_the_integral(case, precision):
    tolerance = {"float32": 2e-6, "float64": 1e-9}[precision]
    assert float(kl_divergence(*case)) == pytest.approx(kl_integral(*case), rel=tolerance, abs=tolerance)


def test_kl_of_very_unlike_variances(precision):
    # A variance below the rounding error of the other: (r - 1 - log r) / 2 with r = 1e-12 and 1e12.
    for r in (1e-12, 1e12):
        assert float(kl_divergence(0.0, r, 0.0, 1.0)) == pytest.approx((r - 1 - np.log(r)) / 2, rel=1e-6)
        slope = all_slopes(0.0, r, 0.0, 1.0)[1]
        assert float(slope) == pytest.approx((1 - 1 / r) / 2, rel=1e-6)


@settings(max_examples=60)
@given(
    mean=st.floats(-50, 50),
    variance=st.floats(1e-6, 1e6),
    other_mean=st.floats(-50, 50),
    other_variance=st.floats(1e-6, 1e6),
)
def test_kl_is_zero_only_for_equals_and_never_negative(mean, variance, other_mean, other_variance):
    assert kl_divergence(mean, variance, other_mean, other_variance) >= 0
    assert kl_divergence(mean, variance, mean, variance) == 0


def test_kl_point_cases():
    assert kl_divergence(1.0, 0.0, 1.0, 0.0) == 0
    assert kl_divergence(1.0, 0.0, 2.0, 0.0) == np.inf
    assert kl_divergence(1.0, 0.0, 1.0, 1.0) == np.inf
    assert kl_divergence(1.0, 1.0, 1.0, 0.0) == np.inf


@pytest.mark.parametrize(
    "case", [*CASES, (1.0, 0.0, 1.0, 0.0), (1.0, 0.0, 2.0, 0.0), (1.0, 0.0, 1.0, 1.0), (1.0, 1.0, 1.0, 0.0)]
)
def test_kl_gradients_are_never_nan(case):
    gradients = all_slopes(*case)
    assert not np.isnan(np.asarray(gradients)).any()


def test_kl_gradient_against_differences():
    with jax.enable_x64(True):
        case = np.array([0.3, 0.5, -0.2, 2.0])
        gradient = all_slopes(*case)
        h = 1e-4
        for i in range(4):
            step = h * np.eye(4)[i]
            difference = (kl_integral(*(case + step)) - kl_integral(*(case - step))) / (2 * h)
            assert float(gradient[i]) == pytest.approx(difference, rel=1e-6)


def test_broadcasting_jit_vmap_and_plain_numbers():
    images = np.zeros((2, 3, 3), np.float32)
    scales = np.array([1.0, 2.0], np.float32)
    loop = [gaussian.kl_divergence(image, scale, 0.0, 1.0) for image, scale in zip(images, scales, strict=True)]
    assert loop[0].shape == (3, 3)
    np.testing.assert_allclose(jax.vmap(kl_divergence, (0, 0, None, None))(images, scales, 0.0, 1.0), loop, rtol=1e-6)
    np.testing.assert_allclose(kl_divergence(images, scales[:, None, None], 0.0, 1.0), loop, rtol=1e-6)
    assert kl_divergence(0, 1, 0, 1) == 0
    assert float(gaussian_log_density(0, 0, 1)) == pytest.approx(norm.logpdf(0))
    assert gaussian_log_density(images, 0.0, 1.0).shape == images.shape
