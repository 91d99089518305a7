"""What is said where a disk is full."""

import errno
import os
import shutil
from pathlib import Path

SAID = [os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), "disk is full"]  # the last is SQLite's
NONE = 2**20  # bytes; a build that stops leaves some of what it could not use


def lacking(root: Path, said: str = "") -> str:
    """In words that a disk is full, where it is or where that was `said`, and what to do; "" otherwise."""
    build = root / "_build"
    places = (build if build.exists() else root, Path(os.environ.get("TMPDIR") or "/tmp"))
    free = {place: shutil.disk_usage(place).free for place in places if place.exists()}
    if min(free.values()) >= NONE and not any(words in said for words in SAID):
        return ""
    left = " and ".join(f"{bytes_ / 1e6:.0f} MB in {place}" for place, bytes_ in free.items())
    return f"No room was left on a disk; now {left} are free. Make room there, then run this again."
