"""Problem 16.2: what judges say of samples of which everything is known, computed by hand."""

from functools import partial

import numpy as np

from ddpm.grading.verdict import Verdict
from ddpm.grading.written.predictions import Misconception, Predictions
from ddpm.grading.written.quantities import Choice, Number, is_about, within_distance

RIGHT = {
    "copied": 0.65,
    "copies": 0.24,
    "uneven": 0.75,
    "covered": 1 - 2**-5,
    "frechet": 2,
    "seen_by": "nearer",
}
NEAR = within_distance(0.006)
SHARE_HINT = "Copies are all nearer to the training half. And the others: which share of them is, by chance?"
SOLVE_HINT = "Half of what is no copy counts as nearer, too. Solve s = p + (1 - p) / 2 for p."
UNEVEN_HINT = "Every one of the 1200 images is equally likely to be the nearest. How many of them are trained on?"
COVER_HINT = (
    "An image is missed if its 5 nearest are all images, none a sample. With as many of both, how likely is each?"
)
FRECHET_HINT = "(a - b)^2 + (s_a - s_b)^2, and s are standard deviations."
SEEN_HINT = "A copier's samples are real images, spread as real ones are. Which judge asks whose images they are?"
_is = partial(is_about, within=0.006)

PROBLEM_16_2 = Predictions(
    "answer_16_2",
    "16.2",
    {
        "copied": Number("the share nearer to the training half if 30% of the samples are copies", NEAR, least=0),
        "copies": Number("the share of copies if 62% are nearer", NEAR),
        "uneven": Number("the honest share with 900 images trained on and 300 held out", NEAR, least=0),
        "covered": Number("the coverage of as many honest samples as images, k = 5, both many", NEAR, least=0),
        "frechet": Number("the Frechet distance of N(0, 1) and N(1, 4), one feature", NEAR, least=0),
        "seen_by": Choice(
            "the judge that sees that all samples are training images", ("frechet", "coverage", "nearer")
        ),
    },
    (
        Misconception(
            "percent: a share lies between 0 and 1.",
            "What is the share of a whole?",
            lambda p, m: any(_is(p[key] / 100, RIGHT[key]) for key in ("copied", "copies", "uneven", "covered")),
        ),
        Misconception(
            "the copies alone: of the others half are nearer too.", SHARE_HINT, lambda p, m: _is(p["copied"], 0.3)
        ),
        Misconception(
            "a half and the copies added: half of the copies are then counted twice.",
            SHARE_HINT,
            lambda p, m: _is(p["copied"], 0.8),
        ),
        Misconception("the share nearer to the half held out.", SHARE_HINT, lambda p, m: _is(p["copied"], 0.35)),
        Misconception("half of the copies: a copy is always nearer.", SHARE_HINT, lambda p, m: _is(p["copied"], 0.15)),
        Misconception(
            "what is above one half: each copy raises the share by one half only.",
            SOLVE_HINT,
            lambda p, m: _is(p["copies"], 0.12),
        ),
        Misconception("all that are nearer are taken for copies.", SOLVE_HINT, lambda p, m: _is(p["copies"], 0.62)),
        Misconception("half of all that are nearer.", SOLVE_HINT, lambda p, m: _is(p["copies"], 0.31)),
        Misconception("what is farther is taken for copies.", SOLVE_HINT, lambda p, m: _is(p["copies"], 0.38)),
        Misconception("one without the copies.", SOLVE_HINT, lambda p, m: _is(p["copies"], 0.76)),
        Misconception(
            "a half: that is so for halves of the same size.", UNEVEN_HINT, lambda p, m: _is(p["uneven"], 0.5)
        ),
        Misconception("the share of those held out.", UNEVEN_HINT, lambda p, m: _is(p["uneven"], 0.25)),
        Misconception(
            "the ratio of the two sets, not the share of one in both.",
            UNEVEN_HINT,
            lambda p, m: _is(p["uneven"], 3) or _is(p["uneven"], 1 / 3),
        ),
        Misconception("the share of the images that are missed.", COVER_HINT, lambda p, m: _is(p["covered"], 2**-5)),
        Misconception("one neighbour: with k = 1 it is a half.", COVER_HINT, lambda p, m: _is(p["covered"], 0.5)),
        Misconception("one neighbour too few.", COVER_HINT, lambda p, m: _is(p["covered"], 1 - 2**-4)),
        Misconception("one neighbour too many.", COVER_HINT, lambda p, m: _is(p["covered"], 1 - 2**-6)),
        Misconception(
            "all of them: by chance some images have no sample near, even if samples are honest.",
            COVER_HINT,
            lambda p, m: p["covered"] == 1,
        ),
        Misconception(
            "five chances added, or 1 - 1/6: the five neighbours must all be images.",
            COVER_HINT,
            lambda p, m: _is(p["covered"], 5 / 6),
        ),
        Misconception(
            "the variances were taken for the standard deviations.", FRECHET_HINT, lambda p, m: _is(p["frechet"], 10)
        ),
        Misconception(
            "the variances were subtracted, without a square.", FRECHET_HINT, lambda p, m: _is(p["frechet"], 4)
        ),
        Misconception(
            "the variances were added: what they share is not taken off.",
            FRECHET_HINT,
            lambda p, m: _is(p["frechet"], 6),
        ),
        Misconception(
            "one of its two parts alone: means and deviations both differ.",
            FRECHET_HINT,
            lambda p, m: _is(p["frechet"], 1),
        ),
        Misconception(
            "the root of it: the distance is a squared one.", FRECHET_HINT, lambda p, m: _is(p["frechet"], np.sqrt(2))
        ),
        Misconception(
            "a distance of distributions does not ask whether images are new: the training half is at its floor.",
            SEEN_HINT,
            lambda p, m: p["seen_by"] == "frechet",
        ),
        Misconception(
            "training images cover those held out as well as any other honest sample does.",
            SEEN_HINT,
            lambda p, m: p["seen_by"] == "coverage",
        ),
    ),
    known=RIGHT,
)


def check_answer_16_2(answer, measured=None) -> Verdict:
    """Check what is computed by hand of copies, neighbours and distances."""
    return PROBLEM_16_2.check(answer, measured)
