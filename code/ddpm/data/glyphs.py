"""The small images of the book."""

import jax.numpy as jnp
from jaxtyping import Array, Float

GLYPHS = {
    "plus": ".#. ### .#.",
    "cross": "#.# .#. #.#",
    "ring": "### #.# ###",
    "L": "#.. #.. ###",
    "T": "### .#. .#.",
    "U": "#.# #.# ###",
    "slash": "..# .#. #..",
    "bar": "... ### ...",
}


def identity() -> Float[Array, "3 3"]:
    """The 3x3 identity matrix, the image on which the forward chain is tried out."""
    return jnp.eye(3)


def dot() -> Float[Array, "3 3"]:
    """A single dot in the middle of a 3x3 image."""
    return jnp.asarray([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])


def dots() -> Float[Array, "9 3 3"]:
    """The nine images with a single dot, row by row; `dots()[4]` is `dot()`."""
    return jnp.eye(9).reshape(9, 3, 3)


def glyphs() -> Float[Array, "8 3 3"]:
    """Eight 3x3 glyphs, 1 on 0, in the order of `GLYPHS`, which names them."""
    rows = [[[float(pixel == "#") for pixel in row] for row in glyph.split()] for glyph in GLYPHS.values()]
    return jnp.asarray(rows)
