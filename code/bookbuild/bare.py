"""Run every notebook as a reader's notebook service would: in environments that have the usual libraries and nothing of the book.

`tests/bare/NAME.txt` says what such an environment has: `oldest` what was there with the oldest JAX that the package
promises, `newest` what installs now. The kernel runs there, in an empty folder; only the first cell of a notebook brings the
package.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from bookbuild import install
from bookbuild.install import FOLDER

PINS = "tests/bare"
TIMEOUT = 300  # seconds for a cell
AT_ONCE = 2
NOT_INHERITED = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME", "IPYTHONDIR"}
NEWER = ("-c", "import sys; print(sys.version_info[:2] >= (3, 12))")


def main(root: Path) -> int:
    """Run all notebooks of the built book under `root` in both environments; 1 if any of them fails."""
    notebooks = sorted([*(root / "_build/html" / FOLDER).rglob("*.ipynb"), *(root / "_build/solution").glob("*.ipynb")])
    wheel = next((root / "_build/html" / FOLDER).glob("*.whl"))
    problems = []
    for name, python in (("oldest", sys.executable), ("newest", newest_python())):
        where = environment(root, name, python)
        problems += [f"{name}: {problem}" for problem in run_all(where, notebooks, wheel)]
    print("\n".join(problems) or f"{len(notebooks)} notebooks run to the end in both environments.", file=sys.stderr if problems else None)
    return int(bool(problems))


def newest_python() -> str:
    """A Python that the newest JAX runs on, or else this one."""
    names = [f"python3.{minor}" for minor in (14, 13, 12)]
    kept_by_pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    found = [*map(shutil.which, names), *sorted(map(str, kept_by_pyenv.glob("3.1[2-9]*/bin/python")), reverse=True)]
    for python in filter(None, found):
        if subprocess.run([python, *NEWER], capture_output=True, text=True).stdout.strip() == "True":  # a shim may lead nowhere
            return python
    return sys.executable


def environment(root: Path, name: str, python: str) -> Path:
    """A fresh environment with exactly what its file pins; its Python."""
    folder, uv = root / "_build/bare" / name, [sys.executable, "-m", "uv"]
    surroundings = os.environ | {"UV_CACHE_DIR": str(root / "_build/bare/cache"), "UV_LINK_MODE": "hardlink"}
    shutil.rmtree(folder, ignore_errors=True)
    for command in ([*uv, "venv", "--quiet", "--python", python, str(folder)],
                    [*uv, "pip", "install", "--quiet", "--python", str(folder / "bin/python"), "--no-deps",
                     "-r", str(root / PINS / f"{name}.txt")]):
        subprocess.run(command, check=True, env=surroundings)
    return folder / "bin/python"


def run_all(python: Path, notebooks: list[Path], wheel: Path) -> list[str]:
    """Run the install cell, which must add and change nothing else, then again, then all notebooks; what was wrong."""
    before = installed(python)
    print(f"Python {before.pop('python')}, jax {before['jax']}, numpy {before['numpy']}, ipykernel {before['ipykernel']}", flush=True)
    first = nbformat.read(notebooks[0], as_version=4)
    cell, = (c for c in first.cells if "install" in c.metadata.get("tags", ()))
    cell = install.cell("", "", "", wheel) if "git+" in cell.source else cell  # a repository may hold an older package
    started = time.monotonic()
    if problem := run(python, nbformat.v4.new_notebook(cells=[cell]))[0]:
        return [f"the first cell: {problem}"]
    seconds, after = time.monotonic() - started, installed(python)
    again = nbformat.v4.new_notebook(cells=[cell])
    if problem := run(python, again)[0] or again.cells[0].outputs:
        return [f"the first cell, run again, does something: {problem}"]
    changed = {name for name in before if after.get(name) != before[name]}
    if changed:
        return [f"the first cell changed what was there: {', '.join(sorted(changed))}"]
    print(f"  first cell: {seconds:.0f} s; brings {', '.join(sorted(after.keys() - before.keys() - {'python'}))}", flush=True)
    problems = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for path, (problem, seconds) in zip(notebooks, pool.map(lambda path: run(python, nbformat.read(path, as_version=4)), notebooks)):
            print(f"  {path.parent.name}/{path.name}: {'FAILED' if problem else f'{seconds:.1f} s'}", flush=True)
            problems += [f"{path.parent.name}/{path.name}: {problem}"] * bool(problem)
    return problems


def installed(python: Path) -> dict[str, str]:
    """Version by name of what is installed, and of Python."""
    code = ("import sys; from importlib.metadata import distributions as all; print('python', sys.version.split()[0]);"
            "[print(d.name.lower(), d.version) for d in all()]")
    lines = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.splitlines()
    return dict(line.split() for line in lines)


def run(python: Path, notebook) -> tuple[str, float]:
    """Execute `notebook` in an empty folder with a kernel of `python`: what is wrong with it ("" for nothing), and the seconds."""
    class Manager(KernelManager):
        kernel_spec = KernelSpec(argv=[str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"],
                                 language="python")

    started = time.monotonic()
    with tempfile.TemporaryDirectory() as settings, tempfile.TemporaryDirectory() as folder:
        surroundings = {k: v for k, v in os.environ.items() if k not in NOT_INHERITED}
        surroundings |= {"JAX_PLATFORMS": "cpu", "IPYTHONDIR": settings, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        try:
            NotebookClient(notebook, timeout=TIMEOUT, kernel_manager_class=Manager,
                           resources={"metadata": {"path": folder}}).execute(env=surroundings)
            problem = judged(notebook)
        except CellExecutionError as error:
            problem = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
    return problem, time.monotonic() - started


def judged(notebook) -> str:
    """What is wrong with the verdicts: with a blank above it, a check must say so; else the answer must be right."""
    blank = ""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", ())
        if "exercise" in tags:
            blank = "# your answer" in cell.source
        if "check" in tags:
            shown = "".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)
            if ("Not yet answered" in shown) != blank or "Not right" in shown:
                return f"the check\n{cell.source}\nsays\n{shown}"
    return ""
