"""A network that looks for the clean image."""

from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key
from ddpm.nn.mlp import MLP
from ddpm.schedule import Schedule, check_schedule

MAX_SCALE = 20.0  # of what a network sees; 1 / (1 - alpha_bar_t) itself is in the hundreds where there is little noise
MIN_SPREAD = 1e-6  # a step that adds no noise must not divide by 0


class Denoiser(eqx.Module):
    """A network that looks for the clean image and says the noise that follows from it.

    Its weights are in a multilayer perceptron, `MLP`. That sees x_t in the scale in which Bayes' rule sees it,
    sqrt(alpha_bar_t) / (1 - alpha_bar_t) x_t, but at most `MAX_SCALE` times x_t: at small t the scale is in the
    hundreds. A sigmoid makes an image of what the perceptron says, x_0 with pixels from 0 to 1, and the noise is then
    (x_t - sqrt(alpha_bar_t) x_0) / sqrt(1 - alpha_bar_t) (Ho et al. 2020, section 3.2, last paragraph).
    """

    mlp: MLP
    signal: tuple[float, ...] = eqx.field(static=True)
    spread: tuple[float, ...] = eqx.field(static=True)

    def __init__(self, key: Key, sizes: Sequence[int], schedule: Schedule):
        """A network with random weights for one schedule; arguments and errors as of `MLP`."""
        check_schedule(schedule)
        self.mlp = MLP(key, sizes, schedule.T)
        self.signal = tuple(np.sqrt(schedule.alpha_bar).tolist())
        self.spread = tuple(np.sqrt(schedule.one_minus_alpha_bar).tolist())

    @property
    def T(self) -> int:
        """The number of diffusion steps."""
        return self.mlp.T

    def __call__(self, x_t: Float[ArrayLike, "*pixels"], t: Int[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        """The predicted noise, shape of x_t; t in 1..T."""
        x_t = jnp.asarray(x_t)
        signal, spread = np.array([self.signal, self.spread], x_t.dtype)
        safe = np.maximum(spread, MIN_SPREAD)
        scale = np.minimum(signal / safe**2, MAX_SCALE)
        x_0 = jax.nn.sigmoid(self.mlp(jnp.asarray(scale)[t] * x_t, t))
        return (x_t - jnp.asarray(signal)[t] * x_0) / jnp.asarray(safe)[t]
