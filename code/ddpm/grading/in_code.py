"""An exercise in code: its answer is a function, which is called on cases."""

from collections.abc import Callable, Mapping, Sequence

from ddpm.grading import seal
from ddpm.grading.cases import chosen_seed
from ddpm.grading.data import pack_run, unpack_run
from ddpm.grading.runner import TO_FILL_IN, Run, run
from ddpm.grading.verdict import Status, Verdict, blank, wrap


class CodeExercise:
    """What all exercises in code have in common.

    Attributes:
        name: of the student's function.
        problem: its number in the problem set.
        arguments: the function's, in order.
        cases: seed -> list of tuples of arguments.
        later: how later cells call the function, in the names of `later.USES`. If there are any, its arrays are JAX's.
    """

    name: str
    problem: str
    arguments: tuple[str, ...]
    cases: Callable[[int], list[tuple]]
    later: Sequence[str] = ()

    def verdict(self, cases: Sequence[tuple], result: Run, name: str = "") -> Verdict:
        """The verdict on a run over these cases.

        Args:
            name: what the student calls the function.
        """
        raise NotImplementedError

    def collect(self, namespace: Mapping, cases: Sequence[tuple]) -> dict:
        """What a notebook's function gives for the cases, as plain data."""
        student = namespace.get(self.name)
        if student is None or student is Ellipsis:
            return pack_run(Run(blank=TO_FILL_IN if self.name in namespace else "is not in the notebook."))
        if not callable(student):
            return pack_run(Run([f"is not a function but {type(student).__name__}"]))
        return pack_run(run(student, cases, self.arguments, self.later))

    def judge(self, data: dict, cases: Sequence[tuple]) -> Verdict:
        """The verdict on what `collect` has found.

        Raises:
            ValueError, KeyError, TypeError: the data are something else.
        """
        return self.verdict(cases, unpack_run(data))


def check(student, exercise: CodeExercise, seed: int | None = None) -> Verdict:
    """Check a student's function. A verdict comes back whatever the function returns or raises.

    Two things go past it. An interrupt, from the reader or from the function, stops the check like any cell. And a
    function that stays inside one built-in call, as `sum(range(10**11))`, holds the interpreter: nothing in this
    process can stop it, and the kernel has to be restarted.

    Args:
        student: the function; anything else gets a verdict that says so.
        exercise: that it answers.
        seed: of the cases; by default the environment variable DDPM_GRADING_SEED, or 0.
    """
    if student is None or student is Ellipsis:
        return blank(f"{exercise.name} {TO_FILL_IN}")
    if replaced := seal.broken():
        return _unchecked(
            f"{replaced} is not what it was. Something has replaced it: restart the kernel and run the notebook again."
        )
    if not callable(student):
        return _unchecked(
            f"expected a function, got {_said(lambda: type(student).__name__, 'something else')}. Hand "
            f"over {exercise.name} "
            "itself, without calling it."
        )
    seed = chosen_seed(seed)
    try:
        result = run(student, exercise.cases(seed), exercise.arguments, exercise.later)
        # made anew: what is in the cases that the function has had may be no longer what it was
        return exercise.verdict(exercise.cases(seed), result, _said(lambda: student.__name__, exercise.name))
    except (Exception, SystemExit) as error:  # not of the function, which is part of the result
        return _unchecked(
            f"the check itself came to an end ({type(error).__name__}). A function of Python or of a library that it "
            "calls may have been replaced: restart the kernel and run the notebook again."
        )


def _unchecked(why: str) -> Verdict:
    return Verdict(Status.NOT_CHECKED, wrap(f"Not checked: {why}"))


def _said(name: Callable, otherwise: str) -> str:
    """What `name()` gives if it is a plain text; a reader's object may raise anything, or give anything."""
    try:
        text = name()
    except BaseException:
        return otherwise
    return text if type(text) is str else otherwise
