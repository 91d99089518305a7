"""Answers to the exercises of the chapter `choices`: right ones in many styles, and slips by a part of their name."""

import math
import statistics

import jax
import jax.numpy as jnp
import numpy as np

import ddpm
from ddpm.chapters.choices.exercises import check_best_variance, check_paired_ratio
from ddpm.process import optimal_variance

CHECKS = {"best_variance": check_best_variance, "paired_ratio": check_paired_ratio}


def _as_in_the_chapter(beta, alpha_bar, loss):
    alpha, total = 1 - beta, 1 - alpha_bar
    tilde = (1 - alpha_bar / alpha) / total * beta
    return tilde + beta**2 / (alpha * total) * loss


def _between(beta, alpha_bar, loss):
    tilde = beta * (1 - alpha_bar / (1 - beta)) / (1 - alpha_bar)
    share = loss / alpha_bar
    return (1 - share) * tilde + share * beta


def _by_total_variance(beta, alpha_bar, loss):
    """beta_tilde and the squared factor of x_0 times the variance that is left in it."""
    before = alpha_bar / (1 - beta)
    of_x_0 = math.sqrt(before) * beta / (1 - alpha_bar)
    return beta * (1 - before) / (1 - alpha_bar) + of_x_0**2 * loss * (1 - alpha_bar) / alpha_bar


def _by_the_package(beta, alpha_bar, loss):
    schedule = ddpm.Schedule.from_betas([1 - alpha_bar / (1 - beta), beta])
    return optimal_variance(schedule, np.full(3, loss))[2]


def _one_fraction(beta, alpha_bar, loss):
    return jnp.asarray(beta * (1 - beta - alpha_bar + beta * loss) / ((1 - beta) * (1 - alpha_bar)))


def _paired(values, base, quantile):
    logs = jnp.log(jnp.asarray(values) / jnp.asarray(base))
    error = jnp.std(logs, ddof=1) / len(logs) ** 0.5
    return jnp.exp(jnp.mean(logs) + jnp.array([0, -1, 1]) * quantile * error)


def _in_numpy(values, base, quantile):
    logs = np.log(values) - np.log(base)
    reach = quantile * logs.std(ddof=1) / np.sqrt(logs.size)
    return np.exp([logs.mean(), logs.mean() - reach, logs.mean() + reach])


def _by_hand(values, base, quantile):
    logs = [math.log(v / b) for v, b in zip(values, base)]
    n = len(logs)
    mean = sum(logs) / n
    variance = sum((x - mean) ** 2 for x in logs) / (n - 1)
    reach = quantile * math.sqrt(variance / n)
    return math.exp(mean), math.exp(mean - reach), math.exp(mean + reach)


def _by_statistics(values, base, quantile):
    logs = [math.log(v / b) for v, b in zip(values, base)]
    mean, reach = statistics.fmean(logs), quantile * statistics.stdev(logs) / len(logs) ** 0.5
    return [math.exp(mean + side * reach) for side in (0, -1, 1)]


def _by_factors(values, base, quantile):
    ratio = np.prod(np.asarray(values) / np.asarray(base)) ** (1 / len(values))
    logs = np.log2(np.asarray(values) / np.asarray(base))
    times = 2 ** (quantile * logs.std(ddof=1) / len(logs) ** 0.5)
    return np.array([ratio, ratio / times, ratio * times])


RIGHT = {
    "best_variance": {
        "as in the chapter": _as_in_the_chapter,
        "between the two": _between,
        "by total variance": _by_total_variance,
        "by the package": _by_the_package,
        "as one fraction": _one_fraction,
        "jitted": lambda *case: jax.jit(_as_in_the_chapter)(*case),
    },
    "paired_ratio": {
        "as in the chapter": _paired,
        "in numpy": _in_numpy,
        "by hand": _by_hand,
        "by statistics": _by_statistics,
        "by factors": _by_factors,
        "jitted": lambda *case: jax.jit(_paired)(*case),
    },
}


def _tilde(b, bar):
    return b * (1 - bar / (1 - b)) / (1 - bar)


def _gain(b, bar):
    return b**2 / (1 - b) / (1 - bar)


def _logs(change):
    """`change` gets the logs of the ratios, their mean and their standard deviation."""

    def of(values, base, quantile):
        logs = np.log(values / base)
        return change(logs, logs.mean(), logs.std(ddof=1), quantile)

    return of


def _three(mean, reach, back=np.exp):
    return back(np.array([mean, mean - reach, mean + reach]))


def _same(x):
    return x


