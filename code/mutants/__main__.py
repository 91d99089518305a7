"""python -m mutants PART [--sample N] [--seed S], in the clone: try the mutants of a part, and write the report."""

import argparse
import signal
import sys
from pathlib import Path

from mutants import choose, report, trial

FOLDER = "_build/mutants"


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("part", choices=choose.PARTS)
    parser.add_argument("--sample", type=int, help="how many mutants, drawn at random; all if not given")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what is running ends with this
    root = Path.cwd()
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    found = trial.mutants(root, asked.part, folder)
    here = {str(path) for path in choose.modules(root, asked.part)}
    entries = [entry for entry in report.equivalents() if entry["module"] in here]
    if left := trial.unmatched(root, found.values(), entries):
        print(f"{report.EQUIVALENTS.name} lists what is no mutant any more:", *left, sep="\n  ", file=sys.stderr)
        return 1
    chosen = dict(choose.sample(list(found.items()), asked.sample, asked.seed))
    print(f"{asked.part}: {len(found)} mutants, {len(chosen)} of them to try", flush=True)
    try:
        outcomes = trial.outcomes(root, asked.part, chosen, folder)
    except RuntimeError as problem:
        print(problem, file=sys.stderr)
        return 1
    path = folder / f"{asked.part}.md"
    path.write_text(report.text(asked.part, outcomes, entries, len(found), asked.seed), encoding="utf-8")
    print(path.read_text(encoding="utf-8").partition("\n| ")[0].strip(), f"\nReport: {path}", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
