"""The chapters run before Sphinx reads them: as many at once as there are cores, the longest first, those that measure
time last.

While a cell with the tag `measures-time` runs, no other does. In chapters without such cells XLA takes as little time
as it may to compile: the numbers are the same but for rounding. What it compiled is kept, for the other chapters and
for later builds. And their kernels begin with the imports done (bookbuild.notebook.kernels). The equations of the book
are checked beside the chapters, in a process of their own.

What the cells give goes into jupyter-cache, where MyST-NB looks for it when it reads the page. It would run a chapter
itself that has changed meanwhile.
"""

import os
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from threading import Condition

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import create_nb_reader
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from sphinx.errors import SphinxError
from sphinx.util import logging

from bookbuild.cli import freshness
from bookbuild.notebook import kernels
from bookbuild.site import equations

LOG = logging.getLogger(__name__)
RAN = "%s ran in %.1f s"  # read by bookbuild.cli.build
AT_ONCE = min(os.cpu_count() or 1, 4)  # each takes up to a gigabyte
# most of a chapter's time is the compiler's; its older emitters are the quicker ones, and parts of a program cost more
# than they save where all processors are busy
QUICKLY = (
    "--xla_backend_optimization_level=1 --xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"
)
# two chapters may be at the same program: JAX compiles it again if the other has not written all of it
HALF_WRITTEN = "ignore:Error reading persistent compilation cache,ignore:Error writing persistent compilation cache"
COMPILED = Path(freshness.COMPILED).name  # beside the cache of the chapters
TIMED = "measures-time"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class CellFailed(SphinxError):
    category = "Execution error"


class Turns:
    """What is to run alone waits until nothing else does; meanwhile nothing else begins."""

    def __init__(self):
        self.changed, self.running, self.alone = Condition(), 0, 0  # alone: waiting or running

    @contextmanager
    def turn(self, alone: bool = False):
        with self.changed:
            self.alone += alone
            self.changed.wait_for(lambda: not self.running if alone else not self.alone)
            self.running += 1
        try:
            yield
        finally:
            with self.changed:
                self.running, self.alone = self.running - 1, self.alone - alone
                self.changed.notify_all()


class Client(NotebookClient):
    """Runs each cell in its turn."""

    def __init__(self, notebook, turns: Turns, **options):
        super().__init__(notebook, **options)
        self.turns = turns

    async def async_start_new_kernel_client(self):
        with self.turns.turn():
            return await super().async_start_new_kernel_client()

    async def async_execute_cell(self, cell, *arguments, **options):
        with self.turns.turn(TIMED in cell.metadata.get("tags", ())):
            return await super().async_execute_cell(cell, *arguments, **options)


