"""One setting on the handwritten digits: short trainings from several seeds, judged as `ddpm.pretrained.court` does."""

from dataclasses import replace
from functools import cache, lru_cache, partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.tree_util import Partial
from jaxtyping import Array, Float

import ddpm
from ddpm.chapters.choices import said
from ddpm.chapters.choices.glyphs import evenly, numbers_of, one_of, path_of, schedule_of
from ddpm.chapters.choices.settings import BASE, Setting
from ddpm.chapters.choices.variances import NAMES, variance_of
from ddpm.data import as_grey, as_images, digits
from ddpm.evaluate import frechet, share_nearer
from ddpm.flat_random import standard_normal
from ddpm.level import noised
from ddpm.nn import ResidualMLP
from ddpm.nn.dense import Dense, dense_layers
from ddpm.path import Path
from ddpm.pretrained import Court, court
from ddpm.sample import ancestral_step
from ddpm.sample.loop import reverse_chain
from ddpm.train import labelled, start, train

SEEDS = 4
RECIPE = {"steps": 600, "batch": 128, "rate": 2e-3, "weight_decay": 0.01, "seeds": SEEDS, "depth": 3, "wider": 3}
STEPS = 50  # of the sampler
IMAGES = 200  # from which the loss at each t is found


class Told(eqx.Module):
    """(x, u, label) -> the noise that a network's prediction amounts to."""

    network: ResidualMLP
    kind: Array
    blind: Array  # to the time
    path: Path

    def __call__(self, x, u, label):
        value = self.network(x, jnp.where(self.blind, 0.0, u), label)
        return said.noise_said(self.kind, self.path.level(u), x, value)


