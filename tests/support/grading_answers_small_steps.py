"""Answers to the exercises in code of the chapter on small steps, as students write them; as in `grading_answers`."""

import math

import jax
import jax.numpy as jnp
import numpy as np

from ddpm.chapters.small_steps.exercises import check_edm_denoiser, check_flow_velocity, check_step_back

CHECKS = {
    "step_back": check_step_back,
    "flow_velocity": check_flow_velocity,
    "edm_denoiser": check_edm_denoiser,
}


def _two_parts(x, score, f, g, h, noise):
    flow = x - h * (f * x - 0.5 * g**2 * score)
    eta = 0.5 * g**2 * h
    return flow + eta * score + jnp.sqrt(2 * eta) * noise


def _in_loops(x, score, f, g, h, noise):
    out = np.array(x, float)
    for place in np.ndindex(*out.shape):
        out[place] += -h * (f * x[place] - g * g * score[place]) + g * math.sqrt(h) * noise[place]
    return out


def _backward_time(x, score, f, g, h, noise):
    dt = -h
    return x + (f * x - g**2 * score) * dt + g * np.sqrt(abs(dt)) * noise


def _in_place(x, score, f, g, h, noise):
    return jnp.asarray(x).at[...].add(h * (g**2 * score - f * x)) + g * h**0.5 * noise


@jax.jit
def _jitted(x, score, f, g, h, noise):
    return x - h * (f * x - g**2 * score) + g * jnp.sqrt(h) * noise


RIGHT = {
    "step_back": {
        "two parts": _two_parts,
        "in loops": _in_loops,
        "backward time": _backward_time,
        "in place": _in_place,
        "jitted": _jitted,
        "as a list": lambda x, score, f, g, h, noise: (
            (1 - h * f) * x + h * g**2 * score + g * h**0.5 * noise
        ).tolist(),
    },
    "flow_velocity": {
        "through the score": lambda x, noise, f, g, r: f * x - 0.5 * g**2 * (-noise / r),
        "in one go": lambda x, noise, f, g, r: f * x + g**2 / (2 * r) * noise,
        "in JAX": lambda x, noise, f, g, r: jnp.add(f * x, jnp.square(g) * noise / (2 * r)),
        "halves": lambda x, noise, f, g, r: f * x + 0.5 * g * g * noise / r,
        "jitted": jax.jit(lambda x, noise, f, g, r: f * x + 0.5 * g**2 / r * noise),
        "pixel by pixel": lambda x, noise, f, g, r: [
            [f * a + g**2 * b / 2 / r for a, b in zip(*rows)] for rows in zip(x.tolist(), noise.tolist())
        ],
    },
    "edm_denoiser": {
        "scaled": lambda predict, x, sigma: x - sigma * predict(x / jnp.sqrt(1 + sigma**2), 1 / (1 + sigma**2)),
        "through x_t": lambda predict, x, sigma: _through_x_t(predict, x, sigma),
        "with numpy": lambda predict, x, sigma: (
            np.asarray(x) - sigma * np.asarray(predict(x * (1 + sigma**2) ** -0.5, 1 / (sigma**2 + 1)))
        ),
        "by the names of the arguments": lambda predict, x, sigma: (
            x - sigma * predict(x_t=x / np.sqrt(1 + sigma**2), alpha_bar=1 / (1 + sigma**2))
        ),
        "by an angle": lambda predict, x, sigma: (
            x - sigma * predict(math.cos(math.atan(sigma)) * x, math.cos(math.atan(sigma)) ** 2)
        ),
        "through the score": lambda predict, x, sigma: (
            x + sigma**2 * (-predict(x / math.hypot(1, sigma), math.hypot(1, sigma) ** -2) / sigma)
        ),
        "jitted": lambda predict, x, sigma: jax.jit(
            lambda x, sigma: x - sigma * predict(x / jnp.sqrt(1 + sigma**2), 1 / (1 + sigma**2))
        )(jnp.asarray(x), sigma),
    },
}


def _through_x_t(predict, x, sigma):
    bar = 1 / (1 + sigma**2)
    x_t = np.sqrt(bar) * x
    return (x_t - np.sqrt(1 - bar) * predict(x_t, bar)) / np.sqrt(bar)


def _no_minus(x, score, f, g, h, noise):
    return x + (f * x - g**2 * score) * h + g * np.sqrt(h) * noise


