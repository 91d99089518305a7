"""ddpm.chapters.flow_matching.several: networks trained together are those trained one by one."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ddpm.chapters.flow_matching.several import networks, train_several
from ddpm.path import straight
from ddpm.train import flow_matching, start, train


@pytest.mark.slow
def test_each_is_what_it_would_have_become_alone():
    key, x_0 = jax.random.key(0), np.random.default_rng(0).normal(size=(40, 2))
    options = dict(members=2, sizes=[2, 8], rate=1e-2, steps=5, batch=4)
    loss, draw = flow_matching(straight(), x_0)
    together = train_several(loss, draw, key=key, **options)

    def draw_of_the_second(key, batch):
        return jax.tree.map(lambda a: a.reshape(batch, 2, *a.shape[1:])[:, 1], draw(key, 2 * batch))

    second = jax.tree.map(lambda leaf: leaf[1], networks(key, 2, [2, 8]))
    optimiser = optax.adam(optax.cosine_decay_schedule(1e-2, 5))
    alone, _ = train(start(key, second, optimiser), loss, draw_of_the_second, optimiser, steps=5, batch=4)
    for a, b in zip(jax.tree.leaves(together), jax.tree.leaves(alone.network), strict=True):
        np.testing.assert_allclose(a[1], b, rtol=1e-4, atol=1e-6)
        assert a.ndim == 1 or not jnp.allclose(a[0], a[1])
