"""The three variances of a reverse step, beside each other: the bound they give, and the samples."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import ArrayLike, Float

import ddpm
from ddpm.chapters.choices.glyphs import RECIPE, SaysNoise, each, shares_off, train_glyphs
from ddpm.chapters.choices.settings import BASE
from ddpm.data import glyphs
from ddpm.oracle import excess_loss, optimal_loss
from ddpm.process import optimal_variance
from ddpm.schedule import Schedule

NAMES = ("optimal", "beta", "beta_tilde")
COUNTS = (4, 10, 50, 250)  # of steps
DRAWS = 1000


def variance_of(name: str, schedule: Schedule, loss: Float[ArrayLike, " time"]) -> Float[ArrayLike, " time"]:
    """sigma_t^2 for t = 0..T by its name; "optimal" for a predictor with this loss."""
    named = {"beta": schedule.beta, "beta_tilde": schedule.posterior_variance}
    return np.asarray(named[name] if name in named else optimal_variance(schedule, loss), np.float64)


def terms(
    schedule: Schedule, loss: Float[ArrayLike, " time"], variance: Float[ArrayLike, " time"], pixels: int
) -> Float[np.ndarray, " steps"]:
    """L_{t-1} in nats for t = 2..T: the mean of the KL divergence of two Gaussians with variances beta_tilde_t and
    sigma_t^2, for a predictor of the noise with this loss, a mean over the pixels (equation `eq-term-of-variance`)."""
    tilde, best = (variance_of(name, schedule, loss)[2:] for name in ("beta_tilde", "optimal"))
    sigma_2 = np.asarray(variance, np.float64)[2:]
    return pixels / 2 * (np.log(sigma_2 / tilde) + best / sigma_2 - 1)


def mean_place(schedule: Schedule, nats: float, pixels: int) -> float:
    """The mean of loss_t / alpha_bar_t, the place of the optimal variance between beta_tilde_t at 0 and beta_t at 1
    (equation `eq-between`), weighted by beta_t / beta_tilde_t - 1: from the sum of `terms` with beta_tilde_t, each of
    which is pixels / 2 times the product of the two."""
    beta, tilde = (np.asarray(values, np.float64)[2:] for values in (schedule.beta, schedule.posterior_variance))
    return nats / (pixels / 2 * (beta / tilde - 1).sum())


def losses(schedule: Schedule, predict=None, draws: int = DRAWS) -> Float[np.ndarray, " time"]:
    """The loss at every t, of the best predictor of the glyphs or of another, on the same draws; 0 at t = 0."""
    key, data = jax.random.key(4), glyphs()
    found = np.asarray(optimal_loss(key, schedule, data, draws).mean, np.float64)
    if predict is not None:
        found = found + np.asarray(excess_loss(key, schedule, data, predict, draws).mean, np.float64)
    return np.append(0.0, found[1:])


def measure_variances(count: int, networks: SaysNoise) -> dict[str, list[float]]:
    """For each of the stacked networks and each variance, with so many steps: the sum of the terms for t = 2..T in
    nats, and how far the shares of the patterns are off; of the exact predictor too."""
    schedule, found = ddpm.cosine(count), {}
    exact = losses(schedule)
    of_networks = []
    for network in each(networks):
        says = SaysNoise(network.network, network.kind, network.path, count)
        of_networks.append((network, losses(schedule, says)))
    for name in NAMES:
        sigma_2 = variance_of(name, schedule, exact)
        found[f"exact nats {name}"] = [float(terms(schedule, exact, sigma_2, 9).sum())]
        rows = []
        for network, loss in of_networks:
            sigma_2 = variance_of(name, schedule, loss)
            off = shares_off(network, schedule, jnp.asarray(sigma_2, schedule.beta.dtype))
            rows.append((float(terms(schedule, loss, sigma_2, 9).sum()), off))
        found[f"nats {name}"], found[f"off {name}"] = map(list, zip(*rows))
    return found


def base_networks() -> SaysNoise:
    """Those of the base, trained anew."""
    return train_glyphs(BASE, RECIPE)
