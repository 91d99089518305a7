"""ddpm.chapters.real_images.said: a network that knows the image says the v that belongs to it."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.chapters.real_images.said import CLIP, SaysImage, clipped_snr_loss
from ddpm.path import cosine_path
from ddpm.train.labelled import Seen


def seen(u):
    rng = np.random.default_rng(0)
    x_0, noise = (jnp.asarray(rng.normal(size=(3, 2, 2)), jnp.float32) for _ in range(2))
    return Seen(x_0, jnp.full(3, u), noise, jnp.zeros(3, int), jnp.zeros((3, 5)))


@pytest.mark.parametrize("u", [0.1, 0.5, 0.9])
def test_v_is_that_of_the_image_said(u):
    path, batch = cosine_path(), seen(u)
    level, image = path.level(u), batch.x_0[0]
    x = level.signal * image + level.spread * batch.noise[0]
    v = SaysImage(lambda *seen: image)(x, u)
    np.testing.assert_allclose(v, level.signal * batch.noise[0] - level.spread * image, atol=1e-4)


def test_nothing_but_the_networks_weights_is_trained():
    weights = eqx.filter(SaysImage(eqx.nn.Linear(2, 3, key=jax.random.key(0))), eqx.is_inexact_array)
    assert sum(leaf.size for leaf in jax.tree.leaves(weights)) == 9


@pytest.mark.parametrize("u", [0.1, 0.5, 0.9])
def test_the_loss_is_the_images_error_times_the_clipped_snr(u):
    path, batch = cosine_path(), seen(u)
    level = path.level(u)
    loss = clipped_snr_loss(SaysImage(lambda x, u, label, move, key: 0 * x), jax.random.key(0), batch)
    snr = float(level.signal / level.spread) ** 2
    assert loss == pytest.approx(min(snr, CLIP) * float(jnp.mean(batch.x_0**2)), rel=1e-4)
