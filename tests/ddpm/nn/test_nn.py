import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from truth import shaken

import ddpm
from ddpm.nn import MLP, TIME_FEATURES, Denoiser, UNet, layer_shapes, layer_sizes, linear_layers, time_features


def test_layer_sizes():
    assert layer_sizes([9, 6, 4]) == [9, 6, 4, 6, 9]
    assert layer_sizes((10, 200, 1000)) == [10, 200, 1000, 200, 10]


def test_shapes():
    network = UNet(jax.random.key(0), [10, 200, 1000], T=4)
    assert layer_shapes(network) == [(10, 200), (200, 1000), (1000, 200), (200, 9)]
    assert layer_shapes(MLP(jax.random.key(0), [9, 64, 64], T=4)) == [(9 + TIME_FEATURES, 64), (64, 64), (64, 9)]
    for layer, (n, m) in zip(network.layers, layer_shapes(network), strict=True):
        assert layer.weight.shape == (m, n) and layer.bias.shape == (m,)


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


def test_mlp_is_what_it_says_it_is():
    network = shaken(MLP(jax.random.key(3), [4, 5], T=8, activation=jnp.tanh))
    x = np.random.default_rng(0).normal(size=(2, 2)).astype(np.float32)
    frequencies = 100 ** np.linspace(0, 1, TIME_FEATURES // 2)
    h = np.concatenate([x.ravel(), np.sin(3 / 8 * frequencies), np.cos(3 / 8 * frequencies)])
    (a, p), (b, q) = ((np.float64(layer.weight), np.float64(layer.bias)) for layer in network.layers)
    np.testing.assert_allclose(np.ravel(network(x, 3)), b @ np.tanh(a @ h + p) + q, rtol=2e-5, atol=2e-6)


def test_time_features_tell_all_times_apart():
    features = time_features(np.arange(1, 1001) / 1000)
    apart = np.linalg.norm(features[1:] - features[:-1], axis=1)
    assert features.shape == (1000, TIME_FEATURES) and apart.min() > 0.01 and np.abs(features).max() <= 1


@pytest.mark.parametrize("network", [UNet(jax.random.key(0), [10, 12], 5), MLP(jax.random.key(0), [9, 12], 5)])
def test_batches_come_from_vmap_and_gradients_flow(network):
    network = shaken(network)
    x, t = np.random.default_rng(1).normal(size=(5, 3, 3)).astype(np.float32), np.arange(1, 6)
    loop = np.stack([network(x_i, int(t_i)) for x_i, t_i in zip(x, t)])
    np.testing.assert_allclose(jax.vmap(network)(x, t), loop, rtol=1e-5, atol=1e-6)
    assert not np.allclose(network(x[0], 1), network(x[0], 5))
    gradient = jax.grad(lambda network: jnp.sum(jax.vmap(network)(x, t) ** 2))(network)
    assert all(np.abs(leaf).max() > 0 for leaf in jax.tree.leaves(gradient))
    assert all(eqx.is_inexact_array(leaf) for leaf in jax.tree.leaves(network))


def test_weights_start_as_glorot_has_them():
    layers = linear_layers(jax.random.key(0), (100, 300, 50))
    for layer, shape in zip(layers, ((300, 100), (50, 300)), strict=True):
        values, variance = np.ravel(layer.weight), 2 / sum(shape)  # a uniform variable's reach is sqrt(3) deviations
        assert np.abs(values).max() <= np.sqrt(3 * variance) and np.unique(values).size > 0.99 * values.size
        assert abs(values.var() / variance - 1) < 4.5 * np.sqrt(0.8 / values.size)  # kurtosis 1.8 of the uniform
        assert layer.weight.shape == shape and layer.bias.shape == shape[:1] and not layer.bias.any()
    assert (layers[0].weight != linear_layers(jax.random.key(1), (100, 300, 50))[0].weight).mean() > 0.99


def test_an_untrained_unet_answers_x_t():
    x_t = np.random.default_rng(0).normal(size=(3, 3)).astype(np.float32)
    np.testing.assert_array_equal(UNet(jax.random.key(0), [10, 12, 14], T=2)(x_t, 2), x_t)


@pytest.mark.parametrize(
    ("sizes", "error", "message"),
    [
        ([9], ValueError, r"at least two sizes.*as in \[9, 6\]; got \[9\]"),
        ([], ValueError, "at least two sizes"),
        ([9, 0], ValueError, r"at least 1; got \[9, 0\]"),
        ([9, 2.5], TypeError, r"list of integers such as \[10, 200, 1000\]; got \[9, 2.5\]"),
        (9, TypeError, "list of integers"),
        ([1, 4], ValueError, "first size counts the pixels and the time"),
    ],
)
def test_bad_sizes(sizes, error, message, unchecked):
    with pytest.raises(error, match=message):
        UNet(jax.random.key(0), sizes, T=4)


def test_a_batch_without_vmap_names_the_remedy():
    network = UNet(jax.random.key(0), [10, 12], T=5)
    with pytest.raises(ValueError, match=r"takes 10 inputs .*shape \(4, 3, 3\) gives 37.*jax.vmap"):
        network(jnp.zeros((4, 3, 3)), 1)
    with pytest.raises(ValueError, match="takes 41 inputs"):
        MLP(jax.random.key(0), [9, 12], T=5)(jnp.zeros(8), 1)


def test_denoiser_is_what_it_says_it_is():
    schedule = ddpm.Schedule.from_betas([0.0, 0.001, 0.5])
    network = shaken(Denoiser(jax.random.key(3), [4, 5], schedule))
    x = np.random.default_rng(0).normal(size=(2, 2)).astype(np.float32)
    for t, a, scale in ((2, 0.999, 20.0), (3, 0.4995, np.sqrt(0.4995) / 0.5005)):
        x_0 = 1 / (1 + np.exp(-np.float64(network.mlp((scale * x).astype(np.float32), t))))
        np.testing.assert_allclose(network(x, t), (x - np.sqrt(a) * x_0) / np.sqrt(1 - a), rtol=2e-4, atol=1e-5)
    assert np.isfinite(network(x, 1)).all() and network.T == 3
    assert len(jax.tree.leaves(network)) == 4  # the schedule is not trained
