"""A network whose output is taken for the image, with the loss that weighs its error by the clipped SNR."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from ddpm.arrays import Key
from ddpm.level import noised
from ddpm.path import cosine_path
from ddpm.train.labelled import Seen

CLIP = 5.0  # as Hang et al. (2023)


class SaysImage(eqx.Module):
    """A predictor of v on `cosine_path()` whose network says x_0: v = (c_u x - x_0) / r_u; arguments as of
    `ddpm.nn.ConvUNet`. (The path is no field: its numbers would be trained.)"""

    network: PyTree

    def __call__(self, x, u, label=None, move=None, key=None) -> Float[Array, "*pixels"]:
        """The predicted v; at u > 0."""
        level = cosine_path().level(u)
        return (level.signal * x - self.network(x, u, label, move, key)) / jnp.maximum(level.spread, 1e-3)


def clipped_snr_loss(predictor: SaysImage, key: Key, batch: Seen) -> Float[Array, ""]:
    """The mean of min(c_u^2 / r_u^2, 5) (x_0 - the image that is said)^2 over batch and pixels (Hang et al. 2023)."""

    def of_one(seen, key):
        level = cosine_path().level(seen.u)
        said = predictor.network(noised(level, seen.x_0, seen.noise), seen.u, seen.label, seen.move, key)
        return jnp.minimum((level.signal / level.spread) ** 2, CLIP) * jnp.mean((said - seen.x_0) ** 2)

    return jnp.mean(jax.vmap(of_one)(batch, jax.random.split(key, len(batch.u))))
