"""The score of a Gaussian mixture (problem 10.1)."""

import numpy as np

from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

LOG_HINT = "The score is the slope of log p. What is the derivative of log p, written with p and its slope?"
SHARE_HINT = "Once x is seen, the components are no longer as likely as their weights say. What does Bayes' rule give?"
SLOPE_HINT = (
    "Take one component alone. What is the slope of the log of its density, and what does the variance do in it?"
)
DENSITY_HINT = "Write down the density of one component in D dimensions, with the factor in front of the exponential."
SIGN_HINT = "Where log p rises, the score points uphill. On which side of the mean is uphill?"

# components and pixels; few, since what a reader compiles is compiled for each
SHAPES = ((3, 2), (2, 3), (4, 1), (2, 2))


def mixture_score_cases(seed: int) -> list[tuple]:
    """Points near enough to several components that each has a part in the score."""
    rng = np.random.default_rng((seed, 101))
    cases = []
    for i in range(16):
        K, D = SHAPES[i % 4]
        weights = rng.uniform(0.5, 2.0, K)
        means, variances = 0.8 * rng.normal(size=(K, D)), rng.uniform(0.3, 1.8, K)
        cases.append((0.8 * rng.normal(size=D), means, variances, weights / weights.sum()))
    return cases


def _score(
    exponent=lambda d, v: -np.sum(d**2, axis=1) / (2 * v),
    front=lambda v, D: v ** (-D / 2),
    weigh=lambda joint, w: joint / joint.sum(),
    share=lambda w: w,
    slope=lambda d, v: d / v[:, None],
    sign=1,
):
    """The score with one of its parts replaced; d is the way from x to each mean."""

    def score(x, means, variances, weights):
        d = means - x
        joint = share(weights) * front(variances, x.size) * np.exp(exponent(d, variances))
        return sign * weigh(joint, weights) @ slope(d, variances)

    return score


def _of_density(x, means, variances, weights):
    d = means - x
    density = weights * (2 * np.pi * variances) ** (-x.size / 2) * np.exp(-np.sum(d**2, axis=1) / (2 * variances))
    return density @ (d / variances[:, None])


def _one(index):
    return lambda joint, w: np.eye(len(joint))[index(joint)]


def _of_moments(x, means, variances, weights):
    """The score of the one Gaussian that has the mixture's mean and, in the mean over the dimensions, its variance."""
    mean = weights @ means
    return (mean - x) / (weights @ (variances + np.mean((means - mean) ** 2, axis=1)))


def _mean_over_variance(x, means, variances, weights):
    joint = weights * variances ** (-x.size / 2) * np.exp(-np.sum((means - x) ** 2, axis=1) / (2 * variances))
    return (joint @ means / joint.sum() - x) / (joint @ variances / joint.sum())


MIXTURE_SCORE = Compared(
    "mixture_score",
    "10.1",
    ("x", "means", "variances", "weights"),
    mixture_score_cases,
    _score(),
    (
        Slip("the gradient of the density itself: it is not divided by the density.", LOG_HINT, _of_density),
        Slip(
            "the slopes of the components averaged with their weights, wherever x is.",
            SHARE_HINT,
            _score(weigh=lambda joint, w: w),
        ),
        Slip(
            "all components count alike, wherever x is.",
            SHARE_HINT,
            _score(weigh=lambda joint, w: np.full(len(w), 1 / len(w))),
        ),
        Slip(
            "the slopes of all components are added, with no weights at all.",
            SHARE_HINT,
            _score(weigh=lambda joint, w: np.ones(len(w))),
        ),
        Slip(
            "the standard deviation in the place of the variance, all through the densities of the components.",
            DENSITY_HINT,
            _score(exponent=lambda d, v: -np.sum(d**2, axis=1) / (2 * np.sqrt(v)), front=lambda v, D: v ** (-D / 4)),
        ),
        Slip(
            "the factor in front of the exponentials without its root.", DENSITY_HINT, _score(front=lambda v, D: v**-D)
        ),
        Slip("the slope of the likeliest component alone.", SHARE_HINT, _score(weigh=_one(np.argmax))),
        Slip("the weights are missing in the probabilities.", SHARE_HINT, _score(share=lambda w: 1)),
        Slip("the probabilities are not divided by their sum.", SHARE_HINT, _score(weigh=lambda joint, w: joint)),
        Slip("the sign is turned: it points downhill.", SIGN_HINT, _score(sign=-1)),
        Slip(
            "the standard deviation in the place of the variance in the slope.",
            SLOPE_HINT,
            _score(slope=lambda d, v: d / np.sqrt(v)[:, None]),
        ),
        Slip("the slope is not divided by the variance.", SLOPE_HINT, _score(slope=lambda d, v: d)),
        Slip(
            "the slope is divided by twice the variance.", SLOPE_HINT, _score(slope=lambda d, v: d / (2 * v)[:, None])
        ),
        Slip(
            "the slope is divided by the variance squared.", SLOPE_HINT, _score(slope=lambda d, v: d / (v**2)[:, None])
        ),
        Slip(
            "the factor in front of the exponentials is missing: that is right only where all variances are equal.",
            DENSITY_HINT,
            _score(front=lambda v, D: 1.0),
        ),
        Slip(
            "the factor in front of the exponentials is that of one dimension.",
            DENSITY_HINT,
            _score(front=lambda v, D: v**-0.5),
        ),
        Slip(
            "the 2 in the exponent is missing.", DENSITY_HINT, _score(exponent=lambda d, v: -np.sum(d**2, axis=1) / v)
        ),
        Slip(
            "the standard deviation in the exponent in the place of the variance.",
            DENSITY_HINT,
            _score(exponent=lambda d, v: -np.sum(d**2, axis=1) / (2 * np.sqrt(v))),
        ),
        Slip(
            "the mean over the dimensions in the exponent, not the sum.",
            DENSITY_HINT,
            _score(exponent=lambda d, v: -np.mean(d**2, axis=1) / (2 * v)),
        ),
        Slip(
            "the means are averaged first, and the variances too: a sum of fractions is not the fraction of the sums.",
            SHARE_HINT,
            _mean_over_variance,
        ),
        Slip("the score of the one Gaussian with the mixture's mean and variance.", SHARE_HINT, _of_moments),
    ),
)


def check_mixture_score(student, seed: int | None = None) -> Verdict:
    """Check student(x, means, variances, weights): the score of sum_k w_k N(m_k, v_k I) at x, shape of x (problem
    10.1)."""
    return check(student, MIXTURE_SCORE, seed)
