"""ddpm.nn.mlp, layer by layer."""

import jax
import jax.numpy as jnp
import numpy as np
from truth import shaken

from ddpm.nn import MLP, TIME_FEATURES


def test_mlp_is_what_it_says_it_is():
    network = shaken(MLP(jax.random.key(3), [4, 5], T=8, activation=jnp.tanh))
    x = np.random.default_rng(0).normal(size=(2, 2)).astype(np.float32)
    frequencies = 100 ** np.linspace(0, 1, TIME_FEATURES // 2)
    h = np.concatenate([x.ravel(), np.sin(3 / 8 * frequencies), np.cos(3 / 8 * frequencies)])
    (a, p), (b, q) = ((np.float64(layer.weight), np.float64(layer.bias)) for layer in network.layers)
    np.testing.assert_allclose(np.ravel(network(x, 3)), b @ np.tanh(a @ h + p) + q, rtol=2e-5, atol=2e-6)
