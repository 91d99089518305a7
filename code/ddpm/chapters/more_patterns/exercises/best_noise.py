"""The best noise predictor of a finite data set, as an exercise."""

import numpy as np

from ddpm.grading.cases import Coefficients, steps_and_schedules
from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

SHAPES = ((3, 3), (2, 4), (4, 2))
MEAN_HINT = (
    "Several images may have led to this x_t. Each comes with a noise and with a probability. What is the "
    "mean of the noise?"
)
DENSITY_HINT = (
    "Write down the density of x_t, given one image: what is its mean, what its variance, and what stands in "
    "the exponent?"
)
NOISE_HINT = "Given the image, x_t holds the noise with a factor. Solve the closed form for the noise."
SUM_HINT = "The probabilities of all images together are 1."
INDEX_HINT = (
    "schedule.alpha_bar has T + 1 entries, and alpha_bar[0] = 1 belongs to the clean image. Which one belongs to t?"
)


def best_noise_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 61))
    cases = []
    for i, (t, schedule) in enumerate(steps_and_schedules(rng)):
        images = 0.7 * rng.normal(size=((3, 4, 3)[i % 3], *SHAPES[i % 3]))
        cases.append((schedule, images, 0.7 * rng.normal(size=SHAPES[i % 3]), t))
    return cases


def _best(
    shrink=lambda s: np.sqrt(s.alpha_bar),
    spread=lambda s: np.sqrt(1 - s.alpha_bar),
    shift=0,
    seen=None,
    exponent=None,
    weigh=None,
    answer=lambda s, x_t, x_0, noise: noise,
    extra=lambda s, m: 0,
):
    """The best predictor with one of its parts replaced.

    `seen` is the factor of the images inside the weights only; `extra` is added to the exponent.
    """
    exponent = exponent or (lambda s, d: -np.sum(d**2, axis=1) / (2 * spread(s) ** 2))
    weigh = weigh or (lambda a: np.exp(a - a.max()) / np.exp(a - a.max()).sum())

    def best(schedule, images, x_t, t):
        s = Coefficients(schedule, t + shift)
        apart = (x_t - (seen or shrink)(s) * images).reshape(len(images), -1)
        weights = weigh(exponent(s, apart) + extra(s, images.reshape(len(images), -1)))
        x_0 = np.tensordot(weights, images, 1)
        noise = np.tensordot(weights, (x_t - shrink(s) * images) / spread(s), 1)
        return answer(s, x_t, x_0, noise)

    return best


def _one(index):
    return lambda a: np.eye(len(a))[index(a)]