class Chapter:
    """A page of the book with its cells."""

    def __init__(self, app, docname: str):
        self.docname, self.path = docname, Path(app.env.doc2path(docname))
        self.timeout, self.last = app.config.nb_execution_timeout, 0  # last: the index of the cell that began last
        self.quick = quick(app)
        self.text = self.path.read_text(encoding="utf-8")
        reader = create_nb_reader(str(self.path), app.env.myst_config, app.env.mystnb_config, self.text)
        self.notebook = reader and reader.read(self.text)

    @cached_property
    def code(self) -> list:
        return [cell for cell in self.notebook.cells if cell.cell_type == "code"] if self.notebook else []

    @cached_property
    def timed(self) -> list:
        return [cell for cell in self.code if TIMED in cell.metadata.get("tags", ())]

    @property
    def copied(self) -> bool:
        """Not where time is measured: a copy finds memory as it was left, and new memory is part of the time."""
        return kernels.CAN_COPY and not self.timed

    @property
    def length(self) -> int:
        """How much code can run beside other code, which says about how long it takes."""
        return sum(len(cell.source) for cell in self.code if cell not in self.timed)

    def is_in(self, cache) -> bool:
        try:
            return bool(cache.match_cache_notebook(self.notebook))
        except KeyError:
            return False

    def begun(self, cell, cell_index: int):
        self.last = cell_index

    def run(self, turns: Turns) -> float:
        """Run all cells in a kernel; the seconds that it took.

        Raises:
            CellFailed: with place, source and traceback of the cell that failed.
        """
        started = time.monotonic()
        # what a cell prints comes in as many messages as it took moments, and is one output
        options = {
            "timeout": self.timeout,
            "on_cell_start": self.begun,
            "record_timing": False,
            "coalesce_streams": True,
        }
        if self.copied:
            options["kernel_manager_class"] = kernels.CopyManager
        client = Client(self.notebook, turns, **options)
        try:
            client.execute(cwd=str(self.path.parent), env=dict(os.environ) if self.timed else self.quick)
        except (CellControlSignal, DeadKernelError) as error:
            raise CellFailed(self.failure(error)) from error
        return time.monotonic() - started

    def failure(self, error: Exception) -> str:
        """What is said about the cell that began last: its place, its source, what it printed, and the traceback."""
        cell, fence = self.notebook.cells[self.last], self.notebook.metadata["source_map"][self.last]
        source = cell.source.strip()
        line = 1 + self.text.split("\n").index(source.split("\n")[0], fence)
        said = "".join(output.text for output in cell.outputs if output.output_type == "stream")
        raised = [line for output in cell.outputs if output.output_type == "error" for line in output.traceback]
        reason = "\n".join(raised or [f"{type(error).__name__}: {error}"])
        return COLOUR.sub("", f"{self.path}:{line}: this cell failed:\n\n{source}\n\n{said}{reason}")


def quick(app) -> dict[str, str]:
    """The surroundings of what measures no time."""
    return {
        "JAX_COMPILATION_CACHE_DIR": str(Path(app.config.nb_execution_cache_path).resolve().with_name(COMPILED)),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        **os.environ,
        "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {QUICKLY}".strip(),
        "PYTHONWARNINGS": ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), HALF_WRITTEN])),
    }


def run_chapters(app, env, docnames):
    """Run those of the chapters to be read that are not in the cache, and check their equations."""
    cache, chapters = get_cache(app.config.nb_execution_cache_path), [Chapter(app, name) for name in docnames]
    waiting = [chapter for chapter in chapters if chapter.code and not chapter.is_in(cache)]
    # those that measure come last: what is to run alone would wait long for cells of others
    waiting.sort(key=lambda chapter: (not chapter.timed, chapter.length), reverse=True)
    if any(chapter.copied for chapter in waiting):
        kernels.begin(quick(app))
    labels = equations.unchecked(app, [chapter.text for chapter in chapters])
    failed = at_once(waiting, cache, partial(equations.check_apart, app, labels, quick(app)) if labels else None)
    if failed:
        raise CellFailed("\n\n".join(failed))


def at_once(chapters: list[Chapter], cache, beside: Callable[[], None] | None) -> list[str]:
    """Run `chapters`, and do what is to be done beside them; what failed. After that none begins."""
    failed, turns = [], Turns()

    def other():
        with turns.turn():
            beside()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        checked = pool.submit(other) if beside else None
        tasks = {pool.submit(chapter.run, turns): chapter for chapter in chapters}
        for task in as_completed(tasks):
            if task.cancelled():
                continue
            try:
                seconds = task.result()
            except CellFailed as error:
                for other_task in tasks:  # the pool takes them out, and says so to as_completed
                    other_task.cancel()
                failed.append(str(error))
                continue
            chapter = tasks[task]
            LOG.info(RAN, chapter.docname, seconds)
            bundle = CacheBundleIn(chapter.notebook, str(chapter.path), data={"execution_seconds": seconds})
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        if checked and not failed:
            checked.result()
    return failed


def setup(app):
    app.connect("env-before-read-docs", run_chapters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
