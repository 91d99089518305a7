"""One setting on the eight glyphs: several networks trained from seeds of their own, and how far they are from the
best predictor."""

from collections.abc import Callable
from functools import cache, partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.tree_util import Partial
from jaxtyping import Array, Float

import ddpm
from ddpm.chapters.choices import said
from ddpm.chapters.choices.networks import stacked, unstacked
from ddpm.chapters.choices.settings import Setting
from ddpm.data import glyphs
from ddpm.evaluate import counts
from ddpm.flat_random import above_minus_one, integers_from_uniform, normal_from_uniform, uniform_arrays
from ddpm.level import noised
from ddpm.mixture import points
from ddpm.oracle import PathOracle
from ddpm.path import Path, cosine_path, path_through, vp
from ddpm.sample import ancestral_sample
from ddpm.train import start, train

SEEDS = 5
RECIPE = {"steps": 6000, "batch": 128, "rate": 1e-2, "seeds": SEEDS, "range": 6.0, "levels": 25, "pairs": 400}
SAMPLES, STEPS, NEAR = 4000, 50, 0.2
EVEN = (13.0, -10.0)  # log-SNR; above, the bound's factor before the error of v is `said.LARGEST`


class SaysNoise(eqx.Module):
    """(x, u) -> the noise that a network's prediction amounts to; with `T`, (x_t, t) at t = T u."""

    network: eqx.Module
    kind: Array
    path: Path
    T: int | None = eqx.field(static=True, default=None)

    def __call__(self, x, u):
        u = jnp.asarray(u / self.T if self.T else u, float)
        return said.noise_said(self.kind, self.path.level(u), x, self.network(x, u))


@cache
def path_of(name: str) -> Path:
    """The path whose uniform times these are."""
    paths = {"cosine": cosine_path, "even": cosine_path, "linear": vp}
    return path_through(ddpm.sigmoid(1000)) if name == "sigmoid" else paths[name]()


def schedule_of(name: str) -> Callable[[int], ddpm.Schedule]:
    """T -> the schedule on the path of this name."""
    return {"cosine": ddpm.cosine, "even": ddpm.cosine, "linear": _linear, "sigmoid": ddpm.sigmoid}[name]


def _linear(T):
    return ddpm.linear(T, 0.1 / T, 20 / T)


@cache
def optimiser_of(rate: str, steps: int, size: float) -> optax.GradientTransformation:
    """Adam; one object for each recipe, so that it is compiled once."""
    return optax.adam(optax.cosine_decay_schedule(size, steps) if rate == "falling" else size, b2=0.99)


def train_glyphs(setting: Setting, recipe: dict = RECIPE) -> SaysNoise:
    """The networks of all seeds, stacked along a first axis."""
    optimiser = optimiser_of(setting.rate, recipe["steps"], recipe["rate"])
    state = start(jax.random.key(1), stacked(recipe["seeds"], setting.width, setting.features), optimiser)
    kind, weight = numbers_of(setting)
    path = path_of(setting.path)
    loss = Partial(_loss, path, kind, weight, jnp.asarray(setting.alike))
    draw = Partial(draw_for_each, glyphs(), jnp.asarray(float(setting.times)), recipe["seeds"])
    if setting.path == "even":
        draw = Partial(_draw_evenly, path, draw)
    state, _ = train(
        state,
        loss,
        draw,
        optimiser,
        steps=recipe["steps"],
        batch=recipe["batch"],
        average=setting.average or None,
    )
    return SaysNoise(state.average if setting.average else state.network, kind, path)


def measure_glyphs(setting: Setting, recipe: dict = RECIPE) -> dict[str, list[float]]:
    """For each seed: the nats lost, and how far the shares of the patterns among samples are from right."""
    networks = train_glyphs(setting, recipe)
    lost = nats_lost(networks, recipe["range"], recipe["levels"], recipe["pairs"])
    schedule = schedule_of(setting.path)(STEPS)
    off = [shares_off(network, schedule) for network in each(networks)]
    return {"nats": np.asarray(lost, float).tolist(), "off": off}


def each(networks: SaysNoise) -> list[SaysNoise]:
    """The networks one by one."""
    return [SaysNoise(network, networks.kind, networks.path) for network in unstacked(networks.network)]


