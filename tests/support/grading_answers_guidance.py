"""Answers to the exercises of the chapter `guidance`: right ones in many styles, and slips by a part of their name."""

import jax
import jax.numpy as jnp
import numpy as np

from ddpm.chapters.guidance.exercises import check_classifier_score, check_guided_noise
from ddpm.sample import OfClass

CHECKS = {"classifier_score": check_classifier_score, "guided_noise": check_guided_noise}


def _in_two_scores(noise_of_class, noise_of_any, spread):
    of_class, of_any = -noise_of_class / spread, -noise_of_any / spread
    return of_class - of_any


def _pixel_by_pixel(noise_of_class, noise_of_any, spread):
    out = np.empty(noise_of_class.shape)
    for i in np.ndindex(out.shape):
        out[i] = (noise_of_any[i] - noise_of_class[i]) / spread
    return out


def _with_both_factors(network, x, u, label, w, low, high):
    if u < low or u > high:
        w = 0.0
    return (1 + w) * network(x, u, label) - w * network(x, u)


def _by_the_package(network, x, u, label, w, low, high):
    return OfClass(network, label, w, (low, high))(jnp.asarray(x), u)


def _by_the_other_scale(network, x, u, label, w, low, high):
    scale = 1 + w if low <= u <= high else 1.0
    untold = network(x=x, u=u)
    return untold + scale * (network(x=x, u=u, label=label) - untold)


RIGHT = {
    "classifier_score": {
        "as in the chapter": lambda own, other, r: (other - own) / r,
        "two scores": _in_two_scores,
        "pixel by pixel": _pixel_by_pixel,
        "in JAX": lambda own, other, r: jnp.divide(jnp.subtract(other, own), r),
        "jitted": jax.jit(lambda own, other, r: -(own - other) / r),
        "as lists": lambda own, other, r: ((np.asarray(other) - np.asarray(own)) * (1 / r)).tolist(),
    },
    "guided_noise": {
        "both factors": _with_both_factors,
        "the package": _by_the_package,
        "the other scale": _by_the_other_scale,
        "where": lambda n, x, u, k, w, low, high: (
            n(x, u, k) + jnp.where((u >= low) & (u <= high), w, 0.0) * (n(x, u, k) - n(x, u))
        ),
        "a product of conditions": lambda n, x, u, k, w, low, high: (
            n(x, u, k) + w * (low <= u) * (u <= high) * (n(x, u, k) - n(x, u, None))
        ),
        "a conditional expression": lambda n, x, u, k, w, low, high: (
            (1 + w) * n(x, u, k) - w * n(x, u) if low <= u <= high else n(x, u, k)
        ),
        "by the middle of the interval": lambda n, x, u, k, w, low, high: (
            n(x, u, k) + (w if abs(u - (low + high) / 2) <= (high - low) / 2 else 0.0) * (n(x, u, k) - n(x, u))
        ),
        "clipped": lambda n, x, u, k, w, low, high: (
            n(x, u, k) + w * (np.clip(u, low, high) == u) * (n(x, u, k) - n(x, u))
        ),
    },
}


def _other_scale(n, x, u, k, w, low, high):
    return n(x, u) + w * (n(x, u, k) - n(x, u)) if low <= u <= high else n(x, u, k)


