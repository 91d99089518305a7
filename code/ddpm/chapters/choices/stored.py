"""The stored results of the sweep: one entry for each setting, with what it was made by."""

import json
import platform
from datetime import date
from pathlib import Path

import jax
import numpy as np

from ddpm import files

FILE = Path(__file__).with_name("results.json")
COMMAND = "make choices"


def key_of(place: str, setting: dict, recipe: dict) -> str:
    """What an entry is found by: where, what, and how."""
    return json.dumps([place, setting, recipe], sort_keys=True)


def load(file: Path = FILE) -> dict[str, dict]:
    """All entries by their key; none where there is no file."""
    if not file.exists():
        return {}
    return {key_of(e["place"], e["setting"], e["recipe"]): e for e in json.loads(file.read_text(encoding="utf-8"))}


def add(
    entries: dict[str, dict],
    place: str,
    setting: dict,
    recipe: dict,
    measured: dict,
    seconds: float,
    file: Path = FILE,
) -> None:
    """Add one result that took so many seconds of processors, and write the file anew: whoever is interrupted loses the
    running one alone."""
    made = {
        "date": date.today().isoformat(),
        "device": jax.devices()[0].device_kind,
        "jax": jax.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "seconds": round(seconds),
    }
    entry = {"place": place, "setting": setting, "recipe": recipe, "made": made, "measured": measured}
    entries[key_of(place, setting, recipe)] = entry
    _write(entries, file)


def keep(entries: dict[str, dict], keys: set[str], file: Path = FILE) -> None:
    """Drop the entries that no setting asks for any more."""
    stale = entries.keys() - keys
    for key in stale:
        del entries[key]
    if stale:
        _write(entries, file)


def read(place: str, setting: dict, recipe: dict, file: Path = FILE) -> dict[str, list[float]]:
    """What was measured.

    Raises:
        ValueError: there is no result of this setting, made as the recipe says; the message says what makes it.
    """
    entry = load(file).get(key_of(place, setting, recipe))
    if entry is None:
        others = [e for e in load(file).values() if e["place"] == place and e["setting"] == setting]
        found = f"one made with {others[0]['recipe']}" if others else "none"
        raise ValueError(
            f"{file.name} has no result of {setting} on {place} made with {recipe}, but {found}. "
            f"In a clone of the book, `{COMMAND}` makes what is missing"
        )
    return entry["measured"]


def _write(entries, file):
    lines = ",\n".join(json.dumps(entries[key]) for key in sorted(entries))
    files.replace(file, f"[\n{lines}\n]\n".encode())
