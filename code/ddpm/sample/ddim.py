"""DDIM (Song et al. 2021) and DPM-Solver++ (Lu et al. 2022), on any path, any falling times and any kind of prediction.

All of them take one step, `ddim_step`. DDIM gives it the predicted x_0; DPM-Solver++(2M) gives it the predicted x_0
prolonged along the line through the last one, x_0 + w (x_0 - the last x_0), with eta = 0; and 2M SDE is the same with
eta = 1.
"""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import Key, check_key, check_same_shape, floating
from ddpm.flat_random import standard_normal
from ddpm.level import Level
from ddpm.path import Path, check_path, check_some_signal, check_times
from ddpm.predict import LevelKind, convert_at

Predict = Callable[[Array, Array], Array]
Scalar = Real[ArrayLike, ""]


def ddim_step(
    before: Level,
    after: Level,
    x: Float[ArrayLike, "*shape"],
    x_0: Float[ArrayLike, "*shape"],
    z: Float[ArrayLike, "*shape"],
    eta: Scalar = 0.0,
) -> Float[Array, "*shape"]:
    """From the level `before` to `after`, with less noise: signal' x_0 + sqrt(spread'^2 - sigma^2) noise + sigma z,
    where noise is what x holds beside x_0, and sigma is eta times the deviation of q(x' | x, x_0) (Song et al. 2021,
    eq. 12 and 16; equation `eq-ddim-step`).

    Args:
        before: of x; with noise in it, spread > 0.
        x_0: predicted.
        z: standard normal; not used where eta is 0.
        eta: in [0, 1]. With 1, and the levels t and t - 1 of a schedule, this is the ancestral step with beta_tilde.

    Raises:
        ValueError: shapes differ.
    """
    check_same_shape("x_0", x_0, "x", x)
    check_same_shape("z", z, "x", x)
    new = before.spread**2 - (before.signal / after.signal * after.spread) ** 2  # since `after`, seen from `before`
    sigma = eta * after.spread / before.spread * jnp.sqrt(jnp.maximum(new, 0.0))
    noise = (x - before.signal * x_0) / before.spread
    return after.signal * x_0 + jnp.sqrt(jnp.maximum(after.spread**2 - sigma**2, 0.0)) * noise + sigma * z


def dpm_solver_weights(path: Path, times: Real[ArrayLike, " n"]) -> Float[Array, " steps"]:
    """How far DPM-Solver++(2M) prolongs the predicted x_0 in each step: h / (2 h of the step before), where h is what
    log(signal / spread) gains (Lu et al. 2022, algorithm 2). 0 in the first step, and where h is infinite."""
    gains = jnp.diff(path.log_snr(times))
    finite = jnp.isfinite(gains[1:])
    weights = jnp.where(finite, gains[1:], 0.0) / (2 * gains[:-1])
    return jnp.concatenate([jnp.zeros_like(gains[:1]), weights])


def ddim(
    key: Key | None,
    path: Path,
    predict: Predict,
    x: Float[ArrayLike, "*pixels"],
    times: Real[ArrayLike, " n"],
    eta: Scalar = 0.0,
    kind: LevelKind = "noise",
) -> tuple[Float[Array, "*pixels"], Float[Array, "n *pixels"]]:
    """One run of DDIM; one call of the predictor in each step.

    Args:
        key: None if eta is 0. On the times t / T of a schedule, with eta = 1, the run is that of
            `ancestral_trajectory` with the same key and "beta_tilde".
        predict: (x, u) -> prediction, for one example, like x. A pytree, such as a network or an oracle, is data, and
            the program serves all of its kind.
        x: at the first of the times; one example, `jax.vmap` over x and keys for many.
        times: falling, in [0, 1], all but the last with noise (r_u > 0). Where the last has none the result is the last
            predicted x_0.
        eta: how much of the noise is fresh: 0 none, 1 as much as in q(x_{t-1} | x_t, x_0).
        kind: what the predictor predicts.

    Returns:
        x at the last of the times; and x at all of them along a new first axis. A compiled program that uses the last
        alone keeps no more.

    Raises:
        TypeError: not a random key, or no path.
        ValueError: no key though eta is not 0; fewer than two times, or times that do not fall or leave [0, 1]; a start
            where nothing is left of x_0, for a predictor of the noise or the score, which then says nothing of x_0; an
            unknown kind; a prediction of another shape.
    """
    if key is None and (isinstance(eta, jax.core.Tracer) or eta != 0):
        raise ValueError(f"with eta = {eta} each step adds noise: give a random key, such as jax.random.key(0)")
    times = checked(key, path, times, kind)
    return _run(key, path, predict, floating(x), times, jnp.zeros(len(times) - 1), eta, kind)


