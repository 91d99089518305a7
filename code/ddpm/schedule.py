"""The variance schedule: beta_t, and everything that follows from it alone."""

import operator
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import over_pixels

MAX_BETA = 0.999  # Nichol and Dhariwal (2021), section 3.2: keeps the last steps of cosine and sigmoid invertible


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Schedule:
    """A variance schedule beta_1, ..., beta_T. Immutable, and a JAX pytree.

    Make one with `Schedule.from_betas`, `constant`, `linear`, `cosine` or `sigmoid`; those check their input.
    Every array has shape (T + 1,) and is indexed by the paper's t; index 0 stands for the clean data.

    Attributes:
        beta: beta_t in [0, 1], the variance of the noise added at step t; `beta[0] == 0`.
        alpha_bar: prod_{s <= t} (1 - beta_s), in [0, 1]; `alpha_bar[0] == 1`.
        one_minus_alpha_bar: 1 - alpha_bar_t, the variance of q(x_t | x_0). Kept apart since the difference
            would lose its digits in float32 where alpha_bar_t is near 1.
    """

    beta: Float[Array, " time"]
    alpha_bar: Float[Array, " time"]
    one_minus_alpha_bar: Float[Array, " time"]

    @classmethod
    def from_betas(cls, betas, dtype=None) -> "Schedule":
        """The schedule with the given betas.

        Args:
            betas: shape (T,), beta_1 to beta_T in this order, each in [0, 1]. Both ends are legal.
            dtype: of the arrays; JAX's default float if not given. The products are formed in float64.

        Raises:
            TypeError: the betas are not real numbers.
            ValueError: they are not one-dimensional, empty, not finite, or outside [0, 1].
        """
        if isinstance(betas, jax.core.Tracer):  # differentiable in the betas; values cannot be checked here
            xp = jnp
        else:
            xp, betas = np, _checked_betas(betas)
        if betas.ndim != 1:
            raise ValueError(f"betas must be one-dimensional, shape (T,); got shape {betas.shape}")
        with np.errstate(divide="ignore"):  # log 0 = -inf is right: beta_s = 1 makes alpha_bar_t = 0 from s on
            log_alpha_bar = xp.cumsum(xp.log1p(-betas))
        zero = xp.zeros(1, betas.dtype)
        arrays = (
            xp.concatenate([zero, betas]),
            xp.concatenate([zero + 1, xp.exp(log_alpha_bar)]),
            xp.concatenate([zero, -xp.expm1(log_alpha_bar)]),
        )
        dtype = jnp.result_type(float) if dtype is None else dtype
        return cls(*(jnp.asarray(array, dtype) for array in arrays))

    @property
    def T(self) -> int:
        """The number of diffusion steps."""
        return self.beta.shape[-1] - 1

    @property
    def alpha(self) -> Float[Array, " time"]:
        """alpha_t = 1 - beta_t."""
        return 1 - self.beta

    @property
    def snr(self) -> Float[Array, " time"]:
        """Signal-to-noise ratio alpha_bar_t / (1 - alpha_bar_t); infinite while nothing has been added."""
        return self.alpha_bar / self.one_minus_alpha_bar

    @property
    def beta_over_total(self) -> Float[Array, " time"]:
        """beta_t / (1 - alpha_bar_t): the share of the noise in x_t that step t has brought, in [0, 1].

        Where no noise has been added up to t this is 0 / 0; its limit at t = 1, which is 1, is used.
        """
        no_noise = self.one_minus_alpha_bar == 0
        return jnp.where(no_noise, 1.0, self.beta / jnp.where(no_noise, 1.0, self.one_minus_alpha_bar))

    @property
    def posterior_variance(self) -> Float[Array, " time"]:
        """beta_tilde_t = (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t) beta_t (Ho et al., eq. 7); 0 at t = 0 and 1."""
        before = jnp.concatenate([jnp.zeros_like(self.beta[:1]), self.one_minus_alpha_bar[:-1]])
        return before * self.beta_over_total


