"""ddpm.nn.unet, layer by layer."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from truth import shaken

from ddpm.nn import UNet


def test_unet_is_what_it_says_it_is():
    network = shaken(UNet(jax.random.key(3), [5, 7, 6], T=8, activation=jnp.tanh))
    x = np.random.default_rng(0).normal(size=(2, 2)).astype(np.float32)
    (a, p), (b, q), (c, r), (d, s) = ((np.float64(layer.weight), np.float64(layer.bias)) for layer in network.layers)
    h_0 = np.array([*x.ravel(), -0.25])  # t = 3 on the scale on which 0 is -1 and T is 1
    h_1 = np.tanh(a @ h_0 + p)
    h_2 = np.tanh(b @ h_1 + q)
    h_3 = np.tanh(c @ h_2 + r + h_1)  # skip
    expected = d @ h_3 + s + x.ravel()  # skip, time left out
    np.testing.assert_allclose(np.ravel(network(x, 3)), expected, rtol=1e-5, atol=1e-6)


def test_an_untrained_unet_answers_x_t():
    x_t = np.random.default_rng(0).normal(size=(3, 3)).astype(np.float32)
    np.testing.assert_array_equal(UNet(jax.random.key(0), [10, 12, 14], T=2)(x_t, 2), x_t)


def test_the_first_size_leaves_a_pixel():
    assert UNet(jax.random.key(0), [2, 1], T=4)(np.ones(1, np.float32), 1) == 1
    with pytest.raises(ValueError, match="first size counts the pixels and the time, so it is at least 2; got 1"):
        UNet(jax.random.key(0), [1, 4], T=4)
