"""Problem 5.2: what the trained network's chains show, predicted before it is trained."""

import numpy as np

from ddpm.grading.verdict import Verdict
from ddpm.grading.written.predictions import Misconception, Predictions, Quantity, within_distance, within_factor

LAW_HINT = "Both chains are random. Must two draws be alike for their distributions to be?"
KNOWN_HINT = "There is one image. Whoever knows it and sees x_t, what does he know of the noise?"
GROWTH_HINT = "x_0 is found from x_t and the predicted noise. By what is an error in the noise multiplied there?"

PROBLEM_5_2 = Predictions("answer_5_2", "5.2", {
    "least_loss": Quantity("the loss of the best possible predictor on the dot", within_distance(0.05)),
    "shared_noise": Quantity("correlation of forward and backward states half-way", within_distance(0.1)),
    "spread_ratio": Quantity("spread of the backward states half-way over that of the forward states", within_factor(1.25)),
    "middle": Quantity("mean of the middle pixel of the samples", within_distance(0.1)),
    "sample_error": Quantity("distance of a sample from the dot, per pixel", within_factor(5)),
    "growth": Quantity("error of the reconstruction from x_T over that from x_1", within_factor(5)),
}, (
    Misconception("noise was taken to be unpredictable: the loss of predicting 0.", KNOWN_HINT, lambda p, m: abs(p["least_loss"] - 1) < 0.05),
    Misconception("the backward chain was taken to retrace the forward one, state by state.", LAW_HINT, lambda p, m: abs(p["shared_noise"]) > 0.9),
    Misconception("the backward states were taken to be clean on the way.", LAW_HINT, lambda p, m: p["spread_ratio"] < 0.2),
    Misconception("the samples were taken to be noise.", "What does the last step of the backward chain do?", lambda p, m: abs(p["middle"]) < 0.1),
    Misconception("the network was taken to be perfect.", "It has seen finitely many examples, and it has finitely many units.",
                  lambda p, m: p["sample_error"] == 0),
    Misconception("the network was taken to make nothing but noise.", "Compare with the spread of pure noise, which is 1.",
                  lambda p, m: p["sample_error"] >= 0.9),
    Misconception("every x_t was taken to be as easy as x_1.", GROWTH_HINT, lambda p, m: abs(p["growth"] - 1) < 0.1),
    Misconception("the reconstruction was taken to get easier with more noise.", GROWTH_HINT, lambda p, m: 0 <= p["growth"] < 0.9),
))


def check_answer_5_2(answer, measured=None) -> Verdict:
    """Check the predictions of problem 5.2: before the experiment that all are there, after it which hold.

    Args:
        answer: a dictionary; its keys are those of `PROBLEM_5_2.quantities`.
        measured: the same keys, with what the experiment showed.
    """
    return PROBLEM_5_2.check(answer, measured)
