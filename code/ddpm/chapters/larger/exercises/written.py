"""Problem 19.2: what many devices change, predicted before it is counted."""

from ddpm.grading.verdict import Verdict
from ddpm.grading.written.predictions import Misconception, Predictions
from ddpm.grading.written.quantities import Choice, Number, within_factor

NEAR = within_factor(1.05)
RING_HINT = "In a ring of n devices each sends (n - 1) / n of an array per round. What is that for 8, and for 256?"
SPLIT_HINT = (
    "Split weights must be gathered before each use. What is sent in addition, beside two rounds for the slopes?"
)
MEMORY_HINT = "Adam keeps two numbers for each weight. Which of the three lie on one device when they are split?"
AGAIN_HINT = "The way back costs twice the way forward. What is added to the three parts?"
PARTS_HINT = "A mean of means of equal parts is the mean of all. Where does rounding come in?"

PROBLEM_19_2 = Predictions(
    "answer_19_2",
    "19.2",
    {
        "sent_256": Number("sent with 256 devices over sent with 8, weights copied", NEAR, least=0),
        "sent_split": Number("sent with split weights over sent with copied ones, 8 devices", NEAR, least=0),
        "kept_split": Number("kept with split weights over kept with copied ones, 8 devices", NEAR, least=0),
        "again": Number("operations with layers computed again over those without", NEAR, least=0),
        "parts": Choice("weights after four parts added up, beside one large batch", ("equal", "close", "different")),
    },
    (
        Misconception(
            "percentages in the place of ratios.",
            "As much is 1, not 100.",
            lambda p, m: any(NEAR(p[key] / 100, m[key]) for key in ("sent_256", "sent_split", "kept_split", "again")),
        ),
        Misconception(
            "more devices were taken to send more each: 32 times as many.",
            RING_HINT,
            lambda p, m: 10 < p["sent_256"] < 40,
        ),
        Misconception(
            "the factor (n - 1) / n was taken for 1 already with 8 devices.",
            RING_HINT,
            lambda p, m: within_factor(1.01)(p["sent_256"], 1),
        ),
        Misconception(
            "more devices were taken to send less each, as each has fewer examples.",
            "Is what is sent made of examples, or of slopes?",
            lambda p, m: p["sent_256"] < 0.5,
        ),
        Misconception(
            "split weights were taken to save what is sent, as they save what is kept.",
            SPLIT_HINT,
            lambda p, m: p["sent_split"] < 0.9,
        ),
        Misconception(
            "split weights were taken to send the same as copied ones: so it is where sums are scattered at once.",
            SPLIT_HINT,
            lambda p, m: NEAR(p["sent_split"], 1),
        ),
        Misconception(
            "the gathering was taken to have two rounds, as a sum has.",
            SPLIT_HINT,
            lambda p, m: NEAR(p["sent_split"], 2),
        ),
        Misconception(
            "only the weights were taken to be split, and what Adam remembers copied.",
            MEMORY_HINT,
            lambda p, m: NEAR(p["kept_split"], (1 / 8 + 2) / 3),
        ),
        Misconception(
            "only what Adam remembers was taken to be split.",
            MEMORY_HINT,
            lambda p, m: NEAR(p["kept_split"], (1 + 2 / 8) / 3),
        ),
        Misconception(
            "the fraction is upside down: 8 times as much.", MEMORY_HINT, lambda p, m: NEAR(p["kept_split"], 8)
        ),
        Misconception(
            "the way back was taken to cost as much as the way forward: 3 / 2.",
            AGAIN_HINT,
            lambda p, m: NEAR(p["again"], 1.5),
        ),
        Misconception(
            "that is what is added, not the ratio.",
            "Asked for is all, over all without it.",
            lambda p, m: NEAR(p["again"], 1 / 3),
        ),
        Misconception("everything was taken to be computed twice.", AGAIN_HINT, lambda p, m: NEAR(p["again"], 2)),
        Misconception(
            "parts were taken to train otherwise than the whole.", PARTS_HINT, lambda p, m: p["parts"] == "different"
        ),
        Misconception(
            "numbers in a computer were taken to add up to the same in any order.",
            PARTS_HINT,
            lambda p, m: p["parts"] == "equal",
        ),
    ),
    known={"sent_256": 255 / 256 / (7 / 8), "sent_split": 1.5, "kept_split": 1 / 8, "again": 4 / 3, "parts": "close"},
)


def check_answer_19_2(answer, measured=None) -> Verdict:
    """Check the predictions of problem 19.2: before the experiments that all are there, after them which hold.

    Args:
        answer: a dictionary; its keys are those of `PROBLEM_19_2.quantities`.
        measured: the same keys, with what was counted.
    """
    return PROBLEM_19_2.check(answer, measured)
