"""What each part of the package imports is declared for that part, and the core brings nothing of the others."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "code/ddpm"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# The rooms whose needs are an extra. All others are the core, and need what is installed without one.
EXTRA = dict.fromkeys(("derivation", "figures", "notebook", "chapters"), "book") | {"grading": "grader"}
# rooms of the core with a function that needs an extra, and imports it only when it runs
INSIDE = {"sample": "ode", "data": "images", "checkpoint.py": "images", "scale": "scale"}
# the core must not bring these
FOREIGN = {"sympy", "mpmath", "matplotlib", "IPython", "scipy", "tqdm", "diffrax", "sklearn", "safetensors"}
FOREIGN |= {"orbax", "grain", "PIL"}
CORE = [
    ".".join(("ddpm", *place.with_suffix("").parts)).removesuffix(".__init__")
    for place in sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    if place.parts[0] not in EXTRA
]


def declared(extra: str = "") -> set[str]:
    """The distributions that the package asks for, with an extra or without, in lower case."""
    found = set()
    for need in PROJECT["dependencies"] + PROJECT["optional-dependencies"].get(extra, []):
        name, inner = re.match(r"([\w.-]+)(?:\[(\w+)\])?", need).groups()
        found |= declared(inner) if name == PROJECT["name"] else {name.lower()}
    return found


def imported(path: Path) -> set[str]:
    """The packages from elsewhere that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"ddpm"}


def brought_by(*modules: str) -> set[str]:
    """Which of the FOREIGN a fresh process has after importing the modules."""
    code = f"import importlib, sys; [importlib.import_module(m) for m in {modules}]; print(*sys.modules)"
    surroundings = os.environ | {"PYTHONPATH": str(ROOT / "code")}
    done = subprocess.run([sys.executable, "-c", code], env=surroundings, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()} & FOREIGN


def test_the_core_brings_no_algebra_no_plots_no_notebook():
    assert {"ddpm", "ddpm.process", "ddpm.train", "ddpm.measure.timing", "ddpm.data"} < set(CORE)
    assert not brought_by(*CORE)


def test_what_a_module_brings_is_seen():
    assert brought_by("ddpm.derivation.chain", "ddpm.figures") >= {"sympy", "matplotlib"}


distributions = cache(packages_distributions)
ROOMS = sorted(path.name for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists())


def needs(room: str) -> dict[str, Path]:
    """The distributions that a room imports, each with a file that does."""
    path = PACKAGE / room
    files = path.rglob("*.py") if path.is_dir() else [path]
    return {distributions()[name][0].lower(): file for file in files for name in imported(file)}


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_imports_is_declared(room):
    missing = {name: file for name, file in needs(room).items() if name not in declared((EXTRA | INSIDE).get(room, ""))}
    assert not missing, "pyproject.toml does not declare it for this room"


def test_what_is_declared_is_imported():
    used = {
        extra: {name for room in ROOMS if EXTRA.get(room, "") == extra for name in needs(room)}
        for extra in ("", "book", "grader")
    }
    assert declared() <= used[""]
    assert declared("ode") - declared() <= used[""]
    assert declared("images") - declared() <= used[""]
    assert declared("scale") - declared() <= used[""]
    assert declared("book") - declared("ode") - declared("images") <= used["book"]
    assert declared("grader") - declared("book") - {"ipykernel"} <= used["grader"]  # ipykernel runs as a program
