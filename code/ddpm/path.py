"""Levels in continuous time: u from 0, the data, to 1, the noise, with x_u = c_u x_0 + r_u noise.

A path says what c_u and r_u are. All else follows: the drift f_u = (log c_u)' and the diffusion
g_u^2 = (r_u^2)' - 2 f_u r_u^2 of the stochastic differential equation dx = f_u x du + g_u dw whose x_u has these levels
(Song et al. 2021, section 3). A schedule is a path of which one knows the points u = t / T.

u is a number, or an array of them. What is not in [0, 1] is an error; under `jit` the values are unknown, and there it
gives NaN.
"""

from abc import abstractmethod

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import floating
from ddpm.level import Level
from ddpm.precision import enable_x64
from ddpm.schedule import Schedule, at_least_1, check_schedule

NEARLY = (
    0.05  # of the smaller of signal and spread at an end, as part of the other: N(0, r_1^2) is off by 0.05^2 / 2 nats
)


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
        signal, variance = self.moments(_checked(u))
        return Level(signal, jnp.sqrt(variance))

    def rates(self, u: Real[ArrayLike, "..."]) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
        """The derivatives c_u' and (r_u^2)'."""
        u = _checked(u)
        return jax.jvp(self.moments, (u,), (jnp.ones_like(u),))[1]

    def drift(self, u: Real[ArrayLike, "..."]) -> Float[Array, "..."]:
        """f_u = c_u' / c_u.

        Raises:
            ValueError: nothing of x_0 is left at u, c_u = 0: there f_u is infinite.
        """
        signal = self.level(u).signal
        if not isinstance(signal, jax.core.Tracer) and not np.all(signal):
            raise ValueError(
                f"nothing is left of x_0 at u = {u} (c_u = 0): the drift is infinite; stop a little before"
            )
        return self.rates(u)[0] / signal

    def diffusion_squared(self, u: Real[ArrayLike, "..."]) -> Float[Array, "..."]:
        """g_u^2 = (r_u^2)' - 2 f_u r_u^2; raises as `drift` does."""
        return self.rates(u)[1] - 2 * self.drift(u) * self.level(u).spread ** 2

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


class Through(Path):
    """c_u^2 = exp(-B(u)), r_u^2 = 1 - c_u^2, with B given at u = t / T and cubic between; made by `path_through`.

    Attributes:
        total: B at u = t / T.
        slope: B' / T there.
    """

    total: Float[Array, " time"]
    slope: Float[Array, " time"]

    def moments(self, u):
        total = self.at(u)
        return jnp.exp(-total / 2), -jnp.expm1(-total)

    def at(self, u):
        """B(u), the cubic with the values and slopes of the two points around u."""
        T = self.total.shape[-1] - 1
        before = jax.lax.stop_gradient(jnp.clip(jnp.floor(u * T), 0, T - 1))
        low, part = before.astype(int), u * T - before
        rise, at_low, at_high = self.total[low + 1] - self.total[low], self.slope[low], self.slope[low + 1]
        bend = (3 * rise - 2 * at_low - at_high) + part * (at_low + at_high - 2 * rise)
        return self.total[low] + part * (at_low + part * bend)

    def clock(self, sigma):
        wanted = jnp.log1p(sigma**2)

        def halve(_, ends):
            low, high = ends
            middle = (low + high) / 2
            below = self.at(middle) < wanted
            return jnp.where(below, middle, low), jnp.where(below, high, middle)

        ends = jnp.zeros_like(wanted), jnp.ones_like(wanted)
        u = jax.lax.fori_loop(0, jnp.finfo(wanted.dtype).nmant + 8, halve, ends)[1]
        return jnp.where(jnp.abs(wanted / self.total[-1] - 0.5) <= 0.5 + 16 * jnp.finfo(u.dtype).eps, u, jnp.inf)


def vp(beta_min: float | int = 0.1, beta_max: float | int = 20.0) -> Path:
    """The variance-preserving path c_u^2 + r_u^2 = 1 with g_u^2 = -2 f_u = beta_min + u (beta_max - beta_min) (Song et
    al. 2021, eq. 11 and 32): the limit of `ddpm.linear(T, beta_min / T, beta_max / T)`.

    Raises:
        ValueError: unless 0 < beta_min <= beta_max.
    """
    if not 0 < beta_min <= beta_max < np.inf:
        raise ValueError(f"vp needs 0 < beta_min <= beta_max; got {beta_min=}, {beta_max=}")
    return LinearRate(*_numbers(beta_min, beta_max))


