"""Gaussian mixtures, of which everything is known in closed form: sum_k w_k N(m_k, v_k I), in any dimension.

A finite data set is one, with variances of 0. Noise makes a mixture of a mixture: component k of x = signal x_0 +
spread noise has mean signal m_k and variance signal^2 v_k + spread^2. Bayes gives the probability of each component
once x is seen; within a component x_0, noise and x are jointly Gaussian. So what is known once x is seen is a mixture
again.

An example is one array of shape `means.shape[1:]`; `jax.vmap` maps over many.
"""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import Key, check_key, over_pixels
from ddpm.flat_random import standard_normal
from ddpm.gaussian import gaussian_log_density
from ddpm.level import Level

Images = Real[ArrayLike, "K *pixels"]  # a finite data set

FLOOR = 1e-30  # of variances in a density: exponents stay finite, so that without noise the nearest component gets all


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Mixture:
    """The distribution sum_k w_k N(m_k, v_k I). Make one with `points` or `mixture`. Immutable, and a JAX pytree.

    Attributes:
        means: m_k, shape (K, *pixels).
        variances: v_k >= 0, shape (K,), of every pixel; 0 for a point.
        weights: w_k >= 0, shape (K,), with sum 1.
    """

    # Of many mixtures, as `jax.vmap` makes them, each array has more axes in front.
    means: Float[Array, "K ..."]
    variances: Float[Array, "K *more"]
    weights: Float[Array, "K *more"]

    def sample(self, key: Key, draws: int) -> Float[Array, "draws ..."]:
        """Examples, shape (draws, *pixels).

        Raises:
            TypeError: not a random key.
        """
        check_key(key)
        return _sample(self, key, draws)


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
            f"{K} means need {K} variances (or one for all) and {K} weights; got shapes {variances.shape} and "
            f"{weights.shape}"
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


def as_mixture(data: Mixture | Images) -> Mixture:
    """`data` itself, or for images the distribution of this finite data set, `points(data)`.

    Raises:
        TypeError: neither a mixture nor an array.
        ValueError: as from `mixture`.
    """
    if isinstance(data, Mixture):
        return data
    if not isinstance(data, (list, tuple, np.ndarray, jax.Array)):
        raise TypeError(f"data must be a mixture or an array of images, shape (K, *pixels); got {type(data).__name__}")
    return points(data)


def noised(data: Mixture, level: Level) -> Mixture:
    """The distribution of signal x_0 + spread noise, x_0 from `data`: every component goes through the closed form."""
    variances = level.signal**2 * data.variances + level.spread**2
    return Mixture(level.signal * data.means, variances, data.weights)


def log_density(p: Mixture, x: Float[ArrayLike, "*pixels"]) -> Float[Array, ""]:
    """log p(x) in nats. A variance below 1e-30 is taken as 1e-30.

    Raises:
        ValueError: x is not one example of p's shape.
    """
    return jax.nn.logsumexp(_log_components(p, x), b=p.weights)


def responsibilities(p: Mixture, x: Float[ArrayLike, "*pixels"]) -> Float[Array, " K"]:
    """P(k | x), the probability of each component once x is seen: the softmax over k of log w_k + log N(x; m_k, v_k I).

    Raises:
        ValueError: x is not one example of p's shape.
    """
    return jax.nn.softmax(jnp.log(p.weights) + _log_components(p, x))


def score(p: Mixture, x: Float[ArrayLike, "*pixels"]) -> Float[Array, "*pixels"]:
    """The gradient of `log_density` in x: sum_k P(k | x) (m_k - x) / v_k.

    Raises:
        ValueError: x is not one example of p's shape.
    """
    return _average(responsibilities(p, x) / jnp.maximum(p.variances, FLOOR), p.means - x)


