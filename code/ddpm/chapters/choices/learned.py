"""Variances that a network says, pixel by pixel (Nichol and Dhariwal 2021), beside the best that there could be."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from jaxtyping import Array, ArrayLike, Float, Int

import ddpm
from ddpm.chapters.choices import glyphs as base
from ddpm.chapters.choices.glyphs import SAMPLES, draw_for_each, optimiser_of, total_variation
from ddpm.chapters.choices.networks import stacked, unstacked
from ddpm.chapters.choices.settings import BASE
from ddpm.data import glyphs
from ddpm.flat_random import standard_normal
from ddpm.level import at_time
from ddpm.losses import variance_loss
from ddpm.mixture import mean_variance, noise_posterior, points
from ddpm.predict import convert, mean_from_noise
from ddpm.process import noise_gain, q_sample, variance_between
from ddpm.sample.loop import reverse_chain
from ddpm.schedule import Schedule, at
from ddpm.train import start, train

WEIGHT = 0.001  # of the bound in the hybrid loss (Nichol and Dhariwal 2021, section 3.1)
DRAWS = 1000
RECIPE = {**base.RECIPE, "weight": WEIGHT, "draws": DRAWS, "samples": SAMPLES}


class Learned(eqx.Module):
    """(x_t, t) -> the noise, and for each pixel the variance of the step to t - 1; at t = 1, where nothing is drawn,
    that of t = 2."""

    network: eqx.Module  # its `all_said` says v, and the place between log beta_tilde_t and log beta_t
    schedule: Schedule

    def __call__(
        self, x_t: Float[Array, "*pixels"], t: Int[ArrayLike, ""]
    ) -> tuple[Float[Array, "*pixels"], Float[Array, "*pixels"]]:
        v, variance = self.v_and_variance(x_t, t)
        return convert(self.schedule, x_t, t, v, "v", "noise"), variance

    def v_and_variance(self, x_t, t):
        """The same, with v in the place of the noise."""
        v, place = self.network.all_said(x_t, t / self.schedule.T)
        return v, variance_between(self.schedule, place, jnp.maximum(t, 2))


def hybrid_loss(
    says: Learned, x_0: Float[Array, "*pixels"], t: Int[ArrayLike, ""], noise: Float[Array, "*pixels"]
) -> Float[Array, ""]:
    """The squared error of v, and `WEIGHT` times the bound, for the variance alone; both per pixel (Nichol and
    Dhariwal 2021, eq. 16)."""
    schedule, level = says.schedule, at_time(says.schedule, t)
    x_t = q_sample(schedule, x_0, t, noise)
    v, variance = says.v_and_variance(x_t, t)
    predicted = convert(schedule, x_t, t, v, "v", "noise")
    term = variance_loss(schedule, jnp.maximum(t, 2), noise, predicted, variance)
    bound = schedule.T * jnp.where(t > 1, term, 0.0) / jnp.size(noise)
    return jnp.mean((level.signal * noise - level.spread * x_0 - v) ** 2) + WEIGHT * bound


def train_learned(count: int, recipe: dict = RECIPE) -> list[Learned]:
    """One network for each seed, for so many steps, by the recipe of the base but for the loss."""
    schedule = ddpm.cosine(count)
    optimiser = optimiser_of(BASE.rate, recipe["steps"], recipe["rate"])
    state = start(jax.random.key(1), stacked(recipe["seeds"], BASE.width, BASE.features, says=2), optimiser)
    seen = Partial(draw_for_each, glyphs(), jnp.asarray(float(count)), recipe["seeds"])
    options = dict(steps=recipe["steps"], batch=recipe["batch"], average=BASE.average)
    state, _ = train(state, Partial(_loss, schedule), seen, optimiser, **options)
    return [Learned(network, schedule) for network in unstacked(state.average)]


def measure_learned(count: int) -> dict[str, list[float]]:
    """For each seed what `bound_of` says, and how far the shares of the patterns are off with the learned variance, and
    with the optimal one of each t. What depends on the data alone is there once."""
    found = {}
    for says in train_learned(count):
        row, optimal = bound_of(says)
        for name, variance in (("learned", None), ("optimal", optimal)):
            row[f"off {name}"] = total_variation(samples_of(says, variance))
        for name, value in row.items():
            found.setdefault(name, []).append(value)
    return {name: values[:1] if name.startswith("exact") else values for name, values in found.items()}


def samples_of(says: Learned, variance: Float[Array, " time"] | None = None) -> Float[Array, "n 3 3"]:
    """As many as `SAMPLES`, of the glyphs."""
    return sample(jax.random.key(3), says.schedule, jax.vmap(says, (0, None)), (SAMPLES, 3, 3), variance)


def bound_of(says: Learned) -> tuple[dict[str, float], Float[Array, " time"]]:
    """The sum of the bound's terms for t = 2..T in nats, with the learned variance ("nats learned"), with the optimal
    one of each t for the same network ("nats optimal"), and with the best for each pixel at each x_t ("nats best"); and
    the shares of all draws, times and pixels at which the best and the learned one are above beta_t. All but the
    learned one also for the exact predictor ("exact nats best" and so on).

    Returns:
        All that; and the optimal variances.
    """
    averages = {name: np.asarray(values, np.float64) for name, values in _averages(says, points(glyphs())).items()}
    tilde = np.asarray(says.schedule.posterior_variance, np.float64)[2:]
    found = {name: float(values.sum()) for name, values in averages.items() if "nats" in name}
    found |= {name: float(values.mean()) for name, values in averages.items() if "above" in name}
    for of in ("", "exact "):
        found[f"{of}nats optimal"] = float(9 / 2 * np.log(averages[f"{of}needed"] / tilde).sum())
    return found, jnp.asarray([0.0, 0.0, *averages["needed"]], says.schedule.beta.dtype)


@eqx.filter_jit
def _averages(says, data):
    """Averages over draws of x_t for t = 2..T: of the variance that a pixel needs, of the terms, and of how often a
    variance is above beta_t."""
    schedule, key = says.schedule, jax.random.key(4)

    def of_one(x_t, t):
        predicted, learned = says(x_t, t)
        best, left = mean_variance(noise_posterior(data, at_time(schedule, t), x_t))
        beta, tilde, gain = (
            at(values, t) for values in (schedule.beta, schedule.posterior_variance, noise_gain(schedule))
        )
        exact = tilde + gain * left  # Var[x_{t-1} | x_t]
        needed = exact + gain * (best - predicted) ** 2
        return {
            "needed": jnp.mean(needed),
            "nats learned": jnp.sum(jnp.log(learned / tilde) + needed / learned - 1) / 2,
            "nats best": jnp.sum(jnp.log(needed / tilde)) / 2,
            "above best": jnp.mean(needed > beta),
            "above learned": jnp.mean(learned > beta),
            "exact needed": jnp.mean(exact),
            "exact nats best": jnp.sum(jnp.log(exact / tilde)) / 2,
            "exact above best": jnp.mean(exact > beta),
        }

    def at_t(t):
        of_data, of_noise = jax.random.split(jax.random.fold_in(key, t))
        x_0 = data.sample(of_data, DRAWS)
        x_t = q_sample(schedule, x_0, jnp.full(DRAWS, t), standard_normal(of_noise, x_0.shape, x_0.dtype))
        return jax.tree.map(jnp.mean, jax.vmap(of_one, (0, None))(x_t, t))

    return jax.lax.map(at_t, jnp.arange(2, schedule.T + 1))


@eqx.filter_jit
def sample(key, schedule: Schedule, says, shape: tuple[int, ...], variance=None) -> Float[Array, "*shape"]:
    """Ancestral samples; `says(x_t, t)` is for all at once. With one variance for each t, or, without, the learned
    ones."""

    def step(x_t, t, said, z):
        noise, learned = said
        sigma_2 = learned if variance is None else at(variance, t)
        return mean_from_noise(schedule, x_t, t, noise) + jnp.sqrt(sigma_2) * z

    x_T = standard_normal(jax.random.fold_in(key, schedule.T), shape, schedule.beta.dtype)
    return reverse_chain(key, schedule.T, step, says, x_T)[0]


def _loss(schedule, networks, key, batch):
    def of_one(network, x_0, u, noise):
        t = jnp.round(u * schedule.T).astype(int)
        return jnp.mean(jax.vmap(hybrid_loss, (None, 0, 0, 0))(Learned(network, schedule), x_0, t, noise))

    return jnp.sum(jax.vmap(of_one, (0, 1, 1, 1))(networks, *batch))
