"""The package's tests and every notebook on an NVIDIA GPU, which CI does not have."""

import os
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import nbformat

from bookbuild.notebook import bare

CUDA = "cuda13"  # the extra of JAX that brings NVIDIA's libraries; the driver must be there
PLATFORMS = "cuda,cpu"
WHICH = "import jax; d = jax.devices('cuda')[0]; print(f'{d.device_kind}, JAX {jax.__version__}')"


def main(root: Path, python: str) -> int:
    """Run both; 1 if anything fails, 2 if there is no GPU to run on.

    Args:
        python: of an environment that has JAX for this machine's driver and all that the tests need; if empty, one is
            made in `_build/gpu`.
    """
    if not python and not shutil.which("nvidia-smi"):
        print("There is no NVIDIA GPU here (nvidia-smi is not to be found).", file=sys.stderr)
        return 2
    python = Path(python) if python else environment(root)
    surroundings = os.environ | {"JAX_PLATFORMS": PLATFORMS}
    asked = subprocess.run([python, "-c", WHICH], env=surroundings, capture_output=True, text=True)
    if asked.returncode:
        last = (asked.stderr.strip().splitlines() or ["it says nothing"])[-1]
        print(f"JAX in {python} finds no NVIDIA GPU: {last}", file=sys.stderr)
        return 2
    print(asked.stdout.strip(), flush=True)
    tests = [python, "-m", "pytest", "-q", "-m", "not slow", root / "tests/ddpm"]
    failed = subprocess.run(tests, env=surroundings, cwd=root).returncode != 0
    return int(failed) | run_notebooks(root, python)


def run_notebooks(root: Path, python: Path) -> int:
    """1 if any notebook of the built book failed. One at a time: each takes most of the device's memory."""
    started, problems = time.monotonic(), []
    notebooks = sorted(path for paths in bare.built(root) for path in paths)
    for path in notebooks:
        result = bare.run(python, nbformat.read(path, as_version=4), PLATFORMS)
        problems += bare.outcome(f"{path.parent.name}/{path.name}", *result)
    return bare.summary(problems, f"{len(notebooks)} notebooks run to the end", started)


def environment(root: Path) -> Path:
    """The environment of the book again, with JAX's own libraries for an NVIDIA GPU; its Python."""
    folder, uv = root / "_build/gpu", [sys.executable, "-m", "uv"]
    python = folder / "bin/python"
    install = [*uv, "pip", "install", "--quiet", "--python", str(python)]
    subprocess.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], check=True)
    subprocess.run([*install, "--require-hashes", "--no-deps", "-r", str(root / "requirements.txt")], check=True)
    subprocess.run([*install, f"jax[{CUDA}]=={version('jax')}", "--editable", str(root)], check=True)
    return python
