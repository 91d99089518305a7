"""The cell magic `%%answered NAME ...` of the students' notebooks: the cell waits until these answers are there."""

from collections.abc import Mapping

from IPython import get_ipython

from ddpm.grading.blank import is_blank
from ddpm.grading.exercise import Exercise


def install(exercises: Mapping[str, Exercise]) -> None:
    """Make the magic known to the notebook, if this is one.

    Args:
        exercises: by the names that may stand behind it.
    """
    shell = get_ipython()

    def answered(line: str, cell: str) -> None:
        """Run `cell` if none of the names on `line` is blank, and else say which are."""
        blank = [name for name in line.split() if is_blank(shell.user_ns.get(name), exercises.get(name))]
        if blank:
            print(f"This cell waits. Not yet answered: {', '.join(blank)}.")
        else:
            shell.run_cell(cell).raise_error()

    if shell:
        shell.register_magic_function(answered, "cell")
