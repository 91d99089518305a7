"""Answers to the exercises of the chapter `inverse`: right ones in many styles, and slips by a part of their name."""

import jax.numpy as jnp
import numpy as np

from ddpm.chapters.inverse.exercises import check_keep_measured, check_measured_mean
from ddpm.inverse import measured_posterior, measurement
from ddpm.mixture import mixture

CHECKS = {"measured_mean": check_measured_mean, "keep_measured": check_keep_measured}


def _by_precisions(mean, variance, H, b, deviation):
    """What is known adds up in 1 / variance."""
    known = np.eye(len(mean)) / variance + H.T @ H / deviation**2
    return np.linalg.solve(known, mean / variance + H.T @ b / deviation**2)


def _by_least_squares(mean, variance, H, b, deviation):
    rows = np.concatenate([np.eye(len(mean)) / np.sqrt(variance), H / deviation])
    values = np.concatenate([mean / np.sqrt(variance), b / deviation])
    return np.linalg.lstsq(rows, values, rcond=None)[0]


def _one_value_after_the_other(mean, variance, H, b, deviation):
    mean, covariance = np.array(mean, float), variance * np.eye(len(mean))
    for row, value in zip(H, b):
        gain = covariance @ row / (row @ covariance @ row + deviation**2)
        mean, covariance = mean + gain * (value - row @ mean), covariance - np.outer(gain, row @ covariance)
    return mean


def _by_the_package(mean, variance, H, b, deviation):
    return measured_posterior(mixture(np.asarray(mean)[None], variance), measurement(H, b, deviation)).means[0]


def _in_a_loop(x, known, b, c_u, r_u, noise):
    out = np.array(x, float)
    for i in np.ndindex(out.shape):
        if known[i]:
            out[i] = c_u * b[i] + r_u * noise[i]
    return out


def _in_place(x, known, b, c_u, r_u, noise):
    out = np.array(x, float)
    out[known] = c_u * b[known] + r_u * noise[known]
    return out


RIGHT = {
    "measured_mean": {
        "precisions": _by_precisions,
        "least squares": _by_least_squares,
        "one value after the other": _one_value_after_the_other,
        "the package": _by_the_package,
        "with an inverse": lambda m, v, H, b, d: (
            m + v * H.T @ np.linalg.inv(v * H @ H.T + d**2 * np.eye(len(b))) @ (b - H @ m)
        ),
        "in JAX": lambda m, v, H, b, d: (
            m + H.T @ jnp.linalg.solve(H @ H.T + d**2 / v * jnp.eye(len(b)), b - H @ jnp.asarray(m))
        ),
    },
    "keep_measured": {
        "where": lambda x, known, b, c, r, z: jnp.where(known, c * b + r * z, x),
        "a loop": _in_a_loop,
        "in place": _in_place,
        "a sum": lambda x, known, b, c, r, z: known * (c * b + r * z) + (1 - known) * x,
        "select": lambda x, known, b, c, r, z: np.choose(known.astype(int), [x, c * b + r * z]),
        "set": lambda x, known, b, c, r, z: jnp.asarray(x).at[known].set((c * b + r * z)[known]),
    },
}
SLIPS = {
    "measured_mean": {
        "deviation in the place": lambda m, v, H, b, d: (
            m + v * H.T @ np.linalg.solve(v * H @ H.T + d * np.eye(len(b)), b - H @ m)
        ),
        "noise of the measurement is left out": lambda m, v, H, b, d: m + H.T @ np.linalg.solve(H @ H.T, b - H @ m),
        "variance before H^T is missing": lambda m, v, H, b, d: (
            m + H.T @ np.linalg.solve(v * H @ H.T + d**2 * np.eye(len(b)), b - H @ m)
        ),
        "missing in both places": lambda m, v, H, b, d: (
            m + H.T @ np.linalg.solve(H @ H.T + d**2 * np.eye(len(b)), b - H @ m)
        ),
        "b itself, not": lambda m, v, H, b, d: m + v * H.T @ np.linalg.solve(v * H @ H.T + d**2 * np.eye(len(b)), b),
        "sign of b - H mean": lambda m, v, H, b, d: (
            m - v * H.T @ np.linalg.solve(v * H @ H.T + d**2 * np.eye(len(b)), b - H @ m)
        ),
        "not added": lambda m, v, H, b, d: v * H.T @ np.linalg.solve(v * H @ H.T + d**2 * np.eye(len(b)), b - H @ m),
        "covariance of b is left out": lambda m, v, H, b, d: m + v * H.T @ (b - H @ m),
    },
    "keep_measured": {
        "as they are": lambda x, known, b, c, r, z: np.where(known, b, x),
        "c_u b alone": lambda x, known, b, c, r, z: np.where(known, c * b, x),
        "signal c_u is missing": lambda x, known, b, c, r, z: np.where(known, b + r * z, x),
        "spread r_u is missing": lambda x, known, b, c, r, z: np.where(known, c * b + z, x),
        "swapped": lambda x, known, b, c, r, z: np.where(known, r * b + c * z, x),
        "variance r_u^2": lambda x, known, b, c, r, z: np.where(known, c * b + r**2 * z, x),
        "the mask is turned": lambda x, known, b, c, r, z: np.where(known, x, c * b + r * z),
        "all pixels": lambda x, known, b, c, r, z: c * b + r * z,
        "set to 0": lambda x, known, b, c, r, z: known * (c * b + r * z),
        "added to the state": lambda x, known, b, c, r, z: x + known * (c * b + r * z),
    },
}

BY_HAND = {
    "mean": 1.6,
    "variance": 0.8,
    "doubt": 1.2308,
    "pigdm": 0.64,
    "exact": 1.1034,
    "certain": 2.4615,
    "too_far": "certain",
}
RIGHT_BY_HAND = {
    "all": BY_HAND,
    "two digits": BY_HAND | {"doubt": 1.23, "exact": 1.10, "certain": 2.46},
    "one digit behind the point": BY_HAND | {"doubt": 1.2, "exact": 1.1, "certain": 2.5},
    "in order": list(BY_HAND.values()),
    "a word in capitals": BY_HAND | {"too_far": "Certain"},
}
SLIPS_BY_HAND = {
    "weights are swapped": {"mean": 0.4},
    "measured value itself": {"mean": 2.0},
    "half way": {"mean": 1.0},
    "standard deviation of the prior": {"mean": 4 / 3},
    "1 / variance": {"variance": 1.25},
    "variances were added": {"variance": 5.0},
    "of x_u, and not of x_0": {"doubt": 2.08},
    "all images had the variance 1": {"doubt": 0.64},
    "the prior is not used": {"doubt": 1.7778},
    "in the place of its square": {"doubt": 1.538},
    "as it is for this prior": {"pigdm": 1.2308},
    "the video models": {"pigdm": 1.7778},
    "the spread itself": {"pigdm": 0.8},
    "V alone in the denominator": {"exact": 2.0},
    "not just to b": {"certain": 2.0},
    "standard deviation, and not": {"variance": 0.8944},
    "signal in the place": {"doubt": 0.842},
    "PiGDM's variance in the place": {"exact": 1.501},
    "slope of x* by x is missing": {"certain": 2.1333},
    "given b alone": {"exact": 1.6},
    "the two are swapped": {"exact": 2.4615, "certain": 1.1034},
    "the same variance twice": {"exact": 2.4615},
    "only that with the variance 0": {"too_far": "none"},
}