def ve(sigma_min: float | int = 0.01, sigma_max: float | int = 50.0) -> Path:
    """The variance-exploding path c_u = 1, r_u = sigma_min^(1 - u) sigma_max^u (Song et al. 2021, eq. 9 and 31). It
    begins at data with noise sigma_min, not at the data.

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


def path_through(schedule: Schedule) -> Path:
    """The path whose levels at u = t / T are those of the schedule; between them log alpha_bar is a cubic in u, falling
    and with a continuous slope (Fritsch and Butland 1984).

    Raises:
        TypeError: no schedule.
        ValueError: nothing is left of x_0 at some t, so that log alpha_bar is infinite.
    """
    from scipy.interpolate import PchipInterpolator  # here, since it is slow to import

    check_schedule(schedule)
    alpha_bar, total = (np.asarray(x, np.float64) for x in (schedule.alpha_bar, schedule.one_minus_alpha_bar))
    if not alpha_bar.all():
        t = int(np.argmin(alpha_bar))
        raise ValueError(f"alpha_bar_{t} = 0: a path through this schedule would have an infinite drift; keep beta < 1")
    logs = np.where(total < 0.5, -np.log1p(-np.minimum(total, 0.5)), -np.log(alpha_bar))
    slopes = PchipInterpolator(np.arange(schedule.T + 1), logs).derivative()(np.arange(schedule.T + 1))
    return Through(*(jnp.asarray(values, schedule.alpha_bar.dtype) for values in (logs, slopes)))


def schedule_on(path: Path, T: int) -> Schedule:
    """The schedule with the signal-to-noise ratio of the path at u = t / T: alpha_bar_t = c^2 / (c^2 + r^2). On a path
    with c^2 + r^2 = 1 the levels are those of the path; on others x is scaled.

    Raises:
        ValueError: the path does not begin at the data.
    """
    T = at_least_1("T, the number of steps,", T)
    with enable_x64(True):
        signal, variance = path.moments(jnp.arange(T + 1) / T)
        signal, variance = np.asarray(signal, np.float64), np.asarray(variance, np.float64)
    if variance[0] != 0:
        raise ValueError(f"a schedule begins at the data, and this path with noise of variance {variance[0]:.2g}")
    alpha_bar, total = signal**2 / (signal**2 + variance), variance / (signal**2 + variance)
    # 1 - alpha_t from whichever of the two keeps its digits
    early, late = np.diff(total) / alpha_bar[:-1], 1 - alpha_bar[1:] / alpha_bar[:-1]
    return Schedule.from_betas(np.where(total[1:] < 0.5, early, late))


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


def check_times(times: Real[ArrayLike, " n"], rising: bool | None = None) -> None:
    """See that times lie in [0, 1] and rise or fall; or, if `rising` is given, that they do the one of these.

    Raises:
        ValueError: fewer than two, outside [0, 1], or in another order. Under `jit` only their number can be seen.
    """
    if np.ndim(times) != 1 or len(times) < 2:
        raise ValueError(f"times must be an array of at least two, such as jnp.linspace(1, 0, 33); got {times}")
    if isinstance(times, jax.core.Tracer):
        return
    _checked(times)
    signs = {True: "rise, towards the noise,", False: "fall, towards the data,"}
    steps = np.diff(np.asarray(times))
    if not any(np.all(steps > 0 if up else steps < 0) for up in signs if rising in (None, up)):
        wanted = " or all ".join(sign for up, sign in signs.items() if rising in (None, up))
        raise ValueError(f"times must all {wanted} from each to the next; got {times}")


def check_one_time(u) -> None:
    """Raise a ValueError unless u is one number: an array of them would spread over the pixels of an example."""
    if jnp.ndim(u):
        raise ValueError(f"u must be one number; got shape {jnp.shape(u)}. For a batch use jax.vmap over x and u")


def check_some_signal(path: Path, u) -> None:
    """Raise a ValueError if nothing is left of x_0 at u. Under `jit` this cannot be seen."""
    signal = path.level(u).signal
    if not isinstance(signal, jax.core.Tracer) and not np.all(signal):
        raise ValueError(f"nothing is left of x_0 at u = {u} (c_u = 0): the drift is infinite; stop a little before")


def _checked(u):
    if isinstance(u, jax.core.Tracer):
        u = floating(u)
        return jnp.where((u >= 0) & (u <= 1), u, jnp.nan)
    if not np.all((np.asarray(u) >= 0) & (np.asarray(u) <= 1)):
        raise ValueError(f"u must lie in [0, 1], from the data to the noise; got {u}")
    return floating(u)


def _numbers(*values):
    return [jnp.asarray(value, jnp.result_type(float)) for value in values]
