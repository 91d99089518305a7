"""The probability-flow ODE dx/du = v(x, u), whose solutions have at every u the density of x_u (Song et al. 2021,
section 4.3), and three ways to solve an ODE.

A field is `field(state, u) -> d state / du`. A state is one array, or any pytree of arrays: x together with an integral
along its way, say. Times may rise, from data to noise, or fall. A field that is a pytree, such as
`jax.tree_util.Partial(velocity, path, network)` or a method of `ddpm.oracle.PathOracle`, is data, and a compiled
program serves all of its kind; a plain function is compiled anew for each function object.
"""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, PyTree, Real

from ddpm.arrays import check_same_shape, floating
from ddpm.path import Path, check_one_time, check_path, check_times

State = PyTree[Float[ArrayLike, "..."]]
Time = Real[ArrayLike, ""]
Field = Callable[[State, Array], State]
MAX_STEPS = 4096


def velocity(
    path: Path,
    predict_noise: Callable[[Array, Array], Array],
    x: Float[ArrayLike, "*pixels"],
    u: Time,
) -> Float[Array, "*pixels"]:
    """v(x, u) = f_u x + g_u^2 / (2 r_u) predicted noise, the field of the probability-flow ODE.

    Args:
        predict_noise: (x_u, u) -> predicted noise, for one example. The best prediction is -r_u grad log q_u(x_u).
        x: one example; `jax.vmap` for many.
        u: where there is noise (r_u > 0) and x_0 is not all gone (c_u > 0), so mostly 0 < u < 1. Of the prediction's
            digits as many are lost as c_u begins with zeros.

    Raises:
        TypeError: no path.
        ValueError: u is outside [0, 1], or at an end where noise or data are gone; a prediction of another shape.
    """
    check_path(path)
    check_one_time(u)
    spread = path.level(u).spread
    if not isinstance(spread, jax.core.Tracer) and spread == 0:
        raise ValueError(
            f"there is no noise in x at u = {u} (r_u = 0), and none can be predicted; stop a little before"
        )
    predicted = predict_noise(x, u)
    check_same_shape("the predicted noise", predicted, "x", x)
    return path.drift(u) * x + path.diffusion_squared(u) / (2 * spread) * predicted


def euler(field: Field, state: State, times: Real[ArrayLike, " n"]) -> tuple[State, State]:
    """Euler's method: state + h field(state, u), one step from each of the times to the next.

    Args:
        times: u_0, ..., u_n in [0, 1]; `jnp.linspace(0, 1, 33)` makes 32 steps from data to noise.

    Returns:
        The state at the last of the times; and the states at all of them along a new first axis, the given one being
        the first. A compiled program that uses the last alone keeps no more.

    Raises:
        TypeError: the field is no function, or a predictor that has a velocity.
        ValueError: fewer than two times, times outside [0, 1] or that neither rise nor fall, or a field whose result is
            not like the state. So in all that solve.
    """
    _check(field, times)
    return _steps(field, state, jnp.asarray(times), _euler_step)


def heun(field: Field, state: State, times: Real[ArrayLike, " n"]) -> tuple[State, State]:
    """Heun's method, of second order: a step along the mean of the field at both its ends, the far one being Euler's.
    It asks the field at the last of the times, too. Arguments, result and errors as in `euler`."""
    _check(field, times)
    return _steps(field, state, jnp.asarray(times), _heun_step)


def adaptive(
    field: Field, state: State, times: Real[ArrayLike, " n"], tolerance: Time | None = None
) -> tuple[State, State]:
    """Dormand and Prince's method of fifth order, with steps as small as the tolerance asks for (`diffrax.Dopri5`).

    It can be differentiated in forward mode, by `jax.jvp` and `jax.jacfwd`.

    Args:
        times: as in `euler`, but between them the solver takes its own steps; two are enough.
        tolerance: what a step may do wrong, times 1 + |state|; the sum of it may be more. 1e-5 in float32 and 1e-10 in
            float64 if not given.

    Returns:
        As `euler`.

    Raises:
        ImportError: diffrax is not installed.
        RuntimeError: the solver did not get to the last of the times. Within `jit` or `vmap` one cannot know; there the
            states are NaN.
        ValueError: as `euler`; a tolerance below what the precision of the state can hold.
    """
    _check(field, times)
    dtype = jnp.result_type(float, *jax.tree.leaves(state))
    least = 8 * float(jnp.finfo(dtype).eps)
    tolerance = (1e-10 if dtype == jnp.float64 else 1e-5) if tolerance is None else tolerance
    if not isinstance(tolerance, jax.core.Tracer) and not least <= tolerance < 1:
        raise ValueError(f"the tolerance must be at least {least:.1g} (for {dtype.name}) and below 1; got {tolerance}")
    final, states, reached = _adaptive(field, state, jnp.asarray(times), jnp.asarray(tolerance))
    if not isinstance(reached, jax.core.Tracer) and not reached:
        raise RuntimeError(
            f"the solver did not get from u = {times[0]} to u = {times[-1]} in {MAX_STEPS} steps with tolerance "
            f"{tolerance}. Is the field finite there? If not, stop a little before; else allow a larger tolerance"
        )
    return final, states