SLIPS = {
    "best_variance": {
        "that is beta_tilde_t": lambda b, bar, loss: _tilde(b, bar),
        "that is beta_t, whatever": lambda b, bar, loss: b,
        "beta_tilde_t is missing": lambda b, bar, loss: _gain(b, bar) * loss,
        "beta_t stands in the place of beta_tilde_t": lambda b, bar, loss: b + _gain(b, bar) * loss,
        "the ratio in beta_tilde_t is upside down": lambda b, bar, loss: b**2 / _tilde(b, bar) + _gain(b, bar) * loss,
        "alpha_bar_t times alpha_t": lambda b, bar, loss: b * (1 - bar * (1 - b)) / (1 - bar) + _gain(b, bar) * loss,
        "beta_t is not squared": lambda b, bar, loss: _tilde(b, bar) + _gain(b, bar) / b * loss,
        "alpha_t is missing in k_t": lambda b, bar, loss: _tilde(b, bar) + b**2 / (1 - bar) * loss,
        "1 - alpha_bar_t is missing in k_t": lambda b, bar, loss: _tilde(b, bar) + b**2 / (1 - b) * loss,
        "in k_t in the place of alpha_t": lambda b, bar, loss: _tilde(b, bar) + b**2 / bar / (1 - bar) * loss,
        "half of k_t": lambda b, bar, loss: _tilde(b, bar) + _gain(b, bar) / 2 * loss,
        "the loss is added as it is": lambda b, bar, loss: _tilde(b, bar) + loss,
        "mixed by the loss itself": lambda b, bar, loss: (1 - loss) * _tilde(b, bar) + loss * b,
        "the loss is squared": lambda b, bar, loss: _tilde(b, bar) + _gain(b, bar) * loss**2,
        "the standard deviation": lambda *case: np.sqrt(_as_in_the_chapter(*case)),
    },
    "paired_ratio": {
        "the seeds are not paired": lambda v, b, q: _three(
            np.log(v).mean() - np.log(b).mean(), q * np.sqrt((np.log(v).var(ddof=1) + np.log(b).var(ddof=1)) / len(v))
        ),
        "upside down": lambda v, b, q: _in_numpy(b, v, q),
        "divides by n, and not by n - 1": _logs(lambda x, m, s, q: _three(m, q * x.std() / len(x) ** 0.5)),
        "the root of n is missing": _logs(lambda x, m, s, q: _three(m, q * s)),
        "not by its root": _logs(lambda x, m, s, q: _three(m, q * s / len(x))),
        "1.96 whatever": _logs(lambda x, m, s, q: _three(m, 1.96 * s / len(x) ** 0.5)),
        "the quantile is missing": _logs(lambda x, m, s, q: _three(m, s / len(x) ** 0.5)),
        "exp is missing": _logs(lambda x, m, s, q: _three(m, q * s / len(x) ** 0.5, _same)),
        "without logs": lambda v, b, q: _three((v / b).mean(), q * (v / b).std(ddof=1) / len(v) ** 0.5, _same),
        "the variance in the place": _logs(lambda x, m, s, q: _three(m, q * s**2 / len(x) ** 0.5)),
        "the difference of the values": lambda v, b, q: _three(
            (v - b).mean(), q * (v - b).std(ddof=1) / len(v) ** 0.5, _same
        ),
        "exchanged": lambda v, b, q: _in_numpy(v, b, q)[[0, 2, 1]],
        "base 10": lambda v, b, q: _three(np.log10(v / b).mean(), q * np.log10(v / b).std(ddof=1) / len(v) ** 0.5),
    },
}

BY_HAND = {"one_image": 1 / 6, "normal": 0.5, "network": 0.25, "silent": 1.0, "extra": 0.8692, "many_steps": "no"}
RIGHT_BY_HAND = {
    "numbers": BY_HAND,
    "rounded": {"one_image": 0.167, "normal": 0.5, "network": 0.25, "silent": 1, "extra": 0.87, "many_steps": "no"},
    "arrays": {name: np.float32(v) if name != "many_steps" else v for name, v in BY_HAND.items()},
    "in JAX": {name: jnp.asarray(v) if name != "many_steps" else v for name, v in BY_HAND.items()},
    "a capital": BY_HAND | {"many_steps": "No"},
}
SLIPS_BY_HAND = {
    "upside down.": {"one_image": 0.5 * 0.6 / 0.2},
    "alpha_bar itself": {"one_image": 0.25},
    "not beta_t": {"one_image": 0.5},
    "no variance at all": {"one_image": 0.0},
    "taken for 1 - alpha_bar_t": {"normal": 1 / 6 + 0.6 * 0.25 / 0.3},
    "taken for 1:": {"normal": 1.0},
    "both make 0.27": {"network": 0.27},
    "the loss alone": {"network": 1 / 6 + 0.1},
    "without beta_tilde_t": {"network": 0.1 * 0.25 / 0.3},
    "where alpha_t belongs": {"network": 1 / 6 + 0.1 * 0.25 / 0.24},
    "1 - alpha_bar_t is missing": {"network": 1 / 6 + 0.1 * 0.5},
    "half of k_t": {"network": 1 / 6 + 0.1 * 0.25 / 0.6},
    "added to beta_t": {"network": 0.5 + 0.1 * 0.25 / 0.3},
    "beta_t is not the largest": {"silent": 0.5},
    "those of one pixel": {"extra": 0.8692 / 9},
    "the factor 1/2": {"extra": 2 * 0.8692},
    "the whole term with beta_t": {"extra": 4.5 * (math.log(3) - 0.5)},
    "the whole term with the best": {"extra": 4.5 * math.log(1.5)},
    "in the logarithm is upside down": {"extra": 4.5 * (1 - math.log(2))},
    "nearly the same": {"many_steps": "yes"},
}
