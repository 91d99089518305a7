"""All methods of the chapter on one measurement, as one program: on a mixture, where the exact posterior is known."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PyTree

from ddpm.arrays import Key
from ddpm.inverse import (
    ExactlyMeasured,
    Measurement,
    Reconstructed,
    doubt_of_pigdm,
    doubt_of_video,
    no_doubt,
    replacement,
)
from ddpm.mixture import Mixture
from ddpm.oracle import PathOracle
from ddpm.path import Path
from ddpm.sample import ddim, even_in_time

BORDER = 0.8  # of the times, between early and late
START = 0.998  # of the times; at 1 nothing is left of x_0, and its guided prediction is not defined


class Chosen(eqx.Module):
    """One of several predictors where u is above `BORDER`, one below, by their places in the list."""

    predictors: list[PyTree]
    above: Int[Array, ""]
    below: Int[Array, ""]

    def __call__(self, x: Float[Array, " D"], u: Float[Array, ""]) -> Float[Array, " D"]:
        branches = [lambda x, u, predict=predict: predict(x, u) for predict in self.predictors]
        return jax.lax.switch(jnp.where(u > BORDER, self.above, self.below), branches, x, u)


@eqx.filter_jit
def all_methods(
    key: Key, path: Path, data: Mixture, measured: Measurement, draws: int = 2000, steps: int = 150
) -> dict[str, Float[Array, "draws D"]]:
    """Draws of every method, by the names of the chapter's tables; DDIM with eta = 1 on the best predictor of the data,
    from the same noise. "exact early" and "exact late" take PiGDM below and above `BORDER`."""
    start, key = jax.random.split(key)
    times = even_in_time(START, 0.0, steps)
    x = jax.random.normal(start, (draws, *data.means.shape[1:]))
    keys, oracle = jax.random.split(key, draws), PathOracle(path, data)
    doubts = doubt_of_pigdm, doubt_of_video, no_doubt
    predictors = [ExactlyMeasured(path, data, measured)]
    predictors += [Reconstructed(path, oracle, measured, doubt) for doubt in doubts]
    chosen = {"exact field": (0, 0), "PiGDM": (1, 1), "video": (2, 2), "no doubt": (3, 3)}
    chosen |= {"exact early": (0, 1), "exact late": (1, 0)}

    def of_one(places):
        predict = Chosen(predictors, *places)
        return jax.vmap(lambda key, x: ddim(key, path, predict, x, times, 1.0, "x_0")[0])(keys, x)

    drawn = dict(zip(chosen, jax.lax.map(of_one, jnp.array(list(chosen.values())))))
    drawn["replacement"] = jax.vmap(lambda key, x: replacement(key, path, oracle, measured, x, times))(keys, x)
    return drawn


def with_value(measured: Measurement, value: Float[Array, " m"]) -> Measurement:
    """The same measurement with other values; under `jax.vmap` one for each of them."""
    return eqx.tree_at(lambda m: m.value, measured, value)


@eqx.filter_jit
def restored(
    key: Key, path: Path, network, measured: Measurement, values: Float[Array, "n m"], shape: tuple, steps: int = 25
) -> dict[str, Float[Array, "n ..."]]:
    """One image for each row of values, by replacement and by PiGDM, of a network that predicts v and is told no
    class."""
    start, key = jax.random.split(key)
    times = even_in_time(0.98, 0.0, steps)
    x = jax.random.normal(start, (len(values), *shape))
    keys = jax.random.split(key, len(values))

    def by_replacement(key, x, value):
        return replacement(key, path, network, with_value(measured, value), x, times, 1.0, "v")

    def by_pigdm(key, x, value):
        guided = Reconstructed(path, network, with_value(measured, value), doubt_of_pigdm, "v")
        return ddim(key, path, guided, x, times, 1.0, "x_0")[0]

    return {
        name: jax.vmap(one)(keys, x, values) for name, one in (("replacement", by_replacement), ("PiGDM", by_pigdm))
    }


def residual(measured: Measurement, images: Float[Array, "n *shape"], values: Float[Array, "n m"]) -> float:
    """The root of the mean square of b - H x_0, in units of the measurement's deviation: about 1 for the truth."""
    apart = values - jax.vmap(measured.of)(images)
    return float(jnp.sqrt(jnp.mean(apart**2)) / measured.deviation)