def encode(
    field: Field, x: Float[ArrayLike, "*pixels"], start: Time = 0.0, end: Time = 1.0, tolerance: Time | None = None
) -> Float[Array, "*pixels"]:
    """The noise that belongs to x: the ODE's solution at u = end that is x at u = start.

    Args:
        field: of x alone, such as `ddpm.oracle.PathOracle(path, data).velocity`.
        tolerance: as in `adaptive`; so are the errors.

    Raises:
        ValueError: unless start < end.
    """
    _check_order(start, end)
    return adaptive(field, x, jnp.asarray([start, end]), tolerance)[0]


def decode(
    field: Field, z: Float[ArrayLike, "*pixels"], start: Time = 0.0, end: Time = 1.0, tolerance: Time | None = None
) -> Float[Array, "*pixels"]:
    """The x to which the noise z belongs, the inverse of `encode`: from u = end back to u = start."""
    _check_order(start, end)
    return adaptive(field, z, jnp.asarray([end, start]), tolerance)[0]


def _euler_step(field, state, u, to):
    return _along(state, to - u, _slope(field, state, u))


def _heun_step(field, state, u, to):
    first = _slope(field, state, u)
    second = _slope(field, _along(state, to - u, first), to)
    return _along(state, to - u, jax.tree.map(lambda a, b: (a + b) / 2, first, second))


def _along(state, h, slope):
    return jax.tree.map(lambda y, d: (y + h * d).astype(y.dtype), state, slope)


def _slope(field, state, u):
    """The field, seen to be like the state: broadcasting would hide a mistake."""
    slope = field(state, u)
    shapes = [jax.tree.map(jnp.shape, tree) for tree in (state, slope)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"the field must give what the state is made of, shapes {shapes[0]}; it gives {shapes[1]}")
    return jax.tree.map(lambda y, d: jnp.asarray(d, y.dtype), state, slope)


def _check(field, times):
    if not callable(field):
        raise TypeError(
            f"field must be a function (state, u) -> d state / du, and comes first; got {type(field).__name__}"
        )
    check_times(times)
    if hasattr(field, "velocity"):
        raise TypeError("field must be a velocity, and this predicts noise; take its method: oracle.velocity")


@eqx.filter_jit
def _steps(field, state, times, step):
    state = jax.tree.map(floating, state)

    def forward(state, u_and_to):
        after = step(field, state, *u_and_to)
        return after, after

    final, states = jax.lax.scan(forward, state, (times[:-1], times[1:]))
    return final, jax.tree.map(lambda first, rest: jnp.concatenate([first[None], rest]), state, states)


@eqx.filter_jit
def _adaptive(field, state, times, tolerance):
    try:
        import diffrax  # an extra
    except ImportError as error:
        raise ImportError(
            "the adaptive solver is that of diffrax: `pip install diffrax`; or solve with heun"
        ) from error

    state = jax.tree.map(floating, state)
    times = times.astype(jnp.result_type(*jax.tree.leaves(state)))  # else diffrax widens the state
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(lambda u, y, _: _slope(field, y, u)),
        diffrax.Dopri5(),
        times[0],
        times[-1],
        None,
        state,
        saveat=diffrax.SaveAt(ts=times),
        stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
        adjoint=diffrax.ForwardMode(),
        max_steps=MAX_STEPS,
        throw=False,
    )
    reached = solution.result == diffrax.RESULTS.successful
    states = jax.tree.map(lambda y: jnp.where(reached, y, jnp.nan), solution.ys)
    return jax.tree.map(lambda y: y[-1], states), states, reached


def _check_order(start, end):
    if not any(isinstance(time, jax.core.Tracer) for time in (start, end)) and not start < end:
        raise ValueError(f"start is the time of the data's end, and must be below end; got {start=}, {end=}")
