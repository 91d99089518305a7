"""Problem 4.2: the ratio of the times of the two losses, predicted before it is measured."""

import numpy as np

from ddpm.grading.verdict import Verdict
from ddpm.grading.written.predictions import Misconception, Predictions
from ddpm.grading.written.quantities import Number, within_factor

NAIVE, CAREFUL = within_factor(10, same_side=True), within_factor(1.3)
WHAT_HINT = "In which of the six does the work on the pixels take most of the time, and what takes it in the others?"
COMPILER_HINT = "What does JAX do with an operation that it meets for the first time? Who pays?"
SMALL_HINT = "How long does it take to move 802 numbers, and how long to start a program?"
GRADIENT_HINT = "Which arrays have to be read and written for the gradient? Do the two losses differ in them?"


def _all(values, number, within=0.04) -> bool:
    return bool(np.all(np.abs(np.array(list(values.values())) / number - 1) <= within))


def _all_right(values, measured) -> bool:
    return all(quantity.near(values[key], measured[key]) for key, quantity in PROBLEM_4_2.quantities.items())


PROBLEM_4_2 = Predictions(
    "answer_4_2",
    "4.2",
    {
        "mean_first": Number("each loss run once, the mean loss first", NAIVE, least=0),
        "noise_first": Number("each loss run once, the noise loss first", NAIVE, least=0),
        "eager": Number("with care, D = 802, without jit", CAREFUL, least=0),
        "jit_small": Number("with care, D = 802, with jit", CAREFUL, least=0),
        "jit_large": Number("with care, D = 10^7, with jit", CAREFUL, least=0),
        "gradient": Number("with jit, a batch, and the gradient", CAREFUL, least=0),
    },
    (
        Misconception(
            "the ratios are upside down: asked for is mean loss over noise loss.",
            "2 says that the mean loss takes twice as long.",
            lambda p, m: all(v > 0 for v in p.values()) and _all_right({k: 1 / v for k, v in p.items()}, m),
        ),
        Misconception(
            "percentages in the place of ratios.",
            "Equally fast is 1, not 100.",
            lambda p, m: _all_right({k: v / 100 for k, v in p.items()}, m),
        ),
        Misconception("the arrays were counted, 3 against 2, and nothing else.", WHAT_HINT, lambda p, m: _all(p, 1.5)),
        Misconception(
            "the operations on a pixel were counted, 6 against 3, and nothing else.", WHAT_HINT, lambda p, m: _all(p, 2)
        ),
        Misconception("equal values were taken for equal work: 1 everywhere.", WHAT_HINT, lambda p, m: _all(p, 1)),
        Misconception(
            "the same ratio everywhere, whatever is timed.", WHAT_HINT, lambda p, m: _all(p, p["mean_first"])
        ),
        Misconception(
            "the folklore: the mean loss is far slower, however one measures.",
            COMPILER_HINT,
            lambda p, m: all(p[k] >= 5 for k in ("eager", "jit_small", "jit_large")),
        ),
        Misconception(
            "whoever runs second was taken to pay for the compilation.",
            COMPILER_HINT,
            lambda p, m: p["mean_first"] < 1 < p["noise_first"] and m["mean_first"] > 1,
        ),
        Misconception(
            "the order was taken to make no difference.",
            COMPILER_HINT,
            lambda p, m: abs(p["mean_first"] / p["noise_first"] - 1) < 0.1 and m["mean_first"] > 2 * m["noise_first"],
        ),
        Misconception(
            "small arrays were taken to be bound by memory like large ones.",
            SMALL_HINT,
            lambda p, m: p["jit_small"] > 1.3 and not CAREFUL(p["jit_small"], m["jit_small"]),
        ),
        Misconception(
            "large arrays were taken to cost the same: three are read against two.",
            "What is moved per pixel, in bytes?",
            lambda p, m: abs(p["jit_large"] - 1) < 0.1 and not CAREFUL(p["jit_large"], m["jit_large"]),
        ),
        Misconception(
            "the gradient was taken to widen the difference.",
            GRADIENT_HINT,
            lambda p, m: (
                p["gradient"] >= p["jit_large"] and p["gradient"] > 1.3 and not CAREFUL(p["gradient"], m["gradient"])
            ),
        ),
    ),
)


def check_answer_4_2(answer, measured=None) -> Verdict:
    """Check the predictions of problem 4.2: before the experiment that all are there, after it which hold.

    Args:
        answer: a dictionary; its keys are those of `PROBLEM_4_2.quantities`.
        measured: the same keys, with the measured ratios.
    """
    return PROBLEM_4_2.check(answer, measured)
