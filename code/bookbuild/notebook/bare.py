"""Run every notebook as a reader's notebook service would: in environments that have the usual libraries and nothing
of the book.

`tests/bare/NAME.txt` says what such an environment has: `oldest` what was there with the oldest JAX that the package
promises, `newest` what installs now. The kernel runs there, in an empty folder; only the first cell of a notebook
brings the package. `tests/bare/NAME.py`, if there is one, runs before each notebook. Students' notebooks bring another
package than the others, so they run when all others have, and that one is gone.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from bookbuild.notebook import install
from bookbuild.notebook.assignments import STUDENT
from bookbuild.notebook.install import DISTRIBUTION, FOLDER

PINS = "tests/bare"
PACKAGE = "ddpm"  # as it is imported
TIMEOUT = 300  # seconds for a cell
AT_ONCE = 2
NOT_INHERITED = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME", "IPYTHONDIR"}
NEWER = ("-c", "import sys; print(sys.version_info[:2] >= (3, 12))")


def main(root: Path) -> int:
    """Run all notebooks of the built book under `root` in both environments; 1 if any of them fails."""
    started = time.monotonic()
    site = root / "_build/html" / FOLDER
    whole, students = built(root)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = {
            name: pool.submit(environment, root, name, python)
            for name, python in (("oldest", sys.executable), ("newest", newest_python()))
        }
        pythons = {name: future.result() for name, future in made.items()}
        paths = {name: root / PINS / f"{name}.py" for name in pythons}
        before = {name: path.read_text(encoding="utf-8") for name, path in paths.items() if path.exists()}
        problems = run_all(pool, pythons, before, whole, next(site.glob("*.whl")))
        problems += run_all(pool, pythons, before, students, next((site / STUDENT).glob("*.whl")))
    return summary(problems, f"{len(whole) + len(students)} notebooks run to the end in both environments", started)


def built(root: Path) -> tuple[list[Path], list[Path]]:
    """The notebooks of the built book that bring the whole package, and those of students."""
    site = root / "_build/html" / FOLDER
    whole = [*site.glob("*.ipynb"), *(root / "_build/solution").glob("*.ipynb")]
    return whole, [*(site / STUDENT).glob("*.ipynb")]


def outcome(label: str, problem: str, seconds: float) -> list[str]:
    """Print how a notebook went; what was wrong, if anything."""
    print(f"  {label}: {'FAILED' if problem else f'{seconds:.1f} s'}", flush=True)
    return [f"{label}: {problem}"] * bool(problem)


def summary(problems: list[str], good: str, started: float) -> int:
    """Print the problems, or what is good and how long it took; 1 if there are problems."""
    seconds = time.monotonic() - started
    print("\n".join(problems) or f"{good} ({seconds:.0f} s).", file=sys.stderr if problems else None)
    return int(bool(problems))


def run_all(pool, pythons: dict[str, Path], before: dict[str, str], notebooks: list[Path], wheel: Path) -> list[str]:
    """Run notebooks that bring the package in `wheel` in each environment; what was wrong.

    Args:
        pythons: of the environments, by name.
        before: what runs before each notebook, by the name of the environment.
    """
    begun = {name: pool.submit(first_cell, name, python, notebooks[0], wheel) for name, python in pythons.items()}
    problems = [f"{name}: {future.result()}" for name, future in begun.items() if future.result()]
    runs = [
        (name, path, pool.submit(run, pythons[name], behind(before.get(name, ""), nbformat.read(path, as_version=4))))
        for path in sorted(notebooks, key=lambda path: -path.stat().st_size)
        for name, future in begun.items()
        if not future.result()
    ]
    for name, path, future in runs:
        problems += outcome(f"{name}: {path.parent.name}/{path.name}", *future.result())
    return problems


def behind(source: str, notebook):
    """The notebook, with a cell of this source before all others if it is not empty."""
    if source:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(source))
    return notebook


def newest_python() -> str:
    """A Python that the newest JAX runs on, or else this one."""
    names = [f"python3.{minor}" for minor in (14, 13, 12)]
    kept_by_pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    found = [*map(shutil.which, names), *sorted(map(str, kept_by_pyenv.glob("3.1[2-9]*/bin/python")), reverse=True)]
    for python in filter(None, found):
        if (
            subprocess.run([python, *NEWER], capture_output=True, text=True).stdout.strip() == "True"
        ):  # a shim may lead nowhere
            return python
    return sys.executable


def environment(root: Path, name: str, python: str) -> Path:
    """A fresh environment with exactly what its file pins; its Python."""
    folder, uv = root / "_build/bare" / name, [sys.executable, "-m", "uv"]
    surroundings = os.environ | {"UV_CACHE_DIR": str(root / "_build/bare/cache"), "UV_LINK_MODE": "hardlink"}
    shutil.rmtree(folder, ignore_errors=True)
    for command in (
        [*uv, "venv", "--quiet", "--python", python, str(folder)],
        [
            *uv,
            "pip",
            "install",
            "--quiet",
            "--python",
            str(folder / "bin/python"),
            "--no-deps",
            "-r",
            str(root / PINS / f"{name}.txt"),
        ],
    ):
        subprocess.run(command, check=True, env=surroundings)
    return folder / "bin/python"


def first_cell(name: str, python: Path, notebook: Path, wheel: Path) -> str:
    """Run the install cell, which must bring the package in `wheel` and change nothing that was there, then again,
    when it
    must do nothing; what was wrong."""
    uninstall = [sys.executable, "-m", "uv", "pip", "uninstall", "--quiet", "--python", str(python), DISTRIBUTION]
    subprocess.run(uninstall, check=True)
    before = installed(python)
    print(
        f"{name}: Python {before.pop('python')}, "
        + ", ".join(f"{package} {before[package]}" for package in ("jax", "numpy", "ipykernel")),
        flush=True,
    )
    first = [c for c in nbformat.read(notebook, as_version=4).cells if install.TAGS & {*c.metadata.get("tags", ())}]
    if len(first) == 1:  # where its package comes from there may be an older one
        first = install.cells("", "", "", wheel)
    started = time.monotonic()
    if problem := run(python, nbformat.v4.new_notebook(cells=first))[0]:
        return f"the first cell: {problem}"
    seconds, after = time.monotonic() - started, installed(python)
    again = nbformat.v4.new_notebook(cells=first)
    if problem := run(python, again)[0] or [output for cell in again.cells for output in cell.outputs]:
        return f"the first cell, run again, does something: {problem}"
    changed = {name for name in before if after.get(name) != before[name]}
    if changed:
        return f"the first cell changed what was there: {', '.join(sorted(changed))}"
    if modules(python) != contents(wheel):
        return f"the first cell brought another package than {wheel.name} beside the notebook"
    print(
        f"  first cell: {seconds:.0f} s; brings {', '.join(sorted(after.keys() - before.keys() - {'python'}))}",
        flush=True,
    )
    return ""


def installed(python: Path) -> dict[str, str]:
    """Version by name of what is installed, and of Python."""
    code = (
        "import sys; from importlib.metadata import distributions as all; print('python', sys.version.split()[0]);"
        "[print(d.name.lower(), d.version) for d in all()]"
    )
    lines = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.splitlines()
    return dict(line.split() for line in lines)


def modules(python: Path) -> dict[str, int]:
    """The modules of the package that is installed, each with its size."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    top = Path(subprocess.run([python, "-P", "-c", code], check=True, capture_output=True, text=True).stdout.strip())
    return {path.relative_to(top).as_posix(): path.stat().st_size for path in (top / PACKAGE).rglob("*.py")}


