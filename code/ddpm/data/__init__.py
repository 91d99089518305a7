"""The small images of the book."""

from ddpm.data.glyphs import GLYPHS, dot, dots, glyphs, identity

__all__ = ["GLYPHS", "dot", "dots", "glyphs", "identity"]
