"""Problems 17.1 and 17.3: the slope of a classifier from two predictions, and guidance in an interval of times."""

import numpy as np

from ddpm.grading.cases import LabelWave
from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

SHAPES = ((3, 3), (2, 4), (4, 2))
CASES = 18


def classifier_score_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 17, 1))
    return [
        (rng.normal(size=SHAPES[i % 3]), rng.normal(size=SHAPES[i % 3]), float(rng.uniform(*ends)))
        for i, ends in zip(range(CASES), (CASES // 2) * [(0.15, 0.5), (0.6, 0.9)])
    ]


RULE_HINT = "Bayes' rule: log P(k | x) is log q(x | k) less log q(x), and a constant. What is the slope of each?"
SIGN_HINT = "Tweedie's formula has a minus: the score is -noise / spread."
SPREAD_HINT = "By what is a predicted noise divided to make a score of it?"

CLASSIFIER_SCORE = Compared(
    "classifier_score",
    "17.1",
    ("noise_of_class", "noise_of_any", "spread"),
    classifier_score_cases,
    lambda own, other, r: (other - own) / r,
    (
        Slip("the sign is turned: away from the class.", SIGN_HINT, lambda own, other, r: (own - other) / r),
        Slip(
            "the difference of the noises, without the spread, and its sign is turned.",
            f"{SIGN_HINT} {SPREAD_HINT}",
            lambda own, other, r: own - other,
        ),
        Slip("the spread is missing.", SPREAD_HINT, lambda own, other, r: other - own),
        Slip("multiplied by the spread.", SPREAD_HINT, lambda own, other, r: (other - own) * r),
        Slip("divided by the square of the spread.", SPREAD_HINT, lambda own, other, r: (other - own) / r**2),
        Slip("divided by the root of the spread.", SPREAD_HINT, lambda own, other, r: (other - own) / np.sqrt(r)),
        Slip(
            "multiplied by the spread, and the sign is turned.",
            f"{SIGN_HINT} {SPREAD_HINT}",
            lambda own, other, r: (own - other) * r,
        ),
        Slip(
            "divided by the square of the spread, and the sign is turned.",
            f"{SIGN_HINT} {SPREAD_HINT}",
            lambda own, other, r: (own - other) / r**2,
        ),
        Slip("that is the score of the images of the class.", RULE_HINT, lambda own, other, r: -own / r),
        Slip("that is the score of all images.", RULE_HINT, lambda own, other, r: -other / r),
        Slip("the two scores are added.", RULE_HINT, lambda own, other, r: -(own + other) / r),
        Slip("the noises are added, and the minus is missing.", RULE_HINT, lambda own, other, r: (own + other) / r),
        Slip("the spread divides the noise of any image alone.", SPREAD_HINT, lambda own, other, r: other / r - own),
        Slip("the spread divides the noise of the class alone.", SPREAD_HINT, lambda own, other, r: other - own / r),
        Slip(
            "the factor of the image, sqrt(1 - spread^2), in the place of the spread.",
            SPREAD_HINT,
            lambda own, other, r: (other - own) / np.sqrt(1 - r**2),
        ),
        Slip(
            "divided by the root of the spread, and the sign is turned.",
            f"{SIGN_HINT} {SPREAD_HINT}",
            lambda own, other, r: (own - other) / np.sqrt(r),
        ),
        Slip("half of it.", RULE_HINT, lambda own, other, r: (other - own) / (2 * r)),
        Slip("twice as much.", RULE_HINT, lambda own, other, r: 2 * (other - own) / r),
    ),
)


def guided_noise_cases(seed: int) -> list[tuple]:
    """Times below, inside and above of the interval, in turn; and some at its two ends."""
    rng, cases = np.random.default_rng((seed, 17, 3)), []
    for i in range(CASES):
        low, high = float(rng.uniform(0.2, 0.4)), float(rng.uniform(0.6, 0.8))
        u = float(rng.uniform(*((low + 0.02, high - 0.02), (high + 0.02, 0.98), (0.02, low - 0.02))[i % 3]))
        if i in (6, 12):  # ends whose halves are exact, so that no right test of the interval fails by rounding
            low, high = 0.25, 0.75
            u = {6: low, 12: high}[i]
        label, w = int(rng.integers(1, 5)), float(rng.uniform(0.6, 3.0))
        cases.append((LabelWave.draw(rng), rng.normal(size=SHAPES[i // 3 % 3]), u, label, w, low, high))
    return cases


def _inside(u, low, high):
    return low <= u <= high


def _guided(
    mix=lambda own, other, w: own + w * (own - other),
    inside=_inside,
    outside=lambda own, other, w: own,
    asked=lambda network, x, u, label: (network(x, u, label), network(x, u)),
):
    """The guided noise with one of its parts replaced."""

    def noise(network, x, u, label, w, low, high):
        own, other = (np.asarray(value, np.float64) for value in asked(network, x, u, label))
        return (mix if inside(u, low, high) else outside)(own, other, w)

    return noise


STRENGTH_HINT = "With w = 0 the class alone is to come out, and with w = -1 the answer for any image. Does it?"
WHERE_HINT = "Inside of the interval there is guidance; outside of it the class is told, and nothing is added."
ASK_HINT = "The network is asked twice at the same x and u: once told the class, and once not."

GUIDED_NOISE = Compared(
    "guided_noise",
    "17.3",
    ("network", "x", "u", "label", "w", "low", "high"),
    guided_noise_cases,
    _guided(),
    (
        Slip(
            "w multiplies the difference from the answer for any image: there w = 1 is no guidance, the other "
            "convention.",
            STRENGTH_HINT,
            _guided(lambda own, other, w: other + w * (own - other)),
        ),
        Slip(
            "the other convention, where w = 1 is no guidance; and outside of the interval no class is told.",
            f"{STRENGTH_HINT} {WHERE_HINT}",
            _guided(lambda own, other, w: other + w * (own - other), outside=lambda own, other, w: other),
        ),
        Slip(
            "1 + w before the difference as well as the class's own answer: guidance by 1 + w.",
            STRENGTH_HINT,
            _guided(lambda own, other, w: own + (1 + w) * (own - other)),
        ),
        Slip(
            "w - 1 before the difference from the answer for any image: to convert, 1 is added to w, not subtracted.",
            STRENGTH_HINT,
            _guided(lambda own, other, w: other + (w - 1) * (own - other)),
        ),
        Slip(
            "(1 + w) own - other: the factors are to add up to 1.",
            STRENGTH_HINT,
            _guided(lambda own, other, w: (1 + w) * own - other),
        ),
        Slip(
            "the difference is turned: that leads away from the class.",
            STRENGTH_HINT,
            _guided(lambda own, other, w: own + w * (other - own)),
        ),
        Slip(
            "(1 + w) and w with a plus between them: the factors are to add up to 1.",
            STRENGTH_HINT,
            _guided(lambda own, other, w: (1 + w) * own + w * other),
        ),
        Slip("the two answers are swapped.", STRENGTH_HINT, _guided(lambda own, other, w: (1 + w) * other - w * own)),
        Slip(
            "w own - (1 + w) other: the answers are swapped, and the sign is turned.",
            STRENGTH_HINT,
            _guided(lambda own, other, w: w * own - (1 + w) * other),
        ),
        Slip(
            "w times the class less the answer for any image: the factors are to add up to 1.",
            STRENGTH_HINT,
            _guided(lambda own, other, w: w * own - other),
        ),
        Slip(
            "the class is missing: w times the difference alone.",
            STRENGTH_HINT,
            _guided(lambda own, other, w: w * (own - other)),
        ),
        Slip("there is guidance at every time.", WHERE_HINT, _guided(inside=lambda u, low, high: True)),
        Slip(
            "there is guidance at no time, or the class is told both times, so that nothing is left of the difference.",
            f"{WHERE_HINT} {ASK_HINT}",
            _guided(inside=lambda u, low, high: False),
        ),
        Slip(
            "there is guidance outside of the interval, and none inside.",
            WHERE_HINT,
            _guided(inside=lambda u, low, high: not _inside(u, low, high)),
        ),
        Slip(
            "the two ends of the interval do not belong to it.",
            WHERE_HINT,
            _guided(inside=lambda u, low, high: low < u < high),
        ),
        Slip(
            "the lower end of the interval does not belong to it.",
            WHERE_HINT,
            _guided(inside=lambda u, low, high: low < u <= high),
        ),
        Slip(
            "the upper end of the interval does not belong to it.",
            WHERE_HINT,
            _guided(inside=lambda u, low, high: low <= u < high),
        ),
        Slip("the upper end is left out of the test.", WHERE_HINT, _guided(inside=lambda u, low, high: u >= low)),
        Slip("the lower end is left out of the test.", WHERE_HINT, _guided(inside=lambda u, low, high: u <= high)),
        Slip("outside of the interval no class is told.", WHERE_HINT, _guided(outside=lambda own, other, w: other)),
        Slip("outside of the interval the answer is 0.", WHERE_HINT, _guided(outside=lambda own, other, w: 0 * own)),
        Slip(
            "the label 0 in the place of no label: that is a class as well.",
            ASK_HINT,
            _guided(asked=lambda network, x, u, label: (network(x, u, label), network(x, u, 0))),
        ),
        Slip(
            "the class is told neither time.",
            ASK_HINT,
            _guided(asked=lambda network, x, u, label: (network(x, u), network(x, u))),
        ),
        Slip(
            "the time of the answer for any image is 1 - u.",
            ASK_HINT,
            _guided(asked=lambda network, x, u, label: (network(x, u, label), network(x, 1 - u))),
        ),
    ),
)


def check_classifier_score(student, seed: int | None = None) -> Verdict:
    """Check student(noise_of_class, noise_of_any, spread): the gradient of log P(k | x) from two predicted noises."""
    return check(student, CLASSIFIER_SCORE, seed)


def check_guided_noise(student, seed: int | None = None) -> Verdict:
    """Check student(network, x, u, label, w, low, high): the guided noise where low <= u <= high, elsewhere that of the
    class."""
    return check(student, GUIDED_NOISE, seed)
