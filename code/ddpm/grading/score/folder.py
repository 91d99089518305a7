"""All notebooks of a folder: each in its own process, its answers judged here."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil

import ddpm
from ddpm.grading.exercises import ASSIGNMENTS, EXERCISES, WRITTEN
from ddpm.grading.score.kernel import from_json
from ddpm.grading.verdict import Verdict

CHILD = Path(__file__).with_name("child.py")
KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")


@dataclass(frozen=True)
class Limits:
    """What one notebook may use: seconds in all and for one cell, and bytes of memory."""

    seconds: float | int = 600
    cell_seconds: float | int = 100
    memory: int = 4 * 2**30


@dataclass
class Score:
    """What was found in one notebook.

    Attributes:
        name: its path in the folder.
        verdicts: by exercise, for all exercises of its assignment.
        cells: what went wrong while it ran, by the number of the code cell.
        problem: why it could not be graded to the end, or "".
        isolated: the system itself kept the network away; otherwise only Python code was kept from it.
    """

    name: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    isolated: bool = False

    @property
    def points(self) -> int:
        return sum(verdict.passed for verdict in self.verdicts.values())


def find(folder: Path) -> list[Path]:
    """The notebooks in a folder and in the folders below, without editors' copies.

    Raises:
        FileNotFoundError: there are none.
    """
    found = sorted(p for p in folder.rglob("*.ipynb") if not any(part.startswith(".") for part in p.relative_to(folder).parts))
    if not found:
        raise FileNotFoundError(f"no notebook (*.ipynb) in {folder.resolve()}")
    return found


def score(paths: Sequence[Path], folder: Path, seed: int, limits: Limits = Limits(), done: Callable[[Score], None] = lambda s: None) -> list[Score]:
    """The scores of the notebooks, in their order; several run at a time.

    Args:
        folder: the names in the scores are relative to it.
        done: called with each score as it comes.
    """
    read = [_read(path) for path in paths]  # before the first of them runs: it could change the others
    named = [_names(text) for text in read]
    used = set().union(*named)  # an exercise that nobody mentions was not set

    def one(path, text, names):
        asked = [n for group in ASSIGNMENTS.values() if names & set(group) for n in group if n in used]
        result = _one(text, str(path.relative_to(folder)), asked, seed, limits)
        done(result)
        return result

    with ThreadPoolExecutor(max(2, (os.cpu_count() or 1) // 2)) as pool:
        return list(pool.map(one, paths, read, named))


def _read(path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _names(notebook: str) -> set[str]:
    """The exercises that a notebook mentions."""
    try:
        cells = nbformat.reads(notebook, as_version=4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    except Exception:  # a file that is no notebook
        return set()
    return {name for name in EXERCISES if re.search(rf"\b{name}\b", text)}


def _one(notebook, name, asked, seed, limits) -> Score:
    score = Score(name)
    if not asked:
        score.problem = "none of the exercises is in it, or it cannot be read"
        return score
    with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as scratch:
        work = Path(scratch, "work")
        work.mkdir()
        job, found, copy = Path(scratch, "job.json"), Path(scratch, "result.json"), Path(scratch, "notebook.ipynb")
        copy.write_text(notebook, encoding="utf-8")
        job.write_text(json.dumps({"notebook": str(copy), "folder": str(work), "names": asked, "seed": seed,
                                   "cell_seconds": limits.cell_seconds, "memory": limits.memory}), encoding="utf-8")
        code, words = _run_child([str(job), str(found)], scratch, limits)
        try:
            result = json.loads(found.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            result = {"isolated": False, "cells": {}, "runs": {}}
    score.isolated, score.cells = result["isolated"], result["cells"]
    if code == "time":
        score.problem = f"did not end within {limits.seconds:g} s"
    elif code == 3:
        score.problem = f"printed or showed more than {limits.memory / 2**30:.3g} GiB"
    elif code:
        score.problem = f"could not be run: {words}"
    for exercise in asked:
        score.verdicts[exercise] = _verdict(EXERCISES[exercise], result["runs"].get(exercise), seed)
    return score


def _verdict(exercise, data, seed) -> Verdict:
    nan = float("nan")
    if data is None:
        return Verdict(False, nan, "Not graded: the notebook was stopped before.")
    if isinstance(data, dict) and "broken" in data:
        return Verdict(False, nan, f"Not right: when {exercise.name} was called, it {data['broken']}.")
    try:
        if exercise.name in WRITTEN:
            return exercise.graded(data)
        return exercise.judge(exercise.cases(seed), from_json(data))
    except Exception as error:  # the data come from the notebook
        return Verdict(False, nan, f"Not right: the answers of {exercise.name} cannot be read ({type(error).__name__}).")


def _run_child(arguments, scratch, limits):
    """The exit status of the process, or "time"; and its last words."""
    home = Path(scratch, "home")
    home.mkdir()
    environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}  # no secrets
    environment |= {"HOME": str(home), "JAX_PLATFORMS": "cpu", "MPLCONFIGDIR": str(home), "PYTHONUTF8": "1",
                    "PYTHONPATH": str(Path(ddpm.__file__).parents[1])}
    log = Path(scratch, "log")
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-P", str(CHILD), *arguments], stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=output, env=environment, cwd=scratch, start_new_session=True)
        status = _wait(process, limits.seconds)
    words = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return status, words[-1] if words else "no reason given"


def _wait(process, seconds):
    family, end = {}, time.monotonic() + seconds
    try:
        while process.poll() is None and time.monotonic() < end:
            try:
                for child in psutil.Process(process.pid).children(recursive=True):
                    family[child.pid] = child  # kept: when the parent is gone they have another
            except psutil.NoSuchProcess:
                break
            time.sleep(0.1)
        return process.wait(2) if process.poll() is not None or time.monotonic() < end else "time"
    finally:
        for child in (*family.values(), psutil.Process(process.pid) if process.poll() is None else None):
            if child is not None and child.is_running():
                try:
                    child.kill()
                except psutil.NoSuchProcess:
                    pass
        process.wait()
