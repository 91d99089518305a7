"""The best noise predictor as an exercise: right answers pass in every style, slips are named and told apart."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm import oracle
from ddpm.chapters.more_patterns.exercises.best_noise import BEST_NOISE, check_best_noise
from ddpm.grading.remarks import TOLERANCE
from ddpm.grading.runner import Run
from ddpm.mixture import points

pytestmark = pytest.mark.usefixtures("unsealed")


def by_loop(schedule, images, x_t, t):
    bar = float(schedule.alpha_bar[t])
    noises = [(x_t - bar**0.5 * image) / (1 - bar) ** 0.5 for image in images]
    likely = [float(np.exp(-np.sum(np.square(noise)) / 2)) for noise in noises]
    return sum(p * noise for p, noise in zip(likely, noises)) / sum(likely)


def by_softmax(schedule, images, x_t, t):
    bar, axes = schedule.alpha_bar[t], tuple(range(1, jnp.ndim(images)))
    scores = jnp.sqrt(bar) / (1 - bar) * jnp.sum(images * x_t, axes) - bar / (2 * (1 - bar)) * jnp.sum(images**2, axes)
    x_0 = jnp.tensordot(jax.nn.softmax(scores), images, 1)
    return (x_t - jnp.sqrt(bar) * x_0) / jnp.sqrt(1 - bar)


def nearest(schedule, images, x_t, t):
    bar = float(schedule.alpha_bar[t])
    noises = np.stack([(x_t - bar**0.5 * image) / (1 - bar) ** 0.5 for image in images])
    return noises[np.argmin(np.sum(noises.reshape(len(images), -1) ** 2, axis=1))]


def shares(exponents):
    grown = np.exp(exponents - np.max(exponents))
    return grown / grown.sum()


def denoised(schedule, images, x_t, t):
    bar = float(schedule.alpha_bar[t])
    distance = np.sum((x_t - bar**0.5 * images).reshape(len(images), -1) ** 2, 1)
    return np.tensordot(shares(-distance / (2 * (1 - bar))), images, 1)


def by_mse(schedule, images, x_t, t):
    bar = float(schedule.alpha_bar[t])
    noises = (x_t - bar**0.5 * images) / (1 - bar) ** 0.5
    return np.tensordot(shares(-np.mean(noises.reshape(len(images), -1) ** 2, 1) / 2), noises, 1)


def by_axes(schedule, images, x_t, t):
    bar = schedule.alpha_bar[t]
    noises = (x_t - jnp.sqrt(bar) * images) / jnp.sqrt(1 - bar)
    return jnp.tensordot(jax.nn.softmax(-jnp.sum(noises**2, axis=(1, 2)) / 2), noises, 1)


def by_average(schedule, images, x_t, t):
    noises = np.array([(x_t - schedule.alpha_bar[t] ** 0.5 * m) / (1 - schedule.alpha_bar[t]) ** 0.5 for m in images])
    return np.average(noises, axis=0, weights=[np.exp(-0.5 * np.linalg.norm(e) ** 2) for e in noises])


jitted_best_noise = jax.jit(oracle.best_noise)


def by_the_package(schedule, images, x_t, t):
    return jitted_best_noise(schedule, points(images), x_t, t)


def by_vmap(schedule, images, x_t, t):
    def noise(m):
        return (x_t - jnp.sqrt(schedule.alpha_bar[t]) * m) / jnp.sqrt(1 - schedule.alpha_bar[t])

    weights = jax.vmap(lambda m: jnp.exp(-jnp.vdot(noise(m), noise(m)) / 2))(jnp.asarray(images))
    return jnp.einsum("k,k...->...", weights / weights.sum(), jax.vmap(noise)(jnp.asarray(images)))


def without_the_length(schedule, images, x_t, t):
    bar = schedule.alpha_bar[t]
    weights = jax.nn.softmax(jnp.sqrt(bar) / (1 - bar) * jnp.sum(images * x_t, axis=(1, 2)))
    return (x_t - jnp.sqrt(bar) * jnp.tensordot(weights, jnp.asarray(images), 1)) / jnp.sqrt(1 - bar)


def without_brackets(schedule, images, x_t, t):
    bar = float(schedule.alpha_bar[t])
    noises = (x_t - bar**0.5 * images) / (1 - bar) ** 0.5
    return np.tensordot(shares(-np.sum((x_t - bar**0.5 * images) ** 2, axis=(1, 2)) / (2 * 1 - bar)), noises, 1)


@pytest.mark.parametrize(
    "answer",
    [
        by_the_package,
        *(
            pytest.param(answer, marks=pytest.mark.slow)
            for answer in (by_loop, by_axes, by_softmax, by_average, by_vmap)
        ),
    ],
)
def test_right_answers_pass(answer):
    verdict = check_best_noise(answer, seed=3)
    assert verdict.passed and verdict.slip is None, verdict


def test_the_answer_is_the_packages():
    for schedule, images, x_t, t in BEST_NOISE.cases(0)[:2]:
        ours = jitted_best_noise(schedule, points(images), x_t, t)
        np.testing.assert_allclose(BEST_NOISE.reference(schedule, images, x_t, t), ours, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "answer, words",
    [
        (nearest, "likeliest image alone"),
        (denoised, "in the place of the noise"),
        (by_mse, "the mean over the pixels"),
        (without_the_length, "the squared length of the images is missing"),
        (without_brackets, "2 * 1 - alpha_bar_t"),
    ],
)
def test_slips_are_named(answer, words):
    verdict = check_best_noise(answer, seed=1)
    assert not verdict.passed and words in verdict.slip and "Hint:" in str(verdict)


def test_an_empty_answer_is_no_error():
    assert not check_best_noise(...).passed


def test_slips_differ_from_the_answer_and_from_each_other():
    for seed in (0, 5, 11):
        cases = BEST_NOISE.cases(seed)
        tables = [
            [np.asarray(make(*case)) for case in cases]
            for make in (BEST_NOISE.reference, *(slip.make for slip in BEST_NOISE.slips))
        ]
        for (_, a), (j, b) in itertools.combinations(enumerate(tables), 2):
            far = max(np.abs(x - y).max() / (np.abs(x).max() + 1e-3) for x, y in zip(a, b))
            assert far > 20 * TOLERANCE, (seed, BEST_NOISE.slips[j - 1].name)


def test_every_slip_gets_its_own_name_and_lines_that_fit():
    cases = BEST_NOISE.cases(7)
    for slip in BEST_NOISE.slips:
        verdict = BEST_NOISE.verdict(cases, Run([np.asarray(slip.make(*case), float) for case in cases]))
        assert verdict.slip == slip.name
        assert max(map(len, str(verdict).splitlines())) <= 78
