"""The best predictor of the images that a network was trained on, told the class as the network is."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.path import Path
from ddpm.precision import full_product


class BestOfClass(eqx.Module):
    """(x, u, label) -> E[x_0 | x_u = x] over the images with that label, all equally likely; a pytree (equation
    `eq-remembered`). Without a label it is that over all images, which `ddpm.oracle.PathOracle` knows too.

    Attributes:
        images, labels: what is remembered.
    """

    path: Path
    images: Float[Array, "n *pixels"] = eqx.field(converter=jnp.asarray)
    labels: Int[Array, " n"] = eqx.field(converter=jnp.asarray)

    def __call__(
        self, x: Float[Array, "*pixels"], u: Float[ArrayLike, ""], label: Int[ArrayLike, ""] | None = None
    ) -> Float[Array, "*pixels"]:
        """The guess at the image; at u > 0."""
        return full_product(self.responsibilities(x, u, label), self._flat()).reshape(x.shape)

    def responsibilities(
        self, x: Float[Array, "*pixels"], u: Float[ArrayLike, ""], label: Int[ArrayLike, ""] | None = None
    ) -> Float[Array, " n"]:
        """The probability of each image, once x is seen."""
        level = self.path.level(u)
        # |x - c m|^2 without what is the same for all images: products of matrices, once `vmap` makes a batch of it
        flat = self._flat()
        closeness = level.signal * full_product(flat, x.ravel()) - level.signal**2 / 2 * jnp.sum(flat**2, axis=1)
        scores = closeness / level.spread**2
        if label is not None:
            scores = jnp.where(self.labels == label, scores, -jnp.inf)
        return jax.nn.softmax(scores)

    def _flat(self):
        return self.images.reshape(len(self.images), -1)
