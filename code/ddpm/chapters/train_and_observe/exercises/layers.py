"""The sizes of the layers of the network, there and back (problem 5.1)."""

import numpy as np

from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

BACK_HINT = "The network ends with as many numbers as it begins with. What comes after the innermost layer?"
TURN_HINT = "How often does the data pass through the innermost layer?"
ENDS_HINT = "Compare the first number with the last: the noise has as many pixels as the image."


def layer_sizes_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 52))
    lengths = (4, 2, 5, 3, 4, 3, 6)
    return [
        ([9, 6, 4],),
        *(([int(n) for n in rng.choice(np.arange(2, 65), length, replace=False)],) for length in lengths),
    ]


def _pairs(sizes):
    return list(zip(sizes[:-1], sizes[1:]))


LAYER_SIZES = Compared(
    "layer_sizes",
    "5",
    ("sizes",),
    layer_sizes_cases,
    lambda sizes: sizes + sizes[:-1][::-1],
    (
        Slip("the way there alone.", BACK_HINT, lambda sizes: sizes),
        Slip("the way back alone.", "Where does the data come in?", lambda sizes: sizes[::-1]),
        Slip("the innermost layer stands there twice.", TURN_HINT, lambda sizes: sizes + sizes[::-1]),
        Slip("the innermost layer is missing.", TURN_HINT, lambda sizes: sizes[:-1] + sizes[:-1][::-1]),
        Slip("the way back ends one layer too early.", ENDS_HINT, lambda sizes: sizes + sizes[1:-1][::-1]),
        Slip(
            "the innermost layer stands there twice, and the last layer is missing.",
            TURN_HINT,
            lambda sizes: sizes + sizes[1:][::-1],
        ),
        Slip("the first layer is missing.", ENDS_HINT, lambda sizes: sizes[1:] + sizes[:-1][::-1]),
        Slip("the way there twice.", "From the innermost layer, which size comes next?", lambda sizes: sizes + sizes),
        Slip(
            "the way there twice, the second time without its end.",
            "From the innermost layer, which size comes next?",
            lambda sizes: sizes + sizes[:-1],
        ),
        Slip(
            "the way there twice, the second time without its beginning.",
            "From the innermost layer, which size comes next?",
            lambda sizes: sizes + sizes[1:],
        ),
        Slip(
            "back first, then there: the list is inside out.",
            "With which size does the data come in?",
            lambda sizes: sizes[::-1] + sizes[1:],
        ),
        Slip(
            "straight from the innermost layer to the last.",
            "The way back takes the same steps as the way there.",
            lambda sizes: sizes + sizes[:1],
        ),
        Slip(
            "sorted: the sizes come in the order given.",
            "What if the network widens first?",
            lambda sizes: sorted(sizes, reverse=True) + sorted(sizes)[1:],
        ),
        Slip(
            "sorted upwards and down again: the sizes come in the order given.",
            "What if the network narrows first?",
            lambda sizes: sorted(sizes) + sorted(sizes, reverse=True)[1:],
        ),
        Slip(
            "the pairs (in, out) of all layers.",
            "The list holds each size between two layers once.",
            lambda sizes: _pairs(sizes + sizes[:-1][::-1]),
        ),
        Slip(
            "the pairs (in, out) of the layers there.",
            "The list holds each size between two layers once.",
            lambda sizes: _pairs(sizes),
        ),
        Slip(
            "the number of the sizes, not the sizes.",
            "A list of widths is asked for.",
            lambda sizes: 2 * len(sizes) - 1,
        ),
        Slip(
            "the number of the layers, not their sizes.",
            "A list of widths is asked for.",
            lambda sizes: 2 * len(sizes) - 2,
        ),
    ),
)


def check_layer_sizes(student, seed: int | None = None) -> Verdict:
    """Check student(sizes): the sizes there and back, [9, 6, 4] -> [9, 6, 4, 6, 9] (problem 5.1)."""
    return check(student, LAYER_SIZES, seed)
