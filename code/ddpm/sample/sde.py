"""Back along the reverse SDE dx = [f_u x - g_u^2 grad log q_u(x)] du + g_u dw, u falling (Anderson 1982; Song et al.
2021, eq. 6)."""

from collections.abc import Callable

from jax.tree_util import Partial
from jaxtyping import Array, ArrayLike, Float, Real

from ddpm.arrays import Key, check_key, check_same_shape, check_shape, floating
from ddpm.flat_random import standard_normal
from ddpm.path import Path, check_ends, check_path, check_some_signal, check_times
from ddpm.process.sde import euler_maruyama
from ddpm.schedule import at_least_1


def start_noise(key: Key, path: Path, draws: int, shape: tuple[int, ...]) -> Float[Array, "draws ..."]:
    """Where samples begin: draws from N(0, r_1^2 I), shape (draws, *shape).

    Raises:
        TypeError: not a random key, no path, or a shape that is no tuple.
        ValueError: no draws; or the path does not end at noise, so that x_1 is distributed otherwise.
    """
    check_key(key)
    check_ends(path)
    check_shape(shape)
    draws, spread = at_least_1("draws", draws), path.level(1.0).spread
    return spread * standard_normal(key, (draws, *shape), spread.dtype)


def reverse_sde(
    key: Key,
    path: Path,
    predict_noise: Callable[[Array, Array], Array],
    x: Float[ArrayLike, "*pixels"],
    times: Real[ArrayLike, " n"],
) -> tuple[Float[Array, "*pixels"], Float[Array, "n *pixels"]]:
    """One run of the reverse SDE by the method of Euler and Maruyama, with noise in every step, the last one too.

    Args:
        predict_noise: (x_u, u) -> predicted noise, which is -r_u times the predicted score; for one example, like x.
        x: at the first of the times; one example, `jax.vmap` over x and keys for many.
        times: falling, in [0, 1]; at all but the last there must be noise (r_u > 0), and some of x_0 left (c_u > 0).

    Returns:
        x at the last of the times; and x at all of them along a new first axis. A compiled program that uses the last
        alone keeps no more.

    Raises:
        TypeError: not a random key, or no path.
        ValueError: fewer than two times, or times that do not fall, leave [0, 1] or begin where nothing is left of x_0;
            a prediction of another shape.
    """
    check_key(key)
    check_path(path)
    check_times(times, rising=False)
    check_some_signal(path, times[0])
    return euler_maruyama(key, path, Partial(_reverse_drift, path, predict_noise), floating(x), floating(times))


def _reverse_drift(path, predict_noise, x, u):
    predicted = predict_noise(x, u)
    check_same_shape("the predicted noise", predicted, "x", x)
    return path.diffusion_squared(u) / path.level(u).spread * predicted + path.drift(u) * x
