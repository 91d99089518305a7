"""Answers to the exercises in code of the chapter on flow matching, as students write them; as in `grading_answers`."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from scipy import stats
from scipy.optimize import linear_sum_assignment

from ddpm.chapters.flow_matching.exercises import check_flow_loss, check_noise_from_flow, check_paired

CHECKS = {"noise_from_flow": check_noise_from_flow, "flow_loss": check_flow_loss, "paired": check_paired}


def _by_way_of_the_image(velocity, x, alpha_bar):
    signal, spread = math.sqrt(alpha_bar), math.sqrt(1 - alpha_bar)
    s = signal / (signal + spread)
    x_s = x * s / signal
    x_0 = x_s + (1 - s) * velocity(x_s, s)
    return (x - signal * x_0) / spread


def _from_two_equations(velocity, x, alpha_bar):
    """x_s = s x_0 + (1 - s) noise and v = x_0 - noise, solved for both."""
    signal, spread = math.sqrt(alpha_bar), math.sqrt(1 - alpha_bar)
    s, x_s = signal / (signal + spread), x / (signal + spread)
    given = np.stack([np.ravel(x_s), np.ravel(velocity(x_s, s))])
    return np.linalg.solve([[s, 1 - s], [1, -1]], given)[1].reshape(np.shape(x))


def _by_sigma(velocity, x, alpha_bar):
    sigma = jnp.sqrt((1 - alpha_bar) / alpha_bar)
    s = 1 / (1 + sigma)
    scaled = x / jnp.sqrt(alpha_bar) * s
    return scaled - s * velocity(x=scaled, s=s)


def _in_our_time(velocity, x, alpha_bar):
    u = np.sqrt(1 - alpha_bar) / (np.sqrt(alpha_bar) + np.sqrt(1 - alpha_bar))
    state = np.asarray(x) / (np.sqrt(alpha_bar) + np.sqrt(1 - alpha_bar))
    return state + (1 - u) * (-np.asarray(velocity(state, 1 - u)))


def _pixel_by_pixel(network, x_0, noise, u):
    state = u * noise + (1 - u) * x_0
    said = np.asarray(network(state, u))
    return sum((said[i] - noise[i] + x_0[i]) ** 2 for i in np.ndindex(x_0.shape)) / x_0.size


def _paired_in_place(x_0, noise):
    paired = np.empty_like(noise)
    paired[np.argsort(x_0)] = np.sort(noise)
    return paired


def _paired_by_assignment(x_0, noise):
    rows, columns = linear_sum_assignment((np.asarray(x_0)[:, None] - np.asarray(noise)) ** 2)
    return np.asarray(noise)[columns]


def _paired_by_a_dictionary(x_0, noise):
    return [dict(zip(sorted(x_0.tolist()), sorted(noise.tolist())))[value] for value in x_0.tolist()]


RIGHT = {
    "noise_from_flow": {
        "by way of the image": _by_way_of_the_image,
        "by sigma": _by_sigma,
        "from two equations": _from_two_equations,
        "in the book's time": _in_our_time,
        "jitted": lambda velocity, x, bar: jax.jit(lambda x, bar: _by_sigma(velocity, x, bar))(jnp.asarray(x), bar),
        "in one line": lambda v, x, b: (
            x / (b**0.5 + (1 - b) ** 0.5)
            - b**0.5 / (b**0.5 + (1 - b) ** 0.5) * v(x / (b**0.5 + (1 - b) ** 0.5), b**0.5 / (b**0.5 + (1 - b) ** 0.5))
        ),
    },
    "flow_loss": {
        "as in the text": lambda network, x_0, noise, u: jnp.mean(
            (network((1 - u) * x_0 + u * noise, u) - (noise - x_0)) ** 2
        ),
        "the step written otherwise": lambda network, x_0, noise, u: np.mean(
            (noise - x_0 - np.asarray(network(x_0 + u * (noise - x_0), u))) ** 2
        ),
        "pixel by pixel": _pixel_by_pixel,
        "by the names of the arguments": lambda network, x_0, noise, u: jnp.mean(
            jnp.square(network(x=x_0 - u * x_0 + u * noise, u=u) + x_0 - noise)
        ),
        "sum over size": lambda network, x_0, noise, u: (
            jnp.sum((network((1 - u) * x_0 + u * noise, u) - noise + x_0) ** 2) / noise.size
        ),
        "the norm": lambda network, x_0, noise, u: (
            np.linalg.norm(np.ravel(network((1 - u) * x_0 + u * noise, u) - (noise - x_0))) ** 2 / np.size(x_0)
        ),
    },
    "paired": {
        "in place": _paired_in_place,
        "by assignment": _paired_by_assignment,
        "by a dictionary": _paired_by_a_dictionary,
        "with scipy's ranks": lambda x_0, noise: np.sort(noise)[stats.rankdata(x_0).astype(int) - 1],
        "in JAX": lambda x_0, noise: jnp.zeros_like(noise).at[jnp.argsort(x_0)].set(jnp.sort(noise)),
        "by counting": lambda x_0, noise: np.sort(noise)[[int((x_0 < value).sum()) for value in x_0]],
        "with the inverse of an order": lambda x_0, noise: noise[np.argsort(noise)][np.argsort(np.argsort(x_0))],
    },
}


def _cheapest_first(x_0, noise):
    x_0, noise = np.asarray(x_0), np.asarray(noise)
    pairs = sorted((abs(a - e), i, j) for i, a in enumerate(x_0) for j, e in enumerate(noise))
    found = {}
    for _, i, j in pairs:
        if i not in found and j not in found.values():
            found[i] = j
    return noise[[found[i] for i in range(len(x_0))]]


def _root(bar):
    return np.sqrt(bar), np.sqrt(1 - bar)


SLIPS = {
    "noise_from_flow": {
        "not scaled to its own level": lambda v, x, b: (
            x - _root(b)[0] / sum(_root(b)) * v(x, _root(b)[0] / sum(_root(b)))
        ),
        "EDM's scale": lambda v, x, b: x / np.sqrt(b) - (s := _root(b)[0] / sum(_root(b))) * v(x / np.sqrt(b), s),
        "asked at alpha_bar": lambda v, x, b: x / sum(_root(b)) - _root(b)[0] / sum(_root(b)) * v(x / sum(_root(b)), b),
        "asked at 1 - s: its time": lambda v, x, b: (
            x / sum(_root(b)) - (s := _root(b)[0] / sum(_root(b))) * v(x / sum(_root(b)), 1 - s)
        ),
        "the book's direction": lambda v, x, b: (
            x / sum(_root(b)) + (s := _root(b)[0] / sum(_root(b))) * v(x / sum(_root(b)), 1 - s)
        ),
        "s v is added": lambda v, x, b: (
            x / sum(_root(b)) + (s := _root(b)[0] / sum(_root(b))) * v(x / sum(_root(b)), s)
        ),
        "the predicted image": lambda v, x, b: (
            x / sum(_root(b)) + (1 - (s := _root(b)[0] / sum(_root(b)))) * v(x / sum(_root(b)), s)
        ),
        "the factor s is missing": lambda v, x, b: (
            x / sum(_root(b)) - v(x / sum(_root(b)), _root(b)[0] / sum(_root(b)))
        ),
        "that is the velocity.": lambda v, x, b: v(x / sum(_root(b)), _root(b)[0] / sum(_root(b))),
        "two dialects in one formula": lambda v, x, b: x - (s := _root(b)[0] / sum(_root(b))) * v(x / sum(_root(b)), s),
        "beside an x that is scaled": lambda v, x, b: x / sum(_root(b)) - (s := _root(b)[0] / sum(_root(b))) * v(x, s),
        "sqrt(alpha_bar) for s": lambda v, x, b: x - np.sqrt(b) * v(x, np.sqrt(b)),
        "and alpha_bar for s": lambda v, x, b: x - b * v(x, b),
        "1 - s in the place of s": lambda v, x, b: (
            x / sum(_root(b)) - (s := _root(b)[1] / sum(_root(b))) * v(x / sum(_root(b)), s)
        ),
        "velocity, at x as it is": lambda v, x, b: v(x, _root(b)[0] / sum(_root(b))),
        "taken for the v prediction": lambda v, x, b: (
            _root(b)[1] * x + _root(b)[0] * v(x / sum(_root(b)), _root(b)[0] / sum(_root(b)))
        ),
    },
    "flow_loss": {
        "against the direction of u": lambda n, a, e, u: np.mean((n((1 - u) * a + u * e, u) - (a - e)) ** 2),
        "the target is the noise": lambda n, a, e, u: np.mean((n((1 - u) * a + u * e, u) - e) ** 2),
        "times of the other direction": lambda n, a, e, u: np.mean((n(u * a + (1 - u) * e, u) - (e - a)) ** 2),
        "all of it in the other direction": lambda n, a, e, u: np.mean((n(u * a + (1 - u) * e, u) - (a - e)) ** 2),
        "a bracket is missing": lambda n, a, e, u: np.mean((n(u * e - a, u) - (e - a)) ** 2),
        "asked about x_0": lambda n, a, e, u: np.mean((n(a, u) - (e - a)) ** 2),
        "asked at 1 - u": lambda n, a, e, u: np.mean((n((1 - u) * a + u * e, 1 - u) - (e - a)) ** 2),
        "the sum over the pixels": lambda n, a, e, u: np.sum((n((1 - u) * a + u * e, u) - (e - a)) ** 2),
        "the number of rows": lambda n, a, e, u: np.sum((n((1 - u) * a + u * e, u) - (e - a)) ** 2) / len(a),
        "the square of the mean": lambda n, a, e, u: np.mean(n((1 - u) * a + u * e, u) - (e - a)) ** 2,
        "and the network asked at 1 - u": lambda n, a, e, u: np.mean((n(u * a + (1 - u) * e, 1 - u) - (a - e)) ** 2),
        "the mean is missing": lambda n, a, e, u: (n((1 - u) * a + u * e, u) - (e - a)) ** 2,
        "sqrt(1 - u^2)": lambda n, a, e, u: np.mean((n(np.sqrt(1 - u**2) * a + u * e, u) - (e - a)) ** 2),
        "what has been gone": lambda n, a, e, u: np.mean((n((1 - u) * a + u * e, u) - u * (e - a)) ** 2),
    },
    "paired": {
        "as it was": lambda x_0, noise: noise,
        "the noise is sorted": lambda x_0, noise: jnp.sort(noise),
        "where the ranks": lambda x_0, noise: np.sort(noise)[np.argsort(x_0)],
        "unsorted, is taken in the order": lambda x_0, noise: noise[np.argsort(x_0)],
        "unsorted, is taken by the ranks": lambda x_0, noise: noise[np.argsort(np.argsort(x_0))],
        "largest cost": lambda x_0, noise: -np.sort(-noise)[np.argsort(np.argsort(x_0))],
        "that is x_0, put in the order": lambda x_0, noise: np.sort(x_0)[np.argsort(np.argsort(noise))],
        "some are used twice": lambda x_0, noise: np.array([noise[np.argmin(abs(noise - v))] for v in x_0]),
        "the cheapest pair first": _cheapest_first,
        "that in the order np.argsort(noise)": lambda x_0, noise: noise[np.argsort(x_0)][np.argsort(noise)],
        "falling order is taken": lambda x_0, noise: (-np.sort(-noise))[np.argsort(x_0)],
        "that is np.argsort(x_0)": lambda x_0, noise: np.argsort(x_0),
    },
}
