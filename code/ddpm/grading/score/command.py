"""The command that grades a folder: runs what lies in it, and writes scores.csv and report.html there."""

import argparse
import contextlib
import secrets
import signal
import sys
from pathlib import Path

from ddpm.grading.exercise import Problems


def main(problems: Problems, command: str, arguments=None) -> int:
    """Grade a folder; the exit status.

    Args:
        command: what was typed for it, for the help.
        arguments: of the command line, that of this process if None.
    """
    parser = argparse.ArgumentParser(prog=command, description="Grade all notebooks of a folder.")
    parser.add_argument(
        "folder", type=Path, help="the submitted notebooks, or one; scores.csv and report.html are written here"
    )
    parser.add_argument("--seed", type=int, help="of the cases, to grade again with the same; by default a new one")
    parser.add_argument("--minutes", type=float, default=10, help="for one notebook (default: %(default)g)")
    parser.add_argument("--gigabytes", type=float, default=4, help="of memory for one notebook (default: %(default)g)")
    options = parser.parse_args(arguments)
    try:
        from ddpm.grading.score import output
        from ddpm.grading.score.folder import Class, Limits, NoRoom, score
        from ddpm.grading.score.found import PARTIAL, REPORT, SCORES, find, printable
        from ddpm.grading.score.report import to_csv, to_html
    except ModuleNotFoundError as error:
        print(f"Grading a folder needs {error.name}: pip install jupyter_client ipykernel psutil", file=sys.stderr)
        return 2
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name of a file may have letters that the terminal has not
            stream.reconfigure(errors="backslashreplace")
    for name in ("SIGTERM", "SIGHUP"):  # they end it as Ctrl-C does: nothing goes on, and nothing is left
        if signal.getsignal(number := getattr(signal, name, signal.SIGINT)) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    seconds = 60 * options.minutes
    limits = Limits(seconds, seconds / 6, int(options.gigabytes * 2**30))
    place = options.folder.expanduser()
    try:
        found, ignored = find(place)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    folder = place if place.is_dir() else place.parent
    so_far, kept = [], []  # and where

    def done(one):
        problem = printable(f" ({one.problem})" if one.problem else "", "")
        print(f"{one.name}: {one.points} of {len(one.verdicts)}{problem}", flush=True)
        so_far.append(one)
        if one.verdicts:  # a folder may hold tens of thousands of other files
            with contextlib.suppress(OSError):  # nowhere is there room: more may be there in the end
                kept.append(output.put(folder, PARTIAL, to_csv(so_far, problems)))

    try:
        graded: Class = score(problems, found, seed, limits, done)
    except NoRoom as error:
        print(f"Nothing is graded: {error}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"Stopped. Graded until then: {f'see {kept[-1]}' if kept else 'nothing'}.", file=sys.stderr)
        return 130
    try:
        written = [
            output.put(folder, SCORES, to_csv(graded.scores, problems)),
            output.put(folder, REPORT, to_html(graded, problems, seed, ignored)),
        ]
    except OSError as error:
        print(f"The scores cannot be written: {error.strerror}. The seed was {seed}.", file=sys.stderr)
        return 1
    for path in set(kept):
        with contextlib.suppress(OSError):
            path.unlink()
    print(f"{graded.ran}\nSeed {seed}. Written: {', '.join(map(str, written))}")
    return 0
