"""What the chapter measures of networks: how far they are from the exact prediction, what their ways cost, where few
steps end. Several networks are stacked along a first axis, as `several.train_several` gives them."""

from functools import partial

import jax
import jax.numpy as jnp
from jax.tree_util import Partial
from jaxtyping import Array, Float

from ddpm.level import noised
from ddpm.mixture import Mixture
from ddpm.oracle import PathOracle
from ddpm.path import Path
from ddpm.predict import LevelKind
from ddpm.sample import euler, heun
from ddpm.sample.ddim import predicted

STEPS = 32  # of Heun's method, along a way


@partial(jax.jit, static_argnames="kind")
def noise_error(
    networks, path: Path, kind: LevelKind, data: Mixture, log_snr: Float[Array, " n"], x_0, noise
) -> Float[Array, "networks n"]:
    """The mean squared error of the noise that the predictions amount to, against the best possible prediction, at the
    level with each log-SNR; per pixel, over the pairs (x_0, noise).

    Args:
        kind: what the networks predict, on this path.
    """

    def of_pair(network, u, x_0, noise):
        x = noised(path.level(u), x_0, noise)
        said = predicted(path, network, x, u, kind, "noise")
        return jnp.mean((said - PathOracle(path, data)(x, u)) ** 2)

    def at(network, u):
        return jnp.mean(jax.vmap(of_pair, (None, None, 0, 0))(network, u, x_0, noise))

    return jax.vmap(jax.vmap(at, (None, 0)), (0, None))(networks, path.time(jnp.exp(-log_snr / 2)))


@jax.jit
def follow(field, starts: Float[Array, "n 2"]) -> tuple[Float[Array, "n times 2"], Float[Array, " n"]]:
    """The way of each start from u = 1 to 0, and the integral over u of its velocity's squared length."""

    def one(x):
        _, (states, squares) = heun(Partial(_with_square, field), (x, jnp.zeros(())), jnp.linspace(1, 0, STEPS + 1))
        return states, squares[-1]

    return jax.vmap(one)(starts)


@jax.jit
def follow_all(networks, starts):
    """`follow`, for each of the networks."""
    return jax.vmap(follow, (0, None))(networks, starts)


@partial(jax.jit, static_argnames="counts")
def few_steps(networks, starts: Float[Array, "n 2"], counts: tuple[int, ...]) -> Float[Array, "networks counts n 2"]:
    """Where so many steps of Euler, even in u, take the starts from u = 1 to 0."""

    def run(network, times):
        return jax.vmap(lambda x: euler(network, x, times)[0])(starts)

    # of one length, so that it is one program: steps of no length at the end
    grids = jnp.stack([jnp.pad(jnp.linspace(1, 0, n + 1), (0, max(counts) - n)) for n in counts])
    return jax.vmap(jax.vmap(run, (None, 0)), (0, None))(networks, grids)


def _with_square(field, state, u):
    v = field(state[0], u)
    return v, -jnp.sum(v**2)  # u falls
