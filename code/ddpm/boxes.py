"""Uniform densities on boxes, and what noise makes of them: known in closed form, and no mixture of Gaussians.

A state c x_0 + r noise, with x_0 uniform on a box, is in each coordinate a uniform number plus an independent normal
one: its density is a difference of two values of the normal distribution function. So density, score and best
prediction are exact, as for `ddpm.mixture`.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import log_ndtr
from jaxtyping import Array, ArrayLike, Float

from ddpm.arrays import Key, check_key
from ddpm.level import Level


class Boxes(eqx.Module):
    """The uniform distribution on the union of K boxes of one size. Immutable, and a JAX pytree.

    Attributes:
        low: the corners with the smallest coordinates, shape (K, D).
        side: the length of each side, shape (D,).
    """

    low: Float[Array, "K D"]
    side: Float[Array, " D"]

    def sample(self, key: Key, draws: int) -> Float[Array, "draws D"]:
        """Examples, shape (draws, D).

        Raises:
            TypeError: not a random key.
        """
        check_key(key)
        which, where = jax.random.split(key)
        k = jax.random.randint(which, (draws,), 0, len(self.low))
        return self.low[k] + self.side * jax.random.uniform(where, (draws, len(self.side)), self.low.dtype)

    def contains(self, x: Float[ArrayLike, " D"]) -> Array:
        """Whether x lies in one of the boxes."""
        inside = (x >= self.low) & (x < self.low + self.side)
        return jnp.any(jnp.all(inside, axis=-1))

    @property
    def entropy(self) -> Float[Array, ""]:
        """The log of the volume, in nats: what the true density costs on average, since it is 1 / volume throughout."""
        return jnp.log(len(self.low)) + jnp.sum(jnp.log(self.side))

    def log_density(self, level: Level, x: Float[ArrayLike, " D"]) -> Float[Array, ""]:
        """log of the density of signal x_0 + spread noise at x, in nats, x_0 from the boxes.

        Of its digits as many are lost as the signal begins with zeros.

        Args:
            level: with signal > 0 and spread > 0.
            x: one example; `jax.vmap` for many.

        Raises:
            ValueError: x has another shape than a corner.
        """
        if jnp.shape(x) != self.side.shape:
            raise ValueError(f"x must be one example, of shape {self.side.shape}; got {jnp.shape(x)}")
        low = level.signal * self.low
        above, below = (x - low) / level.spread, (x - low - level.signal * self.side) / level.spread
        logs = _log_mass(below, above) - jnp.log(level.signal * self.side)
        return jax.nn.logsumexp(jnp.sum(logs, axis=-1)) - jnp.log(len(self.low))

    def best_noise(self, level: Level, x: Float[ArrayLike, " D"]) -> Float[Array, " D"]:
        """E[noise | x] = -spread grad log q(x), the noise predictor of least squared error; as `log_density`."""
        return -level.spread * jax.grad(self.log_density, argnums=1)(level, jnp.asarray(x))


def boxes(low: Float[ArrayLike, "K D"], side: Float[ArrayLike, " D"]) -> Boxes:
    """The uniform distribution on boxes.

    Args:
        low: the corners with the smallest coordinates, one for each box; the boxes do not overlap.
        side: the length of each side.

    Raises:
        ValueError: shapes that do not fit, a number that is not finite, a side that is not positive, or boxes that
            overlap.
    """
    low, side = np.asarray(low, np.float64), np.asarray(side, np.float64)
    if low.ndim != 2 or not len(low) or side.shape != low.shape[1:]:
        raise ValueError(f"low must have shape (K, D) and side (D,); got {low.shape} and {side.shape}")
    if not (np.isfinite(low).all() and np.isfinite(side).all() and (side > 0).all()):
        raise ValueError("corners must be finite, and sides finite and > 0")
    apart = np.abs(low[:, None] - low[None]) >= side * (1 - 1e-9)
    if not (apart.any(axis=-1) | np.eye(len(low), dtype=bool)).all():
        raise ValueError("two boxes overlap, and the density would not be uniform on them")
    dtype = jnp.result_type(float)
    return Boxes(jnp.asarray(low, dtype), jnp.asarray(side, dtype))


def checkerboard(scale: float | int = 0.45) -> Boxes:
    """The eight dark squares of a checkerboard of 4 by 4, of side 1 / scale: the density that examples of flow matching
    use (Lipman et al. 2024, their code's 2-D examples). Its entropy is log 8 - 2 log scale, 3.676 nats for 0.45.

    Raises:
        ValueError: unless scale > 0.
    """
    if not 0 < scale < np.inf:
        raise ValueError(f"scale must be > 0; got {scale}")
    corners = [(i, j) for i in range(-2, 2) for j in range(-2, 2) if (i + j) % 2 == 0]
    return boxes(np.array(corners) / scale, np.ones(2) / scale)


def _log_mass(below, above):
    """log(Phi(above) - Phi(below)) for below < above, exact in both tails: there the two values are nearly the same,
    so both are taken from the side on which they are small."""
    turn = below + above > 0
    below, above = jnp.where(turn, -above, below), jnp.where(turn, -below, above)
    larger = log_ndtr(above)
    return larger + jnp.log(-jnp.expm1(log_ndtr(below) - larger))
