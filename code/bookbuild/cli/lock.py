"""One build at a time in a clone: two would write into the same folders."""

import fcntl
import os
import sys
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(folder: Path):
    """Hold the lock of `folder`; if another process has it, say so and wait.

    The system frees it when its holder ends, however that ends, so it cannot be left behind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            print(
                f"Another build (process {file.read().strip() or 'unknown'}) is at work in {folder}: waiting for it.",
                file=sys.stderr,
                flush=True,
            )
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
