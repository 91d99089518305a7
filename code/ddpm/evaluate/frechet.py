"""The Frechet distance between two sets of features: that between Gaussians with their means and covariances."""

import numpy as np
from jaxtyping import ArrayLike, Float

Features = Float[ArrayLike, "_n features"]


def frechet_of_gaussians(
    mean: Float[ArrayLike, " d"],
    covariance: Float[ArrayLike, "d d"],
    other_mean: Float[ArrayLike, " d"],
    other_covariance: Float[ArrayLike, "d d"],
) -> float:
    """|m - m'|^2 + tr(C + C' - 2 (C^(1/2) C' C^(1/2))^(1/2)), the squared 2-Wasserstein distance of two Gaussians
    (Dowson and Landau 1982).

    Raises:
        ValueError: shapes that do not fit.
    """
    mean, other_mean, C, other_C = (
        np.asarray(values, np.float64) for values in (mean, other_mean, covariance, other_covariance)
    )
    if not (mean.shape == other_mean.shape and C.shape == other_C.shape == 2 * mean.shape):
        raise ValueError(
            f"means and covariances do not fit: {mean.shape}, {C.shape}; {other_mean.shape}, {other_C.shape}"
        )
    values, vectors = np.linalg.eigh(C)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other_C @ root), 0)).sum()
    return float(np.sum((mean - other_mean) ** 2) + np.trace(C) + np.trace(other_C) - 2 * cross)


def frechet(features: Features, others: Features) -> float:
    """The Frechet distance between two sets of features (Heusel et al. 2017, section 2); with those of the Inception
    network it is called FID. Finite sets raise it: two of one distribution are not 0 apart. So its floor, the distance
    between two sets of data, belongs beside it, and as many examples in all sets.

    Raises:
        ValueError: fewer than two examples, or features of different numbers.
    """
    sets = [np.asarray(values, np.float64) for values in (features, others)]
    if any(values.ndim != 2 or len(values) < 2 for values in sets):
        raise ValueError(f"features must have shape (n, d), n >= 2; got {sets[0].shape} and {sets[1].shape}")
    (mean, C), (other_mean, other_C) = ((values.mean(0), np.atleast_2d(np.cov(values.T))) for values in sets)
    return frechet_of_gaussians(mean, C, other_mean, other_C)
