"""All that lies in a folder of submissions: what is a notebook runs, in its sandbox, and is judged outside of it."""

import contextlib
import ctypes
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ddpm.grading.data import pack_cases
from ddpm.grading.exercise import Problems
from ddpm.grading.judge import Judge
from ddpm.grading.score import assigned, flags, lean, sandbox
from ddpm.grading.score.child import SET_CHILD_SUBREAPER, clear, of_user
from ddpm.grading.score.found import Found, twice
from ddpm.grading.verdict import Status, Verdict, blank

CHILD = Path(__file__).with_name("child.py")
GRACE = 20  # seconds for a supervisor to take its kernel down
MOST_LINES = 10_000
LONGEST = 103  # bytes of the address of a socket, on the systems that allow least


class NoRoom(Exception):
    """Nothing can be graded where temporary files are made; with what to do."""


@dataclass(frozen=True)
class Limits:
    """What one notebook may use: seconds in all and for one cell, and bytes of memory."""

    seconds: float | int = 600
    cell_seconds: float | int = 100
    memory: int = 4 * 2**30


@dataclass
class Score:
    """What was found in one file.

    Attributes:
        name: its path in the folder.
        assignment: which it is, "" for none.
        verdicts: by exercise, for all that were set.
        cells: what went wrong while it ran, by the number of the code cell.
        problem: why it could not be graded, or not to the end, or "".
        remarks: what a person should look at.
        closed: the system itself kept the network away; otherwise only Python code was kept from it.
    """

    name: str
    assignment: str = ""
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    cells: dict[int, str] = field(default_factory=dict)
    problem: str = ""
    remarks: list[str] = field(default_factory=list)
    closed: bool = True

    @property
    def points(self) -> int:
        return sum(verdict.passed for verdict in self.verdicts.values())


@dataclass
class Class:
    """What was found in a folder.

    Attributes:
        scores: one for each file, and for each empty folder.
        same: the groups of submissions with the same answers, in words.
        ran: where submissions ran and what that keeps from them, in words.
        asked: what was set of each assignment, in words.
    """

    scores: list[Score]
    same: list[str]
    ran: str
    asked: list[str] = field(default_factory=list)


def score(
    problems: Problems,
    found: Sequence[Found],
    seed: int,
    limits: Limits = Limits(),
    done: Callable[[Score], None] = lambda s: None,
    level: str | None = None,
) -> Class:
    """The scores of what was found in a folder, in its order.

    Args:
        done: called with each score as it comes, by one thread at a time.
        level: of the sandbox, to take no other than this one; the best that works if None.

    Raises:
        NoRoom: no kernel could be reached in the folder of temporary files, or its disk is full.
    """
    with _temporary(prefix="ddpm-") as top:
        if len(os.fsencode(top / "s12345678/k-5")) > LONGEST:
            raise NoRoom(f"the path of {top.parent} is too long. Set TMPDIR to a folder with a shorter one")
        top.chmod(0o711)  # other users may pass, and not look
        package = top / "package"
        try:
            lean.write(package, problems.module, judged_elsewhere=True)
        except OSError as error:
            why = f"{error.strerror} in {top.parent}, where temporary files are made"
            raise NoRoom(f"{why}. Make room there, or set TMPDIR to a folder on another disk") from error
        subprocess.run(["chmod", "-R", "a+rX", "--", str(package)])  # whatever the umask
        box = sandbox.choose(package, top, problems.module) if level is None else sandbox.Sandbox(level, package)
        assignments = problems.assignments
        stated = [assigned.stated(f.notebook, assignments) if f.notebook else assigned.Stated("") for f in found]
        exercises = assigned.in_class(stated, assignments)
        names, lock = twice([f.name for f in found]), threading.Lock()
        with Judge(problems.module, seed) as judge:
            grader = Grader(problems, box, top, seed, limits, judge)

            def one(i):
                try:
                    result = grader.grade(i, names[i], found[i], stated[i], exercises.get(stated[i].assignment, ()))
                except Exception as error:  # nothing in one submission ends the grading of the others
                    result = Score(names[i], problem=f"could not be graded ({type(error).__name__}: {error})"[:300])
                with lock:
                    done(result)
                return result

            with ThreadPoolExecutor(len(grader.shares)) as pool:
                try:
                    scores = list(pool.map(one, range(len(found))))
                except BaseException:
                    grader.over = True
                    raise
        answers = [
            (s.name, flags.answers(f.notebook, exercises[s.assignment])) for s, f in zip(scores, found) if s.assignment
        ]
        return Class(scores, flags.same(answers), box.words, assigned.in_words(exercises, stated, assignments))


