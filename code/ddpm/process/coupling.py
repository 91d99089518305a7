"""Which noise goes with which example: drawn apart from each other, or so that the ways between them are short."""

import numpy as np
from jaxtyping import ArrayLike, Float

from ddpm.arrays import check_same_shape
from ddpm.schedule import at_least_1


def minibatch_coupling(
    x_0: Float[ArrayLike, "n *pixels"], noise: Float[ArrayLike, "n *pixels"], batch: int
) -> Float[np.ndarray, "n *pixels"]:
    """The noise in another order: within each batch of the pairs (x_0, noise), the one with the least sum of
    ||noise - x_0||^2 (Pooladian et al. 2023; Tong et al. 2024), found by SciPy's solver of the assignment problem.

    Examples and noise are each distributed as before. With batches of 1 nothing changes.

    Args:
        x_0, noise: n pairs; n must be a multiple of the batch.

    Raises:
        ValueError: shapes that differ, a batch below 1, or one that does not divide n.
    """
    from scipy.optimize import linear_sum_assignment  # here, since it is slow to import

    x_0, noise, batch = np.asarray(x_0), np.asarray(noise), at_least_1("batch", batch)
    check_same_shape("noise", noise, "x_0", x_0)
    if len(x_0) % batch:
        raise ValueError(f"{len(x_0)} pairs cannot be cut into batches of {batch}")
    coupled = np.empty_like(noise)
    for start in range(0, len(x_0), batch):
        part = slice(start, start + batch)
        flat = [array[part].reshape(batch, -1) for array in (x_0, noise)]
        rows, columns = linear_sum_assignment(-flat[0] @ flat[1].T)  # the squares are the same in every order
        coupled[part][rows] = noise[part][columns]
    return coupled
