"""Problem 18.2: one pixel measured, computed by hand before the machine does."""

from functools import partial

from ddpm.grading.verdict import Verdict
from ddpm.grading.written.predictions import Misconception, Predictions
from ddpm.grading.written.quantities import Choice, Number, is_about, within_distance

NU, XI, B, SIGNAL, SPREAD = 4.0, 1.0, 2.0, 0.6, 0.8
TOTAL = SIGNAL**2 * NU + SPREAD**2
DOUBT = NU * SPREAD**2 / TOTAL
PULL = SPREAD**2 / SIGNAL * (SIGNAL * NU / TOTAL) * B  # of the guided image at x_u = 0, times V + xi^2
RIGHT = {
    "mean": NU * B / (NU + XI**2),
    "variance": NU * XI**2 / (NU + XI**2),
    "doubt": DOUBT,
    "pigdm": SPREAD**2 / (SIGNAL**2 + SPREAD**2),
    "exact": PULL / (DOUBT + XI**2),
    "certain": PULL / XI**2,
    "too_far": "certain",
}
NEAR = within_distance(0.04)  # two digits, rounded or cut off
MEAN_HINT = "The mean of a Gaussian prior and a measurement lies between both. How near to b, if the prior is wide?"
DOUBT_HINT = "x_0 and x_u are jointly Gaussian: the variance of x_0, less covariance^2 over the variance of x_u."
PULL_HINT = "Which V stands in the denominator, and what is the slope of x* by x?"
_is = partial(is_about, within=0.012)

PROBLEM_18_2 = Predictions(
    "answer_18_2",
    "18.2",
    {
        "mean": Number("the mean of x_0 once b is seen", NEAR),
        "variance": Number("its variance", NEAR, least=0),
        "doubt": Number("the variance of x_0 once x_u is seen", NEAR, least=0),
        "pigdm": Number("what PiGDM takes it to be", NEAR, least=0),
        "exact": Number("the guided image at x_u = 0 with the right variance", NEAR),
        "certain": Number("the same with the variance 0", NEAR),
        "too_far": Choice("which of the two goes past b", ("exact", "certain", "both", "none")),
    },
    (
        Misconception(
            "the weights are swapped: that is the mean if the prior were the narrow one.",
            MEAN_HINT,
            lambda p, m: _is(p["mean"], XI**2 * B / (NU + XI**2)),
        ),
        Misconception("the measured value itself.", MEAN_HINT, lambda p, m: _is(p["mean"], B)),
        Misconception("the mean of prior and measurement, half way.", MEAN_HINT, lambda p, m: _is(p["mean"], B / 2)),
        Misconception(
            "the standard deviation of the prior in the place of its variance.",
            MEAN_HINT,
            lambda p, m: _is(p["mean"], NU**0.5 * B / (NU**0.5 + XI**2)),
        ),
        Misconception(
            "1 / variance, and not the variance.",
            "What is known adds up in 1 / variance. Turn the sum over.",
            lambda p, m: _is(p["variance"], 1 / RIGHT["variance"]),
        ),
        Misconception(
            "the standard deviation, and not the variance.",
            "Its square is asked for.",
            lambda p, m: _is(p["variance"], RIGHT["variance"] ** 0.5),
        ),
        Misconception(
            "the variances were added.",
            "A measurement makes the variance smaller, not larger.",
            lambda p, m: _is(p["variance"], NU + XI**2),
        ),
        Misconception("the variance of x_u, and not of x_0.", DOUBT_HINT, lambda p, m: _is(p["doubt"], TOTAL)),
        Misconception(
            "the signal in the place of its square.",
            "Var[x_0 | x_u] = nu r^2 / (c^2 nu + r^2): are all squares there?",
            lambda p, m: _is(p["doubt"], NU * SPREAD**2 / (SIGNAL * NU + SPREAD**2)),
        ),
        Misconception(
            "what it would be if all images had the variance 1.",
            "Here the prior has the variance 4.",
            lambda p, m: _is(p["doubt"], RIGHT["pigdm"]),
        ),
        Misconception(
            "the variance of x_u / c_u around x_0: the prior is not used.",
            DOUBT_HINT,
            lambda p, m: _is(p["doubt"], (SPREAD / SIGNAL) ** 2),
        ),
        Misconception(
            "the spread in the place of its square.",
            "Var[x_0 | x_u] = nu r^2 / (c^2 nu + r^2): are all squares there?",
            lambda p, m: _is(p["doubt"], NU * SPREAD / TOTAL),
        ),
        Misconception(
            "the variance of x_0 in PiGDM as it is for this prior; PiGDM takes images to have the variance 1.",
            "r^2 / (c^2 + r^2).",
            lambda p, m: _is(p["pigdm"], DOUBT),
        ),
        Misconception(
            "that is r^2 / c^2, the doubt of the video models.",
            "r^2 / (c^2 + r^2).",
            lambda p, m: _is(p["pigdm"], (SPREAD / SIGNAL) ** 2),
        ),
        Misconception("the spread itself, not squared.", "r^2 / (c^2 + r^2).", lambda p, m: _is(p["pigdm"], SPREAD)),
        Misconception(
            "b itself: so it would be with V alone in the denominator, if the measurement had no noise.",
            PULL_HINT,
            lambda p, m: _is(p["exact"], B),
        ),
        Misconception(
            "with the variance 0 the guess moves not just to b: xi^2 alone stands in the denominator.",
            PULL_HINT,
            lambda p, m: _is(p["certain"], B),
        ),
        Misconception(
            "PiGDM's variance in the place of the right one.",
            PULL_HINT,
            lambda p, m: _is(p["exact"], PULL / (RIGHT["pigdm"] + XI**2)),
        ),
        Misconception(
            "the slope of x* by x is missing.",
            PULL_HINT,
            lambda p, m: (
                _is(p["exact"], SPREAD**2 / SIGNAL * B / (DOUBT + XI**2)) or _is(p["certain"], SPREAD**2 / SIGNAL * B)
            ),
        ),
        Misconception(
            "the mean of x_0 given b alone: x_u = 0 is seen, too.",
            "x_u = 0 pulls towards 0.",
            lambda p, m: _is(p["exact"], RIGHT["mean"]),
        ),
        Misconception(
            "the two are swapped: less doubt pulls harder.",
            PULL_HINT,
            lambda p, m: _is(p["exact"], RIGHT["certain"]) and _is(p["certain"], RIGHT["exact"]),
        ),
        Misconception(
            "the same variance twice.",
            PULL_HINT,
            lambda p, m: _is(p["exact"], RIGHT["certain"]) or _is(p["certain"], RIGHT["exact"]),
        ),
        Misconception(
            "of the two images, only that with the variance 0 lies above 2.",
            "Compare both with b.",
            lambda p, m: p["too_far"] != "certain",
        ),
    ),
    known=RIGHT,
)


def check_answer_18_2(answer, measured=None) -> Verdict:
    """Check the numbers computed by hand: before the cell that computes them that all are there, after it which hold.

    Args:
        answer: a dictionary; its keys are those of `PROBLEM_18_2.quantities`.
        measured: the same keys, with what the machine gives.
    """
    return PROBLEM_18_2.check(answer, measured)
