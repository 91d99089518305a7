"""The images of the book: small ones made by hand, and handwritten digits."""

from ddpm.data.digits import GREY_VALUES, Labelled, as_grey, as_images, digits
from ddpm.data.glyphs import GLYPHS, dot, dots, glyphs, identity

__all__ = ["GLYPHS", "GREY_VALUES", "Labelled", "as_grey", "as_images", "digits", "dot", "dots", "glyphs", "identity"]
