"""The best possible noise predictor, E[noise | x_t], in closed form.

For data that are a Gaussian mixture, and so for every finite data set (components of variance 0), x_t is a Gaussian
mixture too: component k of x_t has mean sqrt(alpha_bar_t) m_k and variance alpha_bar_t v_k + 1 - alpha_bar_t. Bayes
gives the probability of each component once x_t is seen; within a component, noise and x_t are jointly Gaussian.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm import gaussian
from ddpm.arrays import Key
from ddpm.gaussian import standard_normal
from ddpm.process import q_sample
from ddpm.schedule import Schedule, at


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Mixture:
    """Data distribution sum_k w_k N(m_k, v_k I). Make one with `points` or `mixture`. Immutable, and a JAX pytree.

    Attributes:
        means: m_k, shape (K, *pixels).
        variances: v_k >= 0, shape (K,), of every pixel; 0 for a point.
        weights: w_k > 0, shape (K,), with sum 1.
    """

    means: Float[Array, "K ..."]
    variances: Float[Array, " K"]
    weights: Float[Array, " K"]

    def sample(self, key: Key, draws: int) -> Float[Array, "draws ..."]:
        """Examples x_0, shape (draws, *pixels)."""
        which_key, noise_key = jax.random.split(key)
        k = jax.random.choice(which_key, len(self.weights), (draws,), p=self.weights)
        spread = jnp.sqrt(self.variances[k]).reshape(-1, *[1] * (self.means.ndim - 1))
        return self.means[k] + spread * standard_normal(noise_key, (draws, *self.means.shape[1:]), self.means.dtype)


def points(images, weights=None) -> Mixture:
    """The distribution of a finite data set: `mixture` with variance 0."""
    return mixture(images, 0.0, weights)


def mixture(means, variances, weights=None) -> Mixture:
    """A Gaussian mixture.

    Args:
        means: shape (K, *pixels); (K,) for data of one pixel without an axis.
        variances: shape (K,), or one for all; >= 0.
        weights: shape (K,), > 0; scaled to sum 1. Equal if not given.

    Raises:
        ValueError: shapes that do not fit, no component, or a value that is not finite or out of its range.
    """
    means = np.asarray(means, np.float64)
    if means.ndim < 1 or len(means) < 1:
        raise ValueError(f"a mixture needs means of shape (K, *pixels) with K >= 1; got shape {means.shape}")
    K = len(means)
    weights = np.ones(K) if weights is None else np.asarray(weights, np.float64)
    variances = np.asarray(variances, np.float64)
    if variances.shape not in ((), (K,)) or weights.shape != (K,):
        raise ValueError(
            f"{K} means need {K} variances (or one for all) and {K} weights; got shapes {variances.shape} and {weights.shape}"
        )
    if not (np.isfinite(means).all() and np.isfinite(variances).all() and np.isfinite(weights).all()):
        raise ValueError("means, variances and weights must be finite")
    if variances.min() < 0 or weights.min() <= 0:
        raise ValueError(f"variances must be >= 0 and weights > 0; got {variances} and {weights}")
    dtype = jnp.result_type(float)
    return Mixture(
        jnp.asarray(means, dtype),
        jnp.asarray(np.broadcast_to(variances, (K,)), dtype),
        jnp.asarray(weights / weights.sum(), dtype),
    )


def component_posterior(
    schedule: Schedule, data: Mixture, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, ""]
) -> Float[Array, " K"]:
    """p(k | x_t), the softmax over k of log w_k + log N(x_t; sqrt(alpha_bar_t) m_k, (alpha_bar_t v_k + 1 -
    alpha_bar_t) I).

    Args:
        x_t: one example; `jax.vmap` for many.
        t: 1..T.
    """
    return jax.nn.softmax(_log_joint(schedule, data, x_t, t))


def log_density(
    schedule: Schedule, data: Mixture, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, ""]
) -> Float[Array, ""]:
    """log q(x_t) for one example, in nats; t in 0..T. A variance below 1e-30 is taken as 1e-30."""
    return jax.nn.logsumexp(_log_joint(schedule, data, x_t, t))


def best_noise(
    schedule: Schedule, data: Mixture, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, ""]
) -> Float[Array, "..."]:
    """E[noise | x_t], the noise predictor of least squared error. Shape of x_t.

    Where x_t holds no noise at all (alpha_bar_t = 1) it is 0.

    Args:
        x_t: one example; `jax.vmap` for many.
        t: 1..T.
    """
    return _average(component_posterior(schedule, data, x_t, t), _noise_means(schedule, data, x_t, t))


def best_x_0(
    schedule: Schedule, data: Mixture, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, ""]
) -> Float[Array, "..."]:
    """E[x_0 | x_t], the denoised example of least squared error. Shape of x_t; arguments as in `best_noise`."""
    signal, variance = _signal(schedule, t), _variances(schedule, data, t)
    share = signal * data.variances / jnp.where(variance == 0, 1.0, variance)
    given_k = data.means + _over_pixels(share, data.means) * (x_t - signal * data.means)
    return _average(component_posterior(schedule, data, x_t, t), given_k)


def noise_variance(
    schedule: Schedule, data: Mixture, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, ""]
) -> Float[Array, ""]:
    """The mean over the pixels of Var[noise | x_t]: what the best predictor still gets wrong at this x_t. Not
    negative."""
    weights, means = component_posterior(schedule, data, x_t, t), _noise_means(schedule, data, x_t, t)
    apart = means - _average(weights, means)
    between = jnp.mean(apart.reshape(len(weights), -1) ** 2, axis=1)
    variance = _variances(schedule, data, t)
    # Given k and x_t, the noise still varies by the share of x_t's variance that comes from x_0.
    within = at(schedule.alpha_bar, t) * data.variances / jnp.where(variance == 0, 1.0, variance)
    return _average(weights, within + between)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Oracle:
    """The best predictor with the calling contract of a network: `Oracle(schedule, data)(x_t, t)`; also a pytree."""

    schedule: Schedule
    data: Mixture

    def __call__(self, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, ""]) -> Float[Array, "..."]:
        """`best_noise` of one example."""
        return best_noise(self.schedule, self.data, x_t, t)


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


def optimal_loss(key: Key, schedule: Schedule, data: Mixture, draws: int = 10_000) -> Estimate:
    """The loss of the best predictor at every t: E ||noise - E[noise | x_t]||^2, mean over the pixels.

    Estimated as the mean of `noise_variance` over x_t, which varies far less than the squared error itself. It is
    exactly 0 for a single point, whose noise can be read off x_t.
    """
    return _estimate(key, schedule, data, None, draws, _uncertainty)


def excess_loss(
    key: Key, schedule: Schedule, data: Mixture, predict_noise: Callable[[Array, Array], Array], draws: int = 10_000
) -> Estimate:
    """The loss of a predictor at every t beyond the optimal one.

    It equals E ||predict_noise(x_t, t) - E[noise | x_t]||^2, mean over the pixels, so it is known far better than the
    difference of two losses.
    """
    return _estimate(key, schedule, data, predict_noise, draws, _excess)


def _uncertainty(schedule, data, _, x_t, t):
    return noise_variance(schedule, data, x_t, t)


def _excess(schedule, data, predict_noise, x_t, t):
    return jnp.mean((predict_noise(x_t, t) - best_noise(schedule, data, x_t, t)) ** 2)


def _estimate(key, schedule, data, predict_noise, draws, function):
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


def _average(weights, values):
    """The mean over the components, in full precision also where a GPU would round products to ten bits: what is
    called best must be so."""
    return jnp.tensordot(weights, values, 1, precision="highest")


def _signal(schedule, t):
    return jnp.sqrt(at(schedule.alpha_bar, t, lowest=0))


def _variances(schedule, data, t):
    """The variance of each component of x_t, shape (K,)."""
    return at(schedule.alpha_bar, t, lowest=0) * data.variances + at(schedule.one_minus_alpha_bar, t, lowest=0)


def _over_pixels(per_component, means):
    return per_component.reshape(-1, *[1] * (means.ndim - 1))


def _noise_means(schedule, data, x_t, t):
    """E[noise | x_t, k], shape (K, *pixels)."""
    variance = _variances(schedule, data, t)
    scale = jnp.sqrt(at(schedule.one_minus_alpha_bar, t)) / jnp.where(variance == 0, 1.0, variance)
    return _over_pixels(scale, data.means) * (x_t - _signal(schedule, t) * data.means)


def _log_joint(schedule, data, x_t, t):
    """log w_k + log N(x_t; component k), shape (K,)."""
    # The floor keeps the exponents finite, so that without noise the nearest component gets all.
    variance = jnp.maximum(_variances(schedule, data, t), 1e-30)
    apart = (x_t - _signal(schedule, t) * data.means).reshape(len(variance), -1)
    return jnp.log(data.weights) + jnp.sum(gaussian.log_density(apart, 0.0, variance[:, None]), axis=1)
