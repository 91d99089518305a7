"""The best possible noise predictor, E[noise | x_t], in closed form.

For data that are a Gaussian mixture, and so for every finite data set, x_t is a Gaussian mixture too, of which
`ddpm.mixture` knows the score; and the best prediction of the noise is the score, scaled (Tweedie's formula).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int, Real

from ddpm.arrays import Key, check_key, check_same_shape
from ddpm.flat_random import standard_normal
from ddpm.level import at_time
from ddpm.mixture import Images, Mixture, as_mixture, mean_variance, noise_posterior, noised, posterior, score, velocity
from ddpm.path import Path, check_one_time, check_path
from ddpm.process import q_sample
from ddpm.schedule import Schedule, check_schedule, check_steps


def best_noise(
    schedule: Schedule, data: Mixture, x_t: Float[ArrayLike, "*pixels"], t: Int[ArrayLike, ""]
) -> Float[Array, "*pixels"]:
    """E[noise | x_t] = -sqrt(1 - alpha_bar_t) grad log q(x_t), the noise predictor of least squared error.

    Where x_t holds no noise at all (alpha_bar_t = 1) it is 0.

    Args:
        x_t: one example; `jax.vmap` for many.
        t: 1..T.

    Raises:
        ValueError: x_t is not one example of the data's shape, or t is outside 1..T.
    """
    level = at_time(schedule, t)
    return -level.spread * score(noised(data, level), x_t)


def best_x_0(
    schedule: Schedule, data: Mixture, x_t: Float[ArrayLike, "*pixels"], t: Int[ArrayLike, ""]
) -> Float[Array, "*pixels"]:
    """E[x_0 | x_t], the denoised example of least squared error; arguments and errors as in `best_noise`."""
    return mean_variance(posterior(data, at_time(schedule, t), x_t))[0]


def noise_variance(
    schedule: Schedule, data: Mixture, x_t: Float[ArrayLike, "*pixels"], t: Int[ArrayLike, ""]
) -> Float[Array, ""]:
    """The mean over the pixels of Var[noise | x_t]: what the best predictor still gets wrong at this x_t. Not
    negative; arguments and errors as in `best_noise`."""
    return jnp.mean(mean_variance(noise_posterior(data, at_time(schedule, t), x_t))[1])


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Oracle:
    """The best predictor with the calling contract of a network: `Oracle(schedule, data)(x_t, t)`; also a pytree.

    Attributes:
        data: a mixture; or images, shape (K, *pixels), for `points(images)`.

    Raises:
        TypeError: the schedule is none, or the data are neither a mixture nor images.
    """

    schedule: Schedule
    data: Mixture | Images

    def __post_init__(self):
        check_schedule(self.schedule)
        object.__setattr__(self, "data", as_mixture(self.data))

    @property
    def T(self) -> int:
        """The number of diffusion steps."""
        return self.schedule.T

    def __call__(self, x_t: Float[ArrayLike, "*pixels"], t: Int[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        """`best_noise` of one example."""
        return best_noise(self.schedule, self.data, x_t, t)


class PathOracle(eqx.Module):
    """The best predictor in continuous time: `PathOracle(path, data)(x, u)` is E[noise | x_u = x]; also a pytree. So
    are its methods (`equinox.filter_jit` compiles them).

    Attributes:
        data: a mixture; or images, shape (K, *pixels), for `points(images)`.

    Raises:
        TypeError: no path, or the data are neither a mixture nor images.
    """

    path: Path
    data: Mixture = eqx.field(converter=as_mixture)

    def __check_init__(self):
        check_path(self.path)

    def __call__(self, x: Float[ArrayLike, "*pixels"], u: Real[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        """E[noise | x_u = x] = -r_u grad log q_u(x), of one example.

        Raises:
            ValueError: x is not one example of the data's shape, or u not one number in [0, 1]; so in all methods.
        """
        return -self.path.level(u).spread * self.score(x, u)

    def score(self, x: Float[ArrayLike, "*pixels"], u: Real[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        """grad log q_u(x)."""
        check_one_time(u)
        return score(noised(self.data, self.path.level(u)), x)

    def velocity(self, x: Float[ArrayLike, "*pixels"], u: Real[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        """The field of the probability-flow ODE, f_u x - g_u^2 / 2 grad log q_u(x), in a form that is finite also where
        x holds no noise or nothing but noise; at u = 0 not for points, if x is none of them."""
        check_one_time(u)
        return velocity(self.data, self.path.level(u), self.path.rates(u), x)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Estimate:
    """Averages over random draws for t = 0..T, shape (T + 1,); entry 0 has no meaning and is NaN.

    Attributes:
        mean: the averages.
        error: their standard errors.
    """

    mean: Float[Array, " time"]
    error: Float[Array, " time"]

    def over_t(self) -> tuple[float, float]:
        """The mean over t = 1..T, as in training, and its standard error."""
        mean, error = np.asarray(self.mean)[1:], np.asarray(self.error)[1:]
        return float(mean.mean()), float(np.sqrt(np.sum(error**2)) / len(mean))


def optimal_loss(key: Key, schedule: Schedule, data: Mixture | Images, draws: int = 10_000) -> Estimate:
    """The loss of the best predictor at every t: E ||noise - E[noise | x_t]||^2, mean over the pixels.

    Estimated as the mean of `noise_variance` over x_t, which varies far less than the squared error itself. It is
    exactly 0 for a single point, whose noise can be read off x_t.

    Args:
        data: a mixture, or images for `points(images)`; here and in `excess_loss`.

    Raises:
        TypeError: key, schedule or data is something else.
        ValueError: fewer than 2 draws.
    """
    return _estimate(key, schedule, data, None, draws, _uncertainty)


def excess_loss(
    key: Key,
    schedule: Schedule,
    data: Mixture | Images,
    predict_noise: Callable[[Array, Array], Array],
    draws: int = 10_000,
) -> Estimate:
    """The loss of a predictor at every t beyond the optimal one.

    It equals E ||predict_noise(x_t, t) - E[noise | x_t]||^2, mean over the pixels, so it is known far better than the
    difference of two losses.

    Raises:
        TypeError: key, schedule or data is something else.
        ValueError: fewer than 2 draws, a network for another T than the schedule's, or a prediction of another shape.
    """
    return _estimate(key, schedule, data, predict_noise, draws, _excess)


def _uncertainty(schedule, data, _, x_t, t):
    return noise_variance(schedule, data, x_t, t)


def _excess(schedule, data, predict_noise, x_t, t):
    predicted = predict_noise(x_t, t)
    check_same_shape("predicted_noise", predicted, "x_t", x_t)
    return jnp.mean((predicted - best_noise(schedule, data, x_t, t)) ** 2)


def _estimate(key, schedule, data, predict_noise, draws, function):
    check_key(key)
    check_schedule(schedule)
    check_steps(schedule, predict_noise)
    data = as_mixture(data)
    if draws < 2:
        raise ValueError(f"an average with its error needs at least 2 draws; got {draws}")
    return Estimate(*_averages(key, schedule, data, predict_noise, draws, function))


@eqx.filter_jit
def _averages(key, schedule, data, predict_noise, draws, function):
    """Mean over x_t of function(schedule, data, predict_noise, x_t, t), and its standard error, for t = 1..T behind
    a NaN."""

    def at_t(t_and_key):
        t, key = t_and_key
        data_key, noise_key = jax.random.split(key)
        x_0 = data.sample(data_key, draws)
        x_t = q_sample(schedule, x_0, jnp.full(draws, t), standard_normal(noise_key, x_0.shape, x_0.dtype))
        values = jax.vmap(partial(function, schedule, data, predict_noise), (0, None))(x_t, t)
        return jnp.mean(values), jnp.std(values, ddof=1) / np.sqrt(draws)

    averages = jax.lax.map(at_t, (jnp.arange(1, schedule.T + 1), jax.random.split(key, schedule.T)))
    return jax.tree.map(lambda values: jnp.append(jnp.nan, values), averages)
