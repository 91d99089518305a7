"""Reconstruction guidance: of all that x_0 may be once x_u is seen, its mean stands for it, with a variance that is
guessed (Ho et al. 2022; Chung et al. 2023; Song et al. 2023)."""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, PyTree, Real

from ddpm.inverse.measurement import Measurement
from ddpm.level import Level
from ddpm.path import Path
from ddpm.predict import LevelKind
from ddpm.sample.ddim import predicted


def no_doubt(level: Level) -> Float[Array, ""]:
    """0: the predicted x_0 is taken to be x_0 (Chung et al. 2023, theorem 1, before their choice of a step)."""
    return jnp.zeros_like(level.spread)


def doubt_of_video(level: Level) -> Float[Array, ""]:
    """spread^2 / signal^2: the error of x / signal as x_0 (Ho et al. 2022, eq. 7, with the weight 1)."""
    return (level.spread / level.signal) ** 2


def doubt_of_pigdm(level: Level) -> Float[Array, ""]:
    """spread^2 / (signal^2 + spread^2): what is not known of an x_0 with variance 1 (Song et al. 2023, section 3.3)."""
    return level.spread**2 / (level.signal**2 + level.spread**2)


class Reconstructed(eqx.Module):
    """(x, u) -> x_0 with what was measured in it (equation `eq-reconstruction`), a predictor of kind "x_0" for all
    samplers that begin where there is some signal; a pytree.

    Attributes:
        predict: (x, u) -> prediction of one example, of any kind; JAX differentiates it.
        doubt: level -> the variance that is assumed for x_0 once x_u is seen: `no_doubt`, `doubt_of_video`,
            `doubt_of_pigdm`.
        kind: what `predict` predicts.
    """

    path: Path
    predict: PyTree
    measured: Measurement
    doubt: Callable[[Level], Array] = eqx.field(static=True)
    kind: LevelKind = eqx.field(static=True, default="noise")

    def __call__(self, x: Float[ArrayLike, "*pixels"], u: Real[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        level = self.path.level(u)

        def log_density(x):
            x_0 = predicted(self.path, self.predict, x, u, self.kind, "x_0")
            return self.measured.log_density(x_0, self.doubt(level)), x_0

        slope, x_0 = jax.grad(log_density, has_aux=True)(x)
        return x_0 + level.spread**2 / level.signal * slope
