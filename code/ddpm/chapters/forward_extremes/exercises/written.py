"""Problem 1.1: what the forward process does at its extremes, predicted before the chains are run."""

import math

import numpy as np

from ddpm.grading.verdict import Verdict
from ddpm.grading.written.predictions import Misconception, Predictions
from ddpm.grading.written.quantities import Number, within_distance, within_factor

NEAR, EXACT = 0.1, 0.02  # which slip was made; what is right, with 100,000 runs, whose means stray by 0.003
SCALE_HINT = "By what does a step multiply the pixel when beta_t is 1? And when it is 0?"
FRESH_HINT = "Put beta_t = 1 into the formula of a step. Which part of x_{t-1} is left in x_t?"
HALF_HINT = "A step multiplies the mean by sqrt(1 - beta). After how many steps is the product below a half?"


def close(values, to) -> bool:
    return bool(np.all(np.abs(np.asarray(values) - np.asarray(to)) <= NEAR))


PROBLEM_1_1 = Predictions(
    "answer_1_1",
    "1.1",
    {
        "mean_0": Number("the mean in x_1, x_2, x_3 where every beta_t is 0", within_distance(EXACT), 3),
        "deviation_0": Number("its standard deviation there", within_distance(EXACT), 3, least=0),
        "mean_1": Number("the mean in x_1, x_2, x_3 where every beta_t is 1", within_distance(EXACT), 3),
        "deviation_1": Number("its standard deviation there", within_distance(EXACT), 3, least=0),
        "same_noise_1": Number(
            "how far the noise of x_2 is that of x_1 where every beta_t is 1", within_distance(EXACT), least=-1, most=1
        ),
        "mean_almost_1": Number("the mean in x_1 where every beta_t is 0.999", within_distance(0.01)),
        "half_gone": Number("the step at which half is gone where every beta_t is 0.001", within_factor(1.1), least=0),
    },
    (
        Misconception(
            "the two extremes are swapped: at 0 nothing is added, at 1 nothing is left.",
            SCALE_HINT,
            lambda p, m: close(p["mean_0"], 0) and close(p["mean_1"], 1),
        ),
        Misconception(
            "variances of 0 were taken for a black image: a step by beta_t = 0 multiplies by 1.",
            SCALE_HINT,
            lambda p, m: close(p["mean_0"], 0),
        ),
        Misconception(
            "at variance 0 noise is added all the same.",
            "How far from its mean does a Gaussian of variance 0 stray?",
            lambda p, m: close(p["mean_0"], 1) and np.all(p["deviation_0"] > NEAR),
        ),
        Misconception(
            "the image stays below the noise: at beta_t = 1 a step was taken to add noise and not to shrink.",
            SCALE_HINT,
            lambda p, m: close(p["mean_1"], 1),
        ),
        Misconception(
            "at beta_t = 1 the image fades step by step: it is gone after the first.",
            SCALE_HINT,
            lambda p, m: p["mean_1"][0] > NEAR and p["mean_1"][0] > p["mean_1"][1] >= p["mean_1"][2],
        ),
        Misconception(
            "at beta_t = 1 the variances add up from step to step: the noise of earlier steps is erased too.",
            FRESH_HINT,
            lambda p, m: any(close(p["deviation_1"], d) for d in (np.sqrt([1, 2, 3]), [1, 2, 3])),
        ),
        Misconception(
            "at beta_t = 1 there is no noise: black images.",
            "Which variance has the Gaussian that a step draws from?",
            lambda p, m: close(p["deviation_1"], 0),
        ),
        Misconception(
            "at beta_t = 1 the noise was taken to stay the same after the first step: each state is drawn afresh.",
            FRESH_HINT,
            lambda p, m: abs(p["same_noise_1"]) > 0.9,
        ),
        Misconception(
            "almost 0 was taken for exactly 0: many small losses multiply to a large one.",
            HALF_HINT,
            lambda p, m: p["half_gone"] >= 50_000,
        ),
        Misconception(
            "the mean was multiplied by 1 - beta in each step: the root is missing.",
            HALF_HINT,
            lambda p, m: abs(p["half_gone"] / 693 - 1) < 0.05,
        ),
        Misconception(
            "the losses were added: 500 times 0.001 is a half. They multiply, and under a root.",
            HALF_HINT,
            lambda p, m: abs(p["half_gone"] / 500 - 1) < 0.02,
        ),
        Misconception(
            "the losses of sqrt(1 - beta) were added: 1000 times 0.0005 is a half. They multiply.",
            HALF_HINT,
            lambda p, m: abs(p["half_gone"] / 1000 - 1) < 0.02,
        ),
        Misconception(
            "almost 1 was taken for exactly 1: a trace of the image is left after a step.",
            SCALE_HINT,
            lambda p, m: abs(p["mean_almost_1"]) < 5e-4,
        ),
        Misconception(
            "1 - beta_t in the place of its root: that is what the square of the mean is multiplied by.",
            SCALE_HINT,
            lambda p, m: abs(p["mean_almost_1"] - 0.001) < 5e-4,
        ),
        Misconception(
            "at almost 1 the image was taken to be nearly whole after a step.",
            SCALE_HINT,
            lambda p, m: 0.9 < p["mean_almost_1"] <= 1,
        ),
    ),
    known={
        "mean_0": [1] * 3,
        "deviation_0": [0] * 3,
        "mean_1": [0] * 3,
        "deviation_1": [1] * 3,
        "same_noise_1": 0,
        "mean_almost_1": math.sqrt(0.001),
        "half_gone": math.ceil(math.log(0.5) / math.log(math.sqrt(0.999))),
    },
)


def check_answer_1_1(answer, measured=None) -> Verdict:
    """Check the predictions of problem 1.1: before the experiment that all are there, after it which hold.

    Args:
        answer: a dictionary; its keys are those of `PROBLEM_1_1.quantities`.
        measured: the same keys, with what the chains showed.
    """
    return PROBLEM_1_1.check(answer, measured)
