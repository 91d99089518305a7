"""ddpm.nn.layers: widths, initial weights, features of the time, and the words for what does not fit."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from truth import shaken

import ddpm
from ddpm.nn import MLP, TIME_FEATURES, Denoiser, UNet, layer_shapes, layer_sizes, linear_layers, time_features

FIVE = ddpm.cosine(5)
BOTH = pytest.mark.parametrize("make", [MLP, UNet])


def test_layer_sizes():
    assert layer_sizes([9, 6, 4]) == [9, 6, 4, 6, 9]
    assert layer_sizes((10, 200, 1000)) == [10, 200, 1000, 200, 10]


def test_time_features_tell_all_times_apart():
    features = time_features(np.arange(1, 1001) / 1000)
    apart = np.linalg.norm(features[1:] - features[:-1], axis=1)
    assert features.shape == (1000, TIME_FEATURES) and apart.min() > 0.01 and np.abs(features).max() <= 1


def test_weights_start_as_glorot_has_them():
    layers = linear_layers(jax.random.key(0), (100, 300, 50))
    for layer, shape in zip(layers, ((300, 100), (50, 300)), strict=True):
        values, variance = np.ravel(layer.weight), 2 / sum(shape)  # a uniform variable's reach is sqrt(3) deviations
        assert np.abs(values).max() <= np.sqrt(3 * variance) and np.unique(values).size > 0.99 * values.size
        assert abs(values.var() / variance - 1) < 4.5 * np.sqrt(0.8 / values.size)  # kurtosis 1.8 of the uniform
        assert layer.weight.shape == shape and layer.bias.shape == shape[:1] and not layer.bias.any()
    assert (layers[0].weight != linear_layers(jax.random.key(1), (100, 300, 50))[0].weight).mean() > 0.99


def test_the_shapes_of_layers():
    assert layer_shapes(UNet(jax.random.key(0), [10, 200, 1000], T=4)) == [
        (10, 200),
        (200, 1000),
        (1000, 200),
        (200, 9),
    ]
    network = MLP(jax.random.key(0), [9, 64, 64], T=4)
    assert layer_shapes(network) == [(9 + TIME_FEATURES, 64), (64, 64), (64, 9)]
    for layer, (n, m) in zip(network.layers, layer_shapes(network), strict=True):
        assert layer.weight.shape == (m, n) and layer.bias.shape == (m,)


@pytest.mark.parametrize(
    ("make", "sizes", "last"),
    [
        (UNet, [10, 12], 5),
        *(pytest.param(make, [9, 12], last, marks=pytest.mark.slow) for make, last in ((MLP, 5), (Denoiser, FIVE))),
    ],
)
def test_batches_come_from_vmap_and_gradients_flow(make, sizes, last):
    network = shaken(make(jax.random.key(0), sizes, last))
    x, t = np.random.default_rng(1).normal(size=(5, 3, 3)).astype(np.float32), np.arange(1, 6)
    one = jax.jit(lambda x, t: network(x, t))
    loop = np.stack([one(x_i, t_i) for x_i, t_i in zip(x, t)])
    np.testing.assert_allclose(jax.jit(jax.vmap(network))(x, t), loop, rtol=1e-5, atol=1e-6)
    assert not np.allclose(one(x[0], 1), one(x[0], 5))
    gradient = jax.jit(jax.grad(lambda network: jnp.sum(jax.vmap(network)(x, t) ** 2)))(network)
    assert all(np.abs(leaf).max() > 0 for leaf in jax.tree.leaves(gradient))
    assert all(eqx.is_inexact_array(leaf) for leaf in jax.tree.leaves(network))


@pytest.mark.parametrize(
    ("sizes", "error", "message"),
    [
        ([9], ValueError, r"at least two sizes.*as in \[9, 6\]; got \[9\]"),
        ([], ValueError, "at least two sizes"),
        ([9, 0], ValueError, r"at least 1; got \[9, 0\]"),
        ([9, 2.5], TypeError, r"list of integers such as \[10, 200, 1000\]; got \[9, 2.5\]"),
        (9, TypeError, "list of integers"),
    ],
)
@BOTH
def test_bad_sizes(make, sizes, error, message, unchecked):
    with pytest.raises(error, match=message):
        make(jax.random.key(0), sizes, T=4)


@BOTH
def test_a_number_is_no_key(make, unchecked):
    with pytest.raises(TypeError, match=r"key must be a JAX random key; got 0"):
        make(0, [9, 6], T=4)


@pytest.mark.parametrize(("make", "inputs", "given"), [(UNet, 10, 37), (MLP, 41, 68)])
def test_a_batch_without_vmap_names_the_remedy(make, inputs, given):
    network = make(jax.random.key(0), [inputs if make is UNet else 9, 12], T=5)
    with pytest.raises(ValueError, match=rf"takes {inputs} inputs .*shape \(4, 3, 3\) gives {given}.*jax.vmap"):
        network(np.zeros((4, 3, 3), np.float32), 1)
