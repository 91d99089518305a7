"""Answers to the exercises in code of the chapter `score`, as in `grading_answers`."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from scipy import stats
from scipy.special import logsumexp

import ddpm.mixture
import ddpm.sample
from ddpm.chapters.score.exercises import check_langevin_step, check_mixture_score

RIGHT, SLIPS = {}, {}
CHECKS = {"mixture_score": check_mixture_score, "langevin_step": check_langevin_step}


def bells(x, means, variances):
    """The density of each component at x, from SciPy."""
    return np.array([stats.multivariate_normal.pdf(x, m, v * np.eye(len(m))) for m, v in zip(means, variances)])


def score_with(shares=lambda joint, w: joint / joint.sum(), slope=lambda m, x, v: (m - x) / v, density=bells):
    def answer(x, means, variances, weights):
        r = shares(weights * density(x, means, variances), weights)
        return sum(a * slope(m, x, v) for a, m, v in zip(r, means, variances))

    return answer


def _by_hand(x, means, variances, weights):
    top, bottom = [0.0] * len(x), 0.0
    for m, v, w in zip(means, variances, weights):
        square = sum((a - b) ** 2 for a, b in zip(x, m))
        bell = w * math.exp(-square / (2 * v)) / math.sqrt(v) ** len(x)
        bottom += bell
        top = [value + bell * (b - a) / v for value, a, b in zip(top, x, m)]
    return [value / bottom for value in top]


def _log_p(x, means, variances, weights):
    square = jnp.sum((x - means) ** 2, axis=1)
    return jax.nn.logsumexp(jnp.log(weights) - square / (2 * variances) - x.size / 2 * jnp.log(variances))


@jax.jit
def _softmax(x, means, variances, weights):
    e = jnp.log(weights) - x.shape[0] / 2 * jnp.log(variances) - ((means - x) ** 2).sum(1) / (2 * variances)
    r = jnp.exp(e - e.max())
    return (r / r.sum() / variances) @ (means - x)


def _differences(x, means, variances, weights):
    def log_p(z):
        return logsumexp(np.log(bells(z, means, variances)), b=weights)

    h = 1e-5
    return np.array([(log_p(x + h * e) - log_p(x - h * e)) / (2 * h) for e in np.eye(len(x))])


def _split(x, means, variances, weights):
    """The mean of the images over the variances, less that of x."""
    r = weights * bells(x, means, variances) / variances
    r = r / np.sum(weights * bells(x, means, variances))
    return r @ means - r.sum() * x


@jax.jit
def _gradient_of_density(x, means, variances, weights):
    return jax.grad(lambda z: jnp.exp(_log_p(z, means, variances, weights)) / (2 * jnp.pi) ** (z.size / 2))(x)


_package_score = jax.jit(ddpm.mixture.score)
RIGHT["mixture_score"] = {
    "the package": lambda x, m, v, w: _package_score(ddpm.mixture.mixture(m, v, w), x),
    "SciPy": score_with(),
    "loops": _by_hand,
    "jax.grad": jax.grad(_log_p),
    "softmax, jitted": _softmax,
    "differences": _differences,
    "split": _split,
    "einsum": lambda x, m, v, w: (
        np.einsum("k,kd->d", w * bells(x, m, v) / v, m - x) / np.einsum("k,k->", w, bells(x, m, v))
    ),
}
SLIPS["mixture_score"] = {
    "not divided by the density": _gradient_of_density,
    "averaged with their weights": score_with(lambda joint, w: w),
    "count alike": score_with(lambda joint, w: np.ones(len(w)) / len(w)),
    "no weights at all": lambda x, m, v, w: sum((a - x) / b for a, b in zip(m, v)),
    "all through the densities": score_with(density=lambda x, m, v: bells(x, m, np.sqrt(v))),
    "without its root": score_with(density=lambda x, m, v: np.exp(-np.sum((x - m) ** 2, 1) / 2 / v) / v ** len(x)),
    "likeliest component alone": score_with(lambda joint, w: joint == joint.max()),
    "weights are missing": score_with(lambda joint, w: joint / w / np.sum(joint / w)),
    "not divided by their sum": score_with(
        lambda joint, w: joint, density=lambda x, m, v: bells(x, m, v) * (2 * np.pi) ** (len(x) / 2)
    ),
    "downhill": score_with(slope=lambda m, x, v: (x - m) / v),
    "standard deviation in the place of the variance in the slope": score_with(slope=lambda m, x, v: (m - x) / v**0.5),
    "slope is not divided": score_with(slope=lambda m, x, v: m - x),
    "twice the variance": score_with(slope=lambda m, x, v: (m - x) / 2 / v),
    "variance squared": score_with(slope=lambda m, x, v: (m - x) / v**2),
    "factor in front of the exponentials is missing": score_with(
        density=lambda x, m, v: np.exp(-np.sum((x - m) ** 2, 1) / 2 / v)
    ),
    "that of one dimension": score_with(
        density=lambda x, m, v: np.exp(-np.sum((x - m) ** 2, 1) / 2 / v) / np.sqrt(2 * np.pi * v)
    ),
    "2 in the exponent": score_with(
        density=lambda x, m, v: np.exp(-np.sum((x - m) ** 2, 1) / v) / (2 * np.pi * v) ** (len(x) / 2)
    ),
    "standard deviation in the exponent": score_with(
        density=lambda x, m, v: np.exp(-np.sum((x - m) ** 2, 1) / (2 * v**0.5)) / v ** (len(x) / 2)
    ),
    "mean over the dimensions": score_with(
        density=lambda x, m, v: np.exp(-np.mean((x - m) ** 2, 1) / 2 / v) / v ** (len(x) / 2)
    ),
    "sum of fractions": lambda x, m, v, w: (
        ((w * bells(x, m, v)) @ m - np.sum(w * bells(x, m, v)) * x) / np.sum(w * bells(x, m, v) * v)
    ),
    "one Gaussian": lambda x, m, v, w: (
        (np.sum(w[:, None] * m, 0) - x) / (w @ v + np.mean(w @ m**2 - np.square(np.sum(w[:, None] * m, 0))))
    ),
}


def _in_place(x, h, score, noise):
    x += h * score
    x += math.sqrt(2 * h) * noise
    return x


def _half_twice(x, h, score, noise):
    """The other convention, with twice the step."""
    size = 2 * h
    return x + size / 2 * score + size**0.5 * noise


RIGHT["langevin_step"] = {
    "the package": ddpm.sample.langevin_step,
    "numpy": lambda x, h, score, noise: x + h * score + np.sqrt(2 * h) * noise,
    "jitted": jax.jit(lambda x, h, score, noise: x + h * score + jnp.sqrt(2 * h) * noise),
    "in place": _in_place,
    "the other convention with twice the step": _half_twice,
    "a factor taken out": lambda x, h, score, noise: x + h * (score + noise * (2 / h) ** 0.5),
    "a list": lambda x, h, score, noise: (x + h * score + 2**0.5 * h**0.5 * noise).tolist(),
    "moments": lambda x, h, score, noise: np.asarray(x + h * score) + jnp.asarray(noise) * (h + h) ** 0.5,
}
SLIPS["langevin_step"] = {
    "the 2 is missing": lambda x, h, score, noise: x + h * score + math.sqrt(h) * noise,
    "variance 2 h in the place": lambda x, h, score, noise: x + h * score + 2 * h * noise,
    "multiplied by h, as the score": lambda x, h, score, noise: x + h * (score + noise),
    "h stands outside of the root": lambda x, h, score, noise: x + h * (score + 2**0.5 * noise),
    "2 stands outside of the root": lambda x, h, score, noise: x + h * score + 2 * h**0.5 * noise,
    "variance 1, whatever": lambda x, h, score, noise: x + h * score + noise,
    "half of h under the root": lambda x, h, score, noise: x + h * score + (h / 2) ** 0.5 * noise,
    "h divides under the root": lambda x, h, score, noise: x + h * score + (2 / h) ** 0.5 * noise,
    "with the score too": lambda x, h, score, noise: x + (2 * h) ** 0.5 * (score + noise),
    "inside the brackets": lambda x, h, score, noise: x + h * (score + (2 * h) ** 0.5 * noise),
    "both signs": lambda x, h, score, noise: x - (h * score + (2 * h) ** 0.5 * noise),
    "climbs to a peak": lambda x, h, score, noise: x + h * score,
    "against the score": lambda x, h, score, noise: x - h * score + (2 * h) ** 0.5 * noise,
    "noise is subtracted": lambda x, h, score, noise: x + h * score - (2 * h) ** 0.5 * noise,
    "whole score": lambda x, h, score, noise: x + score + (2 * h) ** 0.5 * noise,
    "noise of a whole step": lambda x, h, score, noise: x + h * score / 2 + (2 * h) ** 0.5 * noise,
    "2 h with the score": lambda x, h, score, noise: x + 2 * h * score + (2 * h) ** 0.5 * noise,
    "other texts write the step so": lambda x, h, score, noise: x + h / 2 * score + h**0.5 * noise,
    "x itself is missing": lambda x, h, score, noise: h * score + (2 * h) ** 0.5 * noise,
    "standard normal is added": lambda x, h, score, noise: x + h * (score - x) + (2 * h) ** 0.5 * noise,
    "no part in the answer": lambda x, h, score, noise: (
        x + h * score + (2 * h) ** 0.5 * jax.random.normal(jax.random.key(0), x.shape)
    ),
}
