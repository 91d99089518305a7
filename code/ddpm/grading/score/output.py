"""Where the scores are written."""

import tempfile
from pathlib import Path

from ddpm import files


def beside(name: str) -> str:
    """The name of a file that stands beside a folder of its own name."""
    return f"graded-{name}"


def put(folder: Path, name: str, text: str) -> Path:
    """Write `text` to a file in the folder, or, where that cannot be, beside it or in a temporary folder; where it is.

    It is written under another name and put in place: what was there stays until then. A link of that name is replaced,
    not followed; beside a folder of that name the file gets another one.
    """
    for place, path in (
        (folder, folder / name),
        (folder, folder / beside(name)),
        (Path(tempfile.gettempdir()), None),
    ):
        try:
            place.mkdir(parents=True, exist_ok=True)
            path = path or Path(tempfile.mkdtemp(prefix="scores-")) / name
            files.replace(path, text.encode("utf-8", "backslashreplace"))
            return path
        except OSError as error:
            problem = error
    raise problem
