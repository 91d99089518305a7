"""What is computed by hand of offsets, gaps and variances, before the machine does it."""

from functools import partial

import numpy as np

from ddpm.grading.verdict import Verdict
from ddpm.grading.written.predictions import Misconception, Predictions
from ddpm.grading.written.quantities import Choice, Number, is_about, within_distance

RIGHT = {
    "offset_unit": 8,
    "offset_book": 7,
    "uniform": 8,
    "gap": float(-np.log2(1.5 * 0.5) / 2),
    "rademacher": 16,
    "gaussian": 56,
    "negative": "yes",
    "below_entropy": "no",
}
NEAR = within_distance(0.02)
WIDTH_HINT = "256 cells share the scale. How wide is one, and how many bits is minus the log2 of that width?"
UNIFORM_HINT = "Every grey value is equally likely under it, whatever the scale. How long is the code of one of 256?"
GAP_HINT = "Two numbers: minus log2 of the mean of the density over the cell, and the mean over it of -log2."
SYMMETRIC_HINT = (
    "<e, J e> sees only S = (J + J^T) / 2. Which entries does S have here, and how many lie off the diagonal?"
)
DIAGONAL_HINT = "e_i^2 is always 1 for Rademacher. Which entries of S then multiply something that varies?"
TWO_HINT = "In the sum over i != j each pair comes twice. And what stands before the sum?"
_is = partial(is_about, within=0.02)

