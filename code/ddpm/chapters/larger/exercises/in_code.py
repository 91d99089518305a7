"""Problems 19.1 and 19.3: the gradient of a batch from its parts, and what devices send in a step."""

import numpy as np

from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict


def whole_gradient_cases(seed: int) -> list[tuple]:
    """Parts of very different sizes, no two sizes alike."""
    rng = np.random.default_rng((seed, 19, 1))
    cases = []
    for i in range(12):
        sizes = rng.choice(np.arange(2, 30), 2 + i % 3, replace=False)
        cases.append((rng.normal(size=(len(sizes), 4)), sizes))
    return cases


def _weighted(weight):
    """The sum of the gradients with weights made of the sizes."""
    return lambda gradients, sizes: np.asarray(weight(np.asarray(sizes, float))) @ gradients


MEAN_HINT = "A part of 2 examples and one of 20: should both have the same say?"
TOTAL_HINT = "Let all gradients be equal, g. What must come out?"
EXAMPLES_HINT = "The mean of a part, times its size, is the sum over its examples."

WHOLE_GRADIENT = Compared(
    "whole_gradient",
    "19.1",
    ("gradients", "sizes"),
    whole_gradient_cases,
    _weighted(lambda s: s / s.sum()),
    (
        Slip(
            "the mean of the parts' gradients: each part counts alike.",
            MEAN_HINT,
            _weighted(lambda s: 0 * s + 1 / len(s)),
        ),
        Slip("the sum of the parts' gradients.", TOTAL_HINT, _weighted(lambda s: 0 * s + 1)),
        Slip("the sum over all examples, not their mean.", TOTAL_HINT, _weighted(lambda s: s)),
        Slip("divided by the number of parts, not of examples.", TOTAL_HINT, _weighted(lambda s: s / len(s))),
        Slip(
            "the sum of the parts' gradients over the number of examples.",
            EXAMPLES_HINT,
            _weighted(lambda s: 0 * s + 1 / s.sum()),
        ),
        Slip("the parts weigh with 1 / size.", MEAN_HINT, _weighted(lambda s: (1 / s) / (1 / s).sum())),
        Slip(
            "each part's gradient divided by its size: it is a mean already.", EXAMPLES_HINT, _weighted(lambda s: 1 / s)
        ),
        Slip(
            "each part's gradient divided by its size, and the mean of that.",
            EXAMPLES_HINT,
            _weighted(lambda s: 1 / s / len(s)),
        ),
        Slip(
            "the parts weigh with the roots of their sizes.",
            EXAMPLES_HINT,
            _weighted(lambda s: np.sqrt(s) / np.sqrt(s).sum()),
        ),
        Slip(
            "the parts weigh with the squares of their sizes.", EXAMPLES_HINT, _weighted(lambda s: s**2 / (s**2).sum())
        ),
        Slip(
            "times the number of parts: divided by the mean of the sizes, not by their sum.",
            TOTAL_HINT,
            _weighted(lambda s: s / s.mean()),
        ),
        Slip("divided by the largest size.", TOTAL_HINT, _weighted(lambda s: s / s.max())),
        Slip(
            "the sizes, divided by the length of their vector.", TOTAL_HINT, _weighted(lambda s: s / np.linalg.norm(s))
        ),
        Slip("the gradient of the largest part alone.", MEAN_HINT, _weighted(lambda s: 1.0 * (s == s.max()))),
        Slip("the gradient of the first part alone.", MEAN_HINT, lambda gradients, sizes: gradients[0]),
        Slip("the gradient of the last part alone.", MEAN_HINT, lambda gradients, sizes: gradients[-1]),
        Slip(
            "the mean over the weights as well: one number is left of a gradient.",
            "How long is a gradient, and how long is your answer?",
            lambda gradients, sizes: np.mean(np.asarray(sizes) @ gradients / np.sum(sizes)),
        ),
    ),
)


def bytes_sent_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 19, 2))
    cases = []
    for i in range(12):
        n = int(rng.choice([2, 4, 8, 16]))
        cases.append((n, n * int(rng.integers(3, 9)), bool(i % 2)))
    return cases


def _sent(sums=2, gathers=1, share=lambda n: (n - 1) / n, loss=1, size=4, copied_gathers=0):
    def bytes_sent(n, weights, split):
        gathered = (gathers if split else copied_gathers) * weights
        return size * share(n) * (sums * (weights + loss) + gathered)

    return bytes_sent


RING_HINT = "A sum has two rounds: in the first sums come to be, in the second they are handed on."
SHARE_HINT = "In each round a device sends all pieces but one, and a piece is 1/n of the array."
SPLIT_HINT = "What must a device have that it does not keep, before it can compute?"
SIZE_HINT = "A number of 32 bits is four bytes."

BYTES_SENT = Compared(
    "bytes_sent",
    "19.3",
    ("n", "weights", "split"),
    bytes_sent_cases,
    _sent(),
    (
        Slip(
            "the loss is left out: it is summed too.", "How many numbers are summed besides the slopes?", _sent(loss=0)
        ),
        Slip("only one round of the sum.", RING_HINT, _sent(sums=1)),
        Slip("the gathering of the split weights is left out.", SPLIT_HINT, _sent(gathers=0)),
        Slip("weights are gathered also where every device has them.", SPLIT_HINT, _sent(copied_gathers=1)),
        Slip("the split weights are gathered twice: this program keeps them.", SPLIT_HINT, _sent(gathers=2)),
        Slip("the factor (n - 1) / n is missing: all of the array is sent.", SHARE_HINT, _sent(share=lambda n: 1)),
        Slip(
            "n - 1 times the array: that is what all devices send together, or each to every other.",
            SHARE_HINT,
            _sent(share=lambda n: n - 1),
        ),
        Slip("1 / n in the place of (n - 1) / n.", SHARE_HINT, _sent(share=lambda n: 1 / n)),
        Slip(
            "the loss is gathered with the split weights: every device has it already.",
            SPLIT_HINT,
            lambda n, weights, split: 4 * (n - 1) / n * (3 if split else 2) * (weights + 1),
        ),
        Slip("what Adam remembers is gathered too: only the weights are needed whole.", SPLIT_HINT, _sent(gathers=3)),
        Slip(
            "split and copied are exchanged.",
            "Which of the two needs a round more?",
            lambda n, weights, split: _sent()(n, weights, not split),
        ),
        Slip("numbers, not bytes.", SIZE_HINT, _sent(size=1)),
        Slip("two bytes for a number.", SIZE_HINT, _sent(size=2)),
        Slip("eight bytes for a number.", SIZE_HINT, _sent(size=8)),
        Slip("bits, not bytes.", SIZE_HINT, _sent(size=32)),
        Slip(
            "a sum that is scattered only: this program's compiler sums whole.",
            RING_HINT,
            lambda n, weights, split: 4 * (n - 1) / n * ((1 if split else 2) * (weights + 1) + split * weights),
        ),
        Slip(
            "split means a share of everything: divided by n.",
            SPLIT_HINT,
            lambda n, weights, split: _sent(gathers=0)(n, weights, split) / (n if split else 1),
        ),
    ),
)


def check_whole_gradient(student, seed: int | None = None) -> Verdict:
    """Check student(gradients, sizes): the gradient of the mean over all examples, from those of its parts."""
    return check(student, WHOLE_GRADIENT, seed)


def check_bytes_sent(student, seed: int | None = None) -> Verdict:
    """Check student(n, weights, split): the bytes that each of n devices sends in a step, by rings."""
    return check(student, BYTES_SENT, seed)
