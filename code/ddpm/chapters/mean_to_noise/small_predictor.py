"""What a weight over t does to a predictor that is too small for all noise levels at once.

For data of one pixel. The predictor is linear in its parameters, and the mean over x_t is an integral on a grid. So the
weighted loss has a single minimum, and least squares finds it: no training, no chance.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.level import at_time
from ddpm.mixture import Mixture, log_density, noised
from ddpm.oracle import best_noise
from ddpm.precision import full_product
from ddpm.schedule import Schedule

GRID = np.linspace(-5, 5, 501)  # where x_t lies with all but a negligible probability, for data within -2..2
BUMPS = np.linspace(-2, 2, 9)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class SmallPredictor:
    """A noise predictor with few parameters: 1, x_t and nine tanh steps in x_t, each times 1, t/T, (t/T)^2, ...

    Attributes:
        parameters: shape (powers, 11), the factor of each product.
        T: the number of diffusion steps.
    """

    parameters: Float[Array, "powers 11"]
    T: int = field(metadata={"static": True})

    def __call__(self, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, ""]) -> Float[Array, "..."]:
        """The predicted noise for x_t of any shape, pixel by pixel. t in 1..T."""
        powers = (t / self.T) ** jnp.arange(self.parameters.shape[0])
        return full_product(_features(jnp.asarray(x_t), jnp), full_product(powers, self.parameters))


def fit(schedule: Schedule, data: Mixture, weight: Float[ArrayLike, " time"], powers: int = 3) -> SmallPredictor:
    """The SmallPredictor with the least sum over t = 1..T of weight[t] E (noise - prediction)^2.

    Args:
        data: of one pixel, means of shape (K,).
        weight: shape (T + 1,), finite and > 0 for t = 1..T; entry 0 is not used.
        powers: how many powers of t/T, 1 for a predictor that does not see t.

    Raises:
        ValueError: the weight has the wrong shape or a value that is not finite and > 0.
    """
    weight = np.asarray(weight, np.float64)
    if weight.shape != (schedule.T + 1,) or not (np.isfinite(weight[1:]) & (weight[1:] > 0)).all():
        raise ValueError(
            f"the weight needs the shape ({schedule.T + 1},), with finite values > 0 for t = 1..{schedule.T}"
        )
    best, mass = _on_the_grid(schedule, data)
    u = (np.arange(1, schedule.T + 1) / schedule.T)[:, None] ** np.arange(powers)
    design = np.einsum("tp,xf->txpf", u, _features(GRID, np)).reshape(-1, powers * (len(BUMPS) + 2))
    # E[noise | x_t] in the place of the noise: the loss differs by what no predictor can change (`eq-best-noise`).
    root = np.sqrt(weight[1:, None] * mass).reshape(-1, 1)
    solution = np.linalg.lstsq(root * design, root[:, 0] * best.ravel(), rcond=None)[0]
    return SmallPredictor(jnp.asarray(solution.reshape(powers, -1), schedule.beta.dtype), schedule.T)


def excess_by_step(
    schedule: Schedule, data: Mixture, predict_noise: Callable[[Array, Array], Array]
) -> Float[np.ndarray, " time"]:
    """E (E[noise | x_t] - prediction)^2 for t = 0..T, by integration; entry 0 has no meaning and is NaN."""
    best, mass = _on_the_grid(schedule, data)
    predicted = jax.vmap(predict_noise, (None, 0))(jnp.asarray(GRID), jnp.arange(1, schedule.T + 1))
    return np.concatenate([[np.nan], np.sum(mass * (best - np.asarray(predicted, np.float64)) ** 2, axis=1)])


def _features(x, xp):
    return xp.stack([xp.ones_like(x), x, *(xp.tanh((x - bump) / 0.3) for bump in BUMPS)], axis=-1)


@jax.jit
def _best_and_density(schedule, data):
    def at(x, t):
        return best_noise(schedule, data, x, t), jnp.exp(log_density(noised(data, at_time(schedule, t)), x))

    return jax.vmap(jax.vmap(at, (0, None)), (None, 0))(jnp.asarray(GRID), jnp.arange(1, schedule.T + 1))


def _on_the_grid(schedule, data):
    """E[noise | x_t] and the probability of each cell of the grid, both of shape (T, len(GRID))."""
    best, density = (np.asarray(a, np.float64) for a in _best_and_density(schedule, data))
    return best, density * (GRID[1] - GRID[0])
