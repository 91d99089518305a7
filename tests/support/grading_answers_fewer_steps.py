"""Answers to the exercises in code of the chapter `fewer_steps`, as students write them; as in `grading_answers`."""

import math

import jax
import jax.numpy as jnp
import numpy as np

from ddpm.chapters.fewer_steps.exercises import check_family_step, check_second_order_step

CHECKS = {"family_step": check_family_step, "second_order_step": check_second_order_step}


def _by_the_image(x, noise, c, r, c_next, r_next, sigma, z):
    x_0 = (x - r * noise) / c
    return c_next * x_0 + jnp.sqrt(r_next**2 - sigma**2) * noise + sigma * z


def _by_the_ratios(x, noise, c, r, c_next, r_next, sigma, z):
    kept = np.sqrt((r_next - sigma) * (r_next + sigma))
    return c_next / c * x + (kept - c_next * r / c) * noise + sigma * z


def _in_loops(x, noise, c, r, c_next, r_next, sigma, z):
    out = np.zeros(np.shape(x))
    for place in np.ndindex(*out.shape):
        image = (x[place] - r * noise[place]) / c
        out[place] = c_next * image + math.sqrt(r_next**2 - sigma**2) * noise[place] + sigma * z[place]
    return out


def _log(value):
    return -2 * math.log(value)  # the log-SNR of x_0 + value noise


def _as_in_the_chapter(x, x_0, x_0_earlier, sigma_earlier, sigma, sigma_next):
    ahead = (_log(sigma_next) - _log(sigma)) / (2 * (_log(sigma) - _log(sigma_earlier)))
    D = x_0 + ahead * (x_0 - x_0_earlier)
    return D + sigma_next * (x - D) / sigma


def _as_published(x, x_0, x_0_earlier, sigma_earlier, sigma, sigma_next):
    lam = [-np.log(s) for s in (sigma_earlier, sigma, sigma_next)]
    h = lam[2] - lam[1]
    ratio = (lam[1] - lam[0]) / h
    D = (1 + 1 / (2 * ratio)) * x_0 - 1 / (2 * ratio) * x_0_earlier
    return sigma_next / sigma * x - np.expm1(-h) * D


RIGHT = {
    "family_step": {
        "by the image": _by_the_image,
        "by the ratios": _by_the_ratios,
        "in loops": _in_loops,
        "jitted": jax.jit(_by_the_image),
        "with powers": lambda x, noise, c, r, c_next, r_next, sigma, z: (
            c_next * (x - r * noise) / c + (r_next**2 - sigma**2) ** 0.5 * noise + sigma * z
        ),
        "as a list": lambda *case: np.asarray(_by_the_ratios(*case)).tolist(),
        "over c": lambda x, noise, c, r, c_next, r_next, sigma, z: (
            c_next * (x / c + (math.sqrt(r_next**2 - sigma**2) / c_next - r / c) * noise) + sigma * z
        ),
    },
    "second_order_step": {
        "as in the chapter": _as_in_the_chapter,
        "as published": _as_published,
        "natural logs": lambda x, x_0, old, b, n, a: (
            a / n * x + (1 - a / n) * (x_0 + math.log(n / a) / (2 * math.log(b / n)) * (x_0 - old))
        ),
        "other logs": lambda x, x_0, old, b, n, a: (
            a / n * x + (1 - a / n) * (x_0 + np.log2(n / a) / np.log2(b / n) / 2 * (x_0 - old))
        ),
        "DDIM, and what is added": lambda x, x_0, old, b, n, a: (
            x_0 + a * (x - x_0) / n + (1 - a / n) * np.log(a / n) / np.log(n / b) / 2 * (x_0 - old)
        ),
        "over sigma": lambda x, x_0, old, b, n, a: (
            a * (x / n + (1 / a - 1 / n) * (x_0 + np.log(a / n) / (2 * np.log(n / b)) * (x_0 - old)))
        ),
        "jitted": jax.jit(
            lambda x, x_0, old, b, n, a: (
                a / n * x - jnp.expm1(jnp.log(a / n)) * (x_0 + jnp.log(n / a) / jnp.log(b / n) * (x_0 - old) / 2)
            )
        ),
        "as a list": lambda *case: np.asarray(_as_published(*case)).tolist(),
    },
}


def _own_noise(x, noise, c, r, c_next, r_next, sigma, z):
    fresh = np.random.default_rng(0).normal(size=x.shape)
    return c_next * (x - r * noise) / c + math.sqrt(r_next**2 - sigma**2) * noise + sigma * fresh


def _with(image=None, kept=None, fresh=None, signal=None):
    """A step with one part written otherwise."""

    def step(x, e, c, r, cn, rn, s, z):
        x_0 = image(x, e, c, r, cn, rn) if image else (x - r * e) / c
        old = kept(e, r, cn, rn, s, z) if kept else np.sqrt(rn**2 - s**2) * e
        return (signal(c, cn) if signal else cn) * x_0 + old + (fresh(s) if fresh else s) * z

    return step


