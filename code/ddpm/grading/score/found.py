"""What lies in the folder of submissions: every file and every folder, none left out in silence."""

import contextlib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ddpm.grading.score.notebook import NoNotebook, Notebook, read
from ddpm.grading.score.output import beside

# what systems and Jupyter leave behind, and what grading writes: told in one line
IGNORED_FOLDERS = (".ipynb_checkpoints", "__MACOSX", ".git", "__pycache__")
IGNORED_FILES = (".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep")
DEEPEST = 50  # folders inside of each other
SCORES, REPORT, PARTIAL = "scores.csv", "report.html", "scores.part.csv"
_WRITTEN = {name for own in (SCORES, REPORT, PARTIAL) for name in (own, beside(own))}


@dataclass(frozen=True)
class Found:
    """A file or an empty folder.

    Attributes:
        name: its path in the folder, as text that can be written anywhere.
        notebook: what it holds; None if that is no notebook.
        problem: why, "" for a notebook.
    """

    name: str
    notebook: Notebook | None
    problem: str = ""


def find(place: Path) -> tuple[list[Found], list[str]]:
    """All that lies in a folder and below, or one file: what counts as handed in, and the names of what systems
    leave behind.

    Raises:
        FileNotFoundError: there is no such place, or nothing in it.
    """
    if not place.exists():
        raise FileNotFoundError(f"there is no {place}. Name a folder of notebooks, or one notebook")
    if not place.is_dir():
        return [_file(place, place.name)], []
    found, ignored = [], []
    _walk(place, "", found, ignored)
    if not found:
        raise FileNotFoundError(f"nothing to grade in {place.resolve()}")
    return found, ignored


def _walk(folder, inside, found, ignored):
    if inside.count("/") > DEEPEST:
        return found.append(Found(readable(inside), None, f"more than {DEEPEST} folders inside of each other"))
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        return found.append(Found(readable(inside), None, f"a folder that cannot be opened: {error.strerror}"))
    if not entries and inside:
        found.append(Found(readable(inside), None, "an empty folder"))
    for entry in entries:
        name, path = f"{inside}{entry.name}", Path(folder, entry.name)
        own = not inside and entry.name in _WRITTEN and entry.is_file(follow_symlinks=False)
        if own or entry.name in IGNORED_FOLDERS + IGNORED_FILES or entry.name.startswith("._"):
            ignored.append(readable(name))
        elif entry.is_dir(follow_symlinks=False):
            _walk(path, f"{name}/", found, ignored)
        else:
            found.append(_file(path, name))


def _file(path, name) -> Found:
    try:
        return Found(readable(name), read(path))
    except NoNotebook as error:
        return Found(readable(name), None, str(error))
    except Exception as error:  # a file may hold anything
        return Found(readable(name), None, f"cannot be read ({type(error).__name__})")


def readable(name: str) -> str:
    """A file's name as text, whatever bytes it is made of: those of UTF-8, of Windows, or of old ZIP programs."""
    raw = os.fsencode(name)
    text = raw.decode("cp437")  # any bytes are
    for encoding in ("cp1252", "utf-8"):
        with contextlib.suppress(UnicodeDecodeError):
            text = raw.decode(encoding)
    return printable(text, "")


def printable(text: str, besides: str = "\n\t") -> str:
    """The text with what cannot be seen written out: it may turn other text round, or colour a terminal."""
    return "".join(c if c.isprintable() or c in besides else f"\\x{ord(c):02x}" for c in text)


def twice(names: Sequence[str]) -> list[str]:
    """The names, told apart where two are the same as text."""
    found, taken, seen = [], set(names), Counter()
    for name in names:
        seen[name] += 1
        own = name
        while seen[name] > 1 and (own := f"{name} ({seen[name]})") in taken:
            seen[name] += 1
        taken.add(own)
        found.append(own)
    return found
