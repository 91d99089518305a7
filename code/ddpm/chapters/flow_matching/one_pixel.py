"""One pixel that is -1 or 1: the velocity under coupled batches, and what the ways cost, without sampling anything.

Of one pixel the coupling of least cost puts noise and data in the same order. So the noise of rank j in a batch of B
goes with -1 if more than j of the batch's data are -1 (ranks from 0). Both numbers are binomial.
"""

import numpy as np
from jaxtyping import ArrayLike, Float
from scipy import stats

DATA = (-1.0, 1.0)  # equally likely
NODES, WEIGHTS = np.polynomial.legendre.leggauss(96)
TIMES, TIME_WEIGHTS = (1 + NODES) / 2, WEIGHTS / 2
NOISE = np.linspace(-8, 8, 1601)
MASS = stats.norm.pdf(NOISE) * (NOISE[1] - NOISE[0])


def share_of_lower(noise: Float[ArrayLike, " n"], batch: int) -> Float[np.ndarray, " n"]:
    """P(x_0 = -1 | noise) in coupled batches (equation `eq-coupled-share`); 1/2 throughout for batches of 1."""
    ranks = np.arange(batch)
    smaller = stats.binom.pmf(ranks, batch - 1, stats.norm.cdf(np.asarray(noise))[:, None])
    return smaller @ stats.binom.sf(ranks, batch, 0.5)


def velocity(x: Float[ArrayLike, " n"], u: float, share: Float[ArrayLike, " m"]) -> Float[np.ndarray, " n"]:
    """E[noise - x_0 | x_u = x] on the straight path, at 0 < u < 1.

    Args:
        share: P(x_0 = -1 | noise) at `NOISE`.
    """
    noise = [(np.asarray(x) - (1 - u) * x_0) / u for x_0 in DATA]
    lower = np.interp(noise[0], NOISE, share), 1 - np.interp(noise[1], NOISE, share)
    logs = [np.log(np.maximum(part, 1e-300)) - e**2 / 2 for part, e in zip(lower, noise)]
    of_lower = 1 / (1 + np.exp(np.clip(logs[1] - logs[0], -700, 700)))
    return of_lower * (noise[0] - DATA[0]) + (1 - of_lower) * (noise[1] - DATA[1])


def costs(batch: int) -> dict[str, float]:
    """Of coupled batches: the mean of (noise - x_0)^2 over the pairs, that of the velocity's square along the flow over
    all times, and that of the squared distance between the ends of the flow (equation `eq-energies`)."""
    share = share_of_lower(NOISE, batch)
    parts = list(zip(DATA, (share, 1 - share)))
    pairs = sum(MASS @ (part * (NOISE - x_0) ** 2) for x_0, part in parts)
    squares = [
        sum(MASS @ (part * velocity((1 - u) * x_0 + u * NOISE, u, share) ** 2) for x_0, part in parts) for u in TIMES
    ]
    return {"pairs": pairs, "flow": TIME_WEIGHTS @ squares, "ends": 2 - 2 * np.sqrt(2 / np.pi)}


def mean_noise_and_score(x: float, u: float, batch: int) -> tuple[float, float]:
    """E[noise | x_u = x], and -u times the derivative of log q_u, which it equals where noise and data are independent
    (Tweedie)."""
    share, step = share_of_lower(NOISE, batch), 1e-4

    def log_q(x):
        noise = [(x - (1 - u) * x_0) / u for x_0 in DATA]
        return np.log(sum(np.interp(e, NOISE, part) * stats.norm.pdf(e) for e, part in zip(noise, (share, 1 - share))))

    mean = x + (1 - u) * velocity(np.array([x]), u, share)[0]
    return float(mean), float(-u * (log_q(x + step) - log_q(x - step)) / (2 * step))
