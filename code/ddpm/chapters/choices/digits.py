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
TIMES_OF_LOSS = 200  # images from which the loss at each t is found


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
    r, (half, _) = RECIPE, digits()
    path = path_of(setting.path)
    kind, weight = numbers_of(setting)
    blind = jnp.asarray(setting.features == "none")
    network = _started(setting, seed)
    optimiser = _optimiser(setting.rate, r["steps"], r["rate"], r["weight_decay"])
    _, draw = labelled(path, half.images, half.labels)
    draw = Partial(_at_times, path if setting.path == "even" else None, jnp.asarray(float(setting.times)), draw)
    loss = Partial(_loss, path, kind, weight, blind, jnp.asarray(setting.alike))
    state = start(jax.random.key(100 + seed), network, optimiser)
    state, _ = train(
        state, loss, draw, optimiser, steps=r["steps"], batch=r["batch"], average=setting.average, chunk=r["steps"]
    )
    return tuple(Told(network, kind, blind, path) for network in (state.average, state.network))


def measure_digits(setting: Setting) -> dict[str, list[float]]:
    """For each seed: the Frechet distance to the half held out, in floors; the shares recognised, and nearer to the
    half trained on."""
    schedule = schedule_of(setting.path)(STEPS)
    rows = [_judged(_network(setting, seed), schedule, schedule.posterior_variance, seed) for seed in range(SEEDS)]
    return {name: list(values) for name, values in zip(("frechet", "recognised", "nearer"), zip(*rows))}


def measure_variances(count: int) -> dict[str, list[float]]:
    """The Frechet distance in floors with each of the three variances and so many steps, by the networks of the
    base."""
    schedule, found = ddpm.cosine(count), {}
    losses = [_losses(_network(BASE, seed), schedule) for seed in range(SEEDS)]
    for name in NAMES:
        found[f"frechet {name}"] = [
            _judged(
                _network(BASE, seed),
                schedule,
                jnp.asarray(variance_of(name, schedule, losses[seed]), schedule.beta.dtype),
                seed,
            )[0]
            for seed in range(SEEDS)
        ]
    return found


def _network(setting, seed):
    averaged, last = _trained(replace(setting, average=setting.average or BASE.average), seed)
    return averaged if setting.average else last


@cache
def _court() -> tuple[Court, float]:
    judges = court()
    return judges, judges.floor().value


def _judged(network, schedule, variance, seed):
    judges, floor = _court()
    labels = judges.other.labels
    samples = _sample(jax.random.key(200 + seed), schedule, network, labels, variance)
    samples, judge = as_images(as_grey(samples)), judges.judge
    return (
        frechet(judge.features(samples), judge.features(judges.other.images)) / floor,
        float(np.mean(judge.recognised(samples) == np.asarray(labels))),
        share_nearer(samples, judges.half.images, judges.other.images).value,
    )


@eqx.filter_jit
def _sample(key, schedule, network, labels, variance) -> Float[Array, "n 8 8"]:
    x_T = standard_normal(jax.random.fold_in(key, schedule.T), (len(labels), 8, 8))

    def predict(x, t):
        return jax.vmap(network, (0, None, 0))(x, t / schedule.T, labels)

    return reverse_chain(key, schedule.T, partial(ancestral_step, schedule, variance=variance), predict, x_T)[0]


def _losses(network, schedule) -> Float[np.ndarray, " time"]:
    """The network's loss at every t, in the noise, on images that it was trained on."""
    half, _ = digits()
    every = np.arange(0, len(half.labels), len(half.labels) // TIMES_OF_LOSS)[:TIMES_OF_LOSS]
    return np.append(0.0, _loss_at_each(network, schedule, half.images[every], half.labels[every]))


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


def _at_times(even, times, draw, key, batch):
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
