"""What follows from the levels of a path, whatever they are."""

from abc import abstractmethod

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import floating
from ddpm.level import Level
from ddpm.path.times import checked_time
from ddpm.schedule import Schedule

# Of signal at the end of noise, as a part of the noise, and the other way: N(0, r_1^2 I) is then off by at most
# 0.05^2 / 2 nats for a pixel with E[x_0^2] = 1.
NEARLY = 0.05


class Path(eqx.Module):
    """A path from data to noise. Immutable, and a JAX pytree. Make one with `vp`, `ve`, `edm`, `straight`,
    `cosine_path` or `path_through`; or write a subclass with the two abstract methods.
    """

    @abstractmethod
    def moments(self, u: Float[Array, "..."]) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
        """c_u, the factor of x_0, and r_u^2, the variance of the noise; differentiable, exact near both ends."""

    @abstractmethod
    def clock(self, sigma: Float[Array, "..."]) -> Float[Array, "..."]:
        """The u at which r_u / c_u is sigma."""

    def level(self, u: Real[ArrayLike, "..."]) -> Level:
        """The level at u: signal c_u, spread r_u.

        Raises:
            ValueError: u is outside [0, 1]; so in all methods.
        """
        signal, variance = self.moments(checked_time(u))
        return Level(signal, jnp.sqrt(variance))

    def rates(self, u: Real[ArrayLike, "..."]) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
        """The derivatives c_u' and (r_u^2)'."""
        u = checked_time(u)
        return jax.jvp(self.moments, (u,), (jnp.ones_like(u),))[1]

    def drift(self, u: Real[ArrayLike, "..."]) -> Float[Array, "..."]:
        """f_u = c_u' / c_u.

        Raises:
            ValueError: nothing of x_0 is left at u, c_u = 0: there f_u is infinite.
        """
        return self._change(u)[0]

    def diffusion_squared(self, u: Real[ArrayLike, "..."]) -> Float[Array, "..."]:
        """g_u^2 = (r_u^2)' - 2 f_u r_u^2; raises as `drift` does."""
        drift, variance, variance_rate = self._change(u)
        return variance_rate - 2 * drift * variance

    def _change(self, u):
        """f_u, r_u^2 and (r_u^2)', the moments having been computed once."""
        time = checked_time(u)
        (signal, variance), (signal_rate, variance_rate) = jax.jvp(self.moments, (time,), (jnp.ones_like(time),))
        _check_signal(signal, u)
        return signal_rate / signal, variance, variance_rate

    def log_snr(self, u: Real[ArrayLike, "..."]) -> Float[Array, "..."]:
        """log(c_u^2 / r_u^2), the log of the signal-to-noise ratio; infinite where there is no noise."""
        level = self.level(u)
        return 2 * (jnp.log(level.signal) - jnp.log(level.spread))

    def time(self, sigma: Real[ArrayLike, "..."]) -> Float[Array, "..."]:
        """The u at which r_u / c_u is sigma (which Karras et al. 2022 count time by).

        Raises:
            ValueError: there is no such u in [0, 1].
        """
        u = self.clock(floating(sigma))
        inside = jnp.abs(u - 0.5) <= 0.5 + 16 * jnp.finfo(u.dtype).eps  # the ends may be missed by rounding
        if not isinstance(u, jax.core.Tracer) and not np.all(inside):
            low, high = (level.spread / level.signal for level in (self.level(0.0), self.level(1.0)))
            raise ValueError(f"r_u / c_u is {low:.3g} to {high:.3g} on this path; there is no u at which it is {sigma}")
        return jnp.where(inside, jnp.clip(u, 0, 1), jnp.nan)


def check_ends(path: Path) -> None:
    """See that the path runs from the data to noise, so that N(0, r_1^2 I) is where the way back may begin.

    Raises:
        TypeError: it is no path.
        ValueError: much noise at u = 0, or much of x_0 left at u = 1 (more than a twentieth of the other). Of a path
            that is an argument under `jit` this cannot be seen.
    """
    check_path(path)
    data, noise = path.level(0.0), path.level(1.0)
    if any(isinstance(value, jax.core.Tracer) for value in jax.tree.leaves((data, noise))):
        return
    if data.spread > NEARLY * data.signal:
        raise ValueError(f"the path does not begin at the data: at u = 0, r_u / c_u is {data.spread / data.signal:.3g}")
    if noise.signal > NEARLY * noise.spread:
        raise ValueError(
            f"the path does not end at noise: at u = 1, c_u / r_u is {noise.signal / noise.spread:.3g}, so x_1 still "
            "shows x_0, and samples must not begin with N(0, r_1^2 I); more noise, or more steps, at the end"
        )


def check_path(path) -> None:
    """Raise a TypeError unless this is a `Path`."""
    if not isinstance(path, Path):
        remedy = ". For a schedule use ddpm.path.path_through(schedule)" if isinstance(path, Schedule) else ""
        raise TypeError(f"path must be a ddpm.path.Path, such as ddpm.path.vp(); got {type(path).__name__}{remedy}")


def check_some_signal(path: Path, u) -> None:
    """Raise a ValueError if nothing is left of x_0 at u. Under `jit` this cannot be seen."""
    _check_signal(path.level(u).signal, u)


def _check_signal(signal, u):
    if not isinstance(signal, jax.core.Tracer) and not np.all(signal):
        raise ValueError(f"nothing is left of x_0 at u = {u} (c_u = 0): the drift is infinite; stop a little before")
