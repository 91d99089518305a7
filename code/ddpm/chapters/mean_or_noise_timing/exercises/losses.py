"""The two weighted losses (problem 4.1)."""

import numpy as np

from ddpm.grading.cases import Coefficients, steps_and_schedules
from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

SIGMA_HINT = "The sigma_t^2 of this exercise is beta_t itself. Which power of sigma_t stands in the loss?"
TILDE_HINT = "Two choices of sigma_t^2 are common. Which one does the exercise name?"
HALF_HINT = "Look at the log density of a Gaussian: what stands beside the variance in the exponent's denominator?"
SUM_HINT = "||...||^2 is the squared length of a vector. How is a length made from the entries?"
SQUARE_HINT = "Look at the bars once more: which power has the length in the formula?"
BEFORE_HINT = "schedule.alpha_bar[t] is the paper's alpha_bar_t: read the subscripts of the formula one by one."
LATE_HINT = "Arrays over time are indexed by the paper's t, and index 0 stands for the clean data. No shift is needed."
BAR_HINT = "alpha_t belongs to one step, alpha_bar_t to all steps up to t. Read off the formula which is where."
PRODUCT_HINT = "What is multiplied up in alpha_bar_t: what a step adds, or what it keeps?"
ROOT_HINT = "A mean scales with standard deviations, its square with variances. Where does the formula have roots?"
SIGN_HINT = "Which of the two signs in the formula is it? A squared length is never negative."
BRACKET_HINT = "Python multiplies and divides before it adds and subtracts. Which brackets does the formula need?"
PADDED_HINT = "Print your alpha_bar_{t-1} for t = 1 and for t = 2. Is the first of them 1?"
DENOMINATOR_HINT = (
    "beta_tilde_t is a fraction. And which of the two common choices of sigma_t^2 does the exercise name?"
)
OFFSET = {"one step early": -1, "one step late": 1}


def mean_loss_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 41))
    return [
        (schedule, t, rng.normal(size=5), rng.normal(size=5), rng.normal(size=5))
        for t, schedule in steps_and_schedules(rng)
    ]


def noise_loss_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 42))
    return [(schedule, t, rng.normal(size=5), rng.normal(size=5)) for t, schedule in steps_and_schedules(rng)]


def _posterior_factors(s):
    """Of x_0 and of x_t in mu_tilde_t."""
    total = 1 - s.alpha_bar
    return np.sqrt(s.before) * s.beta / total, np.sqrt(s.alpha) * (1 - s.before) / total


def _mean_loss(factors=_posterior_factors, weight=lambda s: 0.5 / s.beta, distance=lambda d: np.sum(d**2), shift=0):
    """The mean loss with one of its parts replaced."""

    def loss(schedule, t, x_0, x_t, predicted_mean):
        s = Coefficients(schedule, t + shift)
        of_x_0, of_x_t = factors(s)
        return weight(s) * distance(of_x_0 * x_0 + of_x_t * x_t - predicted_mean)

    return loss


def _factors(of_x_0=lambda s: _posterior_factors(s)[0], of_x_t=lambda s: _posterior_factors(s)[1]):
    return _mean_loss(lambda s: (of_x_0(s), of_x_t(s)))


def _noise_loss(weight=lambda s: s.beta / (2 * s.alpha * (1 - s.alpha_bar)), distance=lambda d: np.sum(d**2), shift=0):
    """The noise loss with one of its parts replaced."""

    def loss(schedule, t, noise, predicted_noise):
        s = Coefficients(schedule, t + shift)
        return weight(s) * distance(noise - predicted_noise)

    return loss


def _length(d):
    return np.sqrt(np.sum(d**2))


def _from_the_step(schedule, t, x_0, x_t, predicted_mean):
    s = Coefficients(schedule, t)
    return np.sum((np.sqrt(s.alpha) * x_t - predicted_mean) ** 2) / (2 * s.beta)


