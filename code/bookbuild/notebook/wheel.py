"""The book's package as a wheel, for notebooks away from the clone: without a network, and the same bytes every
time."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = "code/ddpm"
EXERCISES = "ddpm.chapters.exercises"
SOURCES = ["pyproject.toml", "README.md", PACKAGE]
EPOCH = "315532800"  # 1980, where the calendar of zip files begins
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"  # as pip does it


def build(root: Path, folder: Path, references: bool = True) -> Path | None:
    """Put the wheel of the package under `root` into `folder`, unless the one there is newer than all sources.

    Returns its path, or None if there is no package under `root`.

    Args:
        references: False for the package that students' notebooks carry (`ddpm.grading.score.lean`).

    Raises:
        RuntimeError: it could not be built; with the words of what failed.
    """
    if not (root / "pyproject.toml").is_file():
        return None
    sources = [path for name in SOURCES for path in files(root / name)]
    built = next(folder.glob("*.whl"), None)
    if built and built.stat().st_mtime > max(path.stat().st_mtime for path in sources):
        return built
    with tempfile.TemporaryDirectory() as name:  # setuptools leaves folders beside what it builds
        copy, out = Path(name, "source"), Path(name, "out")
        for path in sources:
            target = copy / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
        # no PYTHONPATH: the build must not see the book's own modules in place of others
        surroundings = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"SOURCE_DATE_EPOCH": EPOCH}
        if not references:
            shutil.rmtree(copy / PACKAGE)
            run(
                [sys.executable, "-P", "-m", "ddpm.grading.score.lean", str((copy / PACKAGE).parent), EXERCISES],
                name,
                surroundings | {"PYTHONPATH": str((root / PACKAGE).parent), "JAX_PLATFORMS": "cpu"},
            )
        for path in files(copy):
            path.chmod(0o644)  # the archive keeps permissions
        out.mkdir()
        run([sys.executable, "-P", "-c", BUILD, str(out)], str(copy), surroundings)
        for old in folder.glob("*.whl"):
            old.unlink()
        return Path(shutil.copy(next(out.glob("*.whl")), folder))


def run(command: list[str], folder: str, surroundings: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"could not build the wheel:\n{done.stdout}{done.stderr}")


def files(top: Path) -> list[Path]:
    found = top.rglob("*") if top.is_dir() else [top]
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)
