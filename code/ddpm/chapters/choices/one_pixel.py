"""The three variances on data of one pixel, with the exact predictor: what they cost, without any draws."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

import ddpm
from ddpm.bound import from_predictor
from ddpm.bound.exact import entropy, negative_log_likelihood
from ddpm.bound.quadrature import mixture_points
from ddpm.chapters.choices.variances import NAMES, terms, variance_of
from ddpm.level import Level
from ddpm.mixture import Mixture, mean_variance, mixture, noise_posterior, noised
from ddpm.oracle import Oracle
from ddpm.precision import enable_x64, full_product
from ddpm.schedule import Schedule

MOST = 64  # steps


def two_clouds() -> Mixture:
    """A third of the pixels near -1.2, two thirds near 0.6, each with the standard deviation 0.15."""
    return mixture([-1.2, 0.6], 0.15**2, [1 / 3, 2 / 3])


@jax.jit
def _losses(data, signal, spread):
    """The loss of the best predictor at each level, by quadrature."""

    def at(signal, spread):
        level = Level(signal, spread)
        x, weight = mixture_points(noised(data, level), 300)
        return full_product(weight, jax.vmap(lambda x: mean_variance(noise_posterior(data, level, x))[1])(x))

    return jax.vmap(at)(signal, spread)


def best_losses(schedule: Schedule, data: Mixture) -> Float[np.ndarray, " time"]:
    """The loss of the best predictor at t = 1..T behind a 0; one program for all T up to `MOST`."""
    levels = np.ones((2, MOST))
    levels[:, : schedule.T] = np.sqrt([schedule.alpha_bar[1:], schedule.one_minus_alpha_bar[1:]])
    return np.append(0.0, np.asarray(_losses(data, *jnp.asarray(levels)))[: schedule.T])


def divergences(steps: int) -> dict[str, tuple[float, float]]:
    """For the exact predictor with each variance: the sum of the bound's terms for t = 2..T, and KL(q(x_0) || p(x_0)),
    in nats. The last step has the optimal variance in all."""
    with enable_x64(True):
        schedule, data = ddpm.cosine(steps, dtype=jnp.float64), two_clouds()
        losses = best_losses(schedule, data)
        first, least, found = variance_of("optimal", schedule, losses)[1], float(entropy(data)), {}
        for name in NAMES:
            sigma_2 = variance_of(name, schedule, losses)
            process = from_predictor(schedule, Oracle(schedule, data), (), jnp.asarray(sigma_2).at[1].set(first))
            divergence = float(negative_log_likelihood(schedule, data, process)) - least
            found[name] = float(terms(schedule, losses, sigma_2, 1).sum()), divergence
    return found
