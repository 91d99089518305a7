"""Mixed precision (Micikevicius et al. 2018): the network in 16 bits, all that small numbers are added to in 32."""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.tree_util import Partial
from jaxtyping import Array

from ddpm.arrays import Key


def mixed_precision(loss: Callable[[Any, Key, Any], Array]) -> Partial:
    """The loss for `train`, with the network's weights rounded to bfloat16.

    The networks of `ddpm.nn` then compute in bfloat16, there and back; one of your own does where it turns what it sees
    into the precision of its weights. Weights, their gradient, the optimiser and the moving average stay as they are,
    in float32. (bfloat16 reaches as far as float32, so that the loss need not be scaled.)

    Args:
        loss: as in `train`.
    """
    return Partial(_rounded, loss if isinstance(loss, Partial) else Partial(loss))


def _rounded(loss, network, key, batch):
    narrow = jax.tree.map(lambda leaf: leaf.astype(jnp.bfloat16) if eqx.is_inexact_array(leaf) else leaf, network)
    return loss(narrow, key, batch)
