"""What the product of cosines says, computed by hand before the machine does it."""

from functools import partial

import numpy as np

from ddpm.grading.verdict import Verdict
from ddpm.grading.written.predictions import Misconception, Predictions
from ddpm.grading.written.quantities import Choice, Number, is_about, within_distance

RIGHT = {
    "three": float(np.cos(np.pi / 6) ** 3),
    "uneven": float(np.cos(np.radians([45, 30, 15])).prod()),
    "steps": 25,
    "factor": 2,
    "densest": float(-np.log(4)),
    "even_in_time": "no",
}
NEAR = within_distance(0.01)
CLOSE = within_distance(0.02)  # -1.4 is right: -1.386 in two digits
PRODUCT_HINT = "Each step multiplies by the cosine of its own angle. What becomes of the factors of three steps?"
LOSS_HINT = "With the first term of the series: which N makes (pi / 2)^2 / (2 N) as small as 0.05?"
PLACE_HINT = (
    "The bump lies where the noise is as large as the data, varsigma^2 = nu. What is the log of 1 / varsigma^2?"
)
_is = partial(is_about, within=0.01)

PROBLEM_14_1 = Predictions(
    "answer_14_1",
    "14.1",
    {
        "three": Number("the part of the standard deviation that is left after three equal steps", NEAR),
        "uneven": Number("the same for steps of 45, 30 and 15 degrees", NEAR),
        "steps": Number("the smallest number of equal steps that loses at most 5%", within_distance(0.01)),
        "factor": Number("the factor by which twice as many steps reduce the loss, about", within_distance(0.1)),
        "densest": Number("the log-SNR at which the best steps lie densest, for the standard deviation 2", CLOSE),
        "even_in_time": Choice("whether steps even in time are then the best", ("yes", "no")),
    },
    (
        Misconception(
            "the sum of the cosines was taken, and not their product.",
            PRODUCT_HINT,
            lambda p, m: _is(p["three"], 3 * np.cos(np.pi / 6)) or _is(p["uneven"], 2.539),
        ),
        Misconception(
            "the mean of the cosines was taken, and not their product.",
            PRODUCT_HINT,
            lambda p, m: _is(p["three"], np.cos(np.pi / 6)) or _is(p["uneven"], 2.539 / 3),
        ),
        Misconception(
            "what is lost, and not what is left.",
            "1 is all of it. The product of the cosines is what is left.",
            lambda p, m: _is(p["three"], 1 - RIGHT["three"]) or _is(p["uneven"], 1 - RIGHT["uneven"]),
        ),
        Misconception(
            "percent: 1 is all of it, not 100.",
            "A cosine is never above 1.",
            lambda p, m: _is(p["three"] / 100, RIGHT["three"]) or _is(p["uneven"] / 100, RIGHT["uneven"]),
        ),
        Misconception(
            "the angles were taken for radians.",
            "45 degrees are pi / 4.",
            lambda p, m: is_about(p["three"], np.cos(30) ** 3, 5e-4) or _is(p["uneven"], np.cos([45, 30, 15]).prod()),
        ),
        Misconception(
            "the variance that is left, and not the standard deviation.",
            "x itself is multiplied by the cosines.",
            lambda p, m: _is(p["three"], RIGHT["three"] ** 2) or _is(p["uneven"], RIGHT["uneven"] ** 2),
        ),
        Misconception(
            "sines in the place of cosines.",
            "A step through a small angle does little harm. Which of the two is near 1 there?",
            lambda p, m: _is(p["three"], 0.125) or _is(p["uneven"], np.sin(np.radians([45, 30, 15])).prod()),
        ),
        Misconception(
            "unequal steps were taken to be as good as equal ones.",
            "log cos is concave: what does Jensen's inequality say of angles that differ?",
            lambda p, m: _is(p["three"], p["uneven"]) and not _is(p["uneven"], RIGHT["uneven"]),
        ),
        Misconception(
            "one step too few: it loses a little more than 5%.",
            "Put it into cos^N(90 degrees / N).",
            lambda p, m: _is(p["steps"], 24),
        ),
        Misconception(
            "the bound itself: a number of steps is whole.",
            "Which whole numbers are at least as large as the bound?",
            lambda p, m: 24.01 < p["steps"] < 24.99,
        ),
        Misconception(
            "the factor 1/2 in the first term of the series is missing.",
            LOSS_HINT,
            lambda p, m: 49 <= p["steps"] <= 50,
        ),
        Misconception(
            "half the circle was taken for a quarter of it: from noise to data it is 90 degrees, pi / 2.",
            LOSS_HINT,
            lambda p, m: 98 <= p["steps"] <= 99,
        ),
        Misconception(
            "a method of second order would gain a factor of 4. DDIM's loss falls as 1 / N.",
            "What does the first term of the series become with 2 N?",
            lambda p, m: abs(p["factor"] - 4) < 0.1,
        ),
        Misconception(
            "the loss falls with more steps; the factor by which it falls is above 1.",
            "From 5% to what?",
            lambda p, m: abs(p["factor"] - 0.5) < 0.1,
        ),
        Misconception(
            "the sign: wide data are decided where there is more noise than data had with variance 1.",
            PLACE_HINT,
            lambda p, m: _is(p["densest"], np.log(4)),
        ),
        Misconception(
            "the standard deviation was taken for the variance nu.",
            PLACE_HINT,
            lambda p, m: _is(p["densest"], -np.log(2)) or _is(p["densest"], np.log(2)),
        ),
        Misconception(
            "nu itself and not its log.",
            PLACE_HINT,
            lambda p, m: _is(p["densest"], 4) or _is(p["densest"], -4) or _is(p["densest"], 0.25),
        ),
        Misconception(
            "the place for data of variance 1.",
            PLACE_HINT,
            lambda p, m: _is(p["densest"], 0),
        ),
        Misconception(
            "on this path time is the angle only for data of variance 1.",
            "theta = arctan(varsigma / sqrt(nu)), and varsigma = tan(pi u / 2). For which nu is that pi u / 2?",
            lambda p, m: p["even_in_time"] == "yes" != m["even_in_time"],
        ),
    ),
    known=RIGHT,
)


def check_answer_14_1(answer, measured=None) -> Verdict:
    """Check the numbers computed by hand: before the cell that computes them that all are there, after it which hold.

    Args:
        answer: a dictionary; its keys are those of `PROBLEM_14_1.quantities`.
        measured: the same keys, with what the machine gives.
    """
    return PROBLEM_14_1.check(answer, measured)