@cache
def _optimiser(rate, steps, size, decay):
    falling = optax.warmup_cosine_decay_schedule(0.0, size, steps // 20, steps, size / 50)
    return optax.adamw(falling if rate == "falling" else size, weight_decay=decay)


class OnlyU(eqx.Module):
    """A first layer that sees u, in the place of the sines and cosines of which the first is sin(u)."""

    layer: Dense

    def __call__(self, sines):
        return self.layer(jnp.arcsin(sines[:1]))


def _started(setting, seed):
    key, width = jax.random.key(seed), RECIPE["wider"] * setting.width
    network = ResidualMLP(key, width=width, depth=RECIPE["depth"])
    if setting.features != "u":
        return network
    (layer,) = dense_layers(key, [(1, width)])
    return eqx.tree_at(lambda network: network.told.time, network, OnlyU(layer))


@lru_cache(SEEDS)
def _trained(setting: Setting, seed: int) -> tuple[Told, Told]:
    """The network with the average of its weights, and with those of the last step."""
    half, _ = digits()
    path = path_of(setting.path)
    kind, weight = numbers_of(setting)
    blind = jnp.asarray(setting.features == "none")
    network = _started(setting, seed)
    _, draw = labelled(path, half.images, half.labels)
    draw = Partial(at_times, path if setting.path == "even" else None, jnp.asarray(float(setting.times)), draw)
    loss = Partial(_loss, path, kind, weight, blind, jnp.asarray(setting.alike))
    state = trained(network, seed, loss, draw, setting)
    return tuple(Told(network, kind, blind, path) for network in (state.average, state.network))


def trained(network, seed: int, loss, draw, setting: Setting = BASE, steps: int = RECIPE["steps"]):
    """The state of `ddpm.train.train` after training by the recipe."""
    optimiser = _optimiser(setting.rate, steps, RECIPE["rate"], RECIPE["weight_decay"])
    state = start(jax.random.key(100 + seed), network, optimiser)
    options = dict(steps=steps, batch=RECIPE["batch"], average=setting.average, chunk=steps)
    return train(state, loss, draw, optimiser, **options)[0]


def measure_digits(setting: Setting) -> dict[str, list[float]]:
    """For each seed: the Frechet distance to the half held out, in floors; the shares recognised, and nearer to the
    half trained on."""
    schedule = schedule_of(setting.path)(STEPS)
    variance = schedule.posterior_variance
    rows = [judged(partial(_sample, schedule, _network(setting, seed), variance), seed) for seed in range(SEEDS)]
    return {name: list(values) for name, values in zip(("frechet", "recognised", "nearer"), zip(*rows))}


def measure_variances(count: int) -> dict[str, list[float]]:
    """The Frechet distance in floors with each of the three variances and so many steps, by the networks of the
    base."""
    schedule, found = ddpm.cosine(count), {}
    losses = [_losses(_network(BASE, seed), schedule) for seed in range(SEEDS)]
    for name in NAMES:
        found[f"frechet {name}"] = []
        for seed in range(SEEDS):
            sigma_2 = jnp.asarray(variance_of(name, schedule, losses[seed]), schedule.beta.dtype)
            frechet_of, *_ = judged(partial(_sample, schedule, _network(BASE, seed), sigma_2), seed)
            found[f"frechet {name}"].append(frechet_of)
    return found


def _network(setting, seed):
    averaged, last = _trained(replace(setting, average=setting.average or BASE.average), seed)
    return averaged if setting.average else last


@cache
def _court() -> tuple[Court, float]:
    judges = court()
    return judges, judges.floor().value


def judged(sample, seed: int) -> tuple[float, float, float]:
    """What `sample(key, labels)` draws, as `measure_digits` says."""
    judges, floor = _court()
    labels = judges.other.labels
    samples, judge = as_images(as_grey(sample(jax.random.key(200 + seed), labels))), judges.judge
    return (
        frechet(judge.features(samples), judge.features(judges.other.images)) / floor,
        float(np.mean(judge.recognised(samples) == np.asarray(labels))),
        share_nearer(samples, judges.half.images, judges.other.images).value,
    )


@eqx.filter_jit
def _sample(schedule, network, variance, key, labels) -> Float[Array, "n 8 8"]:
    x_T = standard_normal(jax.random.fold_in(key, schedule.T), (len(labels), 8, 8))

    def predict(x, t):
        return jax.vmap(network, (0, None, 0))(x, t / schedule.T, labels)

    return reverse_chain(key, schedule.T, partial(ancestral_step, schedule, variance=variance), predict, x_T)[0]


def _losses(network, schedule) -> Float[np.ndarray, " time"]:
    """The network's loss at every t, in the noise, on images that it was trained on."""
    return np.append(0.0, _loss_at_each(network, schedule, *some_of(digits()[0])))


def some_of(half) -> tuple[Array, Array]:
    """`IMAGES` of the images and their labels, evenly spread."""
    every = np.arange(0, len(half.labels), len(half.labels) // IMAGES)[:IMAGES]
    return half.images[every], half.labels[every]


@eqx.filter_jit
def _loss_at_each(network, schedule, images, labels):
    def at(t):
        noise = jax.random.normal(jax.random.fold_in(jax.random.key(5), t), images.shape)
        u = t / schedule.T
        level = network.path.level(u)

        def of(x_0, noise, label):
            return jnp.mean((noise - network(noised(level, x_0, noise), u, label)) ** 2)

        return jnp.mean(jax.vmap(of)(images, noise, labels))

    return jax.lax.map(at, jnp.arange(1, schedule.T + 1))


def at_times(even, times, draw, key, batch):
    seen = draw(key, batch)
    return seen._replace(u=one_of(seen.u, times) if even is None else evenly(even, seen.u))


def _loss(path, kind, weight, blind, alike, network, key, batch):
    def of_one(seen):
        level = path.level(seen.u)
        said_value = network(noised(level, seen.x_0, seen.noise), jnp.where(blind, 0.0, seen.u), seen.label)
        error = said.target(kind, level, seen.x_0, seen.noise) - said_value
        factor = said.factor(kind, weight, path, seen.u) * jnp.where(alike, said.as_on_cosine(path, seen.u), 1.0)
        return factor * jnp.mean(error**2)

    return jnp.mean(jax.vmap(of_one)(batch))
