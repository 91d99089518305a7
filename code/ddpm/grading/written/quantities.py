"""What can be predicted: numbers, rows of numbers, and words; and when a prediction is right."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from sympy.logic.boolalg import BooleanAtom

from ddpm.grading.written.too_large import Unreadable

MOST = 100  # numbers in an array that is looked at


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


def is_about(value, to, within) -> bool:
    """Whether a number is another: no further from it than `within`, or that with two or three digits."""
    return bool(abs(value - to) <= within) or any(value == float(f"{to:.{digits}g}") for digits in (2, 3))


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
        (item,) = items if len(items := items_of(given)) == 1 else (given,)
        found = SAID[bool(item)] if is_truth(item) else " ".join(_letters(item)) if isinstance(item, str) else ""
        word = {" ".join(_letters(known)): known for known in self.words}.get(SYNONYMS.get(found, found))
        if word is None:
            raise Unreadable(f"has {_shown(given)} for {key}; choose from {', '.join(map(repr, self.words))}")
        return word


def _letters(text: str) -> list[str]:
    """The words of a text, whatever stands between them."""
    return re.sub(r"[\W_]+", " ", text.lower()).split()


SAID = {True: "yes", False: "no"}
SYNONYMS = {
    "true": "yes",
    "false": "no",
    "y": "yes",
    "n": "no",
    "neither": "none",
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
    items = items_of(value)
    if len(items) == 1:
        items *= count
    if len(items) != count:
        raise Unreadable(f"has {len(items)} numbers for {key}; expected {count}" + " or one for all" * (count > 1))
    return [number_of(item, key) for item in items]


def items_of(value) -> list:
    """What stands in a list or an array, and in those inside of it; anything else alone, and a large array."""
    listed = isinstance(value, (list, tuple, sp.Tuple, sp.MatrixBase))
    if listed or getattr(value, "ndim", 0) and value.size <= MOST:
        return [item for part in value for item in items_of(part)]
    return [value]


def is_truth(item) -> bool:
    """Whether it is True or False, which are no numbers here."""
    dtype = "" if getattr(item, "ndim", 0) else str(getattr(item, "dtype", ""))
    return isinstance(item, (bool, BooleanAtom)) or "bool" in dtype


def number_of(item, key: str) -> float:
    """A single number.

    Raises:
        Unreadable: it is none.
    """
    none = Unreadable(f"has {_shown(item)} for {key}; expected a number, such as 0.5")
    if isinstance(item, sp.Expr) and not item.is_number:
        raise Unreadable(f"has a formula for {key}; expected a number, such as 0.5")
    real = isinstance(item, str) or hasattr(item, "__float__") and "complex" not in str(getattr(item, "dtype", ""))
    if is_truth(item) or not real:
        raise none
    try:
        found = _of_text(item) if isinstance(item, str) else float(item)
    except (TypeError, ValueError, ArithmeticError):
        raise none from None
    if math.isnan(found):
        raise Unreadable(f"has NaN for {key}; expected a number, such as 0.5")
    return found


def _of_text(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float(Fraction(text))  # "1/2"


def _shown(given) -> str:
    """What was given in a few letters; its type if it cannot be written down."""
    try:
        text = " ".join(repr(given).split())
    except Exception:
        text = type(given).__name__
    return text if len(text) <= 40 else f"{text[:36]} ..."
