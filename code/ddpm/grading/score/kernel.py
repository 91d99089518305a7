"""What runs in the kernel of a submitted notebook beside the student's cells."""

import json
import os
import sys
from pathlib import Path

import numpy as np

from ddpm.grading.exercises import EXERCISES, WRITTEN
from ddpm.grading.runner import Run, run

_INTERNET = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
_PROCESSES = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty")
_SIGNALS = ("os.kill", "os.killpg")


def close_network(subprocesses: bool) -> None:
    """Refuse connections, and signals to other programs, from Python code, with a clear error. It cannot be undone within the process.

    Args:
        subprocesses: whether other programs may be started: only where the system itself has cut the network off.
    """
    refused = _INTERNET if subprocesses else (*_INTERNET, *_PROCESSES)

    def hook(event, args):
        if event in _SIGNALS and args[0] != os.getpid():
            raise PermissionError(f"no signals to other programs while notebooks are graded ({event})")
        if event in refused or (event in ("socket.connect", "socket.sendto", "socket.sendmsg") and isinstance(args[1], tuple)):
            what = "no network" if event.startswith("socket") else "no other programs"
            raise PermissionError(f"{what} while notebooks are graded ({event})")

    sys.addaudithook(hook)


def answer(name: str, seed: int, path: str) -> None:
    """Take down the notebook's written answer `name`, or what its function `name` answers to the cases of the seed, in the file."""
    namespace = vars(sys.modules["__main__"])
    data = WRITTEN[name].collect(namespace) if name in WRITTEN else to_json(_called(namespace, name, seed))
    Path(path).write_text(json.dumps(data), encoding="utf-8")


def _called(namespace, name, seed):
    exercise, student = EXERCISES[name], namespace.get(name)
    if student is None or student is Ellipsis:
        return Run(blank=f"{name} is not in the notebook." if name not in namespace else f"{name} is {student}.")
    if not callable(student):
        return Run([f"is not a function but {type(student).__name__}"])
    return run(student, exercise.cases(seed), exercise.arguments)


def to_json(result: Run) -> dict:
    answers = [a if isinstance(a, str) else {"shape": a.shape, "values": a.ravel().tolist()} for a in result.answers]
    return {"answers": answers, "blank": result.blank, "notes": result.notes}


def from_json(data: dict) -> Run:
    """The run in the words of `to_json`.

    Raises:
        ValueError, KeyError, TypeError: the data are something else; they come from a notebook and may be anything.
    """
    answers = [a if isinstance(a, str) else np.array(a["values"], np.float64).reshape(a["shape"]) for a in data["answers"]]
    return Run(answers, str(data["blank"]), [str(note) for note in data["notes"]])