def velocity(data: Mixture, level: Level, rates: tuple, x: Float[ArrayLike, "*pixels"]) -> Float[Array, "*pixels"]:
    """The velocity with which the density of x = signal x_0 + spread noise moves when the level changes: the mean over
    P(k | x) of signal' m_k + (V_k' / 2 V_k) (x - signal m_k), where V_k = signal^2 v_k + spread^2 (Lipman et al.
    2023, theorem 3, for each component). Finite at both ends of a path, unless at x off a point without noise.

    Args:
        rates: the derivatives signal' and (spread^2)', such as from `ddpm.path.Path.rates`.

    Raises:
        ValueError: x is not one example of the data's shape.
    """
    of_x, (signal_rate, variance_rate) = noised(data, level), rates
    growth = (2 * level.signal * signal_rate * data.variances + variance_rate) / (
        2 * jnp.maximum(of_x.variances, FLOOR)
    )
    weights = responsibilities(of_x, x)
    return signal_rate * _average(weights, data.means) + _average(weights * growth, x - of_x.means)


def mean_variance(p: Mixture) -> tuple[Float[Array, "*pixels"], Float[Array, "*pixels"]]:
    """Mean and variance of every pixel; the latter is the mean of the variances plus the variance of the means."""
    mean = _average(p.weights, p.means)
    return mean, _average(p.weights, over_pixels(p.variances, p.means) + (p.means - mean) ** 2)


def posterior(data: Mixture, level: Level, x: Float[ArrayLike, "*pixels"]) -> Mixture:
    """The distribution of x_0 once x = signal x_0 + spread noise is seen, x_0 from `data`; its mean denoises x best.

    Raises:
        ValueError: x is not one example of the data's shape.
    """
    of_x = noised(data, level)
    weights = responsibilities(of_x, x)
    share = _ratio(data.variances, of_x.variances)
    means = data.means + over_pixels(level.signal * share, data.means) * (x - of_x.means)
    return Mixture(means, share * level.spread**2, weights)


def noise_posterior(data: Mixture, level: Level, x: Float[ArrayLike, "*pixels"]) -> Mixture:
    """The distribution of the noise once x = signal x_0 + spread noise is seen, x_0 from `data`.

    Where x holds no noise at all (spread = 0) a point of the data tells nothing of it, and its mean is set to 0.

    Raises:
        ValueError: x is not one example of the data's shape.
    """
    of_x = noised(data, level)
    weights = responsibilities(of_x, x)
    means = over_pixels(_ratio(level.spread, of_x.variances), data.means) * (x - of_x.means)
    return Mixture(means, _ratio(level.signal**2 * data.variances, of_x.variances), weights)


@partial(jax.jit, static_argnums=2)
def _sample(p, key, draws):
    which_key, noise_key = jax.random.split(key)
    k = jax.random.choice(which_key, len(p.weights), (draws,), p=p.weights)
    noise = standard_normal(noise_key, (draws, *p.means.shape[1:]), p.means.dtype)
    return p.means[k] + over_pixels(jnp.sqrt(p.variances[k]), noise) * noise


def _log_components(p, x):
    """log N(x; m_k, v_k I), shape (K,)."""
    shape, pixels = jnp.shape(x), p.means.shape[1:]
    if shape != pixels:
        batch = len(shape) > len(pixels) and shape[len(shape) - len(pixels) :] == pixels
        remedy = "; for a batch use jax.vmap over its leading axis" if batch else ""
        raise ValueError(f"x must be one example, of the mixture's shape {pixels}; got shape {shape}{remedy}")
    apart = (x - p.means).reshape(len(p.variances), -1)
    variances = jnp.maximum(p.variances, FLOOR)
    return jnp.sum(gaussian_log_density(apart, 0.0, variances[:, None]), axis=1)


def _average(weights, values):
    """The mean over the components, in full precision also where a GPU would round products to ten bits: what is
    called best must be so."""
    return jnp.tensordot(weights, values, 1, precision="highest")


def _ratio(numerator, variances):
    """The quotient; where the variance is 0, so that nothing varies, the numerator."""
    return numerator / jnp.where(variances == 0, 1.0, variances)
