"""Images moved a little: shifted, stretched, slanted. What a network is told of the move it need not copy."""

import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from ddpm.precision import full_product

MOVE = ("down", "right", "taller", "wider", "slant")


def moved(
    image: Float[ArrayLike, "rows columns"], move: Float[ArrayLike, "5"], background: Float[ArrayLike, ""]
) -> Float[Array, "rows columns"]:
    """The image, moved; between pixels it is interpolated linearly, and beyond its edge is background.

    Args:
        move: the shift down and to the right, in pixels; the logarithms of two factors of size about the middle; and
            the slant, in pixels to the right for each pixel upwards.
    """
    (rows, columns), (down, right, taller, wider, slant) = jnp.shape(image), jnp.asarray(move)
    i, j = jnp.arange(rows) - (rows - 1) / 2, jnp.arange(columns) - (columns - 1) / 2
    from_i = (i - down) * jnp.exp(-taller)
    from_j = (j - right + slant * i[:, None]) * jnp.exp(-wider)
    along_rows = _weights(from_i[:, None], i)
    along_columns = _weights(from_j[..., None], j)
    return background + jnp.sum(along_columns * full_product(along_rows, image - background)[:, None], axis=-1)


def _weights(place, pixels):
    """Of linear interpolation at a place between pixels."""
    return jnp.maximum(0.0, 1 - jnp.abs(place - pixels))


def draw_moves(u: Float[ArrayLike, "n 6"], reach: Float[ArrayLike, ""]) -> Float[Array, "n 5"]:
    """Moves from numbers uniform in (-1, 1): for half of the images none; for the others shifts within +-reach pixels,
    factors within exp(+-reach / 5), and slants within +-reach / 3."""
    sizes = jnp.asarray([1.0, 1.0, 0.2, 0.2, 1 / 3], u.dtype)
    return jnp.where(u[:, 5:] < 0, 0.0, reach * sizes * u[:, :5])
