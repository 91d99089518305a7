"""Problem 15.4: the coupling of least cost, of one pixel."""

import numpy as np

from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict


def paired_cases(seed: int) -> list[tuple]:
    """Batches whose orders are turned by neither themselves nor reversal into the sorted one."""
    rng, found = np.random.default_rng((seed, 15, 4)), []
    while len(found) < 12:
        n = 5 + len(found) % 4
        x_0, noise = rng.normal(size=(2, n))
        order, ranks = np.argsort(x_0), np.argsort(np.argsort(x_0))
        gaps = min(np.diff(np.sort(x_0)).min(), np.diff(np.sort(noise)).min())
        if gaps > 0.01 and not np.array_equal(order, ranks) and not np.array_equal(np.argsort(noise), order):
            found.append((x_0, noise))
    return found


def ranks(values) -> np.ndarray:
    """How many are smaller, of each."""
    return np.argsort(np.argsort(values))


def _greedy(x_0, noise):
    left, taken = list(noise), []
    for value in x_0:
        taken.append(left.pop(int(np.argmin([abs(value - e) for e in left]))))
    return np.array(taken)


def _cheapest_first(x_0, noise):
    """The cheapest pair of all, then the cheapest of what is left, and so on."""
    cost, taken = (x_0[:, None] - noise) ** 2, np.empty_like(noise)
    for _ in x_0:
        i, j = np.unravel_index(np.argmin(cost), cost.shape)
        taken[i] = noise[j]
        cost[i], cost[:, j] = np.inf, np.inf
    return taken


ORDER_HINT = "The smallest x_0 is to get the smallest noise. At which place does it stand in your answer?"
RANK_HINT = (
    "np.argsort(x_0)[0] is the place of the smallest x_0. What is needed for each x_0 is how many of the others are "
    "smaller."
)
COST_HINT = "Compute the sum of (noise - x_0)^2 before and after."
ONCE_HINT = "Every noise is to be used once, and all together are to cost least."

PAIRED = Compared(
    "paired",
    "15.4",
    ("x_0", "noise"),
    paired_cases,
    lambda x_0, noise: np.sort(noise)[ranks(x_0)],
    (
        Slip("the noise is as it was.", COST_HINT, lambda x_0, noise: noise),
        Slip("the noise is sorted: that fits a sorted x_0.", ORDER_HINT, lambda x_0, noise: np.sort(noise)),
        Slip(
            "the sorted noise is taken in the order np.argsort(x_0), where the ranks of x_0 belong.",
            RANK_HINT,
            lambda x_0, noise: np.sort(noise)[np.argsort(x_0)],
        ),
        Slip(
            "the noise, unsorted, is taken in the order np.argsort(x_0).",
            RANK_HINT,
            lambda x_0, noise: noise[np.argsort(x_0)],
        ),
        Slip("the noise, unsorted, is taken by the ranks of x_0.", ORDER_HINT, lambda x_0, noise: noise[ranks(x_0)]),
        Slip(
            "the largest noise goes with the smallest x_0: that is the coupling of largest cost.",
            COST_HINT,
            lambda x_0, noise: np.sort(noise)[::-1][ranks(x_0)],
        ),
        Slip("the sorted noise, in falling order.", ORDER_HINT, lambda x_0, noise: np.sort(noise)[::-1]),
        Slip(
            "that is x_0, put in the order of the noise. The noise is to be put in order.",
            ORDER_HINT,
            lambda x_0, noise: np.sort(x_0)[ranks(noise)],
        ),
        Slip("that is x_0, sorted.", ORDER_HINT, lambda x_0, noise: np.sort(x_0)),
        Slip(
            "each x_0 gets the noise nearest to it, and some are used twice.",
            ONCE_HINT,
            lambda x_0, noise: noise[np.abs(x_0[:, None] - noise).argmin(1)],
        ),
        Slip(
            "each x_0 in turn gets the nearest noise that is left: early ones spoil it for later ones.",
            ONCE_HINT,
            _greedy,
        ),
        Slip(
            "the cheapest pair first, then the cheapest of those left: the last ones are too dear.",
            ONCE_HINT,
            _cheapest_first,
        ),
        Slip(
            "the noise is taken in the order np.argsort(x_0), and that in the order np.argsort(noise).",
            RANK_HINT,
            lambda x_0, noise: noise[np.argsort(x_0)][np.argsort(noise)],
        ),
        Slip(
            "the noise in falling order is taken in the order np.argsort(x_0).",
            f"{COST_HINT} {RANK_HINT}",
            lambda x_0, noise: np.sort(noise)[::-1][np.argsort(x_0)],
        ),
        Slip(
            "that is an order, not the noise in that order.",
            "Use it as an index of the noise.",
            lambda x_0, noise: np.argsort(noise)[ranks(x_0)],
        ),
        Slip("those are the ranks of x_0.", "Use them as an index.", lambda x_0, noise: ranks(x_0)),
        Slip("that is np.argsort(x_0).", RANK_HINT, lambda x_0, noise: np.argsort(x_0)),
        Slip(
            "that is sorted by the distance to 0.",
            "Which of two noises, -2 and 1, goes with the smaller x_0?",
            lambda x_0, noise: noise[np.argsort(np.abs(noise))][np.argsort(np.argsort(np.abs(x_0)))],
        ),
    ),
)


def check_paired(student, seed: int | None = None) -> Verdict:
    """Check student(x_0, noise): the noise in the order in which it goes with x_0 at the least cost, of one pixel."""
    return check(student, PAIRED, seed)
