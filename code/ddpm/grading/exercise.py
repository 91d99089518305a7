"""What an exercise is to the engine, and the exercises of a book, which are handed in from outside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Protocol, runtime_checkable

from ddpm.grading.verdict import Verdict


@dataclass(frozen=True)
class Slip:
    """A known slip: what was done, a hint that leaves the rest to the student, and a function that makes it."""

    name: str
    hint: str
    make: Callable


@runtime_checkable
class Exercise(Protocol):
    """Whatever is answered: first the answer is collected as plain data, then these are judged, if need be elsewhere.

    Attributes:
        name: of the student's function or variable.
        problem: its number in the problem set.
    """

    name: str
    problem: str

    def cases(self, seed: int) -> list[tuple]:
        """The arguments with which an answer is called; [] if it is no function."""

    def collect(self, namespace: Mapping, cases: Sequence[tuple]) -> dict:
        """What a notebook with these variables answers, in the words of JSON. It may be anything but an exception."""

    def judge(self, data: dict, cases: Sequence[tuple]) -> Verdict:
        """The verdict on what `collect` has found; nothing of it is run.

        Raises:
            ValueError, KeyError, TypeError, RecursionError: the data are something else; they come from a notebook
                and may be anything.
        """


@dataclass(frozen=True)
class Problems:
    """All exercises that are graded.

    Attributes:
        module: the module that holds this object as `PROBLEMS`; other processes import it by that name.
        groups: by the name of an assignment its exercises, in order.
    """

    module: str
    groups: Mapping[str, tuple[Exercise, ...]]

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        """By their names, in the order of the problem set."""
        return {exercise.name: exercise for group in self.groups.values() for exercise in group}

    @cached_property
    def assignments(self) -> dict[str, tuple[str, ...]]:
        """By the name of an assignment the names of its exercises."""
        return {assignment: tuple(exercise.name for exercise in group) for assignment, group in self.groups.items()}


def problems(module: str) -> Problems:
    """The exercises that a module holds."""
    return import_module(module).PROBLEMS
