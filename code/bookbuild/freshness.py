"""Drop results that a change of the sources has made stale.

Jupyter Book keys a chapter's results on its own code cells only, and forgets the warnings of a page that it has
read once. So `_build/.fresh.json` keeps two keys: `execution`, on everything that a cell may import, and `pages`,
on what makes the pages as well. `pages` is written after a build without warnings only: a build that failed or was
cut off reads all pages again, and fails again for the same reason.
"""

import hashlib
import json
import platform
import shutil
from pathlib import Path

STATE = "_build/.fresh.json"
EXECUTION = ["code/ddpm", "requirements.txt"]
PAGES = [*EXECUTION, "code/bookbuild", "_config.yml", "_toc.yml"]
RESULTS = ["_build/.jupyter_cache", "_build/jupyter_execute"]
READ = ["_build/.doctrees", "_build/dark_figures", "_build/html"]


def key(root: Path, names: list[str]) -> str:
    """A hash of the files and folders `names` under `root` and of the version of Python."""
    total = hashlib.sha256(platform.python_version().encode())
    for name in names:
        top = root / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts:
                data = path.read_bytes()
                total.update(f"{path.relative_to(root).as_posix()} {len(data)} ".encode() + data)
    return total.hexdigest()


def begin(root: Path) -> None:
    """Drop what is stale under `root`, before a build."""
    state = root / STATE
    try:
        old = json.loads(state.read_text())
    except (OSError, ValueError):
        old = {}
    execution, pages = key(root, EXECUTION), key(root, PAGES)
    stale = RESULTS if old.get("execution") != execution else []
    if old.get("pages") != pages:
        stale = stale + READ
    for name in stale:
        if (root / name).exists():
            shutil.rmtree(root / name)
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_text(json.dumps({"execution": execution}))


def finish(root: Path) -> None:
    """Note that a build under `root` went through without a warning."""
    (root / STATE).write_text(json.dumps({"execution": key(root, EXECUTION), "pages": key(root, PAGES)}))
