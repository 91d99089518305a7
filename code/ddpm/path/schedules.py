"""The book's schedules as points on a path, and the points of a path as a schedule."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ddpm.path.base import Path
from ddpm.precision import enable_x64
from ddpm.schedule import Schedule, at_least_1, check_schedule


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
