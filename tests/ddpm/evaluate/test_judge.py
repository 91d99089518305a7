"""ddpm.evaluate.judge on images that are easy to tell apart, and on the digits."""

import jax
import numpy as np
import pytest

from ddpm.data import digits
from ddpm.evaluate import train_judge


def test_it_tells_digits_that_it_has_not_seen_and_its_features_are_what_its_last_layer_sees(unchecked):
    half, other = digits()
    judge = train_judge(jax.random.key(0), half.images, half.labels)
    assert np.mean(judge.recognised(other.images) == np.asarray(other.labels)) > 0.96
    features, last = judge.features(other.images[:5]), judge.layers[-1]
    assert features.shape == (5, 32) and features.min() >= 0
    logits = features @ np.float64(last.weight).T + np.float64(last.bias)
    np.testing.assert_array_equal(logits.argmax(1), judge.recognised(other.images[:5]))
    h = np.float64(np.asarray(other.images[:5]).reshape(5, -1))
    for layer in judge.layers[:-1]:
        h = np.maximum(h @ np.float64(layer.weight).T + np.float64(layer.bias), 0)
    np.testing.assert_allclose(features, h, rtol=1e-4, atol=1e-5)
    with pytest.raises(TypeError, match="key must be a JAX random key"):
        train_judge(0, half.images, half.labels)
    with pytest.raises(ValueError, match=r"got \(5, 8, 8\), \(899,\)"):
        train_judge(jax.random.key(0), half.images[:5], half.labels)
