"""Variances that a network says on the digits, pixel by pixel, beside those of each t, for the same network."""

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from jaxtyping import Array, Float

import ddpm
from ddpm.chapters.choices import digits as base
from ddpm.chapters.choices.digits import at_times, judged, some_of, trained
from ddpm.chapters.choices.learned import WEIGHT, Learned, hybrid_loss, sample
from ddpm.chapters.choices.settings import BASE
from ddpm.chapters.choices.variances import NAMES, terms, variance_of
from ddpm.data import digits
from ddpm.flat_random import standard_normal
from ddpm.losses import variance_loss
from ddpm.nn import ResidualMLP
from ddpm.path import cosine_path
from ddpm.process import q_sample
from ddpm.train import labelled

RECIPE = {**base.RECIPE, "weight": WEIGHT}


class OfClass(eqx.Module):
    """A network for images of one class that says two numbers for each pixel: it sees a second, empty image."""

    network: eqx.Module
    label: Array

    def all_said(self, x, u):
        return self.network(jnp.stack([x, jnp.zeros_like(x)]), u, self.label)


def measure_learned(count: int) -> dict[str, list[float]]:
    """For each seed, with so many steps: the Frechet distance with the learned variance ("frechet learned") and with
    the optimal one of each t; and the sum of the bound's terms for t = 2..T in nats on images held out, with these and
    with beta and beta_tilde ("nats beta" and so on)."""
    rows = []
    for seed in range(base.SEEDS):
        network = train_learned(count, seed)
        row, optimal = bound_of(network, ddpm.cosine(count))
        for name, variance in (("learned", None), ("optimal", optimal)):
            row[f"frechet {name}"], *_ = judged(partial(_sample, ddpm.cosine(count), network, variance), seed)
        rows.append(row)
    return {name: [row[name] for row in rows] for name in rows[0]}


def train_learned(count: int, seed: int, steps: int = RECIPE["steps"]) -> ResidualMLP:
    """A network of the base's recipe for so many steps of a chain, but for the loss."""
    half, _ = digits()
    width, depth = RECIPE["wider"] * BASE.width, RECIPE["depth"]
    network = ResidualMLP(jax.random.key(seed), (2, 8, 8), width=width, depth=depth)
    _, draw = labelled(cosine_path(), half.images, half.labels)
    draw = Partial(at_times, None, jnp.asarray(float(count)), draw)
    return trained(network, seed, Partial(_loss, ddpm.cosine(count)), draw, steps=steps).average


def bound_of(network: eqx.Module, schedule: ddpm.Schedule) -> tuple[dict[str, float], Float[Array, " time"]]:
    """The sums of the bound's terms by the name of the variance, on images held out; and the optimal variances, which
    fit the losses on images that the network was trained on."""
    half, other = digits()
    seen, _ = of_each(network, schedule, *some_of(half))
    held_out, learned = (np.asarray(values, np.float64) for values in of_each(network, schedule, *some_of(other)))
    pixels = half.images[0].size
    variances = {name: variance_of(name, schedule, np.r_[0, 0, seen]) for name in NAMES}
    found = {"nats learned": float(learned.sum())}
    for name, sigma_2 in variances.items():
        found[f"nats {name}"] = float(terms(schedule, np.r_[0, 0, held_out], sigma_2, pixels).sum())
    return found, jnp.asarray(variances["optimal"], schedule.beta.dtype)


@eqx.filter_jit
def of_each(network, schedule, images, labels) -> tuple[Float[Array, " steps"], Float[Array, " steps"]]:
    """The loss of the noise, and the bound's term with the learned variance, at t = 2..T: means over the images."""

    def at(t):
        noise = standard_normal(jax.random.fold_in(jax.random.key(5), t), images.shape, images.dtype)
        x_t = q_sample(schedule, images, jnp.full(len(images), t), noise)
        predicted, variance = _said(network, schedule, labels, x_t, t)
        term = jax.vmap(partial(variance_loss, schedule, t))(noise, predicted, variance)
        return jnp.mean((noise - predicted) ** 2), jnp.mean(term)

    return jax.lax.map(at, jnp.arange(2, schedule.T + 1))


def _said(network, schedule, labels, x_t, t):
    return jax.vmap(lambda x, label: Learned(OfClass(network, label), schedule)(x, t))(x_t, labels)


def _sample(schedule, network, variance, key, labels):
    says = Partial(_said, network, schedule, jnp.asarray(labels))
    return sample(key, schedule, says, (len(labels), 8, 8), variance)


def _loss(schedule, network, key, batch):
    def of_one(seen):
        says = Learned(OfClass(network, seen.label), schedule)
        return hybrid_loss(says, seen.x_0, jnp.round(seen.u * schedule.T).astype(int), seen.noise)

    return jnp.mean(jax.vmap(of_one)(batch))
