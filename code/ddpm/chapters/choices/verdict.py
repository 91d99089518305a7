"""From measured values to a verdict, by one rule for all.

A value is compared with the base's, seed by seed: the mean of the log of the ratio, and its 95% interval by Student's
t. What changes by less than a quarter, up or down, is counted as the same.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from jaxtyping import ArrayLike, Float
from scipy.special import stdtrit

LARGE = 1.25  # the ratio above which, or below whose inverse, a change counts
LEVEL = 0.95


class Effect(NamedTuple):
    """The ratio of a value to the base's, and the ends of its interval."""

    ratio: float
    low: float
    high: float

    @property
    def word(self) -> str:
        """ "worse" or "better" if the whole interval lies beyond a quarter, "same" if all of it lies within, "open" if
        the seeds do not say."""
        if self.low > LARGE:
            return "worse"
        if self.high < 1 / LARGE:
            return "better"
        return "same" if 1 / LARGE <= self.low and self.high <= LARGE else "open"


def effect(values: Float[ArrayLike, " seeds"], base: Float[ArrayLike, " seeds"]) -> Effect:
    """Of values of which less is better, paired by seed.

    Raises:
        ValueError: fewer than two seeds, other seeds than the base's, or a value that is not above 0.
    """
    values, base = np.asarray(values, np.float64), np.asarray(base, np.float64)
    if values.shape != base.shape or values.ndim != 1 or len(values) < 2 or not (np.r_[values, base] > 0).all():
        raise ValueError(f"needs two or more values above 0, and the base's of the same seeds; got {values}, {base}")
    logs = np.log(values / base)
    reach = stdtrit(len(logs) - 1, (1 + LEVEL) / 2) * logs.std(ddof=1) / np.sqrt(len(logs))
    return Effect(*(float(np.exp(logs.mean() + side * reach)) for side in (0, -1, 1)))


def of_context(words: Iterable[str]) -> str:
    """ "matters" if an alternative is better or worse than the base, "does not" if all are the same, else "open"."""
    words = set(words)
    return "matters" if words & {"better", "worse"} else "does not" if words == {"same"} else "open"


def of_factor(verdicts: Iterable[str]) -> str:
    """Over contexts: "depends" if it matters in one and does not in another; "matters" if it does so in one and the
    others are open; "does not" if that is the word in all; else "open"."""
    verdicts = set(verdicts)
    if {"matters", "does not"} <= verdicts:
        return "depends"
    return "matters" if "matters" in verdicts else "does not" if verdicts == {"does not"} else "open"
