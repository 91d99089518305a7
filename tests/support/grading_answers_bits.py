"""Answers to the exercises of the chapter `bits`: right ones in many styles, and slips by a part of their name."""

import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from ddpm.chapters.bits.exercises import check_bits, check_trace
from ddpm.likelihood import bits_per_dimension, hutchinson

RIGHT, SLIPS = {}, {}
CHECKS = {"bits_of": check_bits, "trace_of": check_trace}


def _by_pixels(log_density, x, values, low, high):
    """The density of y + delta first, then bits: every pixel's unit of length changes by the width of a cell."""
    of_pixels = log_density + x.size * math.log((high - low) / values)
    return -of_pixels / math.log(2) / x.size


RIGHT["bits_of"] = {
    "the package": lambda a, x, values, low, high: bits_per_dimension(a, x.size, values, low, high),
    "numpy": lambda a, x, values, low, high: -a / np.log(2) / np.prod(x.shape) + np.log2(values / (high - low)),
    "by pixels": _by_pixels,
    "logs apart": lambda a, x, values, low, high: (-a / x.size + math.log(values) - math.log(high - low)) / math.log(2),
    "jitted": jax.jit(lambda a, x, values, low, high: -a / (x.size * jnp.log(2)) - jnp.log2((high - low) / values)),
    "log2 e": lambda a, x, values, low, high: -a * np.log2(np.e) / x.size + math.log(values / (high - low), 2),
    "a loop": lambda a, x, values, low, high: (
        sum(-a / x.size / math.log(2) + math.log2(values / (high - low)) for _ in x.ravel()) / len(x.ravel())
    ),
}


def _bits(log_density, x, values, low, high, size=None, sign=1, base=math.log(2)):
    own = -log_density / base / (size or x.size)
    return own + sign * math.log2(values / (high - low))


def _with_exp(log_density, x, values, low, high):
    with np.errstate(divide="ignore"):
        return -np.log2(np.exp(log_density)) / x.size + np.log2(values / (high - low))


SLIPS["bits_of"] = {
    "taken off where it is added": lambda *case: _bits(*case, sign=-1),
    "offset is missing": lambda a, x, *rest: -a / math.log(2) / x.size,
    "log2(values) alone": lambda a, x, values, low, high: _bits(a, x, values, 0, 1),
    "the number of grey values is missing": lambda a, x, values, low, high: _bits(a, x, 1, low, high),
    "multiplied by high - low": lambda a, x, values, low, high: _bits(a, x, values * (high - low), 0, 1),
    "the offset is 7": lambda a, x, *rest: -a / math.log(2) / x.size + 7,
    "the offset is 8": lambda a, x, *rest: -a / math.log(2) / x.size + 8,
    "log2(values) - 1": lambda a, x, values, low, high: _bits(a, x, values, -1, 1),
    "values - 1": lambda a, x, values, low, high: _bits(a, x, values - 1, low, high),
    "sign of the log-density": lambda a, *rest: _bits(-a, *rest),
    "all signs are turned": lambda *case: -_bits(*case),
    "still in nats": lambda *case: _bits(*case, base=1),
    "multiplied by log 2": lambda *case: _bits(*case, base=1 / math.log(2)),
    "the offset is in nats": lambda a, x, values, low, high: (
        -a / x.size / math.log(2) + math.log(values / (high - low))
    ),
    "nats per dimension": lambda a, x, values, low, high: -a / x.size + math.log(values / (high - low)),
    "log2 of the log-density": lambda a, x, values, low, high: (
        -math.log2(abs(a)) / x.size + math.log2(values / (high - low))
    ),
    "exp of the log-density": _with_exp,
    "the whole image in nats": lambda a, x, values, low, high: -a + x.size * math.log(values / (high - low)),
    "not divided by the number of dimensions": lambda *case: _bits(*case, size=1),
    "bits of the whole image": lambda a, x, *rest: x.size * _bits(a, x, *rest),
    "divided by the number of dimensions too": lambda a, x, values, low, high: (
        (-a / math.log(2) + math.log2(values / (high - low))) / x.size
    ),
    "channels are dimensions too": lambda a, x, *rest: _bits(a, x, *rest, size=x[0].size),
    "the first axis alone": lambda a, x, *rest: _bits(a, x, *rest, size=len(x)),
    "number of axes": lambda a, x, *rest: _bits(a, x, *rest, size=x.ndim),
}


def _by_jvp(J, probes):
    J, probes = jnp.asarray(J), jnp.asarray(probes)

    def of_one(e):
        return jnp.vdot(e, jax.jvp(lambda x: J @ x, (jnp.zeros_like(e),), (e,))[1])

    return jax.vmap(of_one)(probes).mean()


def _by_entries(J, probes):
    D, total = len(J), 0.0
    for e in probes:
        total += sum(e[i] * J[i][j] * e[j] for i in range(D) for j in range(D))
    return total / len(probes)


