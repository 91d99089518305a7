"""ddpm.nn.dense against NumPy and JAX's own convolution."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from truth import shaken

from ddpm.nn import TIME_FEATURES
from ddpm.nn.dense import MOVES, Dense, Told, dense_layers, from_blocks, kept, patches, standardised, to_blocks
from ddpm.train import MOVE

RANDOM = np.random.default_rng(0)


def normal(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


def test_a_product_with_patches_is_a_convolution():
    x, weight = normal(6, 4, 3), normal(3, 3, 3, 5)
    expected = jax.lax.conv_general_dilated(
        x[None], weight, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"), precision="highest"
    )[0]
    found = Dense(jnp.asarray(weight.reshape(27, 5)), jnp.zeros(5))(patches(jnp.asarray(x)))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_blocks_there_and_back():
    x = jnp.asarray(normal(4, 6, 3))
    blocks = to_blocks(x)
    assert blocks.shape == (2, 3, 12)
    np.testing.assert_array_equal(blocks[1, 2], np.ravel(x[2:4, 4:6]))
    np.testing.assert_array_equal(from_blocks(blocks), x)


def test_layers_act_on_the_last_axis_and_start_within_glorots_bounds():
    a, b = dense_layers(jax.random.key(0), [(40, 60), (60, 7)])
    for layer, (n, m) in ((a, (40, 60)), (b, (60, 7))):
        bound = np.sqrt(6 / (n + m))
        assert layer.weight.shape == (n, m) and not layer.bias.any()
        assert 0.9 * bound < np.abs(layer.weight).max() <= bound and abs(float(layer.weight.mean())) < bound / 10
    x = normal(2, 3, 40)
    np.testing.assert_allclose(a(jnp.asarray(x)), x @ np.asarray(a.weight), rtol=1e-4, atol=1e-5)


def test_standardised():
    x = 3 * normal(5, 16) + 2
    expected = (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)
    np.testing.assert_allclose(standardised(jnp.asarray(x)), expected, rtol=1e-4, atol=1e-4)


def test_what_drops_out():
    assert kept(None, 0.3, [4, 5]) == kept(jax.random.key(0), 0.0, [4, 5]) == [1.0, 1.0]
    a, b = (np.asarray(factor) for factor in kept(jax.random.key(1), 0.3, [4000, 3000]))
    assert a.shape == (4000,) and b.shape == (3000,)
    for factor in (a, b):
        np.testing.assert_allclose(np.unique(factor), [0, 1 / 0.7], rtol=1e-6)
        assert np.mean(factor == 0) == pytest.approx(0.3, abs=0.03)


def test_what_is_not_told():
    told = Told(jax.random.key(2), classes=3, width=8)
    np.testing.assert_array_equal(told(0.3, None, None), told(0.3, 3, jnp.zeros(MOVES)))
    each = np.array([told(0.3, label, None) for label in range(4)])
    assert len(np.unique(each.round(5), axis=0)) == 4 and not np.allclose(told(0.3, 1, None), told(0.6, 1, None))
    assert len(MOVE) == MOVES


def test_what_is_told_by_numpy():
    told, move = shaken(Told(jax.random.key(2), classes=3, width=8)), normal(MOVES)
    angle = 0.3 * 100 ** np.linspace(0, 1, TIME_FEATURES // 2)
    h = np.concatenate([np.sin(angle), np.cos(angle)]) @ np.float64(told.time.weight) + np.float64(told.time.bias)
    h += np.float64(told.classes[1]) + move @ np.float64(told.move)
    h = (h / (1 + np.exp(-h))) @ np.float64(told.mix.weight) + np.float64(told.mix.bias)
    np.testing.assert_allclose(told(0.3, 1, jnp.asarray(move)), h / (1 + np.exp(-h)), rtol=1e-4, atol=1e-5)
