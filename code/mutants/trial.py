"""Try mutants, in copies of the clone, on the tests of their modules. What came out is kept in a database."""

import difflib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

import psutil
from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test, mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec, WorkerOutcome, WorkResult

from mutants import choose
from mutants.report import Outcome

MODULE = "the module"  # where what stands in no function and no class is
PATIENCE = 4  # times what the tests take without a mutant; then they are stopped
PYTEST = ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider")


def mutants(root: Path, part: str, folder: Path) -> dict[str, MutationSpec]:
    """All mutants of a part that count, by their numbers in its database. Results for other sources are forgotten."""
    modules, remembered = choose.modules(root, part), folder / f"{part}.state"
    with use_db(str(folder / f"{part}.sqlite")) as db:
        if not remembered.exists() or remembered.read_text() != state(root):
            init(modules, db, {})
            remembered.write_text(state(root))
        numbered = [(item.job_id, spec) for item in db.work_items for spec in item.mutations]
    numbered.sort(key=lambda pair: (pair[1].module_path, pair[1].start_pos, pair[1].operator_name, pair[1].occurrence))
    sources = {module: (root / module).read_text(encoding="utf-8") for module in modules}
    spans = {module: choose.uncounted(source) for module, source in sources.items()}
    return {
        number: spec
        for number, spec in numbered
        if choose.counts(spec, sources[spec.module_path], spans[spec.module_path])
    }


def state(root: Path) -> str:
    """What changes when the package or a test does."""
    files = sorted(path for top in (choose.PACKAGE, "tests") for path in (root / top).rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def outcomes(root: Path, part: str, chosen: dict[str, MutationSpec], folder: Path) -> list[Outcome]:
    """What the tests say to the chosen mutants; those that were tried before are not tried again."""
    with use_db(str(folder / f"{part}.sqlite")) as db:
        known = dict(db.results)
        todo = {number: spec for number, spec in chosen.items() if number not in known}
        for done, (number, result) in enumerate(tried(root, todo, folder / "trees") if todo else (), start=1):
            db.set_result(number, result)
            known[number] = result
            spec = todo[number]
            print(
                f"  {done} of {len(todo)}: {spec.module_path}:{spec.start_pos[0]} {result.test_outcome.value}",
                flush=True,
            )
    return [
        Outcome(
            str(spec.module_path),
            spec.definition_name or MODULE,
            known[number].diff.partition("\n")[2],  # after Cosmic Ray's own headline
            known[number].is_killed,
            known[number].output == "timeout",
        )
        for number, spec in chosen.items()
    ]


def tried(root: Path, todo: dict[str, MutationSpec], trees: Path) -> Iterator[tuple[str, WorkResult]]:
    """The results as they come, from as many processes as there are cores."""
    shutil.rmtree(trees, ignore_errors=True)
    files = sorted({path for spec in todo.values() for path in choose.tests(root, spec.module_path)})
    pool = ProcessPoolExecutor(os.cpu_count(), initializer=settle, initargs=(root, trees))
    try:
        print(f"  {len(files)} files of tests, first without a mutant", flush=True)
        alone = dict(zip(files, pool.map(seconds, files), strict=True))
        print(f"  {sum(alone.values()):.0f} seconds, and so for each mutant that survives", flush=True)
        futures = {pool.submit(attempt, spec, alone): number for number, spec in todo.items()}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BaseException:  # Ctrl-C too: the tests run in sessions of their own, where it does not reach them
        for child in psutil.Process().children(recursive=True):
            child.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        shutil.rmtree(trees, ignore_errors=True)


def settle(root: Path, trees: Path) -> None:
    """Give this process a copy of all files of the clone that git would keep, and go there."""
    tree = trees / str(os.getpid())
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    for name in subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines():
        if (root / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, tree / name)
    os.chdir(tree)
    os.environ["PYTHONPATH"] = str(tree / "code")


def seconds(tests: Path) -> float:
    """How long a file of tests takes without a mutant.

    Raises:
        RuntimeError: they do not pass.
    """
    started = time.monotonic()
    done = subprocess.run([sys.executable, *PYTEST, str(tests)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{tests} does not pass, without a mutant:\n{done.stdout[-2000:]}")
    return time.monotonic() - started


def attempt(spec: MutationSpec, alone: dict[Path, float]) -> WorkResult:
    """Apply a mutant in this process's copy, and run its tests.

    Args:
        alone: the seconds that each file of tests takes without a mutant.

    Raises:
        RuntimeError: the mutant could not be made.
    """
    # The first test that fails is the last: so first the file of the module's name, then the quick ones.
    own = f"test_{spec.module_path.stem}"
    files = sorted(choose.tests(Path(), spec.module_path), key=lambda path: (path.stem != own, alone[path]))
    command = [sys.executable, *PYTEST, *map(str, files)]
    for compiled in (spec.module_path.parent / "__pycache__").glob(f"{spec.module_path.stem}.*.pyc"):
        compiled.unlink()  # Python goes by a file's time in seconds and by its size: a mutant may have both
    result = mutate_and_test([spec], " ".join(command), PATIENCE * sum(alone[path] for path in files) + 10)
    if result.worker_outcome != WorkerOutcome.NORMAL:
        raise RuntimeError(f"{spec} could not be tried:\n{result.output}")
    return result


def unmatched(root: Path, found: Iterable[MutationSpec], entries: Sequence[dict]) -> list[dict]:
    """The entries of the list of equivalents that mean none of the mutants any more."""
    left = list(entries)
    for spec in found:
        outcome = Outcome(str(spec.module_path), spec.definition_name or MODULE, "", killed=False)
        lines = source(root, spec).splitlines()[spec.start_pos[0] - 1 : spec.end_pos[0]]
        if any(outcome.is_near(entry, "".join(lines)) for entry in left):
            outcome = replace(outcome, diff=diff(root, spec))
            left = [entry for entry in left if not outcome.matches(entry)]
    return left


def source(root: Path, spec: MutationSpec) -> str:
    return (root / spec.module_path).read_text(encoding="utf-8")


def diff(root: Path, spec: MutationSpec) -> str:
    before = source(root, spec)
    mutant = mutate_code(before, get_operator(spec.operator_name)(**spec.operator_args), spec.occurrence)
    return "\n".join(difflib.unified_diff(before.splitlines(), mutant.splitlines(), lineterm=""))
