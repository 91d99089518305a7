"""A linear measurement with noise: b = H x_0 + deviation times standard normal noise."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Bool, Float

from ddpm.gaussian import gaussian_log_density
from ddpm.precision import full_product


class Measurement(eqx.Module):
    """What was measured, and how. Make one with `measurement`; a pytree.

    Attributes:
        matrix: H, shape (m, D), for an image of D pixels in the order of `ravel`.
        value: b, shape (m,).
        deviation: of the noise, xi > 0.
        turned: a rotation of the values, U of the singular value decomposition, after which those of pixels with equal
            and independent variances are independent.
        sizes: the squares of H's singular values, one for each of the turned values.
        inverse: the pseudoinverse of H, shape (D, m).
    """

    matrix: Float[Array, "m D"]
    value: Float[Array, " m"]
    deviation: Float[Array, ""]
    turned: Float[Array, "m m"]
    sizes: Float[Array, " m"]
    inverse: Float[Array, "D m"]

    def of(self, x_0: Float[ArrayLike, "*pixels"]) -> Float[Array, " m"]:
        """H x_0: what would be measured of an image without noise."""
        return full_product(self.matrix, jnp.ravel(x_0))

    def spread_back(self, values: Float[ArrayLike, " m"], like: Float[ArrayLike, "*pixels"]) -> Float[Array, "..."]:
        """The pseudoinverse times values, as an image of the shape of `like`: the smallest image with these values."""
        return full_product(self.inverse, values).reshape(jnp.shape(like))

    def log_density(self, mean: Float[ArrayLike, "*pixels"], variance: Float[ArrayLike, ""]) -> Float[Array, ""]:
        """log N(b; H mean, variance H H^T + xi^2 I): the density of what was measured, were x_0 drawn from
        N(mean, variance I)."""
        apart = full_product(self.turned.T, self.value - self.of(mean))
        return jnp.sum(gaussian_log_density(apart, 0.0, variance * self.sizes + self.deviation**2))


def measurement(matrix, value, deviation) -> Measurement:
    """b = `value`, measured by H = `matrix` with noise of this standard deviation.

    Args:
        matrix: shape (m, D).
        value: shape (m,).

    Raises:
        ValueError: shapes that do not fit, more values than pixels, a number that is not finite, or a deviation that
            is not above 0.
    """
    H, b, xi = (np.asarray(part, np.float64) for part in (matrix, value, deviation))
    if H.ndim != 2 or b.shape != H.shape[:1] or not len(b) <= H.shape[1]:
        raise ValueError(f"a matrix of m <= D rows and D columns, and m values; got shapes {H.shape} and {b.shape}")
    if not (np.isfinite(H).all() and np.isfinite(b).all() and xi.shape == () and 0 < xi < np.inf):
        raise ValueError(f"matrix and values must be finite, and the deviation one number above 0; got {deviation}")
    turned, sizes, _ = np.linalg.svd(H, full_matrices=False)
    parts = (H, b, xi, turned, sizes**2, np.linalg.pinv(H))
    return Measurement(*(jnp.asarray(part, jnp.result_type(float)) for part in parts))


def kept_pixels(mask: Bool[ArrayLike, "*pixels"]) -> Float[np.ndarray, "m D"]:
    """The matrix that keeps the pixels where the mask is true, for inpainting."""
    return np.eye(np.size(mask))[np.ravel(mask)]


def blurred(rows: int, columns: int, width: float) -> Float[np.ndarray, "D D"]:
    """The matrix that makes of every pixel a mean over its neighbours, with Gaussian weights of this width in pixels.
    At the edge the weights are those of the pixels that are there."""

    def along(n):
        place = np.arange(n)
        weights = np.exp(-((place[:, None] - place) ** 2) / (2 * width**2))
        return weights / weights.sum(1, keepdims=True)

    return np.kron(along(rows), along(columns))
