"""ddpm.chapters.real_images.scripts: the exact run against many samples drawn step by step with the package."""

import jax
import numpy as np

import ddpm
from ddpm.chapters.real_images.scripts import Levels, run
from ddpm.mixture import mixture
from ddpm.oracle import Oracle
from ddpm.sample import ancestral_sample


def levels(schedule) -> Levels:
    bar = np.asarray(schedule.alpha_bar, np.float64)
    return Levels(*(np.asarray(v, np.float64)[1:] for v in (schedule.beta, schedule.alpha_bar)), bar[:-1],
                  np.asarray(schedule.posterior_variance, np.float64)[1:])  # fmt: skip


def test_it_is_what_the_packages_sampler_draws():
    schedule, n = ddpm.cosine(8), 20_000
    oracle = Oracle(schedule, mixture(np.array([[0.7]]), 0.3))
    drawn = np.asarray(ancestral_sample(jax.random.key(0), schedule, oracle, n, (1,), "beta_tilde"), np.float64)
    means, variances = run(levels(schedule), levels(schedule), 0.7, 0.3)
    assert means.shape == variances.shape == (9,) and variances[-1] == 1 and means[-1] == 0
    error = np.sqrt(variances[0] / n)
    assert abs(drawn.mean() - means[0]) < 5 * error
    assert abs(drawn.var() / variances[0] - 1) < 5 * np.sqrt(2 / n)


def test_one_known_pixel_comes_back_and_with_other_levels_it_does_not():
    one, other = levels(ddpm.cosine(8)), levels(ddpm.linear(8))
    means, variances = run(one, one, 1.0, 0.0)
    assert abs(means[0] - 1) < 1e-6 and variances[0] < 1e-10
    means, variances = run(other, one, 1.0, 0.0)
    assert (means[0] - 1) ** 2 + variances[0] > 1e-4
