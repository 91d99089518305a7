"""What the networks are made of: layers with their initial weights, features of the time, and the checks of sizes
and inputs."""

import operator
from collections.abc import Callable, Sequence
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ddpm.arrays import Key
from ddpm.flat_random import uniform_arrays

Activation = Callable[[Array], Array]
TIME_FEATURES = 32


def layer_sizes(sizes: Sequence[int]) -> list[int]:
    """The widths of an upside-down U-Net, there and back: [9, 6, 4] gives [9, 6, 4, 6, 9].

    Raises:
        TypeError: a size is not an integer.
        ValueError: fewer than two sizes, or one below 1.
    """
    there = checked_sizes(sizes)
    return there + there[-2::-1]


def time_features(u) -> Float[np.ndarray, "... features"]:
    """sin and cos of u = t / T at frequencies from 1 to 100 (after Vaswani et al. 2017, section 3.5).

    Args:
        u: any shape; the features are a last axis behind it.
    """
    angle = np.asarray(u)[..., None] * np.geomspace(1.0, 100.0, TIME_FEATURES // 2)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=-1)


def layer_shapes(network) -> list[tuple[int, int]]:
    """(inputs, outputs) of every linear layer, in order."""
    return [(layer.in_features, layer.out_features) for layer in network.layers]


@partial(jax.jit, static_argnums=1)
def linear_layers(key: Key, widths: tuple[int, ...]) -> tuple[eqx.nn.Linear, ...]:
    """A linear layer between each width and the next.

    The weights are uniform within +-sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010, eq. 16), the biases 0.
    """
    pairs = list(zip(widths, widths[1:]))
    structure = jax.tree.structure(jax.eval_shape(lambda: tuple(eqx.nn.Linear(n, m, key=key) for n, m in pairs)))
    arrays = []
    for u in uniform_arrays(key, [(m, n) for n, m in pairs]):
        arrays += [np.sqrt(6 / sum(u.shape)) * u, jnp.zeros(len(u))]
    return jax.tree.unflatten(structure, arrays)


def checked_sizes(sizes) -> list[int]:
    try:
        sizes = [operator.index(size) for size in sizes]
    except TypeError:
        raise TypeError(f"sizes must be a list of integers such as [10, 200, 1000]; got {sizes!r}") from None
    if len(sizes) < 2:
        raise ValueError(f"a network needs at least two sizes, its input and one more layer, as in [9, 6]; got {sizes}")
    if min(sizes) < 1:
        raise ValueError(f"every layer needs a size of at least 1; got {sizes}")
    return sizes


def checked_input(network, h, x_t, parts):
    expected = network.layers[0].in_features
    if h.size != expected:
        raise ValueError(
            f"the network takes {expected} inputs ({parts}) of one example; "
            f"x_t of shape {jnp.shape(x_t)} gives {h.size}. "
            "For a batch use jax.vmap(network)(x_t, t); for other images choose the first of its sizes to fit. "
            "A data set has an axis for its examples even if there is only one: image[None]"
        )
    return h.astype(network.layers[0].weight.dtype)