def _shifted(beta=0, alpha=0, sigma=0):
    """The mean loss with beta_t and alpha_t of mu_tilde_t, and the beta_t of sigma_t^2, of other steps."""

    def loss(schedule, t, x_0, x_t, predicted_mean):
        s = Coefficients(schedule, t)
        weight = 0.5 / Coefficients(schedule, t + sigma).beta
        s.beta, s.alpha = Coefficients(schedule, t + beta).beta, Coefficients(schedule, t + alpha).alpha
        of_x_0, of_x_t = _posterior_factors(s)
        return weight * np.sum((of_x_0 * x_0 + of_x_t * x_t - predicted_mean) ** 2)

    return loss


MEAN_LOSS = Compared(
    "mean_loss",
    "4.1",
    ("schedule", "t", "x_0", "x_t", "predicted_mean"),
    mean_loss_cases,
    _mean_loss(),
    (
        Slip("the factor 1/2 is missing.", HALF_HINT, _mean_loss(weight=lambda s: 1 / s.beta)),
        Slip(
            "sigma_t (the standard deviation) in the place of sigma_t^2 (the variance).",
            SIGMA_HINT,
            _mean_loss(weight=lambda s: 0.5 / np.sqrt(s.beta)),
        ),
        Slip(
            "sigma_t^2 squared once more: beta_t is a variance already.",
            SIGMA_HINT,
            _mean_loss(weight=lambda s: 0.5 / s.beta**2),
        ),
        Slip(
            "beta_tilde_t in the place of beta_t as sigma_t^2.",
            TILDE_HINT,
            _mean_loss(weight=lambda s: 0.5 / s.beta_tilde),
        ),
        Slip(
            "the weight 1 / (2 sigma_t^2) is missing.",
            "This gives every step the same weight. What stands before the bars?",
            _mean_loss(weight=lambda s: 1),
        ),
        Slip(
            "the weight is 1/2 alone: sigma_t^2 is missing.",
            "What stands before the bars besides the 1/2?",
            _mean_loss(weight=lambda s: 0.5),
        ),
        Slip(
            "multiplied by sigma_t^2 where it divides.",
            "Should an error count more or less where little noise was added?",
            _mean_loss(weight=lambda s: 0.5 * s.beta),
        ),
        Slip(
            "1 / (2 alpha_t) as the weight: alpha in the place of beta.",
            SIGMA_HINT,
            _mean_loss(weight=lambda s: 0.5 / s.alpha),
        ),
        Slip(
            "1 / (2 (1 - alpha_bar_t)) as the weight.", SIGMA_HINT, _mean_loss(weight=lambda s: 0.5 / (1 - s.alpha_bar))
        ),
        Slip(
            "the mean over the pixels in the place of the sum.", SUM_HINT, _mean_loss(distance=lambda d: np.mean(d**2))
        ),
        Slip(
            "the mean squared error: neither the weight nor the sum over the pixels.",
            SUM_HINT,
            _mean_loss(weight=lambda s: 1, distance=lambda d: np.mean(d**2)),
        ),
        Slip(
            "the mean over the pixels in the place of the sum, and the factor 1/2 is missing.",
            SUM_HINT,
            _mean_loss(weight=lambda s: 1 / s.beta, distance=lambda d: np.mean(d**2)),
        ),
        Slip(
            "the weight of the noise loss.",
            "The weight changes when the mean is written in terms of the noise. Which one belongs to the mean?",
            _mean_loss(weight=lambda s: s.beta / (2 * s.alpha * (1 - s.alpha_bar))),
        ),
        Slip("the length itself, not squared.", SQUARE_HINT, _mean_loss(distance=_length)),
        Slip("absolute values in the place of squares.", SQUARE_HINT, _mean_loss(distance=lambda d: np.sum(np.abs(d)))),
        Slip(
            "squared after the sum: errors of opposite sign cancel.",
            SUM_HINT,
            _mean_loss(distance=lambda d: np.sum(d) ** 2),
        ),
        Slip("squared twice.", SQUARE_HINT, _mean_loss(distance=lambda d: np.sum(d**2) ** 2)),
        Slip("the squared errors pixel by pixel, not added up.", SUM_HINT, _mean_loss(distance=lambda d: d**2)),
        Slip("the sign is flipped.", SIGN_HINT, _mean_loss(weight=lambda s: -0.5 / s.beta)),
        Slip(
            "the factors of x_0 and x_t in mu_tilde_t are swapped.",
            "Near t = 1, which of the two should mu_tilde_t resemble?",
            _mean_loss(lambda s: _posterior_factors(s)[::-1]),
        ),
        Slip(
            "alpha_bar_t in the place of alpha_bar_{t-1} in both factors of mu_tilde_t.",
            BEFORE_HINT,
            _factors(lambda s: np.sqrt(s.alpha_bar) * s.beta / (1 - s.alpha_bar), lambda s: np.sqrt(s.alpha)),
        ),
        Slip(
            "alpha_bar_t in the place of alpha_bar_{t-1} in the factor of x_0.",
            BEFORE_HINT,
            _factors(lambda s: np.sqrt(s.alpha_bar) * s.beta / (1 - s.alpha_bar)),
        ),
        Slip(
            "alpha_bar_t in the place of alpha_bar_{t-1} in the factor of x_t.",
            BEFORE_HINT,
            _factors(of_x_t=lambda s: np.sqrt(s.alpha)),
        ),
        Slip(
            "alpha_bar_{t-1} in the place of alpha_bar_t in the denominators of mu_tilde_t.",
            BEFORE_HINT,
            _factors(lambda s: np.sqrt(s.before) * s.beta / (1 - s.before), lambda s: np.sqrt(s.alpha)),
        ),
        Slip(
            "mu_tilde_t without its denominator 1 - alpha_bar_t.",
            "Do the two factors of mu_tilde_t have a denominator?",
            _factors(lambda s: np.sqrt(s.before) * s.beta, lambda s: np.sqrt(s.alpha) * (1 - s.before)),
        ),
        Slip(
            "the square root of 1 - alpha_bar_t in the denominators of mu_tilde_t.",
            ROOT_HINT,
            _factors(
                lambda s: np.sqrt(s.before / (1 - s.alpha_bar)) * s.beta,
                lambda s: np.sqrt(s.alpha / (1 - s.alpha_bar)) * (1 - s.before),
            ),
        ),
        Slip(
            "mu_tilde_t without its square roots.",
            ROOT_HINT,
            _factors(
                lambda s: s.before * s.beta / (1 - s.alpha_bar), lambda s: s.alpha * (1 - s.before) / (1 - s.alpha_bar)
            ),
        ),
        Slip(
            "alpha_bar_{t-1} without its square root in mu_tilde_t.",
            ROOT_HINT,
            _factors(lambda s: s.before * s.beta / (1 - s.alpha_bar)),
        ),
        Slip(
            "alpha_t without its square root in mu_tilde_t.",
            ROOT_HINT,
            _factors(of_x_t=lambda s: s.alpha * (1 - s.before) / (1 - s.alpha_bar)),
        ),
        Slip(
            "the square root of beta_t in the factor of x_0.",
            ROOT_HINT,
            _factors(lambda s: np.sqrt(s.before * s.beta) / (1 - s.alpha_bar)),
        ),
        Slip(
            "alpha_t in the place of beta_t in the factor of x_0.",
            "Which of the two is the noise that step t adds?",
            _factors(lambda s: np.sqrt(s.before) * s.alpha / (1 - s.alpha_bar)),
        ),
        Slip(
            "beta_t in the place of alpha_t in the factor of x_t.",
            "Which of the two is the part of the image that a step keeps?",
            _factors(of_x_t=lambda s: np.sqrt(s.beta) * (1 - s.before) / (1 - s.alpha_bar)),
        ),
        Slip(
            "alpha_bar_t in the place of alpha_t in the factor of x_t.",
            BAR_HINT,
            _factors(of_x_t=lambda s: np.sqrt(s.alpha_bar) * (1 - s.before) / (1 - s.alpha_bar)),
        ),
        Slip(
            "the parts of mu_tilde_t subtracted where they are added.",
            "mu_tilde_t lies between x_0 and x_t. Can a minus do that?",
            _factors(of_x_t=lambda s: -_posterior_factors(s)[1]),
        ),
        Slip("mu_tilde_t with x_0 alone.", "mu_tilde_t has two parts.", _factors(of_x_t=lambda s: 0)),
        Slip("mu_tilde_t with x_t alone.", "mu_tilde_t has two parts.", _factors(lambda s: 0)),
        Slip(
            "x_0 in the place of mu_tilde_t.",
            "The network aims at the mean of x_{t-1}, one step back, not at the clean image.",
            _factors(lambda s: 1, lambda s: 0),
        ),
        Slip(
            "x_t in the place of mu_tilde_t.",
            "The network aims at the mean of x_{t-1}. What is known about it, given x_0?",
            _factors(lambda s: 0, lambda s: 1),
        ),
        Slip(
            "the mean of the forward step, sqrt(alpha_t) x_t, in the place of mu_tilde_t.",
            "That is mu_tilde_t with an alpha_bar of 0. Was it forgotten, or made as a product that holds beta_0 = 0?",
            _from_the_step,
        ),
        Slip(
            "the mean of q(x_t | x_0) in the place of mu_tilde_t.",
            "The target is the mean of x_{t-1} given x_t and x_0.",
            _factors(lambda s: np.sqrt(s.alpha_bar), lambda s: 0),
        ),
        Slip(
            "predicted_mean alone: the distance to mu_tilde_t is asked for.",
            "What is compared with what?",
            _factors(lambda s: 0, lambda s: 0),
        ),
        *(
            Slip(f"every number of the schedule {when}.", LATE_HINT, _mean_loss(shift=shift))
            for when, shift in OFFSET.items()
        ),
        Slip("alpha_bar made as the cumulative product of beta.", PRODUCT_HINT, lambda *case: _beta_products(*case)),
        *(
            Slip(f"{names} of step t - 1 in mu_tilde_t{more}.", LATE_HINT, make)
            for names, more, make in (
                ("beta_t", "", _shifted(beta=-1)),
                ("alpha_t", "", _shifted(alpha=-1)),
                ("beta_t and alpha_t", "", _shifted(-1, -1)),
                ("beta_t and alpha_t", ", and beta_t in sigma_t^2 too", _shifted(-1, -1, -1)),
            )
        ),
        Slip(
            "beta_t taken from step t - 1 in sigma_t^2.",
            LATE_HINT,
            lambda schedule, t, *rest: _mean_loss(weight=lambda s: 0.5 / _before(schedule, t).beta)(schedule, t, *rest),
        ),
        Slip(
            "beta_tilde_t without its denominator 1 - alpha_bar_t, and in the place of beta_t, as sigma_t^2.",
            DENOMINATOR_HINT,
            _mean_loss(weight=lambda s: 0.5 / ((1 - s.before) * s.beta)),
        ),
        Slip(
            "alpha_bar_{t-1} padded on the wrong side: the list is alpha_bar_{t+1}, and 1 at its end.",
            PADDED_HINT,
            lambda *case: _padded(*case, lambda bars, t: np.append(bars[1:], 1.0)[t]),
        ),
        Slip(
            "alpha_bar_{t-1} padded on the wrong side: the list is alpha_bar_t, with 1 in the place of its last.",
            PADDED_HINT,
            lambda *case: _padded(*case, lambda bars, t: np.append(bars[:-1], 1.0)[t]),
        ),
        Slip(
            "1 - alpha_bar_t without its brackets in the denominators of mu_tilde_t.",
            BRACKET_HINT,
            _factors(
                lambda s: np.sqrt(s.before) * s.beta - s.alpha_bar,
                lambda s: np.sqrt(s.alpha) * (1 - s.before) - s.alpha_bar,
            ),
        ),
    ),
    later=("jitted", "trained"),
)


