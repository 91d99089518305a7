"""ddpm.nn.in_time: shapes, a layer by hand, smooth in u, and what is refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.nn import InTime
from ddpm.nn.in_time import FREQUENCIES


def test_it_is_linear_layers_with_silu_between():
    network = InTime(jax.random.key(0), [4, 7])
    x, u = np.random.default_rng(0).normal(size=(2, 2)), 0.37
    features = [*np.sin(u * np.array(FREQUENCIES)), *np.cos(u * np.array(FREQUENCIES))]
    h = np.array([*x.ravel(), *features])
    first, last = network.layers
    z = np.asarray(first.weight) @ h + np.asarray(first.bias)
    expected = np.asarray(last.weight) @ (z / (1 + np.exp(-z))) + np.asarray(last.bias)
    np.testing.assert_allclose(network(x, u), expected.reshape(2, 2), rtol=1e-4, atol=1e-5)


def test_two_times_are_told_apart():
    network = InTime(jax.random.key(0), [2, 16, 16])
    values = np.asarray(jax.vmap(lambda u: network(jnp.ones(2), u))(jnp.linspace(0, 1, 101)))
    assert np.abs(np.diff(values, axis=0)).max() < 0.2 < np.ptp(values, axis=0).max()


def test_what_is_refused(unchecked):
    with pytest.raises(ValueError, match="the pixels and 12 features"):
        InTime(jax.random.key(0), [2, 8])(jnp.ones(3), 0.5)
    with pytest.raises(TypeError, match="key"):
        InTime(0, [2, 8])
