"""Problem 20.1: the best variance of one step for four predictors, and what another costs, by hand."""

from functools import partial

import numpy as np

from ddpm.grading.verdict import Verdict
from ddpm.grading.written.predictions import Misconception, Predictions
from ddpm.grading.written.quantities import Choice, Number, is_about, within_distance

BETA, BAR_PREV, LOSS, PIXELS = 0.5, 0.8, 0.1, 9
ALPHA, BAR = 1 - BETA, (1 - BETA) * BAR_PREV
TILDE, GAIN = BETA * (1 - BAR_PREV) / (1 - BAR), BETA**2 / (ALPHA * (1 - BAR))
OF_NETWORK = TILDE + GAIN * LOSS
RIGHT = {
    "one_image": TILDE,
    "normal": BETA,
    "network": OF_NETWORK,
    "silent": BETA / ALPHA,
    "extra": PIXELS / 2 * float(np.log(BETA / OF_NETWORK) + OF_NETWORK / BETA - 1),
    "many_steps": "no",
}
NEAR = within_distance(0.005)
TILDE_HINT = "beta_tilde_t is beta_t times (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t). Which of the two is smaller?"
NORMAL_HINT = "The best predictor of standard normal data says sqrt(1 - alpha_bar_t) x_t. What is its loss?"
GAIN_HINT = "k_t is beta_t^2 / (alpha_t (1 - alpha_bar_t)). Which numbers are alpha_t and alpha_bar_t here?"
EXTRA_HINT = "Put sigma_t^2 = beta_t and the best one into the term, and take the difference."
_is = partial(is_about, within=0.002)  # two slips lie 0.004 apart

PROBLEM_20_1 = Predictions(
    "answer_20_1",
    "20.1",
    {
        "one_image": Number("the best variance if the data are one image", NEAR),
        "normal": Number("the best variance if the data are standard normal", NEAR),
        "network": Number("the best variance for a network whose loss is 0.1", NEAR),
        "silent": Number("the best variance for a predictor that always says 0", NEAR),
        "extra": Number(
            "the nats that beta_t costs beyond the best, for that network and 9 pixels", within_distance(0.04)
        ),
        "many_steps": Choice(
            "whether beta_t or beta_tilde_t makes much of a difference in many small steps", ("yes", "no")
        ),
    },
    (
        Misconception(
            "the ratio in beta_tilde_t is upside down.",
            TILDE_HINT,
            lambda p, m: _is(p["one_image"], BETA * (1 - BAR) / (1 - BAR_PREV)),
        ),
        Misconception(
            "alpha_bar itself stands in beta_tilde_t in the place of 1 - alpha_bar.",
            TILDE_HINT,
            lambda p, m: _is(p["one_image"], BETA * BAR / BAR_PREV) or _is(p["one_image"], BETA * BAR_PREV / BAR),
        ),
        Misconception(
            "with one image nothing is left to guess: the loss is 0, and the variance beta_tilde_t, not beta_t.",
            TILDE_HINT,
            lambda p, m: _is(p["one_image"], BETA),
        ),
        Misconception(
            "no variance at all: the image is known, but x_{t-1} is it with noise.",
            "q(x_{t-1} | x_t, x_0) has a variance. Which?",
            lambda p, m: _is(p["one_image"], 0),
        ),
        Misconception(
            "for standard normal data the loss was taken for 1 - alpha_bar_t.",
            NORMAL_HINT,
            lambda p, m: _is(p["normal"], TILDE + GAIN * (1 - BAR)),
        ),
        Misconception(
            "for standard normal data the loss was taken for 1: that is of a predictor that always says 0.",
            NORMAL_HINT,
            lambda p, m: _is(p["normal"], TILDE + GAIN),
        ),
        Misconception(
            "alpha_bar_t stands in k_t where alpha_t belongs, or the loss was added without k_t: both make 0.27.",
            GAIN_HINT,
            lambda p, m: p["network"] == 0.27,
        ),
        Misconception(
            "the loss alone was added, without k_t.",
            GAIN_HINT,
            lambda p, m: _is(p["network"], TILDE + LOSS),
        ),
        Misconception(
            "k_t times the loss, without beta_tilde_t.",
            "Even a predictor without loss leaves a variance.",
            lambda p, m: _is(p["network"], GAIN * LOSS),
        ),
        Misconception(
            "alpha_bar_t stands in k_t where alpha_t belongs.",
            GAIN_HINT,
            lambda p, m: _is(p["network"], TILDE + BETA**2 / (BAR * (1 - BAR)) * LOSS),
        ),
        Misconception(
            "1 - alpha_bar_t is missing in k_t.",
            GAIN_HINT,
            lambda p, m: _is(p["network"], TILDE + BETA**2 / ALPHA * LOSS),
        ),
        Misconception(
            "half of k_t: that is the weight of the loss in the bound.",
            "k_t / (2 sigma_t^2) is the weight. Which of it belongs to the variance?",
            lambda p, m: _is(p["network"], TILDE + GAIN / 2 * LOSS),
        ),
        Misconception(
            "the loss was added to beta_t: between beta_tilde_t and beta_t there is room for it.",
            "At which loss is the best variance beta_tilde_t, and at which is it beta_t?",
            lambda p, m: _is(p["network"], BETA + GAIN * LOSS),
        ),
        Misconception(
            "beta_t is not the largest: a predictor that says 0 is worse than the best one of standard normal data.",
            "Its loss is the mean of the noise's square.",
            lambda p, m: _is(p["silent"], BETA),
        ),
        Misconception(
            "the terms are those of one pixel: there are nine.",
            EXTRA_HINT,
            lambda p, m: _is(p["extra"], RIGHT["extra"] / PIXELS),
        ),
        Misconception(
            "the factor 1/2 before the bracket is missing.",
            EXTRA_HINT,
            lambda p, m: _is(p["extra"], 2 * RIGHT["extra"]),
        ),
        Misconception(
            "the whole term with beta_t, and not what is too much of it.",
            EXTRA_HINT,
            lambda p, m: _is(p["extra"], PIXELS / 2 * (np.log(BETA / TILDE) + OF_NETWORK / BETA - 1)),
        ),
        Misconception(
            "the whole term with the best variance, and not what beta_t costs beyond it.",
            EXTRA_HINT,
            lambda p, m: _is(p["extra"], PIXELS / 2 * np.log(OF_NETWORK / TILDE)),
        ),
        Misconception(
            "the ratio in the logarithm is upside down.",
            EXTRA_HINT,
            lambda p, m: _is(p["extra"], PIXELS / 2 * (np.log(OF_NETWORK / BETA) + BETA / OF_NETWORK - 1)),
        ),
        Misconception(
            "in a small step beta_t and beta_tilde_t are nearly the same.",
            "What is (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t) if alpha_t is nearly 1?",
            lambda p, m: p["many_steps"] == "yes" != m["many_steps"],
        ),
    ),
    known=RIGHT,
)


def check_answer_20_1(answer, measured=None) -> Verdict:
    """Check the numbers computed by hand: before the cell that computes them that all are there, after it which hold.

    Args:
        answer: a dictionary; its keys are those of `PROBLEM_20_1.quantities`.
        measured: the same keys, with what the machine gives.
    """
    return PROBLEM_20_1.check(answer, measured)