def shares(level: str) -> list[list[int]]:
    """The processors for each of the submissions that run at once, so that none takes another's; [] for all of them.

    Without a sandbox there is one alone: all of its processes are gone before the next begins.
    """
    if level == sandbox.NONE or not hasattr(os, "sched_getaffinity"):
        return [[]]
    cores = sorted(os.sched_getaffinity(0))
    count = max(min(2, len(cores)), len(cores) // 2)
    return [cores[i::count] for i in range(count)]


class Grader:
    """Runs and judges one submission after the other."""

    def __init__(self, problems, box, top, seed, limits, judge):
        self.module, self.box, self.top, self.limits, self.judge = problems.module, box, top, limits, judge
        self.over = False
        self.shares = shares(box.level)
        self.free = queue.SimpleQueue()  # the shares that no submission has
        for share in self.shares:
            self.free.put(share)
        self.cases = {name: pack_cases(exercise.cases(seed)) for name, exercise in problems.exercises.items()}
        if box.level == sandbox.NONE and sys.platform.startswith("linux"):
            ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1)

    def grade(self, i: int, name: str, found: Found, stated, asked) -> Score:
        result = Score(name, stated.assignment, problem=found.problem)
        if found.notebook is None:
            return result
        if not asked:
            result.problem = "a notebook, but no exercise of this book is in it"
            return result
        if found.notebook.encoding:
            result.remarks.append(f"read as {found.notebook.encoding}; notebooks are UTF-8")
        if stated.rule:
            result.remarks.append(f"taken for the assignment {stated.assignment} {stated.rule}")
        if stated.exercises != asked:
            result.remarks.append("states other exercises than most notebooks of this assignment")
        result.remarks += flags.of_notebook(found.notebook, asked)
        cores = self.free.get()
        try:
            runs = self._run(i, found.notebook, asked, result, cores)
        finally:
            self.free.put(cores)
        for exercise in asked:
            result.verdicts[exercise] = self._verdict(exercise, runs.get(exercise), found.notebook, result)
        return result

    def _run(self, i, notebook, asked, result, cores) -> dict:
        """What the submission answers, by exercise; what goes wrong comes into `result`."""
        user = sandbox.FIRST_USER + i % sandbox.USERS if self.box.level == sandbox.USER else None
        with _temporary(prefix="s", dir=self.top) as folder:
            if user is not None:
                os.chown(folder, user, user)
            job = {
                "command": self.box.command(["-m", "ipykernel_launcher", "-f", str(folder / "k.json")], folder),
                "environment": self.box.environment(folder),
                "folder": str(folder),
                "user": user,
                "closed": self.box.level == sandbox.BUBBLEWRAP,
                "cells": [cell.source for cell in notebook.cells],
                "exercises": self.module,
                "cases": {e: self.cases[e] for e in asked},
                "cores": cores,
                "cell_seconds": self.limits.cell_seconds,
                "memory": self.limits.memory,
            }
            lines, words, in_time = self._supervised(json.dumps(job))
            if user is not None:
                _end_all(lambda: of_user(user))
                clear(user)
        runs, at = {}, ""
        for line in lines:
            result.closed = line.get("closed", result.closed)
            at = line.get("at", at)
            result.problem = line.get("problem", result.problem)
            if "cell" in line:
                result.cells[line["cell"]] = "; ".join(
                    filter(None, dict.fromkeys([*result.cells.get(line["cell"], "").split("; "), line["what"]]))
                )
            if "run" in line:
                runs[line["run"]] = line
        if not in_time:
            where = f"code cell {at}" if isinstance(at, int) else at or "the start"
            result.problem = f"did not end within {self.limits.seconds:g} s; it was at {where}"
        elif words and not result.problem:
            result.problem = f"could not be run to the end: {words}"
        return runs

    def _supervised(self, job: str) -> tuple[list[dict], str, bool]:
        """The lines that a supervisor has said; its last words if it failed; whether it ended in time."""
        lines, end, before = [], time.monotonic() + self.limits.seconds, set(psutil.Process().children(recursive=True))
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen(
                [sys.executable, "-P", str(CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.top,
                start_new_session=True,
            )
            reader = threading.Thread(target=_listen, args=(process, job, lines), daemon=True)
            reader.start()
            while process.poll() is None and time.monotonic() < end and not self.over:
                time.sleep(0.05)
            in_time = process.poll() is not None
            if not in_time:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(GRACE)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if self.box.level == sandbox.NONE:
                _end_all(lambda: set(psutil.Process().children(recursive=True)) - before)
            reader.join(GRACE)
            log.seek(0)
            words = log.read(10_000).decode(errors="replace").strip().splitlines()
        return lines, (words[-1] if words else f"status {process.returncode}") if process.returncode else "", in_time

    def _verdict(self, name, run, notebook, result) -> Verdict:
        if run is None:
            why = result.problem or "the notebook was stopped before"
            return Verdict(Status.NOT_CHECKED, f"Not graded: {why}.")
        if "broken" in run:
            return Verdict(Status.WRONG, f"Not right: when {name} was called, it {run['broken']}.")
        try:
            found = json.loads(run["text"])
            data, used = found["data"], [str(function)[:100] for function in found["used"][:5]]
            if used:
                result.remarks.append(f"{name} called the package's own {', '.join(used)}")
        except Exception as error:  # the data come from the notebook
            return Verdict(Status.WRONG, f"Not right: the answer {name} cannot be read ({type(error).__name__}).")
        verdict = self.judge(name, data)
        if verdict.status is Status.BLANK and (why := self._lost(name, notebook, result.cells)):
            verdict = blank(f"{name} is not there: {why}")
        return verdict

    def _lost(self, name, notebook, cells) -> str:
        """Which failed cell would have made an answer, "" for none."""
        for number, cell in enumerate(notebook.cells, start=1):
            if number in cells and name in assigned.definitions(assigned.parsed(cell)):
                return f"code cell {number}, which makes it, failed ({cells[number]})"
        return ""


@contextlib.contextmanager
def _temporary(**where):
    """A temporary folder. It is removed by programs that get to every depth, and into what a submission has locked:
    Python's own would raise."""
    folder = Path(tempfile.mkdtemp(**where)).resolve()
    try:
        yield folder
    finally:
        for command in (["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
            subprocess.run([*command, "--", str(folder)], stderr=subprocess.DEVNULL)


def _listen(process, job, lines):
    """Hand over the job, and take down what is said until the pipe is closed."""
    with contextlib.suppress(OSError, ValueError), process.stdin:
        process.stdin.write(job.encode())
    with process.stdout:
        for line in process.stdout:
            if len(lines) < MOST_LINES:
                with contextlib.suppress(ValueError):
                    lines.append(json.loads(line))


def _end_all(left: Callable):
    """End what a submission has left behind until nothing is left; without a sandbox it has become this process's
    own."""
    until = time.monotonic() + GRACE
    while (running := left()) and time.monotonic() < until:
        for child in running:
            with contextlib.suppress(psutil.Error):
                child.kill()
        psutil.wait_procs(running, timeout=0.5)
