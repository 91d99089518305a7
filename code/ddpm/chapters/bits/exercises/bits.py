"""Bits per dimension from a log-density in nats, as an exercise."""

import numpy as np

from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

SHAPES = ((3, 4, 4), (1, 5, 3), (3, 2, 6), (2, 3, 3))
VALUES = (256, 32, 4, 16)
ENDS = ((-1.0, 1.0), (0.0, 1.0), (-0.5, 0.5), (-2.0, 1.0), (0.0, 3.0))
SIGN_HINT = "A likely image has a short code. What sign does the log of its density need?"
NATS_HINT = "How many nats is one bit? Which of your terms are in nats, which in bits?"
WIDTH_HINT = (
    "How wide is the cell of one grey value on the scale [low, high)? What does the density there times that width say?"
)
EACH_HINT = "Is the offset the price of the whole image, or that of one of its numbers?"
COUNT_HINT = "A dimension is one number of the array. How many numbers does this x hold?"


def bits_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 121))
    cases = []
    for i in range(16):
        x = rng.uniform(-0.4, 0.9, SHAPES[i % 4])
        low, high = ENDS[i % 5]
        cases.append((float(rng.normal(-0.5, 1.5) * x.size), x, VALUES[(i + i // 4) % 4], low, high))
    large = rng.uniform(-0.4, 0.9, (3, 32, 32))
    cases.append((float(rng.uniform(-6000, -4000)), large, 256, -1.0, 1.0))  # its density underflows to 0
    return cases


def _bits(
    nats=lambda log_density: -log_density / np.log(2),
    dimensions=np.size,
    cells=lambda values, low, high: values / (high - low),
    offset=np.log2,
    together=lambda bits, offset, D: bits / D + offset,
):
    """Bits per dimension with one of its parts replaced."""

    def of(log_density, x, values, low, high):
        return together(nats(log_density), offset(cells(values, low, high)), dimensions(x))

    return of


def _plain(log_density):
    return -log_density


def _through_exp(log_density):
    with np.errstate(divide="ignore"):
        return -np.log2(np.exp(log_density))


BITS = Compared(
    "bits_of",
    "12.1",
    ("log_density", "x", "values", "low", "high"),
    bits_cases,
    _bits(),
    (
        Slip("the offset is taken off where it is added.", WIDTH_HINT, _bits(together=lambda b, o, D: b / D - o)),
        Slip("the offset is missing: that is the density's, not a code's.", WIDTH_HINT, _bits(offset=lambda c: 0)),
        Slip(
            "log2(values) alone is the offset: right for pixels on [0, 1) only.",
            WIDTH_HINT,
            _bits(cells=lambda values, low, high: values),
        ),
        Slip(
            "the number of grey values is missing in the offset.",
            WIDTH_HINT,
            _bits(cells=lambda values, low, high: 1 / (high - low)),
        ),
        Slip(
            "multiplied by high - low in the offset where it divides.",
            WIDTH_HINT,
            _bits(cells=lambda values, low, high: values * (high - low)),
        ),
        Slip(
            "the offset is 7 whatever the scale and the values: that belongs to 256 values on [-1, 1).",
            WIDTH_HINT,
            _bits(offset=lambda c: 7),
        ),
        Slip(
            "the offset is 8 whatever the scale and the values: that belongs to 256 values on [0, 1).",
            WIDTH_HINT,
            _bits(offset=lambda c: 8),
        ),
        Slip(
            "values - 1 in the place of values: so many are the steps between the grey values, not the cells.",
            WIDTH_HINT,
            _bits(cells=lambda values, low, high: (values - 1) / (high - low)),
        ),
        Slip(
            "log2(values) - 1 whatever the scale: right for pixels on [-1, 1) only.",
            WIDTH_HINT,
            _bits(cells=lambda values, low, high: values / 2),
        ),
        Slip("the sign of the log-density is wrong.", SIGN_HINT, _bits(nats=lambda a: a / np.log(2))),
        Slip(
            "all signs are turned: that is a log-likelihood per dimension in bits.",
            SIGN_HINT,
            _bits(together=lambda b, o, D: -b / D - o),
        ),
        Slip("the log-density is still in nats, the offset in bits.", NATS_HINT, _bits(nats=_plain)),
        Slip(
            "multiplied by log 2 where it divides.",
            NATS_HINT,
            _bits(nats=lambda a: -a * np.log(2)),
        ),
        Slip("the offset is in nats, the log-density in bits.", NATS_HINT, _bits(offset=np.log)),
        Slip("nats per dimension: nothing is divided by log 2.", NATS_HINT, _bits(nats=_plain, offset=np.log)),
        Slip(
            "log2 of the log-density: it is a logarithm already.",
            NATS_HINT,
            _bits(nats=lambda a: -np.log2(np.abs(a))),
        ),
        Slip(
            "exp of the log-density on the way to log2: for a large image that is 0, and its log2 no number.",
            "log2 of p is log p / log 2. Is p itself needed?",
            _bits(nats=_through_exp),
        ),
        Slip("not divided by the number of dimensions.", EACH_HINT, _bits(dimensions=lambda x: 1)),
        Slip(
            "the bits of the whole image: the offset is there once for each dimension, and nothing is divided.",
            EACH_HINT,
            _bits(together=lambda b, o, D: b + o * D),
        ),
        Slip(
            "the whole image in nats: divided neither by log 2 nor by the number of dimensions.",
            EACH_HINT,
            _bits(nats=_plain, offset=np.log, together=lambda b, o, D: b + o * D),
        ),
        Slip(
            "the offset is divided by the number of dimensions too.",
            EACH_HINT,
            _bits(together=lambda b, o, D: (b + o) / D),
        ),
        Slip(
            "divided by the number of pixels: the channels are dimensions too.",
            COUNT_HINT,
            _bits(dimensions=lambda x: x.shape[-2] * x.shape[-1]),
        ),
        Slip("divided by len(x), the first axis alone.", COUNT_HINT, _bits(dimensions=len)),
        Slip("divided by the number of axes of x.", COUNT_HINT, _bits(dimensions=np.ndim)),
    ),
)


def check_bits(student, seed: int | None = None) -> Verdict:
    """Check student(log_density, x, values, low, high): bits per dimension of x, an image on the scale [low, high)."""
    return check(student, BITS, seed)
