"""Problems 20.2 and 20.3: the best variance from a loss, and a ratio with its interval, paired by seed."""

import numpy as np

from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

TILDE_HINT = (
    "beta_tilde_t is (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t) beta_t. What is alpha_bar_{t-1}, from alpha_bar_t?"
)
GAIN_HINT = "k_t is beta_t^2 / (alpha_t (1 - alpha_bar_t)), and alpha_t is 1 - beta_t."
SUM_HINT = "Try a loss of 0: beta_tilde_t is to be left."
LOG_HINT = "Take the log of each seed's ratio first. The mean and the interval are of these logs."
ERROR_HINT = "The standard error of a mean of n values is their standard deviation over the root of n."
PAIR_HINT = "Entry i of both comes from the same seed. What both have in common cancels in their ratio."


def variance_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 20, 2))
    betas = rng.uniform(0.05, 0.6, 16)
    return [(float(b), float((1 - b) * rng.uniform(0.1, 0.9)), float(rng.uniform(0.05, 0.9))) for b in betas]


def _tilde(b, bar):
    return (1 - bar / (1 - b)) / (1 - bar) * b


def _gain(b, bar):
    return b**2 / ((1 - b) * (1 - bar))


def _variance(tilde=_tilde, gain=_gain):
    return lambda beta, alpha_bar, loss: tilde(beta, alpha_bar) + gain(beta, alpha_bar) * loss


BEST_VARIANCE = Compared(
    "best_variance",
    "20.2",
    ("beta", "alpha_bar", "loss"),
    variance_cases,
    _variance(),
    (
        Slip("that is beta_tilde_t: the loss has no part in it.", SUM_HINT, _variance(gain=lambda b, bar: 0)),
        Slip("that is beta_t, whatever the loss.", SUM_HINT, lambda beta, alpha_bar, loss: beta),
        Slip("beta_tilde_t is missing.", SUM_HINT, _variance(tilde=lambda b, bar: 0)),
        Slip("beta_t stands in the place of beta_tilde_t.", SUM_HINT, _variance(tilde=lambda b, bar: b)),
        Slip(
            "the ratio in beta_tilde_t is upside down.",
            TILDE_HINT,
            _variance(tilde=lambda b, bar: (1 - bar) / (1 - bar / (1 - b)) * b),
        ),
        Slip(
            "alpha_bar_t times alpha_t was taken for alpha_bar_{t-1}: it is alpha_bar_t over alpha_t.",
            TILDE_HINT,
            _variance(tilde=lambda b, bar: (1 - bar * (1 - b)) / (1 - bar) * b),
        ),
        Slip("beta_t is not squared in k_t.", GAIN_HINT, _variance(gain=lambda b, bar: b / ((1 - b) * (1 - bar)))),
        Slip("alpha_t is missing in k_t.", GAIN_HINT, _variance(gain=lambda b, bar: b**2 / (1 - bar))),
        Slip("1 - alpha_bar_t is missing in k_t.", GAIN_HINT, _variance(gain=lambda b, bar: b**2 / (1 - b))),
        Slip(
            "alpha_bar_t stands in k_t in the place of alpha_t.",
            GAIN_HINT,
            _variance(gain=lambda b, bar: b**2 / (bar * (1 - bar))),
        ),
        Slip(
            "half of k_t: that belongs to the weight in the bound.",
            GAIN_HINT,
            _variance(gain=lambda b, bar: _gain(b, bar) / 2),
        ),
        Slip(
            "the loss is added as it is, without k_t.",
            GAIN_HINT,
            _variance(gain=lambda b, bar: 1.0),
        ),
        Slip(
            "beta_tilde_t and beta_t are mixed by the loss itself: it is the loss over alpha_bar_t.",
            "For standard normal data the loss is alpha_bar_t, and the variance beta_t.",
            lambda beta, alpha_bar, loss: _tilde(beta, alpha_bar) + loss * (beta - _tilde(beta, alpha_bar)),
        ),
        Slip(
            "the loss is squared: it is a mean of squares already.",
            GAIN_HINT,
            lambda beta, alpha_bar, loss: _variance()(beta, alpha_bar, loss**2),
        ),
        Slip(
            "that is the standard deviation.",
            "sigma_t^2 is asked for.",
            lambda beta, alpha_bar, loss: np.sqrt(_variance()(beta, alpha_bar, loss)),
        ),
    ),
)


