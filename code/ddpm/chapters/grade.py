"""python -m ddpm.chapters.grade FOLDER: grades what lies in it; scores.csv and report.html are written there."""

import sys

from ddpm.chapters.exercises import PROBLEMS
from ddpm.grading.score import command


def main(arguments=None) -> int:
    return command.main(PROBLEMS, f"python -m {__spec__.name}", arguments)


if __name__ == "__main__":
    sys.exit(main())
