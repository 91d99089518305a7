"""Log-densities along ODEs against closed forms: Gaussians carried by linear fields, mixtures along their paths."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import linalg, stats
from truth import Z

from ddpm.likelihood import draw_probes, hutchinson, log_density, noise_log_density
from ddpm.mixture import log_density as mixture_log_density
from ddpm.mixture import mixture, noised
from ddpm.oracle import PathOracle
from ddpm.path import path_through, straight, ve, vp
from ddpm.sample.ode import adaptive, heun
from ddpm.schedule import linear

TIGHT = partial(adaptive, tolerance=1e-10)
BLOBS = [[1.0, 0.0], [-1.0, 0.5], [0.0, -1.0]], [0.04, 0.10, 0.02], [0.5, 0.3, 0.2]


def along(path, data, x, solve=TIGHT, **options):
    at_end = partial(mixture_log_density, noised(data, path.level(1.0)))
    return log_density(PathOracle(path, data).velocity, x, at_end, solve=solve, **options)


@pytest.mark.slow
def test_a_linear_field_against_the_matrix_exponential():
    """dx/du = A x carries N(0, C) at the end back to N(0, e^-A C e^-A^T), by SciPy; no mixture, no path."""
    rng = np.random.default_rng(0)
    A, half = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    C = half @ half.T + np.eye(3)
    back = linalg.expm(-A)
    with jax.enable_x64(True):
        x = jnp.asarray(rng.normal(size=3))

        def at_end(x):
            return -0.5 * x @ jnp.asarray(np.linalg.inv(C)) @ x - 0.5 * np.linalg.slogdet(2 * np.pi * C)[1]

        ours = jax.jit(lambda x: log_density(lambda x, u: jnp.asarray(A) @ x, x, at_end, solve=TIGHT))(x)
        expected = stats.multivariate_normal(np.zeros(3), back @ C @ back.T).logpdf(x)
        np.testing.assert_allclose(ours, expected, rtol=1e-8)


@pytest.mark.parametrize("path", [vp, pytest.param(straight, marks=pytest.mark.slow)])
def test_a_mixture_of_two_pixels_within_1e_6_nats(path):
    with jax.enable_x64(True):
        data, path = mixture(*BLOBS), path()
        x = data.sample(jax.random.key(0), 32)
        ours = jax.jit(jax.vmap(partial(along, path, data)))(x)
        expected = jax.jit(jax.vmap(partial(mixture_log_density, data)))(x)
        np.testing.assert_allclose(ours, expected, atol=1e-6, rtol=0)


def test_halving_the_steps_of_heun_takes_the_error_to_a_quarter():
    with jax.enable_x64(True):
        data = mixture([[0.5, -0.2], [-0.4, 0.6]], [0.3, 0.5])
        x = jnp.array([0.3, 0.1])
        by_heun = jax.jit(partial(along, vp(), data, solve=heun))
        errors = [by_heun(x, times=np.linspace(0, 1, n + 1)) - mixture_log_density(data, x) for n in (100, 200)]
        assert 3.5 < errors[0] / errors[1] < 4.5


@pytest.mark.slow
def test_the_estimate_is_unbiased_along_the_way():
    data, x = mixture(*BLOBS), jnp.array([0.9, 0.2])
    probes = draw_probes(jax.random.key(1), 2000, (2,), "gaussian")
    estimate = jax.jit(
        jax.vmap(
            lambda e: along(
                vp(), data, x, partial(adaptive, tolerance=1e-5), divergence=partial(hutchinson, probes=e[None])
            )
        )
    )
    found = np.asarray(estimate(probes))
    assert abs(found.mean() - mixture_log_density(data, x)) < Z * found.std() / np.sqrt(2000)
    assert found.std() > 0.1


@pytest.mark.slow
def test_float32_stays_float32():
    data, x = mixture(*BLOBS), jnp.array([0.7, -0.1])
    ours = jax.jit(partial(along, vp(), data, solve=partial(adaptive, tolerance=1e-5)))(x)
    assert ours.dtype == "float32" and abs(ours - mixture_log_density(data, x)) < 1e-3


def test_noise_is_a_standard_normal_of_the_spread_of_the_end():
    x = jnp.array([1.0, -2.0, 0.5])
    for path in (vp(), ve()):
        scale = float(path.level(1.0).spread)
        np.testing.assert_allclose(noise_log_density(path, x), stats.norm(0, scale).logpdf(x).sum(), rtol=1e-5)


def test_a_path_that_ends_before_the_noise_is_refused():
    with pytest.raises(ValueError, match="does not end at noise"):
        noise_log_density(path_through(linear(100, 1e-4, 0.02)), jnp.zeros(2))


@pytest.mark.slow
def test_a_solver_that_does_not_arrive_says_so():
    with pytest.raises(RuntimeError, match="did not get from"):
        log_density(lambda x, u: x**3 * 1e4, jnp.ones(2), jnp.sum, solve=partial(adaptive, tolerance=1e-5))


def test_a_velocity_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="the shape of x"):
        log_density(lambda x, u: x[:1], jnp.ones(2), jnp.sum)
