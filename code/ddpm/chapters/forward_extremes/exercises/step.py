"""Mean and covariance of a step of the forward process (problem 1.2)."""

import numpy as np

from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

SHAPES = ((3, 3), (2, 4), (4, 2))
RATE_HINT = (
    "The image is scaled so that a pixel of variance 1 keeps variance 1 once the noise is in. What does that leave it?"
)
VARIANCE_HINT = "A covariance matrix holds variances. Which power of the standard deviation is that?"
MATRIX_HINT = (
    "Each pixel has noise of its own, and of the same strength. Where in a covariance matrix is what belongs "
    "to one pixel?"
)


def step_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 12))
    return [(rng.normal(size=SHAPES[i % 3]), float(rng.uniform(0.05, 0.9))) for i in range(20)]


FORWARD_MEAN = Compared(
    "forward_mean",
    "1.2",
    ("x_prev", "beta"),
    step_cases,
    lambda x, beta: np.sqrt(1 - beta) * x,
    (
        Slip("1 - beta without the square root.", RATE_HINT, lambda x, beta: (1 - beta) * x),
        Slip(
            "the square root of beta: that scales the noise, not the image.",
            RATE_HINT,
            lambda x, beta: np.sqrt(beta) * x,
        ),
        Slip("1 - sqrt(beta): the root is taken too early.", RATE_HINT, lambda x, beta: (1 - np.sqrt(beta)) * x),
        Slip("the image itself: a step shrinks it before it adds noise.", RATE_HINT, lambda x, beta: x),
        Slip("beta times the image: beta is the variance of the noise.", RATE_HINT, lambda x, beta: beta * x),
        Slip("divided by sqrt(1 - beta): that is the way back.", RATE_HINT, lambda x, beta: x / np.sqrt(1 - beta)),
        Slip("(1 - beta) squared.", RATE_HINT, lambda x, beta: (1 - beta) ** 2 * x),
        Slip("the square root taken twice.", RATE_HINT, lambda x, beta: (1 - beta) ** 0.25 * x),
        Slip("sqrt(1 - beta^2): beta is a variance already.", RATE_HINT, lambda x, beta: np.sqrt(1 - beta**2) * x),
        Slip("sqrt(1 + beta): the sign is flipped.", RATE_HINT, lambda x, beta: np.sqrt(1 + beta) * x),
        Slip(
            "the image with its sign flipped.",
            "Should the image be turned into its negative?",
            lambda x, beta: -np.sqrt(1 - beta) * x,
        ),
        Slip(
            "the factor sqrt(1 - beta) alone, without the image.",
            "The mean is an image. What is multiplied by your factor?",
            lambda x, beta: np.sqrt(1 - beta),
        ),
        Slip(
            "the mean over the pixels: the mean of q(x_t | x_{t-1}) is an image.",
            "Average over the noise, not over the pixels.",
            lambda x, beta: np.sqrt(1 - beta) * np.mean(x),
        ),
        Slip(
            "the square root of beta added.",
            "A mean has no noise in it.",
            lambda x, beta: np.sqrt(1 - beta) * x + np.sqrt(beta),
        ),
        Slip("beta added.", "A mean has no noise in it.", lambda x, beta: np.sqrt(1 - beta) * x + beta),
        Slip(
            "1 - beta / 2: that is near the root only while beta is small.",
            RATE_HINT,
            lambda x, beta: (1 - beta / 2) * x,
        ),
        Slip(
            "exp(-beta): that is near 1 - beta while beta is small, and the root is missing.",
            RATE_HINT,
            lambda x, beta: np.exp(-beta) * x,
        ),
        Slip(
            "sqrt(1) - beta times the image: the bracket of the root closes too early.",
            "Which brackets does sqrt(1 - beta) need?",
            lambda x, beta: 1 - beta * x,
        ),
        Slip("the image is transposed.", "Does a step move pixels?", lambda x, beta: np.sqrt(1 - beta) * x.T),
        Slip(
            "exp(-beta / 2): that is near the root only while beta is small.",
            RATE_HINT,
            lambda x, beta: np.exp(-beta / 2) * x,
        ),
    ),
)

