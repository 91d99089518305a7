"""Several networks trained in one program, each from its own start and on its own batches.

Adam treats every weight by itself, so training the sum of the losses is training each network by itself.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import optax
from jax.tree_util import Partial
from jaxtyping import PyTree

from ddpm.nn import InTime
from ddpm.train import start, train


def networks(key, members: int, sizes) -> PyTree:
    """That many networks with random weights of their own, stacked along a first axis."""
    made = [InTime(key, sizes) for key in jax.random.split(key, members)]
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *made)


def train_several(
    loss: Callable, draw: Callable, *, key, members: int, sizes, rate: float, steps: int, batch: int
) -> PyTree:
    """That many trained networks, stacked; Adam's rate falls to 0 along a cosine.

    Args:
        loss, draw: as of `ddpm.train.train`, for one network.
    """
    optimiser = optax.adam(optax.cosine_decay_schedule(rate, steps))
    state = start(key, networks(key, members, sizes), optimiser)
    together = Partial(_loss_of_all, loss), Partial(_draw_for_all, draw, members)
    return train(state, *together, optimiser, steps=steps, batch=batch, chunk=steps)[0].network


def _draw_for_all(draw, members, key, batch):
    drawn = draw(key, batch * members)
    return jax.tree.map(lambda values: values.reshape(batch, members, *values.shape[1:]), drawn)


def _loss_of_all(loss, all_networks, key, batch):
    return jnp.sum(jax.vmap(loss, (0, None, 1))(all_networks, key, batch))
