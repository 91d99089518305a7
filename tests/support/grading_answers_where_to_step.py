"""Answers to the exercises of the chapter `where_to_step`: right ones in many styles, and slips by a part of their
name."""

import math

import jax
import jax.numpy as jnp
import numpy as np

from ddpm.chapters.where_to_step.exercises import check_karras_sigmas, check_trailing_pairs
from ddpm.sample import spaced_t

CHECKS = {"karras_sigmas": check_karras_sigmas, "trailing_pairs": check_trailing_pairs}


def _as_in_the_chapter(sigma_max, sigma_min, N, rho):
    part = np.arange(N + 1) / N
    low, high = sigma_min ** (1 / rho), sigma_max ** (1 / rho)
    return (high + part * (low - high)) ** rho


def _in_a_loop(sigma_max, sigma_min, N, rho):
    out = []
    for i in range(N + 1):
        a, b = math.pow(sigma_max, 1 / rho), math.pow(sigma_min, 1 / rho)
        out.append(((N - i) / N * a + i / N * b) ** rho)
    return out


def _sampled(sigma_max, sigma_min, N, rho, **changed):
    return jnp.linspace(sigma_max ** (1 / rho), sigma_min ** (1 / rho), N + 1) ** rho


def _t_of(T, N):
    return np.round(T - np.arange(N + 1) * T / N).astype(int)


def _from(t):
    return list(zip(t, [*t[1:], 0]))


RIGHT = {
    "karras_sigmas": {
        "as in the chapter": _as_in_the_chapter,
        "in a loop": _in_a_loop,
        "with linspace": _sampled,
        "turned round": lambda sigma_max, sigma_min, N, rho: _as_in_the_chapter(sigma_min, sigma_max, N, rho)[::-1],
        "with powers as logs": lambda sigma_max, sigma_min, N, rho: np.exp(
            rho * np.log(np.linspace(sigma_max ** (1 / rho), sigma_min ** (1 / rho), N + 1))
        ),
        "jitted": lambda sigma_max, sigma_min, N, rho: jax.jit(_sampled, static_argnums=2)(
            sigma_max, sigma_min, N, rho
        ),
    },
    "trailing_pairs": {
        "rounded": lambda T, N: np.stack([_t_of(T, N)[:-1], _t_of(T, N)[1:]], axis=1),
        "a list of tuples": lambda T, N: [(round(T - i * T / N), round(T - (i + 1) * T / N)) for i in range(N)],
        "in JAX": lambda T, N: jnp.stack([jnp.asarray(_t_of(T, N)[:-1]), jnp.asarray(_t_of(T, N)[1:])]).T,
        "by the package": lambda T, N: np.stack([spaced_t(T, N, "trailing")[:-1], spaced_t(T, N, "trailing")[1:]], 1),
        "as floats": lambda T, N: np.stack([_t_of(T, N)[:-1], _t_of(T, N)[1:]], axis=1).astype(float),
        "with linspace": lambda T, N: np.lib.stride_tricks.sliding_window_view(np.rint(np.linspace(T, 0, N + 1)), 2),
    },
}


def _power(y, rho):
    return y**rho if y >= 0 else math.nan


def _roots(high, low, N, rho):
    return np.linspace(high ** (1 / rho), low ** (1 / rho), N + 1)


