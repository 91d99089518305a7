"""Images of classes: a network that predicts v and is told the class, asked for one class."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int, PyTree

from ddpm.arrays import Key, check_key
from ddpm.flat_random import standard_normal
from ddpm.path import Path
from ddpm.sample.ddim import ddim, predicted
from ddpm.sample.grids import even_in_time

AT_ONCE = 128  # images: a convolution over patches is a third faster in memory that is near


class OfClass(eqx.Module):
    """(x, u) -> v of an image of one class, as all samplers take it with `kind="v"`; a pytree.

    Attributes:
        network: (x, u, label) -> v, such as a `ddpm.nn.ConvUNet`; with (x, u) alone it says v of any image.
        label: the class; None for none.
        guidance: w of classifier-free guidance, v + w (v - v of any image) (Ho and Salimans 2022, eq. 6); None asks the
            network once.
        interval: the times (low, high) between which there is guidance (Kynkäänniemi et al. 2024); elsewhere the
            network is asked once. None for all times.
    """

    network: PyTree
    label: Int[ArrayLike, "..."] | None = None
    guidance: Float[ArrayLike, "..."] | None = None
    interval: tuple[Float[ArrayLike, "..."], Float[ArrayLike, "..."]] | None = None

    def __call__(self, x: Float[Array, "*pixels"], u: Float[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        v = self.network(x, u) if self.label is None else self.network(x, u, self.label)
        if self.guidance is None:
            return v
        if self.interval is None:
            return self._guided(x, u, v)
        low, high = self.interval
        return jax.lax.cond((low <= u) & (u <= high), lambda: self._guided(x, u, v), lambda: v)

    def _guided(self, x, u, v):
        return v + self.guidance * (v - self.network(x, u))


class Velocity(eqx.Module):
    """(x, u) -> dx/du of the probability-flow ODE, from a prediction of v on a path with c_u^2 + r_u^2 = 1; a pytree.

    Also at u = 1, where nothing of x_0 is left; not at u = 0.
    """

    path: Path
    predict_v: PyTree

    def __call__(self, x: Float[Array, "*pixels"], u: Float[ArrayLike, ""]) -> Float[Array, "*pixels"]:
        return predicted(self.path, self.predict_v, x, u, "v", "velocity")


def labelled_sample(
    key: Key,
    path: Path,
    network: PyTree,
    labels: Int[ArrayLike, " n"],
    shape: tuple[int, ...],
    steps: int = 100,
    guidance: float | None = None,
    eta: float = 1.0,
    interval: tuple[float, float] | None = None,
) -> Float[Array, "n ..."]:
    """One image of each label, by `ddpm.sample.ddim` with steps even in time, all as one program.

    Args:
        path: the one that the network was trained on, with c_u^2 + r_u^2 = 1.
        network, guidance, interval: as in `OfClass`.
        shape: of one image.
        eta: 1 for ancestral sampling with beta_tilde, 0 for the ODE.

    Raises:
        TypeError: not a random key.
        ValueError: no step.
    """
    check_key(key)
    times = even_in_time(1.0, 0.0, steps)
    guidance, interval = jax.tree.map(lambda value: jnp.asarray(value, times.dtype), (guidance, interval))
    return _sample(key, path, network, jnp.asarray(labels), shape, times, guidance, interval, eta)


@eqx.filter_jit
def _sample(key, path, network, labels, shape, times, guidance, interval, eta):
    start, key = jax.random.split(key)
    x = standard_normal(start, (len(labels), *shape), times.dtype)
    drawn = jax.random.split(key, len(labels)), x, labels
    parts = max(1, -(-len(labels) // AT_ONCE))
    size = -(-len(labels) // parts)

    # Parts of one size, one program: with `batch_size` jax.lax.map compiles a smaller last part once more.
    def in_parts(values):  # what the last part lacks is taken from the first
        places = jnp.arange(parts * size) % len(labels)
        return values[places].reshape(parts, size, *values.shape[1:])

    def of_one(key, x, label):
        return ddim(key, path, OfClass(network, label, guidance, interval), x, times, eta, "v")[0]

    samples = jax.lax.map(lambda part: jax.vmap(of_one)(*part), jax.tree.map(in_parts, drawn))
    return samples.reshape(parts * size, *shape)[: len(labels)]