def dpm_solver(
    path: Path,
    predict: Predict,
    x: Float[ArrayLike, "*pixels"],
    times: Real[ArrayLike, " n"],
    kind: LevelKind = "noise",
    weights: Float[ArrayLike, " steps"] | None = None,
) -> tuple[Float[Array, "*pixels"], Float[Array, "n *pixels"]]:
    """One run of DPM-Solver++(2M), without noise; one call of the predictor in each step.

    Args:
        weights: how far each step prolongs the predicted x_0; `dpm_solver_weights` if not given.

    Others, result and errors as in `ddim`; also a ValueError for weights that are not one for each step.
    """
    times = checked(None, path, times, kind)
    weights = dpm_solver_weights(path, times) if weights is None else jnp.asarray(weights)
    check_same_shape("weights", weights, "the steps", times[1:])
    return _run(None, path, predict, floating(x), times, weights, 0.0, kind)


def dpm_solver_sde(
    key: Key,
    path: Path,
    predict: Predict,
    x: Float[ArrayLike, "*pixels"],
    times: Real[ArrayLike, " n"],
    kind: LevelKind = "noise",
) -> tuple[Float[Array, "*pixels"], Float[Array, "n *pixels"]]:
    """One run of SDE-DPM-Solver++(2M) (Lu et al. 2022, section 5), with fresh noise in each step, but for one to where
    there is no noise. Arguments, result and errors as in `ddim`."""
    check_key(key)
    times = checked(key, path, times, kind)
    return _run(key, path, predict, floating(x), times, dpm_solver_weights(path, times), 1.0, kind)


def predicted(path: Path, predict: Predict, x, u, kind: LevelKind, target: LevelKind) -> Array:
    """What a predictor of one kind says of another, for one example."""
    rates = path.rates(u) if "velocity" in (kind, target) else None
    return convert_at(path.level(u), x, predict(x, u), kind, target, rates)


def checked(key: Key | None, path: Path, times, kind: LevelKind) -> Array:
    """The times as floats; raises as `ddim` does where key, path or times do not serve a predictor of this kind."""
    if key is not None:
        check_key(key)
    check_path(path)
    check_times(times, rising=False)
    if kind in ("noise", "score"):
        check_some_signal(path, times[0])
    return floating(times)


@eqx.filter_jit
def _run(key, path, predict, x, times, weights, eta, kind):
    level = path.level(times)

    def step(state, place):
        (x, last), (i, before, after, u, weight) = state, place
        x_0 = predicted(path, predict, x, u, kind, "x_0")
        z = jnp.zeros_like(x)
        if key is not None:
            z = standard_normal(jax.random.fold_in(key, len(times) - 2 - i), x.shape, x.dtype)
        x = ddim_step(before, after, x, x_0 + weight * (x_0 - last), z, eta).astype(x.dtype)
        return (x, x_0.astype(x.dtype)), x

    before, after = (jax.tree.map(lambda values: values[part], level) for part in (slice(-1), slice(1, None)))
    places = (jnp.arange(len(times) - 1), before, after, times[:-1], weights)
    (final, _), states = jax.lax.scan(step, (x, jnp.zeros_like(x)), places)
    return final, jnp.concatenate([x[None], states])
