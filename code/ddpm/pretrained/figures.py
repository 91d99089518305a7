"""What `make digits` has measured of the network, in a file beside it: the chapter reads what is too long to repeat."""

import hashlib
import json
from pathlib import Path
from typing import Any

from ddpm import files
from ddpm.pretrained.recipe import COMMAND, FILE


def write_figures(figures: dict[str, Any], file: Path = FILE) -> None:
    """Beside the file, as JSON, with the file's sum by which `read_figures` knows them again."""
    text = json.dumps({"of": _sum(file), **figures}, separators=(",", ":"))
    files.replace(file.with_suffix(".json"), (text.replace('{"steps"', '\n{"steps"') + "\n").encode())


def read_figures(file: Path = FILE) -> dict[str, Any]:
    """What was measured of this very file, each value with its interval.

    "curve" is a list of what the court said of the network on the way: "steps", "floors", "nearer" and "recognised". At
    the end it said the same "chosen" of the draws by which the recipe was chosen, "fresh" of others, and "guided" with
    guidance 1. "together" are the floors of all fresh samples as one set; "bits" those of images "trained on" and "held
    out"; and "seconds" of processors went into training.

    Raises:
        FileNotFoundError, ValueError: there are no figures of this file; the message says the command that makes them.
    """
    try:
        found = json.loads(file.with_suffix(".json").read_text())
    except FileNotFoundError:
        raise FileNotFoundError(f"there are no figures of {file}; `{COMMAND}` makes both") from None
    if found.pop("of") != _sum(file):
        raise ValueError(f"{file.with_suffix('.json')} has the figures of another file; `{COMMAND}` makes both")
    return found


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
