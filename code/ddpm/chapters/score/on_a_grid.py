"""The law of a Langevin chain of one pixel without a single draw: its transition density, as a matrix on a grid."""

import numpy as np
from scipy.special import softmax


def transition(grid, scores, h: float) -> np.ndarray:
    """The probability of going from one point of the grid to another in a step of size h; each row sums to 1.

    Args:
        grid: evenly spaced points, shape (n,), less than sqrt(2 h) apart and wide enough that the chain stays inside.
        scores: the score at each of them.

    Raises:
        ValueError: the points are too far apart for this step.
    """
    grid, scores = np.asarray(grid, float), np.asarray(scores, float)
    apart = grid[1] - grid[0]
    if apart > np.sqrt(2 * h):
        raise ValueError(
            f"points {apart:.2g} apart are too far for steps of h = {h:.2g}, {np.sqrt(2 * h):.2g} wide; take more"
        )
    ends = grid + h * scores
    return softmax(-((grid - ends[:, None]) ** 2) / (4 * h), axis=1)


def relaxation(matrix) -> float:
    """After how many steps what is left of the start is 1/e of what it was: by the second largest eigenvalue."""
    second = np.sort(np.abs(np.linalg.eigvals(matrix)))[-2]
    return -1 / np.log(second)


def at_rest(matrix) -> np.ndarray:
    """The probabilities that a step leaves as they are."""
    n = len(matrix)
    equations = matrix.T - np.eye(n)
    equations[-1] = 1.0  # one of them follows from the others; the probabilities sum to 1
    return np.linalg.solve(equations, np.eye(n)[-1])