def _two(ahead=None, D=None, step=None):
    def answer(x, x_0, old, b, n, a):
        share = ahead(b, n, a) if ahead else np.log(n / a) / np.log(b / n) / 2
        image = D(x_0, old, share) if D else x_0 + share * (x_0 - old)
        return step(x, image, n, a) if step else a / n * x + (1 - a / n) * image

    return answer


SLIPS = {
    "family_step": {
        "not divided by c": _with(image=lambda x, e, c, r, cn, rn: x - r * e),
        "a plus before the noise": _with(image=lambda x, e, c, r, cn, rn: (x + r * e) / c),
        "the noise is not taken out": _with(image=lambda x, e, c, r, cn, rn: x / c),
        "by the level after the step": _with(image=lambda x, e, c, r, cn, rn: (x - rn * e) / cn),
        "c in the place of c_next": _with(signal=lambda c, cn: c),
        "there is too much": _with(kept=lambda e, r, cn, rn, s, z: rn * e),
        "variances add up": _with(kept=lambda e, r, cn, rn, s, z: (rn - s) * e),
        "the root is missing": _with(kept=lambda e, r, cn, rn, s, z: (rn**2 - s**2) * e),
        "the spread before the step": _with(kept=lambda e, r, cn, rn, s, z: np.sqrt(r**2 - s**2) * e),
        "so only where c^2 + r^2 = 1": _with(kept=lambda e, r, cn, rn, s, z: np.sqrt(1 - cn**2 - s**2) * e),
        "all noise is fresh": lambda x, e, c, r, cn, rn, s, z: cn * (x - r * e) / c + rn * z,
        "still reduced for it": _with(fresh=lambda s: 0),
        "whatever sigma is": lambda x, e, c, r, cn, rn, s, z: cn * (x - r * e) / c + rn * e,
        "the image alone": lambda x, e, c, r, cn, rn, s, z: (x - r * e) / c,
        "c divides the noise alone": _with(image=lambda x, e, c, r, cn, rn: x - r * e / c),
        "taken for alpha_bar": lambda x, e, c, r, cn, rn, s, z: (
            cn**0.5 * (x - (1 - c) ** 0.5 * e) / c**0.5 + (1 - cn - s * s) ** 0.5 * e + s * z
        ),
        "each other's factors": lambda x, e, c, r, cn, rn, s, z: (
            cn * (x - r * e) / c + s * e + np.sqrt(rn**2 - s**2) * z
        ),
        "not brought to variance 1": _with(kept=lambda e, r, cn, rn, s, z: np.sqrt(rn**2 - s**2) * r * e),
        "sigma^2 before z": _with(fresh=lambda s: s * s),
        "z without a factor": _with(fresh=lambda s: 1),
        "the noise that is given has no part": _own_noise,
    },
    "second_order_step": {
        "DDIM's step": lambda x, x_0, old, b, n, a: x_0 + a * (x - x_0) / n,
        "the 1/2 is missing": _two(lambda b, n, a: np.log(n / a) / np.log(b / n)),
        "steps that are alike": _two(D=lambda x_0, old, s: 1.5 * x_0 - 0.5 * old),
        "lengths of the steps are swapped": _two(lambda b, n, a: np.log(b / n) / np.log(n / a) / 2),
        "back in the place of ahead": _two(D=lambda x_0, old, s: x_0 + s * (old - x_0)),
        "lengths in sigma,": _two(lambda b, n, a: (n - a) / (b - n) / 2),
        "it is to divide, too": _two(lambda b, n, a: np.log(n / a) / 2 * np.log(b / n)),
        "the SNR without its log": _two(lambda b, n, a: (a**-2 - n**-2) / (n**-2 - b**-2) / 2),
        "x_0_earlier is prolonged": _two(D=lambda x_0, old, s: old + s * (x_0 - old)),
        "not divided by sigma": _two(step=lambda x, D, n, a: D + a * (x - D)),
        "half of the length": _two(step=lambda x, D, n, a: a / n * x + (1 - a**2 / n**2) * D),
        "the mean of the two images": _two(D=lambda x_0, old, s: 0.5 * x_0 + 0.5 * old),
        "D alone": _two(step=lambda x, D, n, a: D),
        "x is not made smaller": _two(step=lambda x, D, n, a: x + (1 - a / n) * D),
        "the sign before D is turned": _two(step=lambda x, D, n, a: a / n * x + (a / n - 1) * D),
        "each other's factors": _two(step=lambda x, D, n, a: a / n * D + (1 - a / n) * x),
        "the noise is that of x_0": lambda x, x_0, old, b, n, a: (
            x_0 + np.log(n / a) / np.log(b / n) / 2 * (x_0 - old) + a * (x - x_0) / n
        ),
    },
}
