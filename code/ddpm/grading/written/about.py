"""What the lines of an answer are about: what is asked, or something that is said beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import sympy as sp

from ddpm.grading.written.claims import Claim, Target
from ddpm.grading.written.lines import Line
from ddpm.grading.written.sample import Sample


class Placed(NamedTuple):
    """A line that claims something.

    Attributes:
        place: where it stands in the answer, "" if it is all of it.
        kind: as `kind_of` says.
        last: whether it is the one that counts.
    """

    line: Line
    place: str
    kind: str
    last: bool


def unchanged(side):
    return side


def kind_of(line: Line, targets: Sequence[Target], compared: Callable = unchanged) -> str:
    """What a line is about: "answer" for one of the targets, "aside" for a true equation between other things,
    "false" for one that is not true.

    Args:
        compared: puts definitions into a side.
    """
    if line.left is None:
        return "answer"
    sides = [compared(side) for side in (line.left, *line.between, line.right)]
    sample = Sample(dict(targets[0].where), targets[0].value) if targets else Sample({})
    if any(sample.equal(side, target.value) for side in sides for target in targets):
        return "answer"
    return "aside" if all(sample.equal(*pair) for pair in pairwise(sides)) else "false"


def placed(lines: Sequence[Line], kind: Callable[[Line], str] = lambda line: "answer") -> list[Placed]:
    """The lines but for definitions. What is said beside the answer after it goes before it: the last line is what
    counts."""
    found = [
        Placed(line, f"line {i}" if len(lines) > 1 else "", kind(line), False)
        for i, line in enumerate(lines, start=1)
        if line.of != "definition"
    ]
    end = next((k for k in range(len(found), 0, -1) if found[k - 1].kind != "aside"), 0)
    found = found[end:] + found[:end]
    return [*found[:-1], *(said._replace(last=True) for said in found[-1:])]


def claims_of(
    said: Placed, target: Target, compared: Callable = unchanged, unknown: tuple = (), parts: Sequence[Target] = ()
) -> list[Claim]:
    """What a line claims: that what it gives is the target, or of an equation beside it that it is true.

    Args:
        unknown: what stands for the target in an equation that is not solved for it.
        parts: what a line before the last one may have been meant for.
    """
    line = said.line
    if said.kind == "false" or said.kind == "aside" and not said.last:
        return [equation(said, compared, target.where)]
    if said.kind == "aside" and (0 in (line.left, line.right) or sp.Tuple(line.left, line.right).has(*unknown)):
        claim = equation(said, compared, target.where)
        return [replace(claim, open=f"is a true equation, but not yet solved for {target.what}.", step=False)]
    steps = [Claim(target, compared(step), step, said.place, step=True, put=compared) for step in line.between]
    expr = solved(line, target, compared)
    return [*steps, Claim(target, compared(expr), expr, said.place, put=compared, parts=() if said.last else parts)]


def equation(said: Placed, compared: Callable = unchanged, where: Mapping | None = None) -> Claim:
    """The claim of an equation that it is true."""
    line = said.line
    typed = sp.Eq(line.left, line.right, evaluate=False)
    about = Target("", compared(line.right), where=where or {})
    return Claim(about, compared(line.left), typed, said.place, step=True, put=compared)


def part_of(said: Placed, parts: Sequence[Target], compared: Callable = unchanged) -> list[Claim]:
    """The claim of a line that stands for itself before the last one, that it is one of the parts; none if it is
    not."""
    if said.last or said.line.left is not None:
        return []
    typed = said.line.right
    value, sample = compared(typed), Sample({})
    found = [part for part in parts if sample.equal(value, part.value)]
    return [Claim(part, value, typed, said.place, step=True) for part in found[:1]]


def solved(line: Line, target: Target, compared: Callable = unchanged) -> sp.Expr:
    """What a line says that the target is: the other side, if the target stands alone on one."""
    if line.left is None:
        return line.right
    sample, sides = Sample(dict(target.where), target.value), [line.left, line.right]
    equal = [sample.equal(compared(side), target.value) for side in sides]
    if all(equal):
        return min(reversed(sides), key=lambda side: bool(target.form(side)))
    return line.left if equal[1] else line.right