SLIPS = {
    "karras_sigmas": {
        "the values rise": lambda high, low, N, rho: _as_in_the_chapter(low, high, N, rho),
        "the powers are exchanged": lambda high, low, N, rho: np.linspace(high**rho, low**rho, N + 1) ** (1 / rho),
        "even in the noise itself": lambda high, low, N, rho: np.linspace(high, low, N + 1),
        "the last power is missing": _roots,
        "no root is taken": lambda high, low, N, rho: np.linspace(high, low, N + 1) ** rho,
        "even in the log of the noise": lambda high, low, N, rho: np.geomspace(high, low, N + 1),
        "rho = 7 whatever": lambda high, low, N, rho: _as_in_the_chapter(high, low, N, 7),
        "those are N - 1 steps": lambda high, low, N, rho: _as_in_the_chapter(high, low, N - 1, rho),
        "sigma_min, the end of the last step, is missing": lambda high, low, N, rho: _as_in_the_chapter(
            high, low, N, rho
        )[:-1],
        "sigma_max, where sampling begins, is missing": lambda high, low, N, rho: _as_in_the_chapter(high, low, N, rho)[
            1:
        ],
        "N + 1 in the denominator": lambda high, low, N, rho: _as_in_the_chapter(high, low, N + 1, rho)[:-1],
        "N - 1 in the denominator": lambda high, low, N, rho: [
            _power(high ** (1 / rho) + i / (N - 1) * (low ** (1 / rho) - high ** (1 / rho)), rho) for i in range(N + 1)
        ],
        "those are N + 1 steps": lambda high, low, N, rho: _as_in_the_chapter(high, low, N + 1, rho),
        "a 0 is appended": lambda high, low, N, rho: np.append(_as_in_the_chapter(high, low, N, rho), 0),
        "N values and a 0": lambda high, low, N, rho: np.append(_as_in_the_chapter(high, low, N - 1, rho), 0),
    },
    "trailing_pairs": {
        "goes down by T // N whatever the next t is": lambda T, N: [(t, t - T // N) for t in _t_of(T, N)[:-1]],
        "so that they do not reach 0": lambda T, N: [(T - i * (T // N), T - (i + 1) * (T // N)) for i in range(N)],
        "the last is longer than the others": lambda T, N: [
            (T - i * (T // N), T - (i + 1) * (T // N) if i < N - 1 else 0) for i in range(N)
        ],
        "the last step ends at -1": lambda T, N: np.stack([_t_of(T, N)[:-1], _t_of(T, N)[1:]], 1) - 1,
        "t counts from 0: the first is T - 1.": lambda T, N: [
            (t - 1, max(s - 1, 0)) for t, s in zip(_t_of(T, N)[:-1], _t_of(T, N)[1:])
        ],
        "leading spacing": lambda T, N: np.stack([spaced_t(T, N, "leading")[:-1], spaced_t(T, N, "leading")[1:]], 1),
        "that is linspace": lambda T, N: np.stack([spaced_t(T, N, "linspace")[:-1], spaced_t(T, N, "linspace")[1:]], 1),
        "the steps do not end at 0": lambda T, N: [
            (T - i * round(T / N), T - (i + 1) * round(T / N)) for i in range(N)
        ],
        "the last step makes up for it": lambda T, N: _from([T - i * round(T / N) for i in range(N)]),
        "below 0 is set to 0": lambda T, N: np.clip(
            [(T - i * round(T / N), T - (i + 1) * round(T / N)) for i in range(N)], 0, None
        ),
        "T // N long until 0": lambda T, N: _from(list(range(T, 0, -(T // N)))),
        "spacing: it begins below T": lambda T, N: _from([round(1 + i * T / N) for i in reversed(range(N))]),
        "leading spacing, and t counts from 0": lambda T, N: _from([i * (T // N) for i in reversed(range(N))]),
        "linspace: it visits t = 1": lambda T, N: _from(list(np.round(np.linspace(T, 1, N)))),
        "it visits t = 1 as well": lambda T, N: _from(list(np.linspace(T, 1, N).astype(int))),
        "rounded up": lambda T, N: _from([-(-(N - i) * T // N) for i in range(N)]),
        "the length of the step": lambda T, N: np.stack([_t_of(T, N)[:-1], -np.diff(_t_of(T, N))], 1),
        "at which the step begins": lambda T, N: np.stack([_t_of(T, N)[:-1]] * 2, 1),
        "at which the step ends": lambda T, N: np.stack([_t_of(T, N)[1:]] * 2, 1),
        "rounded down": lambda T, N: [((N - i) * T // N, (N - i - 1) * T // N) for i in range(N)],
        "not rounded": lambda T, N: [(T - i * T / N, T - (i + 1) * T / N) for i in range(N)],
        "the rows rise": lambda T, N: np.stack([_t_of(T, N)[:-1], _t_of(T, N)[1:]], 1)[::-1],
        "the two are exchanged": lambda T, N: np.stack([_t_of(T, N)[1:], _t_of(T, N)[:-1]], 1),
        "the step to 0 is missing": lambda T, N: np.stack([_t_of(T, N)[:-2], _t_of(T, N)[1:-1]], 1),
        "ends at 1 and not at the clean image": lambda T, N: np.stack(
            [_t_of(T, N)[:-1], np.maximum(_t_of(T, N)[1:], 1)], 1
        ),
        "one row for the t and one": lambda T, N: np.stack([_t_of(T, N)[:-1], _t_of(T, N)[1:]]),
    },
}

BY_HAND = {
    "three": 0.65,
    "uneven": 0.592,
    "steps": 25,
    "factor": 2,
    "densest": -1.386,
    "even_in_time": "no",
}
RIGHT_BY_HAND = {
    "rounded": BY_HAND,
    "with NumPy": BY_HAND | {"three": np.cos(np.pi / 6) ** 3, "densest": -np.log(4), "steps": np.int64(25)},
    "as fractions": BY_HAND | {"three": 0.75 * np.sqrt(3) / 2, "densest": -2 * math.log(2)},
    "in two digits": BY_HAND | {"densest": -1.4},
    "as floats": BY_HAND | {"steps": 25.0, "factor": 2.0},
}
SLIPS_BY_HAND = {
    "sum of the cosines": {"three": 2.598},
    "mean of the cosines": {"three": 0.866},
    "what is lost, and not what is left": {"three": 0.35, "uneven": 0.408},
    "percent": {"uneven": 59},
    "taken for radians": {"three": np.cos(30) ** 3},
    "the variance that is left": {"three": 0.422},
    "sines in the place of cosines": {"three": 0.125},
    "as good as equal ones": {"uneven": 0.65},
    "one step too few": {"steps": 24},
    "the bound itself": {"steps": 24.67},
    "the factor 1/2 in the first term": {"steps": 50},
    "the factor 1/2 in the first": {"steps": 49.3},
    "half the circle": {"steps": 99},
    "half the circle was taken": {"steps": 98.7},
    "second order would gain": {"factor": 4},
    "the loss falls with more steps": {"factor": 0.5},
    "the sign: wide data": {"densest": 1.386},
    "was taken for the variance nu": {"densest": -0.693},
    "nu itself and not its log": {"densest": 4},
    "the place for data of variance 1": {"densest": 0},
    "time is the angle only for data of variance 1": {"even_in_time": "yes"},
}
