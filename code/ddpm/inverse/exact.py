"""Gaussian mixtures once a linear measurement is seen: again a mixture, and the predictor that leads to it exactly."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import Key, check_key
from ddpm.flat_random import standard_normal
from ddpm.inverse.measurement import Measurement
from ddpm.mixture import Mixture, as_mixture, mean_variance, posterior
from ddpm.path import Path


class MeasuredPosterior(eqx.Module):
    """sum_k w_k N(m_k, S_k), for images of D pixels in one row.

    Attributes:
        means: shape (K, D).
        covariances: shape (K, D, D).
        weights: shape (K,).
    """

    means: Float[Array, "K D"]
    covariances: Float[Array, "K D D"]
    weights: Float[Array, " K"]

    def sample(self, key: Key, draws: int) -> Float[Array, "draws D"]:
        """Examples, shape (draws, D)."""
        check_key(key)
        which, noise_key = jax.random.split(key)
        k = jax.random.choice(which, len(self.weights), (draws,), p=self.weights)
        size, along = jnp.linalg.eigh(self.covariances)
        roots = along * jnp.sqrt(jnp.maximum(size, 0.0))[:, None, :]
        noise = standard_normal(noise_key, (draws, self.means.shape[1]), self.means.dtype)
        return self.means[k] + jnp.einsum("nij,nj->ni", roots[k], noise, precision="highest")


def measured_posterior(data: Mixture, measured: Measurement) -> MeasuredPosterior:
    """The distribution of x_0 from `data` once b = H x_0 + noise is seen (equation `eq-measured-posterior`): Bayes
    gives the weights, and each component is conditioned as a Gaussian. In float64 on the host.

    Raises:
        TypeError: no measurement, or data that are no mixture.
        ValueError: the measurement is of images of another size.
    """
    data = as_mixture(data)
    if not isinstance(measured, Measurement):
        raise TypeError(f"measured must be a Measurement; got {type(measured).__name__}")
    H, b, xi = (np.asarray(part, np.float64) for part in (measured.matrix, measured.value, measured.deviation))
    means = np.asarray(data.means, np.float64).reshape(len(data.weights), -1)
    if means.shape[1] != H.shape[1]:
        raise ValueError(f"the matrix is for images of {H.shape[1]} pixels; these have {means.shape[1]}")
    logs, found, covariances = np.log(np.asarray(data.weights, np.float64)), [], []
    for k, (mean, variance) in enumerate(zip(means, np.asarray(data.variances, np.float64))):
        of_b = variance * H @ H.T + xi**2 * np.eye(len(b))
        gain, apart = variance * np.linalg.solve(of_b, H).T, b - H @ mean
        logs[k] -= (apart @ np.linalg.solve(of_b, apart) + np.linalg.slogdet(of_b)[1]) / 2
        found.append(mean + gain @ apart)
        covariances.append(variance * (np.eye(len(mean)) - gain @ H))
    weights = np.exp(logs - logs.max())
    parts = (np.stack(found), np.stack(covariances), weights / weights.sum())
    return MeasuredPosterior(*(jnp.asarray(part, jnp.result_type(float)) for part in parts))


class ExactlyMeasured(eqx.Module):
    """(x, u) -> E[x_0 | x_u = x, b], of data that are a mixture: the predictor (kind "x_0") with which a sampler draws
    from the exact posterior, but for its own error. Also a pytree.

    Attributes:
        path, data: as in `ddpm.oracle.PathOracle`.
        measured: what is known of x_0.
    """

    path: Path
    data: Mixture = eqx.field(converter=as_mixture)
    measured: Measurement

    def log_density(self, x: Float[ArrayLike, "*pixels"], u: Real[ArrayLike, ""]) -> Float[Array, ""]:
        """log q_u(b | x): of what was measured, once x_u = x is seen."""
        of_x_0 = posterior(self.data, self.path.level(u), x)
        each = jax.vmap(self.measured.log_density)(of_x_0.means, of_x_0.variances)
        return jax.nn.logsumexp(each, b=of_x_0.weights)

    def __call__(self, x: Float[ArrayLike, "*pixels"], u: Real[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        level = self.path.level(u)
        x_0, _ = mean_variance(posterior(self.data, level, x))
        return x_0 + level.spread**2 / level.signal * jax.grad(self.log_density)(x, u)