def contents(wheel: Path) -> dict[str, int]:
    """The modules in a wheel, each with its size."""
    entries = zipfile.ZipFile(wheel).infolist()
    return {entry.filename: entry.file_size for entry in entries if entry.filename.endswith(".py")}


def run(python: Path, notebook, platforms: str = "cpu") -> tuple[str, float]:
    """Execute `notebook` in an empty folder with a kernel of `python`, on JAX's `platforms`: what is wrong with it
    ("" for nothing), and the seconds."""

    class Manager(KernelManager):
        kernel_spec = KernelSpec(
            argv=[str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"],
            language="python",
        )

    started = time.monotonic()
    with tempfile.TemporaryDirectory() as settings, tempfile.TemporaryDirectory() as folder:
        surroundings = {k: v for k, v in os.environ.items() if k not in NOT_INHERITED}
        surroundings |= {"JAX_PLATFORMS": platforms, "IPYTHONDIR": settings, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        try:
            NotebookClient(
                notebook, timeout=TIMEOUT, kernel_manager_class=Manager, resources={"metadata": {"path": folder}}
            ).execute(env=surroundings)
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
            shown = "".join(
                output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs
            )
            if ("Not yet answered" in shown) != blank or "Not right" in shown:
                return f"the check\n{cell.source}\nsays\n{shown}"
    return ""