def at(values: Float[Array, " time"], t: Int[ArrayLike, "..."], like=None, lowest: int = 1) -> Float[Array, "..."]:
    """`values[t]`, shaped so that it broadcasts against `like`.

    Args:
        values: shape (T + 1,), an array over time.
        t: integer or integer array, lowest <= t <= T. Its axes stand for the leading axes of `like`.
        like: the array that the result is to be multiplied with; without it the result has the shape of t.

    Raises:
        TypeError: t is not an integer.
        ValueError: t outside lowest..T, or its shape is not that of the leading axes of `like`.
            Under `jit` the values of t are unknown; there a t out of range gives NaN, never another step's value.
    """
    T = values.shape[-1] - 1
    known = not isinstance(t, jax.core.Tracer)
    t = np.asarray(t) if known else t
    if not np.issubdtype(t.dtype, np.integer):
        raise TypeError(f"t must be an integer or an array of integers in {lowest}..{T}; got dtype {t.dtype}")
    if known and t.size and not (lowest <= t.min() and t.max() <= T):
        raise ValueError(f"t must lie in {lowest}..{T}; got values from {t.min()} to {t.max()}")
    result = values[t] if known else jnp.where((t >= lowest) & (t <= T), values[t], jnp.nan)
    if like is None:
        return result
    shape = jnp.shape(like)
    if t.shape != shape[: t.ndim]:
        raise ValueError(f"the shape of t, {t.shape}, must be that of the leading axes of the array, {shape}")
    return over_pixels(result, like)


def check_schedule(schedule) -> None:
    """Raise a TypeError with the order of the arguments unless this is a `Schedule`."""
    if not isinstance(schedule, Schedule):
        raise TypeError(
            f"schedule must be a ddpm.Schedule, such as ddpm.cosine(50); got {type(schedule).__name__}. "
            "The order of arguments is key, schedule, data or predictor, arrays"
        )


def constant(beta: float | int, T: int, dtype=None) -> Schedule:
    """beta_t = beta for every t, with beta in [0, 1]."""
    return Schedule.from_betas(np.full(_checked_steps(T), float(beta)), dtype)


def linear(T: int = 1000, beta_1: float | int = 1e-4, beta_T: float | int = 0.02, dtype=None) -> Schedule:
    """beta_t from beta_1 to beta_T in equal steps (Ho et al. 2020, section 4). Their values belong to T = 1000."""
    return Schedule.from_betas(np.linspace(beta_1, beta_T, _checked_steps(T)), dtype)


def cosine(T: int, s: float | int = 0.008, dtype=None) -> Schedule:
    """alpha_bar_t = f(t) / f(0), f(t) = cos^2(pi/2 (t/T + s) / (1 + s)) (Nichol and Dhariwal 2021, eq. 17)."""
    u = np.arange(_checked_steps(T) + 1) / T
    return _from_alpha_bar(np.cos(np.pi / 2 * (u + s) / (1 + s)) ** 2, dtype)


def sigmoid(T: int, start: float | int = -3.0, end: float | int = 3.0, tau: float | int = 1.0, dtype=None) -> Schedule:
    """alpha_bar_t follows a logistic curve falling from 1 at t = 0 towards 0 at t = T (Jabri et al. 2023)."""
    if not (start < end and tau > 0):
        raise ValueError(f"a sigmoid schedule needs start < end and tau > 0; got {start=}, {end=}, {tau=}")
    u = np.arange(_checked_steps(T) + 1) / T
    curve = 1 / (1 + np.exp(-(start + u * (end - start)) / tau))
    return _from_alpha_bar(curve[-1] - curve, dtype)


def _from_alpha_bar(curve: np.ndarray, dtype) -> Schedule:
    ratio = curve[1:] / curve[:-1]
    return Schedule.from_betas(np.clip(1 - ratio, 0, MAX_BETA), dtype)


def _checked_steps(T) -> int:
    return at_least_1("T, the number of steps,", T)


def at_least_1(name: str, value) -> int:
    """`value` as an int.

    Raises:
        TypeError: it is not an integer.
        ValueError: it is below 1.
    """
    try:
        value = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer; got {value!r}") from None
    if value < 1:
        raise ValueError(f"{name} must be at least 1; got {value}")
    return value


def check_steps(schedule: Schedule, predictor) -> None:
    """Raise a ValueError if the predictor says by an attribute `T` that it was made for another number of steps."""
    T = getattr(predictor, "T", schedule.T)
    if T != schedule.T:
        raise ValueError(f"the network was made for T = {T} steps; the schedule has T = {schedule.T}")


def _checked_betas(betas) -> np.ndarray:
    try:
        betas = np.asarray(betas)
        if betas.dtype.kind in "cSU":  # astype would drop the imaginary part, or parse the text
            raise TypeError
        betas = betas.astype(np.float64)
    except (TypeError, ValueError):
        raise TypeError("betas must be a sequence of real numbers in [0, 1]") from None
    if betas.size == 0:
        raise ValueError("betas is empty; a schedule needs at least one step")
    bad = ~((betas >= 0) & (betas <= 1))  # catches NaN too
    if bad.any():
        # Named by the paper's t = 1..T, which is the position in the list plus one.
        t = int(np.argmax(bad.ravel())) + 1
        raise ValueError(f"every beta must be a finite number in [0, 1]; beta_{t} = {betas.ravel()[t - 1]}")
    return betas