def _before(schedule, t):
    """The numbers of step t - 1; beta_0 = 0."""
    return Coefficients(schedule, t - 1)


def _padded(schedule, t, x_0, x_t, predicted_mean, before):
    s = Coefficients(schedule, t)
    s.before = before(np.cumprod(1 - np.asarray(schedule.beta, np.float64)), t)
    of_x_0, of_x_t = _posterior_factors(s)
    return np.sum((of_x_0 * x_0 + of_x_t * x_t - predicted_mean) ** 2) / (2 * s.beta)


def _beta_products(schedule, t, x_0, x_t, predicted_mean):
    s = Coefficients(schedule, t)
    s.alpha_bar, s.before = s.beta_bar, Coefficients(schedule, t - 1).beta_bar if t > 1 else 1.0
    of_x_0, of_x_t = _posterior_factors(s)
    return np.sum((of_x_0 * x_0 + of_x_t * x_t - predicted_mean) ** 2) / (2 * s.beta)


NOISE_LOSS = Compared(
    "noise_loss",
    "4.1",
    ("schedule", "t", "noise", "predicted_noise"),
    noise_loss_cases,
    _noise_loss(),
    (
        Slip("the factor 1/2 is missing.", HALF_HINT, _noise_loss(lambda s: s.beta / (s.alpha * (1 - s.alpha_bar)))),
        Slip(
            "the weight is missing: that is the simple loss.",
            "What stands before the bars in the weighted loss?",
            _noise_loss(lambda s: 1),
        ),
        Slip("the weight is 1/2 alone.", "What stands before the bars besides the 1/2?", _noise_loss(lambda s: 0.5)),
        Slip(
            "the weight of the mean loss.",
            "The weight changes when the mean is written in terms of the noise.",
            _noise_loss(lambda s: 0.5 / s.beta),
        ),
        Slip(
            "the mean over the pixels in the place of the sum.", SUM_HINT, _noise_loss(distance=lambda d: np.mean(d**2))
        ),
        Slip(
            "the mean squared error: neither the weight nor the sum over the pixels.",
            SUM_HINT,
            _noise_loss(lambda s: 1, lambda d: np.mean(d**2)),
        ),
        Slip(
            "the mean over the pixels in the place of the sum, and the factor 1/2 is missing.",
            SUM_HINT,
            _noise_loss(lambda s: s.beta / (s.alpha * (1 - s.alpha_bar)), lambda d: np.mean(d**2)),
        ),
        Slip("the length itself, not squared.", SQUARE_HINT, _noise_loss(distance=_length)),
        Slip(
            "absolute values in the place of squares.", SQUARE_HINT, _noise_loss(distance=lambda d: np.sum(np.abs(d)))
        ),
        Slip(
            "squared after the sum: errors of opposite sign cancel.",
            SUM_HINT,
            _noise_loss(distance=lambda d: np.sum(d) ** 2),
        ),
        Slip("squared twice.", SQUARE_HINT, _noise_loss(distance=lambda d: np.sum(d**2) ** 2)),
        Slip("the squared errors pixel by pixel, not added up.", SUM_HINT, _noise_loss(distance=lambda d: d**2)),
        Slip("the sign is flipped.", SIGN_HINT, _noise_loss(lambda s: -s.beta / (2 * s.alpha * (1 - s.alpha_bar)))),
        Slip(
            "beta_t in the place of beta_t^2 in the numerator.",
            "The mean has beta_t as a factor. What has its square?",
            _noise_loss(lambda s: 0.5 / (s.alpha * (1 - s.alpha_bar))),
        ),
        Slip(
            "sigma_t^2 is missing in the denominator.",
            SIGMA_HINT,
            _noise_loss(lambda s: s.beta**2 / (2 * s.alpha * (1 - s.alpha_bar))),
        ),
        Slip(
            "sigma_t (the standard deviation) in the place of sigma_t^2 (the variance).",
            SIGMA_HINT,
            _noise_loss(lambda s: s.beta**1.5 / (2 * s.alpha * (1 - s.alpha_bar))),
        ),
        Slip(
            "alpha_bar_{t-1} in the place of alpha_bar_t; beta_tilde_t as sigma_t^2 gives the same.",
            "Either a subscript or the choice of sigma_t^2. Compare both with the formula.",
            _noise_loss(lambda s: s.beta / (2 * s.alpha * (1 - s.before))),
        ),
        Slip(
            "alpha_bar_{t+1} in the place of alpha_bar_t.",
            LATE_HINT,
            lambda schedule, t, noise, predicted_noise: (
                np.sum((noise - predicted_noise) ** 2)
                * Coefficients(schedule, t).beta
                / (2 * Coefficients(schedule, t).alpha * (1 - Coefficients(schedule, t + 1).alpha_bar))
            ),
        ),
        Slip(
            "the square root of 1 - alpha_bar_t in the denominator.",
            ROOT_HINT,
            _noise_loss(lambda s: s.beta / (2 * s.alpha * np.sqrt(1 - s.alpha_bar))),
        ),
        Slip(
            "the square root of alpha_t in the denominator.",
            ROOT_HINT,
            _noise_loss(lambda s: s.beta / (2 * np.sqrt(s.alpha) * (1 - s.alpha_bar))),
        ),
        Slip(
            "the square root of the weight: the factor of the noise, not yet squared.",
            "A factor leaves ||...||^2 squared.",
            _noise_loss(lambda s: np.sqrt(s.beta / (2 * s.alpha * (1 - s.alpha_bar)))),
        ),
        Slip(
            "the weight inside the square, so it counts twice.",
            "Is the weight inside the bars or before them?",
            _noise_loss(lambda s: (s.beta / (2 * s.alpha * (1 - s.alpha_bar))) ** 2),
        ),
        Slip(
            "alpha_t is missing in the denominator.",
            "mu_theta has a factor 1 / sqrt(alpha_t). What becomes of it?",
            _noise_loss(lambda s: s.beta / (2 * (1 - s.alpha_bar))),
        ),
        Slip(
            "1 - alpha_bar_t is missing in the denominator, or 1 since alpha_bar is a product that holds beta_0 = 0.",
            "The noise in mu_theta is divided by a root. What becomes of it?",
            _noise_loss(lambda s: s.beta / (2 * s.alpha)),
        ),
        Slip(
            "alpha_bar_t in the place of 1 - alpha_bar_t.",
            "Which of the two is the variance of the noise in x_t?",
            _noise_loss(lambda s: s.beta / (2 * s.alpha * s.alpha_bar)),
        ),
        Slip(
            "alpha_bar_t in the place of alpha_t.",
            BAR_HINT,
            _noise_loss(lambda s: s.beta / (2 * s.alpha_bar * (1 - s.alpha_bar))),
        ),
        Slip(
            "beta_t in the place of alpha_t.",
            "mu_theta has a factor 1 / sqrt(alpha_t). Where does it go?",
            _noise_loss(lambda s: 1 / (2 * (1 - s.alpha_bar))),
        ),
        Slip("1 - alpha_t in the place of 1 - alpha_bar_t.", BAR_HINT, _noise_loss(lambda s: 0.5 / s.alpha)),
        Slip(
            "alpha_t^2 in the place of beta_t^2 in the numerator.",
            "Which of the two is the noise that step t adds?",
            _noise_loss(lambda s: s.alpha / (2 * s.beta * (1 - s.alpha_bar))),
        ),
        Slip(
            "multiplied by the denominator.",
            "The weight is a fraction. What is below the line?",
            _noise_loss(lambda s: 0.5 * s.beta * s.alpha * (1 - s.alpha_bar)),
        ),
        Slip(
            "alpha_bar made as the cumulative product of beta.",
            PRODUCT_HINT,
            _noise_loss(lambda s: s.beta / (2 * s.alpha * (1 - s.beta_bar))),
        ),
        *(
            Slip(f"every number of the schedule {when}.", LATE_HINT, _noise_loss(shift=shift))
            for when, shift in OFFSET.items()
        ),
        Slip(
            "the sum of the two noises in the place of their difference.",
            "When the prediction is perfect, what should the loss be?",
            lambda schedule, t, noise, predicted_noise: _noise_loss()(schedule, t, noise, -predicted_noise),
        ),
        Slip(
            "the difference of the squares in the place of the square of the difference.",
            SUM_HINT,
            lambda schedule, t, noise, predicted_noise: _noise_loss(
                distance=lambda d: np.sum(noise**2 - predicted_noise**2)
            )(schedule, t, noise, predicted_noise),
        ),
        Slip(
            "beta_tilde_t without its denominator 1 - alpha_bar_t, and in the place of beta_t, as sigma_t^2.",
            DENOMINATOR_HINT,
            _noise_loss(lambda s: s.beta / (2 * (1 - s.before) * s.alpha * (1 - s.alpha_bar))),
        ),
        Slip(
            "2 alpha_t * 1 - alpha_bar_t: the brackets around 1 - alpha_bar_t are missing.",
            BRACKET_HINT,
            _noise_loss(lambda s: s.beta / (2 * s.alpha - s.alpha_bar)),
        ),
        Slip(
            "2 sigma_t^2 alpha_t * 1 - alpha_bar_t: the brackets around 1 - alpha_bar_t are missing.",
            BRACKET_HINT,
            _noise_loss(lambda s: s.beta**2 / (2 * s.beta * s.alpha - s.alpha_bar)),
        ),
        Slip(
            "beta_t of step t - 1.",
            LATE_HINT,
            lambda schedule, t, noise, predicted_noise: _weighed(schedule, t, noise - predicted_noise, beta=-1),
        ),
        Slip(
            "alpha_t of step t - 1.",
            LATE_HINT,
            lambda schedule, t, noise, predicted_noise: _weighed(schedule, t, noise - predicted_noise, alpha=-1),
        ),
        Slip(
            "beta_t and alpha_t of step t - 1.",
            LATE_HINT,
            lambda schedule, t, noise, predicted_noise: _weighed(
                schedule, t, noise - predicted_noise, beta=-1, alpha=-1
            ),
        ),
    ),
    later=("jitted", "trained"),
)


def _weighed(schedule, t, difference, beta=0, alpha=0):
    """The noise loss with beta_t and alpha_t of other steps."""
    weight = Coefficients(schedule, t + beta).beta / (
        2 * Coefficients(schedule, t + alpha).alpha * (1 - Coefficients(schedule, t).alpha_bar)
    )
    return weight * np.sum(difference**2)


def check_mean_loss(student, seed: int | None = None) -> Verdict:
    """Check student(schedule, t, x_0, x_t, predicted_mean), the weighted loss on the mean (problem 4.1).

    It is ||mu_tilde_t(x_t, x_0) - predicted_mean||^2 / (2 beta_t); the squared length is the sum over the pixels.
    """
    return check(student, MEAN_LOSS, seed)


def check_noise_loss(student, seed: int | None = None) -> Verdict:
    """Check student(schedule, t, noise, predicted_noise), the weighted loss on the noise, sigma_t^2 = beta_t (4.1)."""
    return check(student, NOISE_LOSS, seed)