PROBLEM_12_3 = Predictions(
    "answer_12_3",
    "12.3",
    {
        "offset_unit": Number("what is added to the bits per dimension on [0, 1), 256 grey values", NEAR),
        "offset_book": Number("the same on [-1, 1)", NEAR),
        "uniform": Number("bits per dimension of the uniform density on [-1, 1), 256 grey values", NEAR),
        "gap": Number("Jensen's gap in bits, where the density is 1.5 on half of the cell and 0.5 on the other", NEAR),
        "rademacher": Number("the variance for a Rademacher probe and J = [[2, 1], [3, 4]]", NEAR, least=0),
        "gaussian": Number("the same for a Gaussian probe", NEAR, least=0),
        "negative": Choice(
            "whether bits per dimension of pixels without dequantisation can be negative", ("yes", "no")
        ),
        "below_entropy": Choice(
            "whether with it their mean over the data can lie below the entropy, per dimension", ("yes", "no")
        ),
    },
    (
        Misconception(
            "the two offsets are swapped: the cells of [-1, 1) are the wider ones.",
            WIDTH_HINT,
            lambda p, m: _is(p["offset_unit"], 7) and _is(p["offset_book"], 8),
        ),
        Misconception(
            "the width of the cell itself, not minus its log2.",
            WIDTH_HINT,
            lambda p, m: abs(p["offset_unit"] - 1 / 256) < 1e-3 or abs(p["offset_book"] - 1 / 128) < 1e-3,
        ),
        Misconception(
            "the number of grey values is missing: log2 of one over the length of the scale, not of 256 over it.",
            WIDTH_HINT,
            lambda p, m: _is(p["offset_unit"], 0) and _is(p["offset_book"], -1),
        ),
        Misconception(
            "no offset at all: a cell has its width times the density for its probability.",
            WIDTH_HINT,
            lambda p, m: _is(p["offset_unit"], 0) and _is(p["offset_book"], 0),
        ),
        Misconception(
            "the sign of the offset: on a small interval densities are large, their -log2 is small; the offset adds.",
            WIDTH_HINT,
            lambda p, m: _is(p["offset_unit"], -8) or _is(p["offset_book"], -7),
        ),
        Misconception(
            "a scale twice as wide makes the offset larger by one: the density is then half as large, not twice.",
            WIDTH_HINT,
            lambda p, m: _is(p["offset_book"], 9),
        ),
        Misconception(
            "the same offset on both scales.",
            WIDTH_HINT,
            lambda p, m: p["offset_unit"] > 1 and _is(p["offset_unit"], p["offset_book"]),
        ),
        Misconception(
            "nats in the place of bits: log 256 is 5.55, log2 256 is 8.",
            WIDTH_HINT,
            lambda p, m: _is(p["offset_unit"], np.log(256)) or _is(p["offset_book"], np.log(128)),
        ),
        Misconception(
            "the offset is missing in the bits of the uniform density: its own bit alone, -log2 of 1/2.",
            UNIFORM_HINT,
            lambda p, m: _is(p["uniform"], 1),
        ),
        Misconception(
            "the offset alone: a uniform density on [-1, 1) is 1/2 and not 1.",
            UNIFORM_HINT,
            lambda p, m: _is(p["uniform"], 7),
        ),
        Misconception(
            "the density's own bit was taken off the offset in the place of being added.",
            UNIFORM_HINT,
            lambda p, m: _is(p["uniform"], 6),
        ),
        Misconception(
            "the density's own bit on [-1, 1) with the offset of [0, 1).",
            UNIFORM_HINT,
            lambda p, m: _is(p["uniform"], 9),
        ),
        Misconception(
            "no gap: the mean of the log was taken for the log of the mean.",
            GAP_HINT,
            lambda p, m: _is(p["gap"], 0),
        ),
        Misconception(
            "the gap is turned round: the bound lies above, so it is positive.",
            GAP_HINT,
            lambda p, m: _is(p["gap"], -RIGHT["gap"]),
        ),
        Misconception(
            "the gap is in nats.",
            GAP_HINT,
            lambda p, m: _is(p["gap"], RIGHT["gap"] * np.log(2)),
        ),
        Misconception(
            "the gap is in nats, and turned round.",
            GAP_HINT,
            lambda p, m: _is(p["gap"], -RIGHT["gap"] * np.log(2)),
        ),
        Misconception(
            "the logs were added and not averaged over the cell.",
            GAP_HINT,
            lambda p, m: _is(p["gap"], 2 * RIGHT["gap"]),
        ),
        Misconception(
            "the two kinds of probes are swapped.",
            DIAGONAL_HINT,
            lambda p, m: _is(p["rademacher"], 56) and _is(p["gaussian"], 16),
        ),
        Misconception(
            "J was not made symmetric first.",
            SYMMETRIC_HINT,
            lambda p, m: _is(p["rademacher"], 20) or _is(p["gaussian"], 60),
        ),
        Misconception(
            "J and its transpose were added and not halved.",
            SYMMETRIC_HINT,
            lambda p, m: _is(p["rademacher"], 64) or _is(p["gaussian"], 224),
        ),
        Misconception(
            "the diagonal was taken to vary for Rademacher probes too.",
            DIAGONAL_HINT,
            lambda p, m: _is(p["rademacher"], 56),
        ),
        Misconception(
            "only the diagonal was counted: the pairs i != j make both kinds of probes scatter.",
            SYMMETRIC_HINT,
            lambda p, m: _is(p["rademacher"], 40) or _is(p["gaussian"], 40),
        ),
        Misconception(
            "the Gaussian probe was taken for a Rademacher one: its e_i^2 vary.",
            "What is the variance of e_i^2 for a Gaussian e_i? Which entries of S does that bring in?",
            lambda p, m: _is(p["gaussian"], 16),
        ),
        Misconception(
            "each pair was counted once, or the 2 before the sum is missing.",
            TWO_HINT,
            lambda p, m: _is(p["rademacher"], 8) or _is(p["gaussian"], 28),
        ),
        Misconception(
            "the estimate was taken to be without any spread.",
            DIAGONAL_HINT,
            lambda p, m: _is(p["rademacher"], 0),
        ),
        Misconception(
            "a density was taken for a probability: it may exceed 1, and then its -log2 is negative, more than any "
            "offset makes good.",
            "How large is a density that is uniform on an interval of width 1/1000?",
            lambda p, m: p["negative"] == "no" != m["negative"],
        ),
        Misconception(
            "the bound was taken to hold for the model alone: with dequantisation no density lies below the entropy of "
            "the data.",
            "Which of the three parts of the mean can be negative?",
            lambda p, m: p["below_entropy"] == "yes" != m["below_entropy"],
        ),
    ),
    known=RIGHT,
)


def check_answer_12_3(answer, measured=None) -> Verdict:
    """Check the numbers computed by hand: before the cell that computes them that all are there, after it which hold.

    Args:
        answer: a dictionary; its keys are those of `PROBLEM_12_3.quantities`.
        measured: the same keys, with what the machine gives.
    """
    return PROBLEM_12_3.check(answer, measured)
