"""The network of the digits that comes with the book: its recipe, its file, and what judges it."""

from ddpm.pretrained.figures import read_figures, write_figures
from ddpm.pretrained.judged import Court, Verdict, court
from ddpm.pretrained.recipe import DIGITS, FILE, Recipe, make, read

__all__ = ["Court", "DIGITS", "FILE", "Recipe", "Verdict", "court", "make", "read", "read_figures", "write_figures"]
