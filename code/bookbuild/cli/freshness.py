"""Drop results that a change of the sources has made stale.

Jupyter Book keys a chapter's results on its own code cells only, forgets the warnings of a page that it has read
once, and takes a page for read at the moment at which it is done with it, so that an edit made meanwhile is lost. So
`_build/.fresh.json` keeps keys: `execution`, on everything that a cell may import, and `pages`, on what makes the
pages as well. A key says what was there when the build began, and is written only if nothing of it changed until the
end. `pages` is written after a build without warnings only: a build that failed or was cut off reads all pages again,
and fails again for the same reason. `chapters` is written with it: a file of the book that has changed since and has a
time from before, as the copy of an old one may, is none that Sphinx would read again. After a website without warnings
there is `site` too, on all that it was made from and on what was made: while both are as they were, there is nothing to
build.
"""

import hashlib
import json
import platform
import shutil
import time
from pathlib import Path

STATE = "_build/.fresh.json"
EXECUTION = ["code/ddpm", "requirements.txt"]
PAGES = [*EXECUTION, "code/bookbuild", "_config.yml", "_toc.yml", "CITATION.cff"]
CHAPTERS = ["book"]  # which of them to read again Sphinx knows itself, unless they changed while it read
RESULTS = ["_build/.jupyter_cache", "_build/jupyter_execute", "_build/.equations.json"]
# a page counts the tests; the wheel brings the other two
SITE = [*PAGES, *CHAPTERS, "tests", "pyproject.toml", "README.md"]
MADE = ["_build/html", "_build/solution"]
COMPILED = "_build/.xla"
READ = ["_build/.doctrees", "_build/shown_figures", "_build/html"]


def sources(root: Path, names: list[str]) -> list[Path]:
    """The files under `root` that are, or lie in, one of `names`."""
    tops = [root / name for name in names]
    found = [path for top in tops for path in (sorted(top.rglob("*")) if top.is_dir() else [top])]
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


def key(root: Path, names: list[str]) -> str:
    """A hash of the files and folders `names` under `root` and of the version of Python."""
    total = hashlib.sha256(platform.python_version().encode())
    for path in sources(root, names):
        data = path.read_bytes()
        total.update(f"{path.relative_to(root).as_posix()} {len(data)} ".encode() + data)
    return total.hexdigest()


def made(root: Path) -> str:
    """A hash of the names, sizes and times of what the last build left under `root`."""
    found = [(path.relative_to(root).as_posix(), path.stat()) for path in sources(root, MADE)]
    return hashlib.sha256(repr([(name, at.st_size, at.st_mtime_ns) for name, at in found]).encode()).hexdigest()


def noted(root: Path) -> dict:
    """What the last build noted."""
    try:
        return json.loads((root / STATE).read_text())
    except (OSError, ValueError):
        return {}


def nothing_to_build(root: Path) -> bool:
    """Whether the website under `root`, and all that it was made from, are as the last build left them."""
    return noted(root).get("site") == [key(root, SITE), made(root)]


class Snapshot:
    """The sources under `root` as they are now."""

    def __init__(self, root: Path):
        self.root, self.execution, self.pages = root, key(root, EXECUTION), key(root, PAGES)
        self.site, self.times = key(root, SITE), self._times()
        self.chapters = {name: key(root, [name]) for name in self.times if name.startswith(tuple(CHAPTERS))}

    def _times(self) -> dict[str, int]:
        return {
            path.relative_to(self.root).as_posix(): path.stat().st_mtime_ns
            for path in sources(self.root, PAGES + CHAPTERS)
        }

    def hidden(self, ended: int, chapters: dict[str, str]) -> bool:
        """Whether a chapter is not what it was when a build ended, and has a time from before that."""
        return any(chapters.get(name, now) != now and self.times[name] <= ended for name, now in self.chapters.items())

    def changed(self) -> list[str]:
        """The files that were written, made or removed since."""
        now = self._times()
        return sorted(name for name in self.times.keys() | now.keys() if self.times.get(name) != now.get(name))


def begin(root: Path) -> Snapshot:
    """Drop what is stale under `root`, before a build; what the build will read."""
    now, state, old = Snapshot(root), root / STATE, noted(root)
    stale = RESULTS if old.get("execution") != now.execution else []
    if old.get("pages") != now.pages or now.hidden(*old.get("chapters", (0, {}))):
        stale = stale + READ
    for name in stale:
        if (root / name).is_dir():
            shutil.rmtree(root / name)
        (root / name).unlink(missing_ok=True)
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_text("{}")  # a build that is cut off may have run cells with sources that changed meanwhile
    return now


def finish(before: Snapshot, without_warnings: bool, website: bool = False, cut_short: bool = False) -> list[str]:
    """Note at the end of a build, of the `website` or of something else, what its results are keyed on; the files that
    changed meanwhile, which the next build reads anew. Where results may be `cut_short`, as on a full disk, it makes
    all of them anew."""
    changed = before.changed()
    state = {}
    if cut_short:
        shutil.rmtree(before.root / COMPILED, ignore_errors=True)
    elif not any(name.startswith(tuple(EXECUTION)) for name in changed):
        state["execution"] = before.execution
    if without_warnings and not changed:
        state["pages"], state["chapters"] = before.pages, [time.time_ns(), before.chapters]
        if website and key(before.root, SITE) == before.site:
            state["site"] = [before.site, made(before.root)]
    (before.root / STATE).write_text(json.dumps(state))
    return changed