SLIPS = {
    "classifier_score": {
        "turned: away from": lambda own, other, r: (own - other) / r,
        "the spread is missing": lambda own, other, r: other - own,
        "multiplied by the spread": lambda own, other, r: r * (other - own),
        "the square of the spread": lambda own, other, r: (other - own) / r**2,
        "the root of the spread, and the sign": lambda own, other, r: (own - other) / np.sqrt(r),
        "of the images of the class": lambda own, other, r: -own / r,
        "the score of all images": lambda own, other, r: -other / r,
        "the two scores are added": lambda own, other, r: -(own + other) / r,
        "without the spread, and its sign": lambda own, other, r: own - other,
    },
    "guided_noise": {
        "the other convention": _other_scale,
        "the difference is turned": lambda n, x, u, k, w, a, b: (
            n(x, u, k) + w * (n(x, u) - n(x, u, k)) if a <= u <= b else n(x, u, k)
        ),
        "w - 1 before": lambda n, x, u, k, w, a, b: (
            n(x, u) + (w - 1) * (n(x, u, k) - n(x, u)) if a <= u <= b else n(x, u, k)
        ),
        "(1 + w) own - other": lambda n, x, u, k, w, a, b: (
            (1 + w) * n(x, u, k) - n(x, u) if a <= u <= b else n(x, u, k)
        ),
        "with a plus between": lambda n, x, u, k, w, a, b: (
            (1 + w) * n(x, u, k) + w * n(x, u) if a <= u <= b else n(x, u, k)
        ),
        "at every time": lambda n, x, u, k, w, a, b: (1 + w) * n(x, u, k) - w * n(x, u),
        "outside of the interval, and none inside": lambda n, x, u, k, w, a, b: (
            n(x, u, k) if a <= u <= b else (1 + w) * n(x, u, k) - w * n(x, u)
        ),
        "the upper end is left out": lambda n, x, u, k, w, a, b: (
            (1 + w) * n(x, u, k) - w * n(x, u) if u >= a else n(x, u, k)
        ),
        "ends of the interval do not belong": lambda n, x, u, k, w, a, b: (
            (1 + w) * n(x, u, k) - w * n(x, u) if a < u < b else n(x, u, k)
        ),
        "outside of the interval no class": lambda n, x, u, k, w, a, b: (
            (1 + w) * n(x, u, k) - w * n(x, u) if a <= u <= b else n(x, u)
        ),
        "the label 0": lambda n, x, u, k, w, a, b: (1 + w) * n(x, u, k) - w * n(x, u, 0) if a <= u <= b else n(x, u, k),
        "the two answers are swapped.": lambda n, x, u, k, w, a, b: (
            (1 + w) * n(x, u) - w * n(x, u, k) if a <= u <= b else n(x, u, k)
        ),
        "guidance by 1 + w": lambda n, x, u, k, w, a, b: (
            n(x, u, k) + (1 + w) * (n(x, u, k) - n(x, u)) if a <= u <= b else n(x, u, k)
        ),
    },
}

BY_HAND = {
    "scale": 6.5,
    "tilt": 0.5,
    "ode": 0.32,
    "sde": 0.416,
    "calls": 70,
    "narrowest": "ode",
}
RIGHT_BY_HAND = {
    "all": BY_HAND,
    "two digits": BY_HAND | {"sde": 0.42},
    "two digits, cut off": BY_HAND | {"sde": 0.41},
    "in order": list(BY_HAND.values()),
    "as fractions": BY_HAND | {"tilt": 1 / (2 / 0.8 - 1 / 2), "ode": 0.8 * 0.4},
    "a word in capitals": BY_HAND | {"narrowest": " ODE "},
}
SLIPS_BY_HAND = {
    "to draw the tilted density": {"ode": 0.5},
    "ODE and SDE are swapped": {"ode": 0.416, "sde": 0.32},
    "the sign of w": {"scale": -6.5},
    "three times": {"calls": 90},
    "1 was added": {"scale": 8.5},
    "taken for one": {"scale": 7.5},
    "divided by 2": {"scale": 3.75},
    "1 / variance": {"tilt": 2.0},
    "was added, and not subtracted": {"tilt": 1 / 3},
    "w in the place of 1 + w": {"tilt": 4 / 3},
    "that of all images forgotten": {"tilt": 0.4},
    "as if there were no guidance": {"sde": 0.8},
    "upside down": {"ode": 2.0},
    "power 2 w, not w": {"ode": 0.128},
    "power w / 2": {"ode": 0.506},
    "nu_k before the power": {"ode": 0.4},
    "power w, not 2 w": {"sde": 0.3733},
    "2 w + 1 is missing": {"sde": 1.248},
    "w + 1 in the place of 2 w + 1": {"sde": 0.624},
    "nu_k before the fraction": {"sde": 0.52},
    "taken to draw the same": {"sde": 0.32},
    "in every step": {"calls": 100},
    "each step was counted once": {"calls": 50},
    "guided steps alone": {"calls": 40},
    "counted twice, and not those with it": {"calls": 80},
    "falls as 1 / w": {"narrowest": "sde"},
    "widest of the three": {"narrowest": "tilt"},
}