RIGHT["trace_of"] = {
    "the package": lambda J, e: hutchinson(lambda x: jnp.asarray(J) @ x, jnp.zeros(len(J)) + 0 * e[0], jnp.asarray(e))[
        1
    ],
    "einsum": lambda J, e: np.einsum("ni,ij,nj", e, J, e) / len(e),
    "jvp": _by_jvp,
    "entries": _by_entries,
    "a list of forms": lambda J, e: np.mean([one @ J @ one for one in e]),
    "the diagonal of a product": lambda J, e: np.trace(e @ J @ e.T) / len(e),
    "the transpose": lambda J, e: np.mean(np.sum((e @ J) * e, axis=-1)),
    "by the covariance of the probes": lambda J, e: np.sum(J * (e.T @ e / len(e))),
    "jitted": jax.jit(lambda J, e: jnp.mean(jax.vmap(lambda one: one @ J @ one)(e))),
}
SLIPS["trace_of"] = {
    "sum over the probes": lambda J, e: sum(one @ J @ one for one in e),
    "first probe alone": lambda J, e: e[0] @ J @ e[0],
    "last probe alone": lambda J, e: e[-1] @ J @ e[-1],
    "not averaged": lambda J, e: np.array([one @ J @ one for one in e]),
    "mean of the probes is taken first": lambda J, e: e.mean(0) @ J @ e.mean(0),
    "or probes were multiplied with each other": lambda J, e: (e @ J @ e.T).mean(),
    "all products added up": lambda J, e: (e @ J @ e.T).sum() / len(e),
    "all products of two probes": lambda J, e: e @ J @ e.T,
    "the two axes are swapped": lambda J, e: np.mean(np.sum(e * (e @ J.T), axis=0)),
    "exact trace": lambda J, e: np.trace(J),
    "diagonal of J alone": lambda J, e: np.mean([np.sum(one * np.diag(J) * one) for one in e]),
    "without being multiplied by e": lambda J, e: np.mean([np.sum(J @ one) for one in e]),
    "squared length of J e": lambda J, e: np.mean([np.linalg.norm(J @ one) ** 2 for one in e]),
    "is squared": lambda J, e: np.mean([(one @ J @ one) ** 2 for one in e]),
    "mean over the pixels": lambda J, e: np.mean(e * (e @ J.T)),
    "pixel by pixel": lambda J, e: np.mean(e * (e @ J.T), axis=0),
    "squared length of the probe": lambda J, e: np.mean([one @ J @ one / (one @ one) for one in e]),
    "the length of the probe divides": lambda J, e: np.mean([one @ J @ one / np.linalg.norm(one) for one in e]),
    "sign is wrong": lambda J, e: -np.mean([one @ J @ one for one in e]),
    "variance over the probes": lambda J, e: np.var([one @ J @ one for one in e]),
}

BY_HAND = {
    "offset_unit": 8,
    "offset_book": 7,
    "uniform": 8,
    "gap": 0.2075,
    "rademacher": 16,
    "gaussian": 56,
    "negative": "yes",
    "below_entropy": "no",
}
RIGHT_BY_HAND = {
    "numbers": BY_HAND,
    "in order, without keys": [8, 7, 8, 0.21, 16, 56, "yes", "no"],
    "SymPy": BY_HAND
    | {"offset_book": sp.log(128, 2), "gap": -sp.log(sp.Rational(3, 4), 2) / 2, "gaussian": sp.Integer(56)},
    "NumPy": BY_HAND | {"uniform": np.float32(8), "gap": np.log2(1) - np.log2([1.5, 0.5]).mean()},
    "fractions and truth values": BY_HAND | {"gap": Fraction(83, 400), "negative": True, "below_entropy": False},
    "texts": {key: str(value) for key, value in BY_HAND.items()},
    "a function": lambda: BY_HAND,
    "one digit less": BY_HAND | {"gap": 0.2},
}
SLIPS_BY_HAND = {
    "the two offsets are swapped": {"offset_unit": 7, "offset_book": 8},
    "the width of the cell itself": {"offset_unit": 1 / 256, "offset_book": 1 / 128},
    "the number of grey values is missing": {"offset_unit": 0, "offset_book": -1},
    "no offset at all": {"offset_unit": 0, "offset_book": 0},
    "the sign of the offset": {"offset_unit": -8, "offset_book": -7},
    "larger by one": {"offset_book": 9},
    "the same offset on both scales": {"offset_book": 8},
    "nats in the place of bits": {"offset_unit": 5.545},
    "the offset is missing": {"uniform": 1},
    "the offset alone": {"uniform": 7},
    "taken off the offset": {"uniform": 6},
    "with the offset of [0, 1)": {"uniform": 9},
    "no gap": {"gap": 0},
    "turned round": {"gap": -0.2075},
    "the gap is in nats": {"gap": 0.144},
    "in nats, and turned round": {"gap": -0.144},
    "not averaged over the cell": {"gap": 0.415},
    "the two kinds of probes are swapped": {"rademacher": 56, "gaussian": 16},
    "J was not made symmetric": {"rademacher": 20},
    "added and not halved": {"rademacher": 64, "gaussian": 224},
    "the diagonal was taken to vary": {"rademacher": 56},
    "only the diagonal was counted": {"rademacher": 40},
    "taken for a Rademacher one": {"gaussian": 16},
    "each pair was counted once": {"rademacher": 8},
    "without any spread": {"rademacher": 0},
    "a density was taken for a probability": {"negative": "no"},
    "no density lies below the entropy": {"below_entropy": "yes"},
}