BEST_NOISE = Compared(
    "best_noise_of",
    "5",
    ("schedule", "images", "x_t", "t"),
    best_noise_cases,
    _best(),
    (
        Slip("the noise that belongs to the likeliest image alone.", MEAN_HINT, _best(weigh=_one(np.argmax))),
        Slip("the noise that belongs to the least likely image.", MEAN_HINT, _best(weigh=_one(np.argmin))),
        Slip("all images count alike, whatever x_t is.", MEAN_HINT, _best(weigh=lambda a: np.full(len(a), 1 / len(a)))),
        Slip(
            "unlikely images count most: the sign of the exponent is wrong.",
            DENSITY_HINT,
            _best(exponent=lambda s, d: np.sum(d**2, axis=1) / (2 * (1 - s.alpha_bar))),
        ),
        Slip("the weights are not divided by their sum.", SUM_HINT, _best(weigh=np.exp)),
        Slip(
            "the mean over the pixels in the exponent, not the sum.",
            DENSITY_HINT,
            _best(exponent=lambda s, d: -np.mean(d**2, axis=1) / (2 * (1 - s.alpha_bar))),
        ),
        Slip(
            "the distance in the exponent is not squared.",
            DENSITY_HINT,
            _best(exponent=lambda s, d: -np.sqrt(np.sum(d**2, axis=1)) / (2 * (1 - s.alpha_bar))),
        ),
        Slip(
            "the 2 in the exponent is missing.",
            DENSITY_HINT,
            _best(exponent=lambda s, d: -np.sum(d**2, axis=1) / (1 - s.alpha_bar)),
        ),
        Slip(
            "the standard deviation in the exponent in the place of the variance.",
            DENSITY_HINT,
            _best(exponent=lambda s, d: -np.sum(d**2, axis=1) / (2 * np.sqrt(1 - s.alpha_bar))),
        ),
        Slip(
            "the exponent is the squared distance alone: neither the 2 nor the variance divide it.",
            DENSITY_HINT,
            _best(exponent=lambda s, d: -np.sum(d**2, axis=1)),
        ),
        Slip(
            "the weights compare x_t with the images, not with the shrunk ones, and the variance is missing in the "
            "exponent.",
            DENSITY_HINT,
            _best(seen=lambda s: 1, exponent=lambda s, d: -np.sum(d**2, axis=1) / 2),
        ),
        Slip(
            "the exponent is not divided by the variance.",
            DENSITY_HINT,
            _best(exponent=lambda s, d: -np.sum(d**2, axis=1) / 2),
        ),
        Slip(
            "the weights compare x_t with the images, not with the shrunk ones.", DENSITY_HINT, _best(seen=lambda s: 1)
        ),
        Slip(
            "the images are not shrunk, neither in the weights nor in the noise.", NOISE_HINT, _best(shrink=lambda s: 1)
        ),
        Slip(
            "the weights are right, but the noise is taken from the images before they were shrunk.",
            NOISE_HINT,
            _best(answer=lambda s, x_t, x_0, noise: (x_t - x_0) / np.sqrt(1 - s.alpha_bar)),
        ),
        Slip("alpha_bar_t without its square root scales the images.", NOISE_HINT, _best(shrink=lambda s: s.alpha_bar)),
        Slip(
            "divided by the variance 1 - alpha_bar_t, not by its square root.",
            NOISE_HINT,
            _best(answer=lambda s, x_t, x_0, noise: noise / np.sqrt(1 - s.alpha_bar)),
        ),
        Slip(
            "the noise is still scaled by sqrt(1 - alpha_bar_t).",
            NOISE_HINT,
            _best(answer=lambda s, x_t, x_0, noise: noise * np.sqrt(1 - s.alpha_bar)),
        ),
        Slip("E[x_0 | x_t] in the place of the noise.", NOISE_HINT, _best(answer=lambda s, x_t, x_0, noise: x_0)),
        Slip("the sign of the noise is wrong.", NOISE_HINT, _best(answer=lambda s, x_t, x_0, noise: -noise)),
        Slip(
            "alpha_t in the place of alpha_bar_t.",
            "The closed form is about all steps up to t, not about one.",
            _best(lambda s: np.sqrt(s.alpha), lambda s: np.sqrt(s.beta)),
        ),
        Slip("alpha_bar of step t + 1 in the place of t.", INDEX_HINT, _best(shift=1)),
        Slip(
            "alpha_bar made as the cumulative product of beta.",
            "What is multiplied up: what a step adds, or what it keeps?",
            _best(lambda s: np.sqrt(s.beta_bar), lambda s: np.sqrt(1 - s.beta_bar)),
        ),
        Slip(
            "the squared length of the images is missing in the exponent: that is right only where all are equally "
            "long.",
            "Multiply the square in the exponent out. Which of its three terms are the same for all images, and "
            "cancel?",
            _best(extra=lambda s, m: s.alpha_bar / (2 * (1 - s.alpha_bar)) * np.sum(m**2, axis=1)),
        ),
        Slip(
            "2 * 1 - alpha_bar_t: the brackets around 1 - alpha_bar_t are missing in the exponent.",
            DENSITY_HINT,
            _best(exponent=lambda s, d: -np.sum(d**2, axis=1) / (2 - s.alpha_bar)),
        ),
        Slip(
            "divided by 2 and multiplied by 1 - alpha_bar_t in the exponent: the brackets around the denominator are "
            "missing.",
            DENSITY_HINT,
            _best(exponent=lambda s, d: -np.sum(d**2, axis=1) / 2 * (1 - s.alpha_bar)),
        ),
        Slip(
            "the exponent has the distance of the images from x_t in one pixel after the other: the weights differ "
            "from pixel to pixel.",
            DENSITY_HINT,
            lambda schedule, images, x_t, t: _by_pixel(schedule, images, x_t, t),
        ),
    ),
)


def _by_pixel(schedule, images, x_t, t):
    bar = Coefficients(schedule, t).alpha_bar
    noises = (x_t - np.sqrt(bar) * images) / np.sqrt(1 - bar)
    weights = np.exp(-(noises**2) / 2)
    return np.sum(weights * noises, axis=0) / np.sum(weights, axis=0)


def check_best_noise(student, seed: int | None = None) -> Verdict:
    """Check student(schedule, images, x_t, t): E[noise | x_t] for a data set of images that are equally frequent."""
    return check(student, BEST_NOISE, seed)
