"""Divergences against Jacobians by differentiation, closed forms, and averages over probes with their intervals."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from truth import RTOL, Z

from ddpm import likelihood

# each as one program
draw_probes = jax.jit(likelihood.draw_probes, static_argnums=(1, 2, 3))
exact_divergence, hutchinson = (
    jax.jit(of, static_argnums=0) for of in (likelihood.exact_divergence, likelihood.hutchinson)
)
probe_variance = jax.jit(likelihood.probe_variance, static_argnums=1)
KINDS = pytest.mark.parametrize("kind", ["rademacher", "gaussian"])


@jax.jit
def field(x):
    """Of any shape, its Jacobian full and not symmetric."""
    flat = x.reshape(-1)
    return (jnp.sin(flat[0] * flat) + flat[::-1] ** 2 * flat).reshape(x.shape)


def some(shape, seed=0, dtype="float64"):
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape), dtype)


def jacobian(x):
    size = max(x.size, 1)
    return np.asarray(jax.jit(jax.jacrev(field))(x)).reshape(size, size)


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3)])
def test_exact_divergence_is_the_trace_of_the_jacobian(shape, precision):
    x = some(shape, dtype=precision)
    value, divergence = exact_divergence(field, x)
    np.testing.assert_allclose(divergence, np.trace(jacobian(x)), rtol=20 * RTOL[precision])
    np.testing.assert_array_equal(value, field(x))
    assert divergence.dtype == precision and divergence.shape == ()


def test_under_jit_and_vmap_as_alone():
    x, probes = some((4, 3), dtype="float32"), some((2, 3), 1, "float32")
    for of in (partial(exact_divergence, field), partial(hutchinson, field, probes=probes)):
        together = jax.jit(jax.vmap(of))(x)
        alone = [of(one) for one in x]
        for i in range(2):
            np.testing.assert_allclose(together[i], [one[i] for one in alone], rtol=1e-5)


@given(seed=st.integers(0, 2**16), n=st.integers(1, 4))
@settings(max_examples=10)
def test_hutchinson_is_the_mean_of_the_quadratic_forms(seed, n):
    with jax.enable_x64(True):
        x, probes = some((3,), seed), some((n, 3), seed + 1)
        _, estimate = hutchinson(field, x, probes)
        J = jacobian(x)
        np.testing.assert_allclose(estimate, np.mean([e @ J @ e for e in np.asarray(probes)]), rtol=1e-9, atol=1e-12)


def test_unit_vectors_as_probes_give_a_share_of_the_exact_divergence():
    with jax.enable_x64(True):
        x = some((2, 2))
        basis = jnp.eye(4).reshape(4, 2, 2)
        np.testing.assert_allclose(4 * hutchinson(field, x, basis)[1], exact_divergence(field, x)[1], rtol=1e-12)


@KINDS
def test_the_estimate_is_unbiased_and_has_the_variance_of_the_formula(kind):
    """By 200,000 probes on a matrix: the mean within Z standard errors, the variance too, its error from the fourth
    moment."""
    with jax.enable_x64(True):
        A = np.random.default_rng(5).normal(size=(4, 4))
        e = np.asarray(draw_probes(jax.random.key(3), 200_000, (4,), kind))
        forms = np.einsum("ni,ij,nj->n", e, A, e)
        variance = float(probe_variance(jnp.asarray(A), kind))
        assert abs(forms.mean() - np.trace(A)) < Z * np.sqrt(variance / len(e))
        squares = (forms - np.trace(A)) ** 2
        assert abs(squares.mean() - variance) < Z * squares.std() / np.sqrt(len(e))


def test_rademacher_probes_are_exact_where_the_jacobian_is_diagonal():
    x = some((6,), dtype="float32")
    probes = draw_probes(jax.random.key(0), 1, (6,))
    _, estimate = hutchinson(jnp.tanh, x, probes)
    np.testing.assert_allclose(estimate, np.sum(1 - np.tanh(np.asarray(x)) ** 2), rtol=1e-5)
    assert probe_variance(jnp.diag(x)) == 0 < probe_variance(jnp.diag(x), "gaussian")


def test_a_turn_has_no_divergence_and_no_variance():
    """e^T J e = 0 for every e if J is antisymmetric."""
    turn = jnp.array([[0.0, 1.0], [-1.0, 0.0]])
    assert probe_variance(turn) == probe_variance(turn, "gaussian") == 0
    assert (
        abs(hutchinson(lambda x: turn @ x, jnp.ones(2), draw_probes(jax.random.key(0), 5, (2,), "gaussian"))[1]) < 1e-6
    )


@KINDS
def test_probes_have_mean_0_and_covariance_1(kind, precision):
    e = draw_probes(jax.random.key(1), 50_000, (3,), kind)
    assert e.dtype == precision
    e = np.asarray(e, np.float64)
    np.testing.assert_allclose(e.mean(0), 0, atol=Z / np.sqrt(50_000))
    np.testing.assert_allclose(e.T @ e / 50_000, np.eye(3), atol=2 * Z / np.sqrt(50_000))
    assert set(np.unique(e)) == {-1, 1} or kind == "gaussian"


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: draw_probes(jax.random.key(0), 0, (2,)), ValueError, "at least one probe"),
        (
            lambda: draw_probes(jax.random.key(0), 1, (2,), "normal"),
            ValueError,
            "'rademacher', 'gaussian'; got 'normal'",
        ),
        (lambda: probe_variance(jnp.ones((2, 2)), "x"), ValueError, "got 'x'"),
        (lambda: probe_variance(jnp.ones((2, 3))), ValueError, "square"),
        (lambda: hutchinson(field, jnp.ones(2), jnp.ones((1, 3))), ValueError, "draw_probes"),
        (lambda: hutchinson(field, jnp.ones(2), jnp.ones((0, 2))), ValueError, "n >= 1"),
        (lambda: exact_divergence(lambda x: x[:1], jnp.ones(2)), ValueError, "the shape of x"),
    ],
)
def test_errors_say_what_to_do(call, error, words):
    with pytest.raises(error, match=words):
        call()
