"""Answers judged in a process of their own, under a limit that nothing can evade: what takes too long is killed.

    with Judge("ddpm.chapters.exercises", seed=3) as judge:
        verdict = judge("answer_1_4", data)     # data: what `collect` has found in a notebook

The process serves one answer after the other, and another takes its place where one was killed.
"""

import contextlib
import dataclasses
import functools
import json
import math
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import ddpm
from ddpm.grading.exercise import problems
from ddpm.grading.limit import ASLEEP
from ddpm.grading.verdict import Status, Verdict

START = 600  # seconds for a process to start, on a busy machine
MEMORY = 4 * 2**30


class Judge:
    """Judges what `collect` of an exercise has found.

    Args:
        module: which holds the exercises, as of `Problems`.
        seed: of the cases.
        seconds: of the processor, for one answer; where the system has no such limit, or for what sleeps, `ASLEEP`
            times as many by the clock.
    """

    def __init__(self, module: str, seed: int = 0, seconds: float | int = 60):
        self.module, self.seed, self.seconds = module, seed, seconds
        self.process, self.lock = None, threading.Lock()

    def __call__(self, name: str, data) -> Verdict:
        """The verdict; whatever the data are, never an exception.

        Args:
            name: of the exercise, such as "answer_1_4".
        """
        with self.lock:
            try:
                question = json.dumps([name, data, math.ceil(self.seconds)])
                if self.process is None or self.process.poll() is not None:
                    self._start()
                self.process.stdin.write(question + "\n")
                self.process.stdin.flush()
                return _from_json(self._answer(ASLEEP * self.seconds))
            except queue.Empty:
                self.close()
                return _not_judged(name, f"could not be judged within {ASLEEP * self.seconds:g} s")
            except (OSError, ValueError, TypeError, RecursionError) as error:
                if self.close() == -getattr(signal, "SIGXCPU", math.nan):
                    return _not_judged(name, f"could not be judged within {self.seconds:g} s of work")
                return _not_judged(name, f"could not be judged ({type(error).__name__})")

    def _start(self):
        environment = os.environ | {
            "PYTHONPATH": str(Path(ddpm.__file__).parents[1]),
            "PYTHONUTF8": "1",
            "JAX_PLATFORMS": "cpu",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, self.module, str(self.seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            encoding="utf-8",
        )
        self.answers = queue.Queue()
        threading.Thread(target=_listen, args=(self.process.stdout, self.answers), daemon=True).start()
        self._answer(START)

    def _answer(self, seconds):
        line = self.answers.get(timeout=seconds)
        if line is None:
            raise OSError("the process has ended")
        return line

    def close(self) -> int | None:
        """End the process; its exit status, or that with which it had ended."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        if process.stdout.closed:  # it is ending by itself
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(START)
        process.kill()
        with contextlib.suppress(OSError):
            process.stdin.close()
        return process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def _listen(stream, answers):
    with stream:
        for line in stream:
            answers.put(line)
    answers.put(None)


def _not_judged(name, why) -> Verdict:
    return Verdict(Status.WRONG, f"Not right yet: {name} {why}.")


def _from_json(text) -> Verdict:
    found = json.loads(text)
    return Verdict(**found | {"status": Status(found["status"])})


def serve(module: str, seed: int) -> None:
    """Verdicts as lines of JSON on standard output, for questions on standard input."""
    exercises = problems(module).exercises
    cases = functools.cache(lambda name: exercises[name].cases(seed))
    out, sys.stdout = sys.stdout, sys.stderr  # what anything prints is no verdict
    with contextlib.suppress(ImportError):  # Windows has no limits of this kind
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    print("ready", file=out, flush=True)
    for line in sys.stdin:
        name, data, seconds = json.loads(line)
        limit_work(seconds)
        try:
            verdict = exercises[name].judge(data, cases(name))
        except Exception as error:  # the data come from a notebook
            verdict = _not_judged(name, f"cannot be read ({type(error).__name__})")
        print(json.dumps(dataclasses.asdict(verdict)), file=out, flush=True)


def limit_work(seconds: int) -> None:
    """The process is killed when it has worked so many seconds more."""
    with contextlib.suppress(ImportError):  # Windows: the limit by the clock is left
        import resource

        used, hard = time.process_time(), resource.getrlimit(resource.RLIMIT_CPU)[1]
        wanted = math.ceil(used) + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
