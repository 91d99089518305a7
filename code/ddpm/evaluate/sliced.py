"""The sliced Wasserstein distance."""

import numpy as np
from jaxtyping import ArrayLike, Float

from ddpm.arrays import Key
from ddpm.evaluate.measured import generator


def sliced_wasserstein(
    key: Key, samples: Float[ArrayLike, "n *shape"], others: Float[ArrayLike, "m *shape"], directions: int = 200
) -> float:
    """The root of the mean over random directions of W_2^2, the squared distance of what is projected on one, which on
    a line is that of the sorted values (Bonneel et al. 2015). In the unit of a pixel; not 0 for two finite samples of
    one distribution.

    Raises:
        TypeError: not a random key.
        ValueError: examples of different sizes.
    """
    random = generator(key)
    sets = [np.asarray(x, np.float64).reshape(len(x), -1) for x in (samples, others)]
    if sets[0].shape[1] != sets[1].shape[1]:
        raise ValueError(f"examples have {sets[0].shape[1]} numbers, and those beside them {sets[1].shape[1]}")
    along = random.normal(size=(sets[0].shape[1], directions))
    along /= np.linalg.norm(along, axis=0)
    most = max(map(len, sets))
    a, b = (_quantiles(np.sort(x @ along, axis=0), most) for x in sets)
    return float(np.sqrt(np.mean((a - b) ** 2)))


def _quantiles(ordered, n):
    """Those at (i + 1/2) / n of sorted values, linear in between; of n values these themselves."""
    at = np.clip((np.arange(n) + 0.5) / n * len(ordered) - 0.5, 0, len(ordered) - 1)
    low = at.astype(int)
    part = (at - low)[:, None]
    return (1 - part) * ordered[low] + part * ordered[np.minimum(low + 1, len(ordered) - 1)]
