"""The log-density of an example along an ODE (the instantaneous change of variables).

Points that move with dx/du = v(x, u) carry their density with them: d log q_u(x_u) / du = -div v(x_u, u). So the
log-density at the start is that at the end plus the integral of the divergence along the way (equation
`eq-log-density-ode`).
"""

from collections.abc import Callable

import jax.numpy as jnp
from jax.tree_util import Partial
from jaxtyping import Array, Float

from ddpm.gaussian import gaussian_log_density
from ddpm.likelihood.divergence import exact_divergence
from ddpm.path import Path, check_ends
from ddpm.sample.ode import adaptive


def log_density(
    velocity: Callable[[Array, Array], Array],
    x: Float[Array, "*pixels"],
    end_log_density: Callable[[Array], Array],
    times: Float[Array, " times"] | None = None,
    divergence: Callable = exact_divergence,
    solve: Callable = adaptive,
) -> Float[Array, ""]:
    """log q(x) in nats at times[0]: the log-density at the end of the ODE, plus the integral of the divergence on the
    way.

    Args:
        velocity: (x, u) -> dx/du of one example, such as `PathOracle(path, data).velocity`.
        x: one example at times[0]; `jax.vmap` for many.
        end_log_density: of an example at times[-1], such as `partial(noise_log_density, path)`.
        times: at which the solver stops; 0 and 1 if not given. `euler` and `heun` take one step from each to the next.
        divergence: (field, x) -> field(x) and its divergence: `exact_divergence`, or
            `partial(hutchinson, probes=probes)`, whose result is then an unbiased estimate, but for the solver's error.
        solve: `adaptive`, with tolerances by `functools.partial`; or `euler` or `heun`.

    Raises:
        ValueError: the velocity has another shape than x, or what `solve` raises.
        RuntimeError: the adaptive solver did not reach the end (NaN under jit and vmap).
    """
    times = jnp.arange(2, dtype=x.dtype) if times is None else times
    field = Partial(_with_divergence, velocity, divergence)
    (x_end, integral), _ = solve(field, (x, jnp.zeros((), x.dtype)), times)
    return end_log_density(x_end) + integral


def _with_divergence(velocity, divergence, state, u):
    """The derivatives of the pair: of x its velocity, of the integral the divergence."""
    x, _ = state
    return divergence(lambda x: velocity(x, u), x)


def noise_log_density(path: Path, x: Float[Array, "*pixels"]) -> Float[Array, ""]:
    """log N(x; 0, r_1^2 I): what the log-density at u = 1 is taken for, since hardly anything of the data is left.

    Raises:
        TypeError: no path.
        ValueError: the path does not run from data to noise (`ddpm.path.check_ends`).
    """
    check_ends(path)
    return jnp.sum(gaussian_log_density(x, 0.0, path.level(1.0).spread ** 2))
