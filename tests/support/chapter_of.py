"""The chapter that a case of a test is about, for `make test CHAPTER=name`."""

from functools import cache
from importlib import import_module
from pathlib import Path

CHAPTERS = sorted(path.stem for path in (Path(__file__).parents[2] / "book").glob("*.md"))


@cache
def chapters() -> dict[str, str]:
    """The chapter of each equation by label, and of each exercise by name or, if it is written, number."""
    from ddpm import chapters
    from ddpm.derivation import registry

    chapters.load_equations()
    found = {label: entry.chapter for label, entry in registry.entries().items()}
    for path in Path(chapters.__file__).parent.glob("*/exercises/__init__.py"):
        chapter = path.parts[-3]
        for name in vars(import_module(f"ddpm.chapters.{chapter}.exercises")):
            if name.startswith("check_answer_"):
                found[name.removeprefix("check_answer_").replace("_", ".")] = chapter
            elif name.startswith("check_"):
                found[name.removeprefix("check_")] = chapter
    return found


def chapters_of(parameters) -> set[str]:
    """The chapters that the parameters of a test name."""
    return {chapters()[value] for value in parameters if isinstance(value, str) and value in chapters()}