def _deterministic(x, score, f, g, h, noise):
    return x - h * (f * x - 0.5 * g**2 * score)


def _own_noise(x, score, f, g, h, noise):
    return x - h * (f * x - g**2 * score) + g * np.sqrt(h) * np.random.default_rng(0).normal(size=x.shape)


SLIPS = {
    "step_back": {
        "a step forward in time": _no_minus,
        "a step of the ODE": _deterministic,
        "the noise that is given has no part": _own_noise,
        "that is the variance": lambda x, s, f, g, h, z: x - h * (f * x - g**2 * s) + g**2 * h * z,
        "the drift of the ODE, with noise": lambda x, s, f, g, h, z: (
            x - h * (f * x - g**2 * s / 2) + g * np.sqrt(h) * z
        ),
        "inside the bracket": lambda x, s, f, g, h, z: x - h * (f * x - g**2 * s) - h * g * z,
        "sqrt(h) before the drift, too": lambda x, s, f, g, h, z: x + np.sqrt(h) * (g * z - f * x + g**2 * s),
        "f in the place of f x": lambda x, s, f, g, h, z: x - h * (f - g**2 * s) + g * np.sqrt(h) * z,
        "-g^2 / 2 in the place of f": lambda x, s, f, g, h, z: x + h * g**2 * (x / 2 + s) + g * np.sqrt(h) * z,
        "multiplied by itself": lambda x, s, f, g, h, z: x - h * (f * x - g**2 * s) + (g * z) * np.sqrt(h) * z,
        "the sign of the score is turned": lambda x, s, f, g, h, z: x - h * (f * x + g**2 * s) + g * np.sqrt(h) * z,
    },
    "flow_velocity": {
        "the drift of the reverse SDE": lambda x, e, f, g, r: f * x - g**2 * (-e / r),
        "the sign of the noise": lambda x, e, f, g, r: f * x - g**2 / 2 * e / r,
        "not divided by -r": lambda x, e, f, g, r: f * x - g**2 / 2 * e,
        "r^2 in the place": lambda x, e, f, g, r: f * x + g**2 / 2 * e / r**2,
        "g in the place of g^2": lambda x, e, f, g, r: f * x + g * e / (2 * r),
        "f x is missing": lambda x, e, f, g, r: g**2 / 2 * e / r,
        "g^2 times the noise": lambda x, e, f, g, r: f * x + g**2 * e,
        "the forward SDE": lambda x, e, f, g, r: f * x + g * e,
        "multiplied by r": lambda x, e, f, g, r: f * x + g**2 / 2 * e * r,
    },
    "edm_denoiser": {
        "not scaled to its own level": lambda p, x, s: x - s * p(x, 1 / (1 + s**2)),
        "asked at sigma": lambda p, x, s: x - s * p(x / np.sqrt(1 + s**2), s),
        "without the root": lambda p, x, s: x - s * p(x / (1 + s**2), 1 / (1 + s**2)),
        "still scaled by sqrt(alpha_bar)": lambda p, x, s: (
            (x - s * p(x / np.sqrt(1 + s**2), 1 / (1 + s**2))) / np.sqrt(1 + s**2)
        ),
        "that is the noise": lambda p, x, s: p(x / np.sqrt(1 + s**2), 1 / (1 + s**2)),
        "the noise is added": lambda p, x, s: x + s * p(x / np.sqrt(1 + s**2), 1 / (1 + s**2)),
        "solved for a scaled state": lambda p, x, s: (
            (x - np.sqrt(s**2 / (1 + s**2)) * p(x / np.sqrt(1 + s**2), 1 / (1 + s**2))) * np.sqrt(1 + s**2)
        ),
        "x is scaled nowhere": lambda p, x, s: (
            (x - np.sqrt(s**2 / (1 + s**2)) * p(x, 1 / (1 + s**2))) * np.sqrt(1 + s**2)
        ),
        "alpha_bar = 1 / sigma^2": lambda p, x, s: x - s * p(x / s, 1 / s**2),
        "alpha_bar = sigma^2 / (1 + sigma^2)": lambda p, x, s: (
            x - s * p(np.sqrt(s**2 / (1 + s**2)) * x, s**2 / (1 + s**2))
        ),
        "that is the score": lambda p, x, s: -p(x / np.sqrt(1 + s**2), 1 / (1 + s**2)) / s,
    },
}
