"""What a network says, and how its error is weighted: kind and weight as numbers, so that one program serves all.

On a path with c_u^2 + r_u^2 = 1. A weight is that of the squared error of the noise, whatever kind is predicted.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from ddpm.level import Level
from ddpm.path import Path

KINDS = ("v", "noise", "x_0", "score")
WEIGHTS = ("flow", "simple", "min-SNR", "bound")
GAMMA = 5.0  # of min-SNR (Hang et al. 2023)
LARGEST = 1000.0  # factor before the squared error of what is predicted; some weights have no bound
LEAST_SIGNAL = 1e-4  # at u = 1 there is none, and the quotients below need some


def noise_said(kind: Int[Array, ""], level: Level, x: Float[Array, "*pixels"], value) -> Float[Array, "*pixels"]:
    """The noise that a prediction of this kind, given by its place in `KINDS`, amounts to."""
    c, r = level.signal, level.spread
    return jnp.stack([r * x + c * value, value, (x - c * value) / r, -r * value])[kind]


def target(kind: Int[Array, ""], level: Level, x_0, noise) -> Float[Array, "*pixels"]:
    """What is to be predicted."""
    c, r = level.signal, level.spread
    return jnp.stack([c * noise - r * x_0, noise, x_0, -noise / r])[kind]


def log_snr_rate(path: Path, u: Float[Array, ""]) -> Float[Array, ""]:
    """-dLambda/du, how fast the log-SNR falls."""
    (signal, variance), (signal_rate, variance_rate) = jax.jvp(path.moments, (u,), (jnp.ones_like(u),))
    return variance_rate / variance - 2 * signal_rate / jnp.maximum(signal, LEAST_SIGNAL)


def factor(kind: Int[Array, ""], weight: Int[Array, ""], path: Path, u: Float[Array, ""]) -> Float[Array, ""]:
    """What stands before the squared error of what is predicted, at most `LARGEST`.

    The weights, of the squared error of the noise and in the order of `WEIGHTS`, are 1 / c^2, with which v's error has
    the weight 1; 1; min(SNR, 5) / SNR; and half of -dLambda/du, that of the bound.
    """
    level = path.level(u)
    c, r = jnp.maximum(level.signal, LEAST_SIGNAL), level.spread
    snr = (c / r) ** 2
    weights = jnp.stack([1 / c**2, jnp.ones_like(c), jnp.minimum(snr, GAMMA) / snr, log_snr_rate(path, u) / 2])
    of_noise = jnp.stack([c**2, jnp.ones_like(c), snr, r**2])  # the noise's squared error over that of the kind
    return jnp.minimum(weights[weight] * of_noise[kind], LARGEST)


def as_on_cosine(path: Path, u: Float[Array, ""]) -> Float[Array, ""]:
    """The factor with which uniform times on `path` weigh each level as uniform times on the path c = cos(pi u / 2) do;
    there -dLambda/du is pi / (c r)."""
    level = path.level(u)
    return log_snr_rate(path, u) * level.signal * level.spread / jnp.pi
