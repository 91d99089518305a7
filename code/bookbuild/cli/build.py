"""Run Jupyter Book with warnings as errors; the last thing printed says what was built or what is wrong."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psutil

from bookbuild.cli import check, freshness, lock, room

CODE = Path(__file__).parents[2]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Sphinx prints each warning in red and ends it with this reset; tracebacks inside use other resets.
RED = re.compile(r"\x1b\[91m(.*?)\x1b\[39;49;00m", re.S)
# what it prints when it gives up: a red heading, the reason, then tracebacks of tools
STOP = re.compile(
    r"\x1b\[91m([^\n]*(?:[Ee]rror|occurred)[^\n:]*:)\x1b\[39;49;00m\n(.*?)(?=\x1b\[91m|\nTraceback |\Z)", re.S
)
RAN = re.compile(r"(\S+) ran in ([\d.]+) s$")  # of bookbuild.notebook.execution


def build(root: Path, builder: str = "html") -> int:
    """Check the book under `root`, then build it into `_build`; the exit status."""
    if check.main(root):
        return 1
    try:
        with lock.held(root / "_build"):
            return locked(root, builder)
    except OSError as error:
        full = room.lacking(root, str(error))
        print(
            full
            or f"The book cannot be built in {root}: {error}. The build writes into _build there: "
            "make that possible, or build a copy of the folder.",
            file=sys.stderr,
        )
        return 1


def locked(root: Path, builder: str) -> int:
    if builder == "html" and freshness.nothing_to_build(root):
        print("Nothing has changed since the last build.")
        return opened(root)
    started, status, changed, errors = time.monotonic(), 1, [], ""
    before = freshness.begin(root)
    try:
        status, executed, errors = run_jupyter_book(root, builder)
    except OSError as error:
        errors = str(error)
        raise
    finally:
        full = room.lacking(root, errors) if status else ""
        changed = freshness.finish(
            before, without_warnings=status == 0, website=builder == "html", cut_short=bool(full)
        )
    if status:
        print(
            f"\n{full or summary(errors, root)}\n\nThe book was not built. All output: {root / '_build/build.log'}",
            file=sys.stderr,
        )
        return 1
    cells = f"{executed} executed, the others" if executed else "all chapters"
    print(f"Built in {time.monotonic() - started:.0f} s ({cells} from the cache).")
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        print(f"Changed while the build ran: {', '.join(changed[:3])}{more}. Build again to see that.")
    return opened(root) if builder == "html" else 0


def opened(root: Path) -> int:
    """Say where the website is."""
    print(f"Open {(root / '_build/html/index.html').as_uri()}")
    return 0


@contextmanager
def none_left(process: subprocess.Popen):
    """End `process` and all that it started, kernels too, when this one is told to end (SIGTERM, Ctrl-C) or fails."""

    def end(*_):
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except BaseException:
        for each in [*psutil.Process(process.pid).children(recursive=True), process]:
            try:
                each.kill()
            except psutil.NoSuchProcess:
                pass
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def run_jupyter_book(root: Path, builder: str) -> tuple[int, int, str]:
    """Exit status, number of chapters executed, and what came on standard error."""
    # -P: neither the book's folder `code` nor anything else beside it may stand in for an installed module
    command = [
        sys.executable,
        "-P",
        "-c",
        "from jupyter_book.cli.main import main; main()",
        "build",
        str(root),
        "-W",
        "-n",
        "--keep-going",
        "--builder",
        builder,
    ]
    log, executed = root / "_build/build.log", 0
    # what is wrong may be that there is no room for the log
    with open(log, "w+", encoding="utf-8") as output, tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        with (
            subprocess.Popen(
                command,
                cwd=root,
                env=environment(root),
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
                errors="replace",
            ) as process,
            none_left(process),
        ):
            for line in process.stdout:
                output.write(COLOUR.sub("", line))
                if RAN.match(COLOUR.sub("", line)):
                    print(f"  {COLOUR.sub('', line).strip()}", flush=True)
                    executed += 1
        errors.seek(0)
        text = errors.read()
        output.write(COLOUR.sub("", text))
    return process.returncode, executed, text


def environment(root: Path) -> dict[str, str]:
    """The surroundings of the build: this clone's packages, and nothing of the user's own set-up."""
    path = os.pathsep.join(filter(None, [str(CODE), os.environ.get("PYTHONPATH")]))
    return {
        "JAX_PLATFORMS": "cpu",  # the same numbers, and no word about accelerators, on every machine
        **os.environ,
        "PYTHONPATH": path,
        "PYTHONUTF8": "1",
        "IPYTHONDIR": str(root / "_build/.ipython"),  # no start-up files, no shared history
        "TQDM_DISABLE": "1",  # a progress bar would be output that differs from build to build
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def summary(errors: str, root: Path) -> str:
    """The warnings on `errors`, one a line, or what stopped Sphinx: cells that failed, with place and traceback."""
    messages = [text.strip() for text in RED.findall(errors) if re.search(r"(WARNING|ERROR|CRITICAL): ", text)]
    for head, rest in STOP.findall(errors):
        messages.append(rest.strip() if "this cell failed" in rest else f"{head} {rest.strip()}")
    if not messages:  # Jupyter Book itself fell over
        messages = ["Jupyter Book stopped:", *errors.strip().splitlines()[-20:]]
    return COLOUR.sub("", "\n".join(messages)).replace(f"{root}{os.sep}", "")
