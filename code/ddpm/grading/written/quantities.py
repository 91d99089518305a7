"""What can be predicted: numbers, rows of numbers, and words; and when a prediction is right."""

import math
import numbers
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy as sp
from sympy.logic.boolalg import BooleanAtom

from ddpm.grading.written.too_large import Unreadable


@dataclass(frozen=True)
class Number:
    """One number to predict, or a row of them.

    Attributes:
        what: in a few words.
        near: (predicted, measured) -> whether the prediction is right.
        count: how many numbers; one number for all of a row is allowed too.
        least, most: no such quantity is smaller or larger, so no prediction may be.
    """

    what: str
    near: Callable[[float, float], bool]
    count: int = 1
    least: float | int = -math.inf
    most: float | int = math.inf

    def possible(self, values: list[float], key: str) -> list[float]:
        """The predicted values.

        Raises:
            Unreadable: one of them cannot be.
        """
        for value in values:
            if not self.least <= value <= self.most:
                side, end = ("below", self.least) if value < self.least else ("above", self.most)
                raise Unreadable(f"has {value:g} for {key}, {self.what}; it cannot be {side} {end:g}")
        return values


def within_distance(most: float) -> Callable:
    """Right if no further than `most` from the measured number."""
    return lambda predicted, measured: abs(predicted - measured) <= most


def within_factor(most: float | int, same_side: bool = False) -> Callable:
    """Right if no more than `most` times too large or too small.

    Args:
        same_side: and on the same side of 1, unless the measured number is within a tenth of 1.
    """

    def near(predicted, measured):
        if not (predicted > 0 and measured > 0):
            return False
        sides = not same_side or abs(measured - 1) <= 0.1 or (predicted - 1) * (measured - 1) > 0
        return sides and max(predicted / measured, measured / predicted) <= most

    return near


@dataclass(frozen=True)
class Choice:
    """One word to predict.

    Attributes:
        what: in a few words.
        words: those to choose from.
    """

    what: str
    words: tuple[str, ...]
    count = 1

    def near(self, predicted, measured) -> bool:
        return predicted == measured

    def word(self, given, key: str) -> str:
        """The word that was meant.

        Raises:
            Unreadable: it is none of them.
        """
        word = {True: "yes", False: "no"}[bool(given)] if isinstance(given, (bool, np.bool_, BooleanAtom)) else given
        word = " ".join(word.lower().split()) if isinstance(word, str) else ""
        word = {known.lower(): known for known in self.words}.get(SYNONYMS.get(word, word))
        if word is None:
            raise Unreadable(
                f"has {textwrap.shorten(repr(given), 40)} for {key}; choose from {', '.join(map(repr, self.words))}"
            )
        return word


SYNONYMS = {
    "true": "yes",
    "false": "no",
    "greater": "larger",
    "bigger": "larger",
    "more": "larger",
    "less": "smaller",
    "same": "equal",
}


def numbers_of(value, key: str, count: int) -> list[float]:
    """`count` floats from a number, or from a row of as many.

    Raises:
        Unreadable: it is something else.
    """
    items = list(value) if isinstance(value, (list, tuple, sp.Tuple)) or getattr(value, "ndim", 0) == 1 else [value]
    if len(items) == 1:
        items *= count
    if len(items) != count:
        raise Unreadable(f"has {len(items)} numbers for {key}; expected {count}" + " or one for all" * (count > 1))
    return [number_of(item, key) for item in items]


def number_of(item, key: str) -> float:
    if isinstance(item, str):
        try:
            item = float(item)
        except ValueError:
            raise Unreadable(f"has a text for {key}; expected a number") from None
    if isinstance(item, sp.Expr) and not item.is_number:
        raise Unreadable(f"has a formula for {key}; expected a number")
    if not isinstance(item, (numbers.Real, sp.Expr, np.generic)) and not hasattr(item, "__float__"):
        raise Unreadable(f"has {type(item).__name__} for {key}; expected a number")
    try:
        found = float(item)
    except (TypeError, ValueError, OverflowError):
        raise Unreadable(f"has {type(item).__name__} for {key}; expected a number") from None
    if math.isnan(found):
        raise Unreadable(f"has NaN for {key}; expected a number")
    return found
