"""A written problem that is answered by predictions: numbers and words, given before an experiment and compared with
what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

import numpy as np

from ddpm.grading.limit import TooLong, in_time, of_work
from ddpm.grading.verdict import WIDTH, Status, Verdict, blank, not_yet, wrap
from ddpm.grading.written.misconceptions import Misconception, found_in, is_near
from ddpm.grading.written.quantities import Choice, Number, items_of, numbers_of
from ddpm.grading.written.reading import SECONDS, called, is_placeholder
from ddpm.grading.written.too_large import Unreadable

MEASURED = "measured"  # the name of the variable of a chapter or a notebook that holds what the experiment showed


@dataclass(frozen=True)
class Predictions:
    """A problem answered by a dictionary of numbers and words.

    Attributes:
        name: of the reader's variable.
        problem: its number in the problem set.
        quantities: by their key, in order.
        misconceptions: tried one after the other where something is wrong.
        known: what the experiment shows on any machine, None where that depends on it. A grader compares with this,
            not with
            what a notebook says that it has measured.
    """

    name: str
    problem: str
    quantities: Mapping[str, Number | Choice]
    misconceptions: tuple[Misconception, ...]
    known: Mapping | None = None

    def check(self, answer, measured=None) -> Verdict:
        """Before the experiment, without `measured`: whether everything is predicted. After it: what was right."""
        return self.verdict(self.read(answer), measured)

    def read(self, answer) -> dict:
        """{"values": key -> list of floats or of one word}, or {"blank": why} or {"fault": why}; never an exception."""
        try:
            return in_time(of_work(SECONDS), lambda: self._read(answer))
        except TooLong:
            return {"fault": f"did not end within {SECONDS} s"}
        except Unreadable as error:
            return {"fault": str(error)}
        except BaseException as error:  # a reader's object may raise anything
            if isinstance(error, KeyboardInterrupt):
                raise
            return {"fault": f"raised {type(error).__name__}: {shorten(str(error), 120)}".removesuffix(": ")}

    def _read(self, answer):
        if is_placeholder(answer := called(answer)):
            return {"blank": f"{self.name} is still to be filled in."}
        if isinstance(answer, (list, tuple)) and (
            len(answer) == len(self.quantities) or all(map(is_placeholder, answer))
        ):
            answer = dict(zip(self.quantities, answer))
        if not isinstance(answer, Mapping):
            raise Unreadable(
                f"is of the type {type(answer).__name__}; "
                f"expected a dictionary with the keys {', '.join(self.quantities)}"
            )
        if strange := [str(key) for key in answer if key not in self.quantities]:
            raise Unreadable(f"has the unknown key {strange[0]!r}; the keys are {', '.join(self.quantities)}")
        given = {key: value for key, value in answer.items() if not any(map(is_placeholder, items_of(value)))}
        if not given:
            return {"blank": f"{self.name} holds no prediction yet."}
        return {"values": {key: self.predicted(value, key) for key, value in given.items()}}

    def predicted(self, given, key: str) -> list:
        """As `value`, and no number that cannot be.

        Raises:
            Unreadable: it is something else.
        """
        values, kind = self.value(given, key), self.quantities[key]
        return values if isinstance(kind, Choice) else kind.possible(values, key)

    def value(self, given, key: str) -> list:
        """The numbers given for a key, or the word, alone in a list.

        Raises:
            Unreadable: it is something else.
        """
        kind = self.quantities[key]
        return [kind.word(given, key)] if isinstance(kind, Choice) else numbers_of(given, key, kind.count)

    def cases(self, seed: int) -> list[tuple]:
        """None: a dictionary is not called."""
        return []

    def collect(self, namespace: Mapping, cases: Sequence[tuple] = ()) -> dict:
        """What a notebook says, as plain data: its variables -> data for `judge`. What it has measured is its
        variable `measured`."""
        if self.name not in namespace:
            return {"reading": {"blank": f"{self.name} is not in the notebook."}, "measured": None}
        return {"reading": self.read(namespace[self.name]), "measured": self._measured(namespace.get(MEASURED))}

    def _measured(self, measured):
        try:
            return {key: self.figures(measured[key], key) for key in self.quantities}
        except Exception:  # what a notebook holds under this name may be anything
            return None

    def judge(self, data: dict, cases: Sequence[tuple] = ()) -> Verdict:
        """The verdict on what `collect` has found.

        Raises:
            ValueError, KeyError, TypeError: the data are something else; they come from a notebook and may be anything.
        """
        reading, measured = data["reading"], self.known or data["measured"]
        if "values" not in reading:
            return self.verdict(reading)
        reading = {
            "values": {
                key: self.predicted(value if len(value) > 1 else value[0], key)
                for key, value in reading["values"].items()
            }
        }
        if (verdict := self.verdict(reading)).status is Status.BLANK:
            return verdict
        if measured is None or set(measured) != set(self.quantities):
            return self.verdict({"fault": "was not compared: the experiment has left no figures"})
        if not self.known:
            measured = {key: value if len(value) > 1 else value[0] for key, value in measured.items()}
            if all(self.figures(measured[key], key) == value for key, value in reading["values"].items()):
                return self.verdict(
                    {"fault": "was not compared: the figures of the experiment are the predictions themselves"}
                )
        return self.verdict(reading, measured)

    def verdict(self, reading: dict, measured=None) -> Verdict:
        """The verdict on what has been read.

        Args:
            measured: key -> what the experiment showed, a number, its three quartiles, a row or a word; None before it.

        Raises:
            KeyError, Unreadable: `measured` lacks a key, or holds something else for it.
        """
        if "blank" in reading:
            return blank(reading["blank"])
        if "fault" in reading:
            return Verdict(Status.WRONG, not_yet(f"{self.name} {reading['fault']}"))
        values = {key: reading["values"][key] for key in self.quantities if key in reading["values"]}
        if missing := [key for key in self.quantities if key not in values]:
            return Verdict(Status.BLANK, wrap(f"Not yet answered in full: still to predict {', '.join(missing)}."))
        if measured is None:
            return Verdict(Status.NOTED, f"Noted: {len(values)} predictions. The experiment will tell.")
        return self._compared(values, {key: self.figures(measured[key], key) for key in values})

    def figures(self, measured, key: str) -> list:
        """What was measured for a key, as its value; or, of one number, the first, second and third quartile of many
        measurements.

        Raises:
            Unreadable: it is something else.
        """
        quartiles = (
            self.quantities[key].count == 1 and isinstance(measured, (list, tuple, np.ndarray)) and len(measured) == 3
        )
        return numbers_of(measured, key, 3) if quartiles else self.value(measured, key)

    def _compared(self, values, measured):
        right = {key: is_near(self.quantities[key], value, measured[key]) for key, value in values.items()}
        count = sum(right.values())
        rows = [
            ("", "predicted", "measured", "verdict"),
            *(
                (key, *map(row, (value, measured[key])), "right")
                if right[key]
                else (key, *apart(value, measured[key]), "off")
                for key, value in values.items()
            ),
        ]
        wide = [max(map(len, column)) for column in zip(*rows)]
        table = "\n".join(
            f"{key:{wide[0]}}  {left:>{wide[1]}}  {middle:>{wide[2]}}  {last}".rstrip()
            for key, left, middle, last in rows
        )
        if count == len(values):
            return Verdict(Status.RIGHT, f"Right: all {count} predictions of {self.name} hold.\n{table}", 0.0)
        # an honest guess that misses is no mistake
        text = f"{count} of {len(values)} predictions of {self.name} hold.\n{table}"
        off = {key: self.quantities[key] for key in values if not right[key]}
        # a guess of what only the experiment can tell is not taken for one of another question
        found = found_in(self.misconceptions, values, measured, off if self.known else {})
        if found:
            said = wrap("  " + found.name, "  "), wrap("Hint: " + found.hint, "  ")
            text = "\n".join([f"Not right: {text}", "This is a known slip:", *said])
        else:
            text += "\n" + wrap("Off: " + "; ".join(f"{key} ({kind.what})" for key, kind in off.items()) + ".", "  ")
        return Verdict(Status.WRONG, text, slip=found.name if found else None)


def apart(predicted: list, measured: list) -> list[str]:
    """Both as `row`, or else with as many digits as it takes to see that they differ."""
    texts, digits = [row(predicted), row(measured)], 2
    while texts[0] == texts[1] and digits < 9:
        digits += 1
        texts = [" ".join(f"{value:.{digits}g}" for value in values) for values in (predicted, measured)]
    return texts


def row(values) -> str:
    """Numbers or a word in a few letters; one alone where all are equal."""
    texts = [
        value if isinstance(value, str) else short(value) if len(values) == 1 else short(round(value, 2))
        for value in values
    ]
    text = texts[0] if len(set(texts)) == 1 else " ".join(texts)
    return text if len(text) <= WIDTH // 4 else text[: WIDTH // 4 - 1] + "…"


def short(value: float) -> str:
    """0, 0.32, 1.5, 541, 1e+09."""
    value = 0.0 if abs(value) < 5e-5 else value
    return f"{value:,.0f}" if 9.995 <= abs(value) < 1e6 else f"{value:.2g}"