FORWARD_COVARIANCE = Compared(
    "forward_covariance",
    "1.2",
    ("x_prev", "beta"),
    step_cases,
    lambda x, beta: beta * np.eye(x.size),
    (
        Slip(
            "the standard deviation sqrt(beta), where the variance belongs.",
            VARIANCE_HINT,
            lambda x, beta: np.sqrt(beta) * np.eye(x.size),
        ),
        Slip("beta squared: beta is a variance already.", VARIANCE_HINT, lambda x, beta: beta**2 * np.eye(x.size)),
        Slip("1 - beta: that belongs to the mean.", VARIANCE_HINT, lambda x, beta: (1 - beta) * np.eye(x.size)),
        Slip(
            "sqrt(1 - beta): that belongs to the mean.",
            VARIANCE_HINT,
            lambda x, beta: np.sqrt(1 - beta) * np.eye(x.size),
        ),
        Slip(
            "the same beta in every entry: then all pixels would get the same noise.",
            MATRIX_HINT,
            lambda x, beta: np.full((x.size, x.size), beta),
        ),
        Slip(
            "sqrt(beta) in every entry: neither a variance, nor noise of its own for each pixel.",
            MATRIX_HINT,
            lambda x, beta: np.full((x.size, x.size), np.sqrt(beta)),
        ),
        Slip("twice beta.", VARIANCE_HINT, lambda x, beta: 2 * beta * np.eye(x.size)),
        Slip("the identity without beta.", "How strong is the noise of each pixel?", lambda x, beta: np.eye(x.size)),
        Slip("the inverse: beta divides where it multiplies.", VARIANCE_HINT, lambda x, beta: np.eye(x.size) / beta),
        Slip("half of beta.", VARIANCE_HINT, lambda x, beta: beta / 2 * np.eye(x.size)),
        Slip("the sign is flipped.", "Can a variance be negative?", lambda x, beta: -beta * np.eye(x.size)),
        Slip("the number beta alone, not a matrix.", MATRIX_HINT, lambda x, beta: beta),
        Slip("sqrt(beta) alone: neither a matrix nor a variance.", VARIANCE_HINT, lambda x, beta: np.sqrt(beta)),
        Slip(
            "one variance for each pixel, in the shape of the image: the covariance matrix has a row and a column "
            "for each.",
            MATRIX_HINT,
            lambda x, beta: np.full(x.shape, beta),
        ),
        Slip(
            "the diagonal alone: the covariance matrix has a row and a column for each pixel.",
            MATRIX_HINT,
            lambda x, beta: np.full(x.size, beta),
        ),
        Slip(
            "one standard deviation for each pixel, in the shape of the image: the covariance matrix holds "
            "variances, and has a row and a "
            "column for each pixel.",
            MATRIX_HINT,
            lambda x, beta: np.full(x.shape, np.sqrt(beta)),
        ),
        Slip(
            "a diagonal of standard deviations: the covariance matrix holds variances, and has a row and a column "
            "for each pixel.",
            MATRIX_HINT,
            lambda x, beta: np.full(x.size, np.sqrt(beta)),
        ),
        Slip(
            "beta times the image: the covariance does not depend on the image.", MATRIX_HINT, lambda x, beta: beta * x
        ),
        Slip(
            "a matrix with a row for each row of the image: one for each pixel is needed.",
            "How many pixels has an image of shape (3, 3)?",
            lambda x, beta: beta * np.eye(len(x)),
        ),
        Slip(
            "the identity in the shape of the image.",
            "How many pixels has an image of shape (3, 3)?",
            lambda x, beta: beta * np.eye(*x.shape) if x.ndim == 2 else beta * np.eye(x.size),
        ),
        Slip(
            "the products of the pixels: that would be the covariance of images.",
            MATRIX_HINT,
            lambda x, beta: beta * np.outer(x, x),
        ),
    ),
)


def check_forward_mean(student, seed: int | None = None) -> Verdict:
    """Check student(x_prev, beta), the mean of q(x_t | x_{t-1}) (problem 1.2)."""
    return check(student, FORWARD_MEAN, seed)


def check_forward_variance(student, seed: int | None = None) -> Verdict:
    """Check student(x_prev, beta), the covariance matrix of q(x_t | x_{t-1}) over flattened pixels (problem 1.2)."""
    return check(student, FORWARD_COVARIANCE, seed)
