"""A submitted file: its cells, or in words why it has none. Nothing of it is run, and no link is followed."""

import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

LARGEST = 100 * 2**20  # bytes
MOST_CODE = 2 * 2**20  # letters of code: parsed, it takes some hundred times the memory
MOST_PARTS = 3_000_000  # lists and objects of JSON: in memory each takes some thirty times its letters
KEY, MOST_STATED = "ddpm", 1000  # of the metadata, and exercises that are read there
MOST_TEXT = 10_000  # letters of a text cell that are kept: its heading is among them
KINDS = (
    (b"PK\x03\x04", "a ZIP archive: unpack it"),
    (b"%PDF", "a PDF file"),
    (b"\x1f\x8b", "a compressed file: unpack it"),
    (b"Rar!", "an archive: unpack it"),
    (b"7z\xbc\xaf", "an archive: unpack it"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
SPECIAL = (
    (stat.S_ISLNK, "a link, which is not followed"),
    (stat.S_ISFIFO, "a pipe (FIFO)"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
ENCODINGS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


NONE = ("", ())


class NoNotebook(Exception):
    """A file holds no notebook; in words why."""


@dataclass(frozen=True)
class Cell:
    """A code cell: its source, and the assignment and the exercises that its metadata state; "" and () for none."""

    source: str
    states: tuple[str, tuple[str, ...]] = NONE


@dataclass(frozen=True)
class Notebook:
    """What grading needs of a notebook.

    Attributes:
        cells: the code cells, in order; the number of a cell in a report counts these, from 1.
        text: the text cells.
        states: the assignment and the exercises that its metadata state.
        encoding: in which it was read, "" for UTF-8.
    """

    cells: list[Cell]
    text: list[str]
    states: tuple[str, tuple[str, ...]] = NONE
    encoding: str = ""


def read(path: Path) -> Notebook:
    """The notebook in a file, whatever its name.

    Raises:
        NoNotebook: there is none; says whether that is for its kind, its encoding, broken JSON, or other JSON.
    """
    data = _bytes(path)
    if not data.strip():
        raise NoNotebook("an empty file")
    for beginning, kind in KINDS:
        if data.startswith(beginning):
            raise NoNotebook(f"no notebook but {kind}")
    text, encoding = _text(data)
    if text.count("[") + text.count("{") > MOST_PARTS:
        raise NoNotebook(f"more than {MOST_PARTS / 1e6:g} million lists and objects of JSON: clear its outputs")
    try:
        found = json.loads(text)
    except RecursionError:
        raise NoNotebook("broken JSON: nested too deeply") from None
    except ValueError as error:
        if not text.lstrip().startswith("{"):
            raise NoNotebook("no notebook: its text is no JSON. Hand in the .ipynb file") from None
        raise NoNotebook(f"broken JSON: {error}. Was it cut off, or edited as text?") from None
    return _notebook(found, encoding)


def _bytes(path) -> bytes:
    try:
        there = os.lstat(path)
        for is_kind, words in SPECIAL:
            if is_kind(there.st_mode):
                raise NoNotebook(f"no file but {words}")
        # between the two it may have become something else: no link is followed, and nothing is waited for
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NoNotebook("no file any more")
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise NoNotebook(f"cannot be opened: {error.strerror}") from None
    if len(data) > LARGEST:
        raise NoNotebook(f"larger than {LARGEST / 2**20:g} MB")
    return data


def _text(data) -> tuple[str, str]:
    """The text, and its encoding if that is not UTF-8 as it should be."""
    known = next((encoding for mark, encoding in ENCODINGS if data.startswith(mark)), None)
    if known is None and data[:4].count(0) == 2:  # JSON begins with two letters of ASCII
        known = "utf-16-le" if data[1] == 0 else "utf-16-be"
    for encoding in [known] if known else ["utf-8", "cp1252"]:
        try:
            return data.decode(encoding), "" if encoding == "utf-8" else encoding
        except UnicodeDecodeError:
            pass
    raise NoNotebook(f"encoding: no {known or 'UTF-8, and no Windows-1252 either'}. Save it anew from Jupyter or Colab")


def _notebook(found, encoding) -> Notebook:
    if isinstance(found, dict) and isinstance(sheets := found.get("worksheets"), list):  # nbformat 3
        cells = [sheet["cells"] for sheet in sheets if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)]
        found = found | {"cells": [cell for some in cells for cell in some]}
    if not isinstance(found, dict) or not isinstance(found.get("cells"), list):
        raise NoNotebook("no notebook: JSON without cells")
    code, text = [], []
    for cell in found["cells"]:
        if isinstance(cell, dict):
            source = cell.get("source", cell.get("input", ""))
            source = "".join(map(str, source)) if isinstance(source, list) else str(source)
            source = re.sub("[\ud800-\udfff]", "\ufffd", source)  # half of a letter, which nothing can send on
            if cell.get("cell_type") == "code":
                code.append(Cell(source, _stated(cell.get("metadata"))))
            elif cell.get("cell_type") == "markdown":
                text.append(source[:MOST_TEXT])
    if sum(len(cell.source) for cell in code) > MOST_CODE:
        raise NoNotebook(f"more than {MOST_CODE / 2**20:g} MB of code")
    return Notebook(code, text, _stated(found.get("metadata")), encoding)


def _stated(metadata) -> tuple[str, tuple[str, ...]]:
    """What metadata state, which may hold anything, and so much that it fills the memory."""
    own = metadata.get(KEY) if isinstance(metadata, dict) else None
    name, exercises = (own.get("assignment"), own.get("exercises")) if isinstance(own, dict) else NONE
    listed = exercises[:MOST_STATED] if isinstance(exercises, list) else ()
    return name if isinstance(name, str) else "", tuple(e for e in listed if isinstance(e, str))
