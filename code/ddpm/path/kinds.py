"""The paths of the literature."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ddpm.path.base import Path


class LinearRate(Path):
    """c_u^2 = exp(-B(u)), r_u^2 = 1 - c_u^2, with B' linear in u; made by `vp`."""

    beta_min: Float[Array, ""]
    beta_max: Float[Array, ""]

    def moments(self, u):
        total = u * (self.beta_min + u * (self.beta_max - self.beta_min) / 2)
        return jnp.exp(-total / 2), -jnp.expm1(-total)

    def clock(self, sigma):
        total = jnp.log1p(sigma**2)
        slope = self.beta_max - self.beta_min
        return 2 * total / (self.beta_min + jnp.sqrt(self.beta_min**2 + 2 * slope * total))


class Geometric(Path):
    """c_u = 1, log r_u linear in u; made by `ve`."""

    sigma_min: Float[Array, ""]
    sigma_max: Float[Array, ""]

    def moments(self, u):
        return jnp.ones_like(u), (self.sigma_min ** (1 - u) * self.sigma_max**u) ** 2

    def clock(self, sigma):
        return jnp.log(sigma / self.sigma_min) / jnp.log(self.sigma_max / self.sigma_min)


class Proportional(Path):
    """c_u = 1, r_u proportional to u; made by `edm`."""

    sigma_max: Float[Array, ""]

    def moments(self, u):
        return jnp.ones_like(u), (self.sigma_max * u) ** 2

    def clock(self, sigma):
        return sigma / self.sigma_max


class Straight(Path):
    """c_u = 1 - u, r_u = u; made by `straight`."""

    def moments(self, u):
        return 1 - u, u**2

    def clock(self, sigma):
        return 1 / (1 + 1 / sigma)


class Cosine(Path):
    """c_u = cos(a) / cos(b), r_u^2 = 1 - c_u^2, with a going from b to pi/2; made by `cosine_path`."""

    b: Float[Array, ""]

    def moments(self, u):
        rest = (1 - u) * (jnp.pi / 2 - self.b)  # pi/2 - a: c_1 is 0 and not what rounding makes of it
        gone = u * (jnp.pi / 2 - self.b)  # a - b
        return jnp.sin(rest) / jnp.cos(self.b), jnp.sin(gone) * jnp.sin(gone + 2 * self.b) / jnp.cos(self.b) ** 2

    def clock(self, sigma):
        a = jnp.arctan2(jnp.sqrt(jnp.sin(self.b) ** 2 + sigma**2), jnp.cos(self.b))
        return (a - self.b) / (jnp.pi / 2 - self.b)


def vp(beta_min: float | int = 0.1, beta_max: float | int = 20.0) -> Path:
    """The variance-preserving path c_u^2 + r_u^2 = 1 with g_u^2 = -2 f_u = beta_min + u (beta_max - beta_min) (Song et
    al. 2021, eq. 11 and appendix C): the limit of `ddpm.linear(T, beta_min / T, beta_max / T)`.

    Raises:
        ValueError: unless 0 < beta_min <= beta_max.
    """
    if not 0 < beta_min <= beta_max < np.inf:
        raise ValueError(f"vp needs 0 < beta_min <= beta_max; got {beta_min=}, {beta_max=}")
    return LinearRate(*_numbers(beta_min, beta_max))


def ve(sigma_min: float | int = 0.01, sigma_max: float | int = 50.0) -> Path:
    """The variance-exploding path c_u = 1, r_u = sigma_min^(1 - u) sigma_max^u (Song et al. 2021, eq. 9 and appendix
    C). It begins at data with noise sigma_min, not at the data.

    Raises:
        ValueError: unless 0 < sigma_min < sigma_max.
    """
    if not 0 < sigma_min < sigma_max < np.inf:
        raise ValueError(f"ve needs 0 < sigma_min < sigma_max; got {sigma_min=}, {sigma_max=}")
    return Geometric(*_numbers(sigma_min, sigma_max))


def edm(sigma_max: float | int = 80.0) -> Path:
    """The path c_u = 1, r_u = sigma_max u: time is the noise itself, but for the unit (Karras et al. 2022, table 1).

    Raises:
        ValueError: unless sigma_max > 0.
    """
    if not 0 < sigma_max < np.inf:
        raise ValueError(f"edm needs sigma_max > 0; got {sigma_max=}")
    return Proportional(*_numbers(sigma_max))


def straight() -> Path:
    """The path c_u = 1 - u, r_u = u of flow matching (Lipman et al. 2023, section 4.1, whose time is 1 - u)."""
    return Straight()


def cosine_path(s: float | int = 0.008) -> Path:
    """c_u = cos(a_u) / cos(a_0) with a_u = pi/2 (u + s) / (1 + s), and c_u^2 + r_u^2 = 1 (Nichol and Dhariwal 2021, eq.
    17).

    `ddpm.cosine(T)` takes its points, but for the last step, where it keeps some signal. With s = 0, c_u = cos(pi/2 u)
    and r_u = sin(pi/2 u).

    Raises:
        ValueError: unless s >= 0.
    """
    if not 0 <= s < np.inf:
        raise ValueError(f"cosine_path needs s >= 0; got {s=}")
    return Cosine(*_numbers(np.pi / 2 * s / (1 + s)))


def _numbers(*values):
    return [jnp.asarray(value, jnp.result_type(float)) for value in values]
