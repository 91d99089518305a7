"""What belongs to one chapter: its equations with their checks, its figures, its exercises with their checks."""

from importlib import import_module
from pkgutil import iter_modules


def load_equations() -> None:
    """Import every chapter's module `equations`, so that all equations of the book are registered."""
    for chapter in iter_modules(__path__, f"{__name__}."):
        if chapter.ispkg:
            import_module(f"{chapter.name}.equations")
