"""ddpm.dialects: x, its time and a prediction said in the words of another paper, against the definitions of each."""

import itertools

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from jax.tree_util import Partial

from ddpm import cosine
from ddpm.dialects import DDPM, EDM, FLOW, InSteps, Translated, translate
from ddpm.level import at_time
from ddpm.mixture import mixture
from ddpm.oracle import Oracle, PathOracle, best_noise
from ddpm.path import cosine_path, path_through, straight, ve, vp
from ddpm.precision import enable_x64
from ddpm.sample import heun, velocity

X_0, NOISE, T = np.array([0.7, -0.2]), np.array([-1.3, 0.4]), 20


def one_level(sigma):
    """x_0 + sigma noise by the formulas of each paper: (dialect, x, time)."""
    alpha_bar, s, angle = 1 / (1 + sigma**2), 1 / (1 + sigma), np.arctan(sigma)
    preserving = np.sqrt(alpha_bar) * X_0 + np.sqrt(1 - alpha_bar) * NOISE
    # 9.95 u^2 + 0.1 u = -log alpha_bar
    u = (-0.1 + np.sqrt(0.01 - 4 * 9.95 * np.log(alpha_bar))) / (2 * 9.95)
    return [
        (DDPM, preserving, alpha_bar),
        (EDM, X_0 + sigma * NOISE, sigma),
        (FLOW, s * X_0 + (1 - s) * NOISE, s),
        (vp(), preserving, u),
        (ve(), X_0 + sigma * NOISE, np.log(sigma / 0.01) / np.log(5000)),
        (straight(), s * X_0 + (1 - s) * NOISE, 1 - s),
        (cosine_path(0.0), np.cos(angle) * X_0 + np.sin(angle) * NOISE, angle * 2 / np.pi),
    ]


@pytest.mark.parametrize("sigma", [0.02, 1.0, 30.0])
def test_every_dialect_into_every_other(sigma):
    with enable_x64(True):
        for (source, x, time), (target, x_there, time_there) in itertools.product(one_level(sigma), repeat=2):
            found, found_time = translate(source, target, x, time)
            np.testing.assert_allclose(found, x_there, rtol=1e-7)  # the paths were told 0.1 and 0.01 in float64
            assert float(found_time) == pytest.approx(time_there, rel=1e-7)


def test_the_times_of_a_schedule_are_points_of_all():
    with enable_x64(True):
        schedule = cosine(T)
        for t in (1, 10, 20):
            level = at_time(schedule, t)
            x = level.signal * X_0 + level.spread * NOISE
            for source, time in ((DDPM, schedule.alpha_bar[t]), (path_through(schedule), t / T)):
                found, s = translate(source, FLOW, x, time)
                np.testing.assert_allclose(found, s * X_0 + (1 - s) * NOISE, rtol=1e-9)


def test_both_ends_where_signal_or_noise_are_gone(unchecked):
    for path, other in itertools.permutations([straight(), cosine_path()], 2):
        for u, x in ((0.0, X_0), (1.0, NOISE)):
            found, there = translate(path, other, x, u)
            np.testing.assert_allclose(found, x, rtol=1e-6)
            assert float(there) == pytest.approx(u, abs=1e-6)
    with pytest.raises(ValueError, match="no u at which it is inf"):
        translate(straight(), vp(), X_0, 1.0)
    with pytest.raises(ValueError, match="u must lie in"):
        translate(vp(), EDM, X_0, 1.5)
    for dialect, time in itertools.product((DDPM, FLOW), (0.0, 1.0)):
        assert translate(dialect, dialect, X_0, time)[1] == time
    for dialect, time in ((DDPM, 1.5), (FLOW, -0.1), (EDM, -1.0)):
        with pytest.raises(ValueError, match="time must lie between 0 and .* in this dialect"):
            translate(dialect, vp(), X_0, time)
    with pytest.raises(TypeError, match=r"path_through\(schedule\); got <class 'ddpm.schedule.Schedule'>"):
        translate(cosine(T), FLOW, X_0, 3)


def test_a_predictor_made_for_one_serves_another_without_training():
    """The best predictor on one path, translated, is the best predictor on the other."""
    with enable_x64(True):
        data = mixture([[1.0, 0.5], [-1.0, 0.2]], [0.1, 0.3], [0.3, 0.7])
        x, u = jnp.array([0.4, -0.3]), 0.6
        for made_for, asked_in in itertools.permutations([straight(), vp(), cosine_path()], 2):
            translated = Translated(PathOracle(made_for, data), made_for, asked_in)
            wanted = PathOracle(asked_in, data)(x, u)
            np.testing.assert_allclose(translated(x, u), wanted, rtol=1e-9)
        np.testing.assert_allclose(eqx.filter_jit(lambda f, x, u: f(x, u))(translated, x, u), wanted, rtol=1e-9)
        # sigma for a path's u, which EDM's networks ask for; alpha_bar for DDPM's
        in_edm = Translated(PathOracle(vp(), data), vp(), EDM)
        level = at_time(cosine(T), 12)
        np.testing.assert_allclose(
            in_edm(x / level.signal, level.spread / level.signal), best_noise(cosine(T), data, x, 12), rtol=1e-9
        )


def test_a_predictor_in_steps_serves_the_path_through_them():
    with enable_x64(True):
        data, schedule, x = mixture([[1.0, 0.5], [-1.0, 0.2]], [0.1, 0.3]), cosine(T), jnp.array([0.4, -0.3])
        in_steps, along = InSteps(Oracle(schedule, data), T), PathOracle(path_through(schedule), data)
        for t in (1, 7, T):
            np.testing.assert_allclose(in_steps(x, t / T), along(x, t / T), rtol=1e-9)
            np.testing.assert_array_equal(in_steps(x, (t - 0.4) / T), in_steps(x, t / T))
        times = np.arange(T, 0, -1) / T
        wanted, _ = heun(Partial(velocity, path_through(schedule), along), x, times)
        found, _ = heun(Partial(velocity, path_through(schedule), in_steps), x, times)
        np.testing.assert_allclose(found, wanted, rtol=1e-9)
