"""How good samples are, in numbers: the share near an image, and how often each pattern comes."""

import numpy as np
from jaxtyping import ArrayLike, Bool, Float, Int


def pixels_within(
    samples: Float[ArrayLike, "n *pixels"], image: Float[ArrayLike, "*pixels"], tolerance: float
) -> Bool[np.ndarray, " n"]:
    """Whether every pixel of a sample lies within `tolerance` of the image's."""
    apart = np.abs(np.asarray(samples) - np.asarray(image))
    return apart.reshape(len(apart), -1).max(axis=1) <= tolerance


def share_within(samples: Float[ArrayLike, "n *pixels"], image: Float[ArrayLike, "*pixels"], tolerance: float) -> float:
    """The share of the samples with every pixel within `tolerance` of the image's, in [0, 1]."""
    return float(pixels_within(samples, image, tolerance).mean())


def counts(
    samples: Float[ArrayLike, "n *pixels"], patterns: Float[ArrayLike, "K *pixels"], tolerance: float
) -> Int[np.ndarray, " K+1"]:
    """How many samples lie within `tolerance` of each pattern, in every pixel; last, how many are near none.

    Raises:
        ValueError: two patterns are so near to each other that a sample could count for both.
    """
    samples, patterns = np.asarray(samples), np.asarray(patterns)
    for k, pattern in enumerate(patterns):
        if pixels_within(patterns, pattern, 2 * tolerance).sum() > 1:
            raise ValueError(f"tolerance {tolerance} is half the distance of pattern {k} to another one, or more")
    found = [int(pixels_within(samples, pattern, tolerance).sum()) for pattern in patterns]
    return np.array([*found, len(samples) - sum(found)])


def confidence_interval(
    successes: Int[ArrayLike, "*counts"], trials: int, z: float = 1.96
) -> tuple[Float[ArrayLike, "*counts"], Float[ArrayLike, "*counts"]]:
    """Wilson's interval for a probability from `successes` of `trials` (Wilson 1927): its two ends, in [0, 1].

    z = 1.96 for 95%.
    """
    share = np.asarray(successes) / trials
    centre = share + z**2 / (2 * trials)
    half = z * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return (centre - half) / (1 + z**2 / trials), (centre + half) / (1 + z**2 / trials)
