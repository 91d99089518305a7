"""What an expression of an answer has to equal, and what a line claims."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import sympy as sp

from ddpm.grading.exercise import Slip
from ddpm.grading.written.sample import Sample


@dataclass(frozen=True)
class Target:
    """What an expression of an answer has to equal.

    Attributes:
        what: its name in a sentence.
        value: the expression.
        slips: known wrong ones; `make` takes no arguments and gives the expression.
        where: the smallest value of integer symbols, 1 where none is given.
        form: a right expression, as typed -> "" if it has the form asked for, else what is not so.
        other: a wrong expression and the sample -> the slip that no list of expressions can hold, or None.
    """

    what: str
    value: sp.Expr
    slips: tuple[Slip, ...] = ()
    where: Mapping = field(default_factory=dict)
    form: Callable[[sp.Expr], str] = lambda typed: ""
    other: Callable[[sp.Expr, Sample], Slip | None] = lambda typed, sample: None


@dataclass(frozen=True)
class Claim:
    """An expression of the answer, and what it must equal.

    Attributes:
        compared: the expression as it is compared, with definitions put in.
        typed: as it is shown.
        place: where it stands in the answer, "" if it is all of it.
        open: what is still to be done, "" if nothing.
        where: as of `Target`, for this expression alone.
        inside: whether what is compared stands inside of an expectation.
        step: whether it may be a step on the way, so that it has no form to have.
        put: typed -> compared; None if what is compared is all that is known.
        parts: what it may have been meant for, if it is not the last one.
    """

    target: Target
    compared: sp.Expr
    typed: sp.Basic
    place: str = ""
    open: str = ""
    where: Mapping = field(default_factory=dict)
    inside: bool = False
    step: bool = False
    put: Callable[[sp.Expr], sp.Expr] | None = None
    parts: Sequence[Target] = ()
