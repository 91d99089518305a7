"""python -m ddpm.grading.score FOLDER: runs the notebooks in it, and writes scores.csv and report.html there."""

import argparse
import secrets
import sys
from pathlib import Path


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ddpm.grading.score", description="Grade all notebooks of a folder.")
    parser.add_argument("folder", type=Path, help="the submitted notebooks; scores.csv and report.html are written here")
    parser.add_argument("--seed", type=int, help="of the cases, to grade again with the same; by default a new one")
    parser.add_argument("--minutes", type=float, default=10, help="for one notebook (default: 10)")
    parser.add_argument("--gigabytes", type=float, default=4, help="of memory for one notebook (default: 4)")
    options = parser.parse_args(arguments)
    try:
        from ddpm.grading.score.folder import Limits, find, score
        from ddpm.grading.score.report import to_csv, to_html
    except ModuleNotFoundError as error:
        print(f"Grading a folder needs {error.name}: pip install nbclient ipykernel psutil", file=sys.stderr)
        return 2
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    seconds = 60 * options.minutes
    limits = Limits(seconds, seconds / 6, int(options.gigabytes * 2**30))
    try:
        paths = find(options.folder)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    scores = score(paths, options.folder, seed, limits,
                   lambda s: print(f"{s.name}: {s.points} of {len(s.verdicts)}{f' ({s.problem})' if s.problem else ''}", flush=True))
    for name, text in (("scores.csv", to_csv(scores)), ("report.html", to_html(scores, seed))):
        Path(options.folder, name).write_text(text, encoding="utf-8")
    print(f"Seed {seed}. Written: {options.folder / 'scores.csv'}, {options.folder / 'report.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
