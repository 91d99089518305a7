"""What a check answers, and how cases are put into words."""

import math
from dataclasses import dataclass
from enum import StrEnum
from textwrap import fill

import numpy as np

from ddpm.schedule import Schedule

WIDTH = 72


class Status(StrEnum):
    """What became of an answer, as a report names it."""

    RIGHT = "right"
    OTHER_FORM = "other form"  # right, but not what was asked for: another form, no derivation, only eagerly
    WRONG = "wrong"
    BLANK = "blank"  # nothing has been filled in yet, or not all of it
    NOTED = "noted"  # predictions before their experiment
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Verdict:
    """What a check found. Its text is what the reader sees.

    Attributes:
        status: right or not, or why that cannot be said.
        message: the verdict in words.
        mean_error: mean absolute error over all cases and entries; NaN if there is none, or nothing to compare.
        slip: the known slip that gives the same answers, if one does, in words.
    """

    status: Status
    message: str
    mean_error: float = math.nan
    slip: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the answer earns its point."""
        return self.status is Status.RIGHT

    def __repr__(self) -> str:
        return self.message


def blank(why: str) -> Verdict:
    """The verdict on an exercise that nobody has worked on yet."""
    return Verdict(Status.BLANK, wrap(f"Not yet answered: {why}"))


def not_yet(what: str) -> str:
    """What is wrong with an answer, as a sentence: it gets a full stop where it has no sign at its end."""
    return wrap(f"Not right yet: {what}{'' if what.endswith(('.', '?')) else '.'}")


def wrap(text: str, indent: str = "") -> str:
    """`text` in lines of at most 72 columns; `indent` goes before each but the first."""
    return fill(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def notes(remarks: list[str]) -> str:
    """Remarks as further lines of a verdict."""
    return "".join("\n" + "\n".join(wrap(line, "  ") for line in f"Note: {remark}".splitlines()) for remark in remarks)


def brief(array) -> str:
    """The first numbers of an array on one line; a single number without brackets."""
    array = np.asarray(array, np.float64)
    if array.ndim == 0:
        return f"{array:.4g}"
    shown = array.size if array.size <= 5 or (array.size < 12 and not (array % 1).any()) else 4
    numbers = " ".join(f"{value:.4g}" for value in array.ravel()[:shown])
    return f"[{numbers}{' ...' if array.size > shown else ''}]"


def show(value) -> str:
    """One argument of a case in a few words."""
    if isinstance(value, np.ndarray):
        return f"{brief(value)}, shape {value.shape}"
    if isinstance(value, Schedule):
        return f"{value.T} steps, beta = {brief(value.beta[1:])}"
    return f"{value:.4g}" if isinstance(value, float) else repr(value)


def show_case(names: tuple[str, ...], case: tuple) -> str:
    """The arguments of a case, one on each line."""
    return "\n".join(wrap(f"  {name} = {show(value)}", "    ") for name, value in zip(names, case, strict=True))
