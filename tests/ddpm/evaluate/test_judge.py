"""ddpm.evaluate.judge on images that are easy to tell apart, and on the digits."""

from types import SimpleNamespace

import jax
import numpy as np
import pytest

from ddpm.data import digits
from ddpm.evaluate import judge, train_judge


@pytest.mark.slow
def test_it_tells_digits_that_it_has_not_seen_and_its_features_are_what_its_last_layer_sees(unchecked):
    half, other = digits()
    trained = train_judge(jax.random.key(0), half.images, half.labels)
    assert np.mean(trained.recognised(other.images) == np.asarray(other.labels)) > 0.96
    features, last = trained.features(other.images[:5]), trained.layers[-1]
    assert features.shape == (5, 32) and features.min() >= 0
    logits = features @ np.float64(last.weight).T + np.float64(last.bias)
    np.testing.assert_array_equal(logits.argmax(1), trained.recognised(other.images[:5]))
    h = np.float64(np.asarray(other.images[:5]).reshape(5, -1))
    for layer in trained.layers[:-1]:
        h = np.maximum(h @ np.float64(layer.weight).T + np.float64(layer.bias), 0)
    np.testing.assert_allclose(features, h, rtol=1e-4, atol=1e-5)
    with pytest.raises(TypeError, match="key must be a JAX random key"):
        train_judge(0, half.images, half.labels)
    with pytest.raises(ValueError, match=r"got \(5, 8, 8\), \(899,\)"):
        train_judge(jax.random.key(0), half.images[:5], half.labels)
    with pytest.raises(ValueError, match=r"got \(4,\), \(4,\)"):
        train_judge(jax.random.key(0), np.zeros(4), np.zeros(4, int))


def test_its_layers_go_from_the_pixels_of_any_shape_to_the_classes(monkeypatch, unchecked):
    monkeypatch.setattr(judge, "start", lambda key, network, optimiser: network)
    monkeypatch.setattr(judge, "_judge", lambda key, sizes: sizes)
    monkeypatch.setattr(judge, "train", lambda sizes, *_, **__: (SimpleNamespace(network=sizes), None))
    for pixels, count in (((3,), 3), ((2, 4), 8)):
        assert train_judge(jax.random.key(0), np.zeros((4, *pixels)), np.array([0, 2, 1, 2])) == (count, 128, 32, 3)
