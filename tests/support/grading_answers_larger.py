"""Answers to the exercises in code of the chapter on many devices, as students write them; as in `grading_answers`."""

import jax.numpy as jnp
import numpy as np

from ddpm.chapters.larger.exercises import check_bytes_sent, check_whole_gradient

CHECKS = {"whole_gradient": check_whole_gradient, "bytes_sent": check_bytes_sent}


def _in_a_loop(gradients, sizes):
    total = 0.0
    for gradient, size in zip(gradients, sizes):
        total = total + size * gradient
    return total / sum(sizes)


def _by_repeating(gradients, sizes):
    """As if each example had the gradient of its part."""
    return np.repeat(gradients, sizes, axis=0).mean(axis=0)


def _ring(n, weights, split):
    """Message by message."""
    total = 0
    for _ in range(n - 1):
        total += 2 * 4 * (weights + 1) / n
        if split:
            total += 4 * weights / n
    return total


RIGHT = {
    "whole_gradient": {
        "in a loop": _in_a_loop,
        "by repeating": _by_repeating,
        "np.average": lambda gradients, sizes: np.average(gradients, axis=0, weights=sizes),
        "a product": lambda gradients, sizes: np.asarray(sizes) @ gradients / np.sum(sizes),
        "in JAX": lambda gradients, sizes: jnp.sum(jnp.asarray(sizes)[:, None] * gradients, 0) / jnp.sum(sizes),
        "shares first": lambda gradients, sizes: (gradients.T * (np.asarray(sizes) / np.sum(sizes))).sum(axis=1),
        "einsum": lambda gradients, sizes: np.einsum("k,kd->d", sizes, gradients) / np.sum(sizes),
    },
    "bytes_sent": {
        "message by message": _ring,
        "as in the text": lambda n, weights, split: (
            4 * (n - 1) / n * (3 * weights + 2) if split else 8 * (n - 1) / n * (weights + 1)
        ),
        "by the arguments' names": lambda n, weights, split: 4 * (n - 1) * (2 * (weights + 1) + split * weights) / n,
        "in rounds": lambda n, weights, split: (
            sum([4 * (weights + 1) * (n - 1) / n] * 2) + (4 * weights * (n - 1) / n if split else 0)
        ),
        "whole numbers": lambda n, weights, split: (8 * (weights + 1) + (4 * weights if split else 0)) * (n - 1) / n,
        "jnp.where": lambda n, weights, split: (
            (1 - 1 / n) * (8 * weights + 8) + jnp.where(split, (1 - 1 / n) * 4 * weights, 0)
        ),
    },
}


def _scaled(function):
    return lambda gradients, sizes: function(np.asarray(sizes, float)) @ gradients


SLIPS = {
    "whole_gradient": {
        "each part counts alike": lambda gradients, sizes: gradients.mean(axis=0),
        "the sum of the parts' gradients.": lambda gradients, sizes: gradients.sum(axis=0),
        "the sum over all examples": lambda gradients, sizes: sizes @ gradients,
        "divided by the number of parts": lambda gradients, sizes: sizes @ gradients / len(sizes),
        "gradients over the number of examples": lambda gradients, sizes: gradients.sum(axis=0) / sum(sizes),
        "weigh with 1 / size": _scaled(lambda s: s**-1 / sum(s**-1)),
        "it is a mean already": lambda gradients, sizes: sum(g / s for g, s in zip(gradients, sizes)),
        "and the mean of that": lambda gradients, sizes: np.mean([g / s for g, s in zip(gradients, sizes)], axis=0),
        "with the roots": _scaled(lambda s: s**0.5 / sum(s**0.5)),
        "with the squares": _scaled(lambda s: s**2 / sum(s**2)),
        "by the mean of the sizes": lambda gradients, sizes: sizes @ gradients / np.mean(sizes),
        "divided by the largest size": _scaled(lambda s: s / max(s)),
        "the length of their vector": _scaled(lambda s: s / sum(s**2) ** 0.5),
        "largest part alone": lambda gradients, sizes: gradients[np.argmax(sizes)],
        "first part alone": lambda gradients, sizes: gradients[0],
        "last part alone": lambda gradients, sizes: gradients[-1],
        "one number is left": lambda gradients, sizes: np.average(gradients.mean(axis=1), weights=sizes),
    },
    "bytes_sent": {
        "the loss is left out": lambda n, w, split: 4 * (n - 1) / n * (2 * w + split * w),
        "only one round": lambda n, w, split: 4 * (n - 1) / n * (w + 1 + split * w),
        "of the split weights is left out": lambda n, w, split: 8 * (n - 1) / n * (w + 1),
        "gathered also where": lambda n, w, split: 4 * (n - 1) / n * (3 * w + 2),
        "gathered twice": lambda n, w, split: 4 * (n - 1) / n * (2 * w + 2 + 2 * split * w),
        "all of the array is sent": lambda n, w, split: 4 * (2 * w + 2 + split * w),
        "n - 1 times the array": lambda n, w, split: 4 * (n - 1) * (2 * w + 2 + split * w),
        "1 / n in the place": lambda n, w, split: 4 / n * (2 * w + 2 + split * w),
        "the loss is gathered": lambda n, w, split: 8 * (n - 1) / n * (w + 1) + split * 4 * (n - 1) / n * (w + 1),
        "what Adam remembers is gathered": lambda n, w, split: 4 * (n - 1) / n * (2 * w + 2 + split * 3 * w),
        "are exchanged": lambda n, w, split: 4 * (n - 1) / n * (2 * w + 2 + (not split) * w),
        "numbers, not bytes": lambda n, w, split: (n - 1) / n * (2 * w + 2 + split * w),
        "two bytes": lambda n, w, split: 2 * (n - 1) / n * (2 * w + 2 + split * w),
        "eight bytes": lambda n, w, split: 8 * (n - 1) / n * (2 * w + 2 + split * w),
        "bits, not bytes": lambda n, w, split: 32 * (n - 1) / n * (2 * w + 2 + split * w),
        "scattered only": lambda n, w, split: 4 * (n - 1) / n * (w + 1 + w) if split else 8 * (n - 1) / n * (w + 1),
        "a share of everything": lambda n, w, split: 8 * (n - 1) / n * (w + 1) / (n if split else 1),
    },
}
