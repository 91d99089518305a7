"""A written problem whose answer is an expression: what it must equal, in which form, and which slips are known."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import sympy as sp

from ddpm.derivation.densities import Undecided
from ddpm.derivation.numbers import mp
from ddpm.grading.exercise import Slip
from ddpm.grading.verdict import Verdict, blank, wrap
from ddpm.grading.limit import TooLong, within
from ddpm.grading.written.notation import Unreadable
from ddpm.grading.written.reading import Line, Reading, read
from ddpm.grading.written.sample import Sample
from ddpm.grading.written.wire import from_json, to_json

SECONDS = 25  # for one answer
NAN = float("nan")


@dataclass(frozen=True)
class Target:
    """What an expression of an answer has to equal.

    Attributes:
        what: its name in a sentence.
        value: the expression.
        slips: known wrong ones; `make` takes no arguments and gives the expression.
        where: the smallest value of integer symbols, 1 where none is given.
        form: a right expression, as typed -> "" if it has the form asked for, else what is not so.
    """

    what: str
    value: sp.Expr
    slips: tuple[Slip, ...] = ()
    where: Mapping = field(default_factory=dict)
    form: Callable[[sp.Expr], str] = lambda typed: ""


@dataclass(frozen=True)
class Claim:
    """An expression of the answer, and what it must equal.

    Attributes:
        compared: the expression as it is compared, with definitions put in.
        typed: as it is shown.
        place: where it stands in the answer, "" if it is all of it.
        open: what is still to be done, "" if nothing.
    """

    target: Target
    compared: sp.Expr
    typed: sp.Expr
    place: str = ""
    open: str = ""


def in_form(claims: list[Claim]) -> str:
    """What the last claim about each target lacks of the form asked for, "" for nothing."""
    last = {id(claim.target): claim for claim in claims}.values()
    return next((lack for claim in last if (lack := claim.open or claim.target.form(claim.typed))), "")


@dataclass(frozen=True)
class Derivation:
    """A written problem.

    Attributes:
        name: of the reader's variable.
        problem: its number in the problem set.
        claims: lines -> what they claim, in their order. Raises `Unreadable` if they are no answer to this problem.
        form: claims, all right -> what they lack of the form asked for, "" for nothing.
        remark: claims -> what else to say of a right answer.
    """

    name: str
    problem: str
    claims: Callable[[Sequence[Line]], list[Claim]]
    form: Callable[[list[Claim]], str] = in_form
    remark: Callable[[list[Claim]], str] = lambda claims: ""

    def check(self, answer) -> Verdict:
        """The verdict on an answer. Whatever it is, a verdict comes back, never an exception."""
        return self.judge(read(answer, self.name))

    def collect(self, namespace: Mapping) -> dict:
        """What a notebook says, as plain data: the variables of the notebook -> data for `graded`."""
        if self.name not in namespace:
            return to_json(Reading(blank=f"{self.name} is not in the notebook."))
        return to_json(read(namespace[self.name], self.name))

    def graded(self, data: dict) -> Verdict:
        """The verdict on what `collect` has found.

        Raises:
            ValueError, KeyError, TypeError, RecursionError: the data are something else; they come from a notebook and may be anything.
        """
        return self.judge(from_json(data))

    def judge(self, reading: Reading) -> Verdict:
        """The verdict on what has been read."""
        if reading.blank:
            return blank(reading.blank)
        if reading.fault:
            return self.refused(reading.fault)
        try:
            return within(SECONDS, lambda: self._judge(reading.lines))
        except (Unreadable, Undecided) as error:
            return self.refused(str(error))
        except TooLong:
            return self.refused(f"could not be compared within {SECONDS} s. Is there a simpler way to write it?")
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SymPy may raise anything on an expression that is none
            return self.refused(f"could not be evaluated ({type(error).__name__}: {textwrap.shorten(str(error), 120)})")

    def refused(self, why: str) -> Verdict:
        return Verdict(False, NAN, wrap(f"Not right yet: {self.name} {why}{'' if why[-1] in '.?)' else '.'}"))

    def _judge(self, lines):
        claims, samples = self.claims(lines), {}
        for claim in claims:
            sample = samples.setdefault(id(claim.target), Sample(dict(claim.target.where)))
            if found := sample.difference(claim.compared, claim.target.value):
                return self._wrong(claim, found, sample)
        if problem := self.form(claims):
            return Verdict(False, NAN, wrap(f"Right, but not in the form asked for: {self.name} {problem}"), unfinished=True)
        ways = dict.fromkeys(samples[id(c.target)].how(c.compared, c.target.value) for c in {id(c.target): c for c in claims}.values())
        names = dict.fromkeys(c.target.what for c in claims)
        text = wrap(f"Right: {self.name} agrees with {' and '.join(names)} (checked {'; '.join(ways)}).")
        if remark := self.remark(claims):
            text += f"\n{wrap(remark)}"
        return Verdict(True, 0.0, text)

    def _wrong(self, claim, found, sample):
        place = f"{claim.place} of " if claim.place else ""
        text = wrap(f"Not right yet: {place}{self.name} is not {claim.target.what}.")
        text += "\n" + wrap(f"Yours: {textwrap.shorten(sp.sstr(claim.typed), 300, placeholder=' ...')}", "  ")
        text += "\n" + wrap(f"For example at {found.point}:", "  ")
        text += f"\n  expected {number(found.right)}\n  got      {number(found.left)}"
        slip = matching(claim, sample)
        if slip:
            text += f"\nThis is a known slip:\n{wrap('  ' + slip.name, '  ')}\n{wrap('Hint: ' + slip.hint, '  ')}"
        elif factor := sample.factor(claim.compared, claim.target.value):
            text += "\n" + wrap(f"It is {factor} times the right one.")
        return Verdict(False, NAN, text, slip.name if slip else None)


def matching(claim: Claim, sample: Sample) -> Slip | None:
    """The known slip that the expression equals."""
    return next((slip for slip in claim.target.slips if sample.equal(claim.compared, slip.make())), None)


def number(value) -> str:
    return mp.nstr(value, 6)


def solved(line: Line, target: Target, compared: Callable = lambda typed: typed) -> tuple[sp.Expr, str]:
    """What the line says that the target is; and "" if the target stands alone on one side or is left out, else what is to be done.

    Args:
        compared: puts definitions into a side.
    """
    if line.left is None:
        return line.right, ""
    sample, sides = Sample(dict(target.where)), [line.left, line.right]
    equal = [sample.equal(compared(side), target.value) for side in sides]
    if all(equal):
        return min(reversed(sides), key=lambda side: bool(target.form(side))), ""
    if any(equal):
        return sides[equal.index(False)], ""
    return line.right - line.left + target.value, f"is a true equation, but not yet solved for {target.what}."