@partial(jax.jit, static_argnums=(3, 4))
def _lost(data, networks, widest, levels, pairs):
    path = networks.path
    log_snr = jnp.linspace(-widest, widest, levels)
    data_key, noise_key = jax.random.split(jax.random.key(2))
    x_0, noise = data.sample(data_key, pairs), jax.random.normal(noise_key, (pairs, 3, 3))

    def at(u):
        x = jax.vmap(noised, (None, 0, 0))(path.level(u), x_0, noise)
        best = jax.vmap(PathOracle(path, data), (0, None))(x, u)

        def of(network):
            says = SaysNoise(network, networks.kind, path)
            return jnp.mean(jnp.sum((jax.vmap(says, (0, None))(x, u) - best) ** 2, (1, 2)))

        return jax.vmap(of)(networks.network)

    excess = jax.lax.map(at, path.time(jnp.exp(-log_snr / 2)))
    return jnp.trapezoid(excess, log_snr, axis=0) / 2


def nats_lost(networks: SaysNoise, widest: float, levels: int, pairs: int) -> Float[Array, " seeds"]:
    """Half the integral, over the log-SNR from -widest to widest, of the squared distance between the predicted noise
    and the best prediction (equation `eq-nats-lost`), of each of the stacked networks."""
    return _lost(points(glyphs()), networks, widest, levels, pairs)


def shares_off(network: SaysNoise, schedule: ddpm.Schedule, variance="beta_tilde", seed: int = 3) -> float:
    """The `total_variation` of ancestral samples."""
    says = SaysNoise(network.network, network.kind, network.path, schedule.T)
    return total_variation(ancestral_sample(jax.random.key(seed), schedule, says, SAMPLES, (3, 3), variance))


def total_variation(samples: Float[Array, "n 3 3"]) -> float:
    """Half the sum of |share - right share| over the eight patterns, and what is near none."""
    shares = counts(samples, glyphs(), NEAR) / len(samples)
    return float(np.abs(shares - np.append(np.full(8, 1 / 8), 0)).sum() / 2)


def names_of(setting: Setting) -> tuple[str, str]:
    """Kind and weight. Where levels are drawn evenly, the bound weighs all errors of the noise alike: half of what
    -dLambda is then."""
    return setting.kind, "simple" if (setting.path, setting.weight) == ("even", "bound") else setting.weight


def numbers_of(setting: Setting) -> tuple[Array, Array]:
    """The same by their places in `said`."""
    kind, weight = names_of(setting)
    return jnp.asarray(said.KINDS.index(kind)), jnp.asarray(said.WEIGHTS.index(weight))


def _loss(path, kind, weight, alike, networks, key, batch):
    def of_pair(network, x_0, u, noise):
        level = path.level(u)
        factor = said.factor(kind, weight, path, u) * jnp.where(alike, said.as_on_cosine(path, u), 1.0)
        error = said.target(kind, level, x_0, noise) - network(noised(level, x_0, noise), u)
        return factor * jnp.mean(error**2)

    def of_one(network, *pairs):
        return jnp.mean(jax.vmap(partial(of_pair, network))(*pairs))

    return jnp.sum(jax.vmap(of_one, (0, 1, 1, 1))(networks, *batch))


def draw_for_each(images, times, members, key, batch):
    """Images, times u and noise for a batch of each of the stacked networks; so many times, or, at 0, all of [0, 1]."""
    shapes = (batch, members), (batch, members), (batch, members, *images.shape[1:])
    which, time, noise = uniform_arrays(key, shapes, images.dtype, above_minus_one(images.dtype))
    u = one_of((1 + time) / 2, times)
    return images[integers_from_uniform(which, len(images))], u, normal_from_uniform(noise)


def one_of(u: Array, times: Array) -> Array:
    """The next of so many times; at 0, u itself."""
    return jnp.where(times > 0, jnp.ceil(u * times) / jnp.maximum(times, 1), u)


def _draw_evenly(path, draw, key, batch):
    x_0, share, noise = draw(key, batch)
    return x_0, evenly(path, share), noise


def evenly(path: Path, share: Array) -> Array:
    """The times at which the log-SNR has come so far from the first of `EVEN` to the other."""
    most, least = EVEN
    return path.time(jnp.exp(-(most + share * (least - most)) / 2))