def ratio_cases(seed: int) -> list[tuple]:
    """Values of seeds that go up and down together, with the quantile of Student's t for so many."""
    rng = np.random.default_rng((seed, 20, 3))
    quantiles = {3: 4.303, 4: 3.182, 5: 2.776, 8: 2.365}
    cases = []
    for i in range(12):
        n = list(quantiles)[i % 4]
        base = np.exp(rng.normal(0, 0.4, n))
        cases.append((base * np.exp(rng.normal(0.3, 0.15, n)), base, quantiles[n]))
    return cases


def _ends(centre, reach, back=np.exp):
    return np.array([back(centre), back(centre - reach), back(centre + reach)])


def _ratio(logs=lambda v, b: np.log(v / b), error=lambda x: x.std(ddof=1) / np.sqrt(len(x)), times=None, back=np.exp):
    """The interval with one of its parts replaced."""

    def of(values, base, quantile):
        x = logs(values, base)
        return _ends(x.mean(), (times or quantile) * error(x), back)

    return of


def _unpaired(values, base, quantile):
    logs = np.log(values), np.log(base)
    error = np.sqrt(sum(x.var(ddof=1) / len(x) for x in logs))
    return _ends(logs[0].mean() - logs[1].mean(), quantile * error)


PAIRED_RATIO = Compared(
    "paired_ratio",
    "20.3",
    ("values", "base", "quantile"),
    ratio_cases,
    _ratio(),
    (
        Slip("the seeds are not paired: the two spreads are added.", PAIR_HINT, _unpaired),
        Slip("the ratio is upside down.", "The base is what is divided by.", _ratio(lambda v, b: np.log(b / v))),
        Slip(
            "the standard deviation divides by n, and not by n - 1.",
            "Of few seeds the deviation is estimated with ddof=1.",
            _ratio(error=lambda x: x.std() / np.sqrt(len(x))),
        ),
        Slip(
            "the root of n is missing: that is how far single seeds lie apart.",
            ERROR_HINT,
            _ratio(error=lambda x: x.std(ddof=1)),
        ),
        Slip("divided by n, and not by its root.", ERROR_HINT, _ratio(error=lambda x: x.std(ddof=1) / len(x))),
        Slip("1.96 whatever the quantile: that is for many seeds.", "The quantile is an argument.", _ratio(times=1.96)),
        Slip(
            "one standard error on each side: the quantile is missing.",
            "The quantile is an argument.",
            _ratio(times=1.0),
        ),
        Slip("the logs are not taken back: exp is missing.", LOG_HINT, _ratio(back=lambda x: x)),
        Slip(
            "the ratios themselves are averaged, without logs.",
            LOG_HINT,
            _ratio(lambda v, b: v / b, back=lambda x: x),
        ),
        Slip(
            "the variance in the place of the standard deviation.",
            ERROR_HINT,
            _ratio(error=lambda x: x.var(ddof=1) / np.sqrt(len(x))),
        ),
        Slip(
            "the difference of the values, and not their ratio.",
            LOG_HINT,
            _ratio(lambda v, b: v - b, back=lambda x: x),
        ),
        Slip(
            "the two ends of the interval are exchanged.",
            "The lower one comes first.",
            lambda values, base, quantile: _ratio()(values, base, quantile)[[0, 2, 1]],
        ),
        Slip(
            "logs to the base 10 are taken back by exp.",
            LOG_HINT,
            _ratio(lambda v, b: np.log10(v / b)),
        ),
    ),
)


def check_best_variance(student, seed: int | None = None) -> Verdict:
    """Check student(beta, alpha_bar, loss): the sigma_t^2 with which the bound is least."""
    return check(student, BEST_VARIANCE, seed)


def check_paired_ratio(student, seed: int | None = None) -> Verdict:
    """Check student(values, base, quantile): the ratio, and the two ends of its interval."""
    return check(student, PAIRED_RATIO, seed)
