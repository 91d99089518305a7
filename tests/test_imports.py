"""Who may import whom. The table is here and nowhere else; CONTRIBUTING.md says it in words."""

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

CODE = Path(__file__).parents[1] / "code"
PACKAGE = "ddpm"  # by itself a room too: what `import ddpm` brings
CORE = (  # each row sees the rows above it, and its own row as long as that leads in no circle
    {"arrays", "precision", "flat_random"},
    {"schedule", "gaussian"},
    {"level"},
    {"mixture", "boxes", "path"},
    {"process", "predict", "dialects"},
    {"losses", "bound", "sample"},
    {"oracle", "train", "likelihood"},
)
ROWS = {room: set().union(*CORE[: i + 1]) for i, row in enumerate(CORE) for room in row}
FLOOR = {
    **ROWS,
    "nn": {"arrays", "flat_random", "schedule", "level"},
    "data": {"arrays"},
    "evaluate": {"arrays", "flat_random", "level", "path", "predict", "sample", "train", "likelihood"},
    "inverse": {"arrays", "precision", "flat_random", "gaussian", "level", "mixture", "path", "predict", "sample"},
    "measure": {"arrays"},
    "files": set(),
    "checkpoint": {"files"},
    "pretrained": {"arrays", "path", "sample", "train", "data", "nn", "evaluate", "checkpoint", "files"},
    "digits": set(),
    "scale": {"arrays", "train"},
    PACKAGE: set(ROWS),
}
SEES = {
    **FLOOR,
    "derivation": {"digits"},
    "notebook": {"digits"},
    "figures": set(),
    "grading": {*FLOOR, "derivation"},
    "chapters": {*FLOOR, "derivation", "notebook", "figures", "grading"},
    "bookbuild": {PACKAGE, "files", "chapters", "derivation", "figures"},
    "bench": {*FLOOR, "bench"},
    "mutants": {"evaluate"},
}
LIBRARIES = {  # who alone may use them; what the core brings at import is for `test_requirements`
    "sympy": {"derivation", "grading", "chapters"},
    "matplotlib": {"figures", "chapters", "bookbuild"},
    "IPython": {"notebook", "figures", "grading"},
    "sphinx": {"bookbuild"},
    "torch": {"bench"},
}
APART = {"equations": {"exercises", "figures", "grading"}, "exercises": {"equations", "figures"}}  # in a chapter


@cache
def imports(path: Path) -> list[tuple[int, str]]:
    """All that a file imports, also inside of functions: line and full name, of a module or of what is in it."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: a relative import"
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def room(name: str) -> str:
    """The room of a module of the package: ddpm.train.loop.train is in `train`, ddpm.linear in `ddpm` itself."""
    first, *inside = name.split(".")
    return inside[0] if first == PACKAGE and inside and inside[0] in SEES else first


def module(path: Path) -> str:
    return ".".join(path.relative_to(CODE).with_suffix("").parts).removesuffix(".__init__")


FILES = sorted(CODE.rglob("*.py"))


def test_a_file_imports_what_its_room_may_see():
    wrong = []
    for path in FILES:
        own = room(module(path))
        for line, name in imports(path):
            other = room(name)
            if other in SEES and other not in (own, *SEES[own]) or own not in LIBRARIES.get(other, {own}):
                wrong.append(f"{path}:{line}: {own} may not see {other} ({name})")
    assert not wrong, "\n".join(wrong)


def test_every_room_has_its_row():
    assert {path.stem for path in (CODE / PACKAGE).iterdir() if path.stem[0] not in "_."} <= SEES.keys()


def test_no_way_leads_back():
    seen = {name: set() for name in SEES}
    for path in FILES:
        seen[room(module(path))] |= {room(name) for _, name in imports(path)} & SEES.keys()
    TopologicalSorter({name: others - {name} for name, others in seen.items()}).prepare()


@pytest.mark.parametrize("kind", APART)
def test_proofs_and_exercises_of_a_chapter_do_not_see_each_other(kind):
    paths = [path for path in FILES if kind in path.with_suffix("").parts[-2:] and "chapters" in path.parts]
    wrong = [(path, name) for path in paths for _, name in imports(path) if APART[kind] & set(name.split("."))]
    assert paths and not wrong
