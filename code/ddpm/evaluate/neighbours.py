"""Nearest neighbours: whether samples are copies, whether they look like data, and whether all of the data is there.

All distances are Euclidean, between pixels or between features. Examples are flattened.
"""

import numpy as np
from jaxtyping import ArrayLike, Float, Int

from ddpm.evaluate.measured import Measured, Z, share

Examples = Float[ArrayLike, "_n *shape"]


def nearest(examples: Examples, others: Examples) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """For each example the number of the nearest of the others, and how far away it is."""
    apart = _distances(examples, others)
    return apart.argmin(axis=1), apart.min(axis=1)


def share_nearer(samples: Examples, images: Examples, others: Examples) -> Measured:
    """The share of the samples that are nearer to an image than to any of the others; of what is as near to both, half.

    With images that a model was trained on, and as many others that it has not seen, a half is honest, and more says
    how much it copies.

    Raises:
        ValueError: no sample; here and below, examples of different sizes.
    """
    (_, near), (_, far) = nearest(samples, images), nearest(samples, others)
    return share(np.where(near == far, 0.5, near < far))


def precision(samples: Examples, images: Examples, k: int = 3) -> Measured:
    """The share of the samples that look like data: those no farther from some image than that one's k-th nearest other
    image (Kynkaanniemi et al. 2019, eqs. 1 and 2). The images are taken as given; the interval is about other samples
    of the same model.

    Raises:
        ValueError: not more than k images.
    """
    return share((_distances(samples, images) <= _radii(images, k)).any(axis=1))


def coverage(samples: Examples, images: Examples, k: int = 5) -> Measured:
    """The share of the images that have a sample no farther away than their k-th nearest other image (Naeem et al.
    2020, eq. 4). What it is for samples of the data's own distribution says `expected_coverage`.

    One sample may lie near many images, so that these are no independent hits. The interval is the wider one of
    Wilson's and of the jackknife's, whose variance is on average at least the true one (Efron and Stein 1981).

    Raises:
        ValueError: not more than k images.
    """
    inside = _distances(samples, images) <= _radii(images, k)
    times_hit = inside.sum(axis=0)
    found = share(times_hit > 0)
    lost = np.mean(inside & (times_hit == 1), axis=1)  # what is covered no more without each of the samples
    error = np.sqrt((len(lost) - 1) / len(lost) * np.sum((lost - lost.mean()) ** 2))
    low, high = max(0.0, found.value - Z * error), min(1.0, found.value + Z * error)
    return Measured(found.value, float(min(low, found.low)), float(max(high, found.high)))


def expected_coverage(samples: int, images: int, k: int = 5) -> float:
    """The mean of `coverage` if samples and images have the same distribution, whatever that is, as long as it has a
    density: 1 - (N - 1) ... (N - k) / ((M + N - 1) ... (M + N - k)) for M samples and N images (Naeem et al. 2020,
    lemma 2)."""
    i = np.arange(1, k + 1)
    return float(1 - np.prod((images - i) / (samples + images - i)))


def _distances(examples, others):
    from scipy.spatial.distance import cdist  # here, since it is slow to import

    examples, others = (np.asarray(x, np.float64) for x in (examples, others))
    if examples.shape[1:] != others.shape[1:]:
        raise ValueError(f"examples have shape {examples.shape[1:]}, and those beside them {others.shape[1:]}")
    return cdist(examples.reshape(len(examples), -1), others.reshape(len(others), -1))


def _radii(images, k):
    if not 1 <= k < len(images):
        raise ValueError(f"k must be at least 1 and below the number of images, {len(images)}; got {k}")
    return np.partition(_distances(images, images), k, axis=1)[:, k]  # entry 0 is the image itself
