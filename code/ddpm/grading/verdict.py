"""What a check answers, and how cases are put into words."""

import textwrap
from dataclasses import dataclass

import numpy as np

from ddpm.schedule import Schedule

WIDTH = 72


@dataclass(frozen=True)
class Verdict:
    """What a check found. Its text is what the reader sees.

    Attributes:
        passed: every case agrees within the tolerance.
        mean_error: mean absolute error over all cases and entries; NaN if the answer could not be compared.
        message: the verdict in words.
        slip: the known slip that gives the same answers, if one does, in words.
        answered: False for a blank: nothing has been filled in yet.
        unfinished: a written answer that is true, but not in the form asked for.
    """

    passed: bool
    mean_error: float
    message: str
    slip: str | None = None
    answered: bool = True
    unfinished: bool = False

    def __repr__(self) -> str:
        return self.message


def blank(why: str) -> Verdict:
    """The verdict on an exercise that nobody has worked on yet."""
    return Verdict(False, float("nan"), wrap(f"Not yet answered: {why}"), answered=False)


def wrap(text: str, indent: str = "") -> str:
    """`text` in lines of at most 72 columns; `indent` goes before each but the first."""
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


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
