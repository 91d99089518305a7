"""Which mistake wrong predictions show: a known misconception, or two answers that are swapped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ddpm.grading.written.quantities import Choice, Number


@dataclass(frozen=True)
class Misconception:
    """A known way to be wrong: `shows` takes the predictions by key, and the measured figures likewise."""

    name: str
    hint: str
    shows: Callable[[dict, dict], bool]


def found_in(known: Sequence[Misconception], values: dict, measured: dict, off: Mapping) -> Misconception | None:
    """The first of the known misconceptions that shows; or that two answers are swapped, unless it explains both.

    Args:
        values, measured: key -> list of numbers or of one word.
        off: the quantities by key whose predictions are wrong, as far as they may be swapped.
    """
    found = next((one for one in known if _shows(one, values, measured)), None)
    if not _are_swapped(values, measured, off):
        return found
    mended = [{**values, key: nearest(values[key], measured[key])} for key in off]
    if found and not any(_shows(found, one, measured) for one in mended):
        return found
    hint = "Each would be right in the place of the other. Which key belongs to which question?"
    return Misconception(f"{' and '.join(off)} are swapped.", hint, lambda p, m: True)


def is_near(kind: Number | Choice, value: list, measured: list) -> bool:
    """Whether a prediction is right: a row if all of it is."""
    return all(kind.near(*pair) for pair in zip(value, nearest(value, measured)))


def nearest(values: list, measured: list) -> list:
    """What is measured; of three quartiles the number between the outer two that is nearest to the prediction."""
    if len(measured) == len(values):
        return measured
    return [min(max(values[0], measured[0]), measured[2])]


def _are_swapped(values, measured, off) -> bool:
    """Whether the only two predictions that are wrong are each right for the other."""
    if len(off) != 2 or any(isinstance(kind, Choice) for kind in off.values()):
        return False
    (a, b), (of_a, of_b) = off, off.values()
    return of_a.count == of_b.count and is_near(of_a, values[b], measured[a]) and is_near(of_b, values[a], measured[b])


def _shows(misconception, values, measured) -> bool:
    middles = {key: figures[1:2] if len(figures) > len(values[key]) else figures for key, figures in measured.items()}
    sides = ({key: _as_numpy(found) for key, found in side.items()} for side in (values, middles))
    with np.errstate(all="ignore"):
        return bool(misconception.shows(*sides))


def _as_numpy(found: list):
    """A row as an array, a number as one that may be divided by 0, a word as it is."""
    return np.array(found) if len(found) > 1 else found[0] if isinstance(found[0], str) else np.float64(found[0])
