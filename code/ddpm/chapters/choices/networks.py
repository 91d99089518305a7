"""The networks that are trained on the eight glyphs: one after the other, or several of them stacked."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.nn.layers import linear_layers

FREQUENCIES = tuple(np.geomspace(1.0, 10.0, 6).tolist())


def features(name: str, u: Real[ArrayLike, ""]) -> Float[Array, " features"]:
    """What a network sees of the time."""
    u = jnp.asarray(u, float)
    angle = u * jnp.asarray(FREQUENCIES)
    return {
        "sines": lambda: jnp.concatenate([jnp.sin(angle), jnp.cos(angle)]),
        "u": lambda: u[None],
        "none": lambda: jnp.zeros(0),
    }[name]()


class Small(eqx.Module):
    """A perceptron with two hidden layers: (x, u) -> what it predicts, shape of x."""

    layers: tuple[eqx.nn.Linear, ...]
    features: str = eqx.field(static=True)

    def __init__(self, key, width: int, features_of_u: str, pixels: int = 9, says: int = 1):
        told = features(features_of_u, 0.0).size
        self.layers = linear_layers(key, (pixels + told, width, width, says * pixels))
        self.features = features_of_u

    def all_said(self, x, u):
        """For each pixel as many numbers as the last layer has: shape (says, *pixels)."""
        h = jnp.concatenate([jnp.ravel(x), features(self.features, u)])
        for layer in self.layers[:-1]:
            h = jax.nn.silu(layer(h))
        return self.layers[-1](h).reshape(-1, *jnp.shape(x))

    def __call__(self, x, u):
        return self.all_said(x, u)[0]


def stacked(seeds: int, width: int, features_of_u: str, says: int = 1) -> Small:
    """Networks of so many seeds, untrained, stacked along a first axis."""
    keys = jax.random.split(jax.random.key(0), seeds)
    made = [Small(key, width, features_of_u, says=says) for key in keys]
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *made)


def unstacked(networks: Small) -> list[Small]:
    """The networks that `stacked` has stacked, one by one."""
    arrays, rest = eqx.partition(networks, eqx.is_array)
    n = len(jax.tree.leaves(arrays)[0])
    arrays = jax.tree.map(np.asarray, arrays)
    return [eqx.combine(jax.tree.map(lambda a: jnp.asarray(a[i]), arrays), rest) for i in range(n)]
