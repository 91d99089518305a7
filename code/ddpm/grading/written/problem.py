"""A written problem whose answer is an expression: what it must equal, in which form, and which slips are known."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from textwrap import shorten

import sympy as sp

from ddpm.derivation.densities import Undecided
from ddpm.derivation.symbols import T, t
from ddpm.grading.exercise import Slip
from ddpm.grading.limit import TooLong, in_time, of_work
from ddpm.grading.verdict import Status, Verdict, blank, not_yet, wrap
from ddpm.grading.written.claims import Claim
from ddpm.grading.written.lines import Line, Reading
from ddpm.grading.written.naming import matching, one_change, two_of
from ddpm.grading.written.notation import counted
from ddpm.grading.written.reading import read
from ddpm.grading.written.sample import Sample, number
from ddpm.grading.written.too_large import Unreadable
from ddpm.grading.written.unused import unused
from ddpm.grading.written.wire import from_json, to_json

SECONDS = 25  # of work, for one answer
FACTORS = [sign * sp.Rational(n, 4) for sign in (1, -1) for n in (1, 2, 4, 8, 16)]  # that are somebody's mistake


def in_form(claims: list[Claim]) -> str:
    """What the last claim about each target lacks of the form asked for, "" for nothing."""
    last = {id(claim.target): claim for claim in claims if not claim.step}.values()
    return next((lack for claim in last if (lack := claim.open or claim.target.form(claim.typed))), "")


@dataclass(frozen=True)
class Derivation:
    """A written problem.

    Attributes:
        name: of the reader's variable.
        problem: its number in the problem set.
        claims: lines -> what they claim, in their order. Raises `Unreadable` if they are no answer to this problem.
        form: claims, all right -> what they lack of the form asked for, "" for nothing.
        derived: claims, all right and the last in form -> "" if a derivation is there, else what is missing of one.
        sound: a claim whose numbers agree -> "" , else why the line does not hold in general; with the slip, if it
            is a known one.
        remark: claims -> what else to say of a right answer.
    """

    name: str
    problem: str
    claims: Callable[[Sequence[Line]], list[Claim]]
    form: Callable[[list[Claim]], str] = in_form
    derived: Callable[[list[Claim]], str] = lambda claims: ""
    sound: Callable[[Claim], tuple[str, Slip | None]] = lambda claim: ("", None)
    remark: Callable[[list[Claim]], str] = lambda claims: ""

    def check(self, answer) -> Verdict:
        """The verdict on an answer, the same as a grader's. Whatever it is, a verdict comes back, never an
        exception."""
        return self.judge(json.loads(json.dumps(self.collect({self.name: answer}))))

    def cases(self, seed: int) -> list[tuple]:
        """None: an expression is not called."""
        return []

    def collect(self, namespace: Mapping, cases: Sequence[tuple] = ()) -> dict:
        """What a notebook says, as plain data: its variables -> data for `judge`."""
        if self.name not in namespace:
            return to_json(Reading(blank=f"{self.name} is not in the notebook."))
        return to_json(read(namespace[self.name], self.name))

    def judge(self, data: dict, cases: Sequence[tuple] = ()) -> Verdict:
        """The verdict on what `collect` has found.

        Raises:
            ValueError, KeyError, TypeError, RecursionError: the data are something else; they come from a notebook
                and may be anything.
        """
        return self.verdict(from_json(data))

    def verdict(self, reading: Reading) -> Verdict:
        """The verdict on what has been read."""
        if reading.blank:
            return blank(reading.blank)
        if reading.fault:
            return self.refused(reading.fault)
        try:
            return in_time(of_work(SECONDS), lambda: self._with_unused_names(reading))
        except TooLong:
            return self.refused(
                f"could not be compared within {SECONDS} s of work. Is there a simpler way to write it?"
            )
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SymPy may raise anything on an expression that is none
            return self.refused(f"could not be evaluated ({type(error).__name__}: {shorten(str(error), 120)})")

    def refused(self, why: str, place: str = "", slip: Slip | None = None) -> Verdict:
        where = f"{place} of {self.name}" if place else self.name
        text = not_yet(f"{where} {why}") + (_named(slip) if slip else "")
        return Verdict(Status.WRONG, text, slip=slip.name if slip else None)

    def _refused(self, claim, why, slip) -> Verdict | None:
        return self.refused(why, claim.place, slip) if why else None

    def _with_unused_names(self, reading):
        """The verdict. Where all is right but for lines that may be no more than names, it is neither right nor
        wrong."""
        verdict = self._said_of(reading)
        if verdict.status is not Status.WRONG:
            return verdict
        try:
            names = unused(reading.lines, [claim.target.what for claim in self.claims(reading.lines)])
        except (Unreadable, Undecided):
            names = unused(reading.lines, [])
        rest = tuple(line for line in reading.lines if line not in names)
        if not names or not rest or self._said_of(replace(reading, lines=rest)).status is Status.WRONG:
            return verdict
        said = ", ".join(line.name for line in names)
        why = f"no line of {self.name} uses {said}. A name for a part belongs where that part stands, or is left out."
        step = verdict.message.replace("Not right yet:", "As a step:", 1)
        return Verdict(Status.BLANK, wrap(f"Not yet clear: {why}") + f"\n{step}")

    def _said_of(self, reading) -> Verdict:
        try:
            return self._in_either_way(reading)
        except (Unreadable, Undecided) as error:
            return self.refused(str(error))

    def _in_either_way(self, reading):
        """The verdict. What a name stands for is put into other lines, and may be a part of the answer, too."""
        plain = tuple(replace(line, of="") if line.of == "definition" else line for line in reading.lines)
        if plain == reading.lines:
            return self._judge(reading)
        try:
            verdict, error = self._judge(reading), None
        except (Unreadable, Undecided) as raised:
            verdict, error = None, raised
        if verdict is None or not verdict.passed:
            with suppress(Unreadable, Undecided):
                other = self._judge(replace(reading, lines=plain))
                asks_more = verdict and not verdict.slip and self._asked(reading.lines) < self._asked(plain)
                if other.passed or asks_more or error:
                    return other
        if error:
            raise error
        return verdict

    def _asked(self, lines) -> set:
        return {id(claim.target) for claim in self.claims(lines) if not claim.step}

    def _judge(self, reading):
        claims, samples, ways = self.claims(reading.lines), {}, {}
        for claim in claims:
            sample = samples.setdefault(
                (id(claim.target), *claim.where.items()),
                Sample({**claim.target.where, **claim.where}, claim.target.value or claim.compared),  # 0 has no states
            )
            way, verdict = self._compared(claim, sample)
            if verdict:
                return self._and_the_other(verdict, claim, claims)
            ways[way] = ways.get(way, 0) + 1
            if not claim.step and claim is claims[-1] and (where := sample.lacking(claim.compared, claim.target.value)):
                raise Unreadable(f"agrees with {claim.target.what} as far as it has a value, but has none at {where}")
        if problem := self.form(claims):
            text = f"Right, but not in the form asked for: {self.name} {problem}"
            return Verdict(Status.OTHER_FORM, wrap(text))
        if missing := self.derived(claims):
            return Verdict(Status.OTHER_FORM, wrap(f"Right result, no derivation yet: {missing}"))
        names = dict.fromkeys(claim.target.what for claim in claims if not claim.step)
        how = next(iter(ways)) if len(ways) == 1 else ", ".join(f"{n} {way}" for way, n in ways.items())
        count = _count(_as_judged(reading, claims))
        text = wrap(f"Right: {self.name} agrees with {' and '.join(names)} ({count}; {how}).")
        if remark := self.remark(claims):
            text += f"\n{wrap(remark)}"
        return Verdict(Status.RIGHT, text, 0.0)

    def _and_the_other(self, verdict, first, claims) -> Verdict:
        """The verdict on a wrong claim, and on the first wrong one after it about something else: mean and variance,
        say."""
        later = () if first.step else claims[claims.index(first) + 1 :]
        for claim in (claim for claim in later if not claim.step and claim.target is not first.target):
            try:
                found = self._compared(claim, Sample({**claim.target.where, **claim.where}, claim.target.value))[1]
            except (Unreadable, Undecided):
                continue
            if found:
                slips = dict.fromkeys(filter(None, (verdict.slip, found.slip)))
                message = f"{verdict.message}\nAnd{found.message.removeprefix('Not right yet:')}"
                return Verdict(Status.WRONG, message, slip="\n".join(slips) or None)
        return verdict

    def _compared(self, claim, sample) -> tuple[str, Verdict | None]:
        """How a claim was found to be right, or the verdict that it is not."""
        pair = claim.compared, claim.target.value
        try:
            found = sample.difference(*pair) and sample.difference(*pair, thorough=True)  # not by rounding alone
        except Exception as error:
            if verdict := self._refused(claim, *self.sound(claim)):
                return "", verdict
            if isinstance(error, Undecided):
                return "", self.refused(str(error), claim.place)
            raise
        if found:
            return "", self._wrong(claim, found, sample)
        if verdict := self._refused(claim, *self.sound(claim)):
            return "", verdict
        if way := sample.proof(*pair):
            return way, None
        if found := sample.difference(*pair, thorough=True):
            return "", self._wrong(claim, found, sample)
        if symbols := counted(claim.compared) & {t, T}:
            raise Unreadable(
                f"agrees at all points tried, but holds {symbols.pop()} as a number, and no proof was found; "
                "write it without"
            )
        return f"not proved, but equal at {sample.tried} random points", None

    def _wrong(self, claim, found, sample):
        place = f"{claim.place} of " if claim.place else ""
        what = f"is not {claim.target.what}" if claim.target.what else "is not true"
        text = wrap(f"Not right yet: {place}{self.name} {what}.")
        text += "\n" + wrap(f"Yours: {shorten(sp.sstr(claim.typed), 300, placeholder=' ...')}", "  ")
        text += "\n" + wrap(
            f"For example at {found.point}{', inside of the expectation' if claim.inside else ''}:", "  "
        )
        sides = ("expected", "got     ") if claim.target.what else ("right side", "left side ")
        text += f"\n  {sides[0]} {number(found.right)}\n  {sides[1]} {number(found.left)}"
        if slip := matching(claim, sample):
            text += _named(slip)
        elif factor := sample.factor(claim.compared, claim.target.value):
            said = f"{'It' if claim.target.what else 'The left side'} is {factor} times the right one."
            text += f"\n{wrap(said)}"
            slip = Slip(said, "", lambda: claim.compared) if factor in FACTORS else None
        elif slip := one_change(claim, sample):
            text += _named(slip, "All is right but for one thing")
        elif slip := two_of(claim, sample):
            text += _named(slip, "These are two known slips at once")
        return Verdict(Status.WRONG, text, slip=slip.name if slip else None)


def _named(slip: Slip, head: str = "This is a known slip") -> str:
    names, hints = slip.name.split("\n"), slip.hint.split("\n")
    return "\n".join(
        [f"\n{head}:", *(wrap("  " + name, "  ") for name in names), *(wrap("Hint: " + hint, "  ") for hint in hints)]
    )


def _as_judged(reading: Reading, claims: list[Claim]) -> Reading:
    """The reading with the lines as definitions that only name something, and of which no claim was made."""
    said = " ".join(f"{claim.place}." for claim in claims)
    lines = (
        replace(line, of="definition") if line.name and len(reading.lines) > 1 and f"line {i}." not in said else line
        for i, line in enumerate(reading.lines, start=1)
    )
    return replace(reading, lines=tuple(lines))


def _count(reading: Reading) -> str:
    """How many lines were checked, and what was not."""
    lines = sum(1 + len(line.between) for line in reading.lines if line.of != "definition")
    names = sum(line.of == "definition" for line in reading.lines)
    beside = [f"{n} {word}{'s' * (n != 1)}" for n, word in ((reading.texts, "text"), (names, "name")) if n]
    return f"{lines} line{'s' * (lines != 1)} checked" + (
        f", {' and '.join(beside)} beside {'it' if lines == 1 else 'them'}" if beside else ""
    )
