"""ddpm.level: the two factors of a noisy example."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from truth import RTOL, SCHEDULES, alpha_bars

import ddpm
from ddpm.level import Level, at_time, noised


@pytest.mark.parametrize("betas", SCHEDULES.values(), ids=SCHEDULES.keys())
def test_levels_of_a_schedule(betas, precision):
    schedule = ddpm.Schedule.from_betas(betas)
    for t, a in enumerate(alpha_bars(betas)):
        level = at_time(schedule, t, lowest=0)
        assert float(level.signal) == pytest.approx(float(mpmath.sqrt(a)), rel=RTOL[precision])
        assert float(level.spread) == pytest.approx(float(mpmath.sqrt(1 - a)), rel=RTOL[precision])


def test_noised_one_and_a_batch():
    schedule, t = ddpm.cosine(4), np.array([1, 4])
    x_0, noise = np.random.default_rng(0).normal(size=(2, 2, 3, 3)).astype(np.float32)
    batch = noised(at_time(schedule, t, like=x_0), x_0, noise)
    loop = [noised(at_time(schedule, int(t_i)), x, e) for t_i, x, e in zip(t, x_0, noise)]
    np.testing.assert_allclose(batch, loop, rtol=1e-6)
    np.testing.assert_allclose(
        loop[0], schedule.alpha_bar[1] ** 0.5 * x_0[0] + (1 - schedule.alpha_bar[1]) ** 0.5 * noise[0], rtol=1e-5
    )


def test_a_level_needs_no_schedule_and_has_gradients():
    far = Level(jnp.asarray(1.0), jnp.asarray(80.0))
    assert float(noised(far, 0.5, -1.0)) == -79.5
    slopes = jax.grad(lambda level: noised(level, 0.5, -1.0))(far)
    assert (float(slopes.signal), float(slopes.spread)) == (0.5, -1.0)


def test_words_for_wrong_arguments(unchecked):
    schedule, x = ddpm.cosine(4), jnp.zeros((3, 3))
    with pytest.raises(ValueError, match=r"noise must have the shape of x_0, \(3, 3\); got \(3,\)"):
        noised(at_time(schedule, 1), x, jnp.zeros(3))
    with pytest.raises(ValueError, match=r"t must lie in 1\.\.4; got values from 0 to 0"):
        at_time(schedule, 0)
    with pytest.raises(
        TypeError, match=r"schedule must be a ddpm\.Schedule, .*; got ArrayImpl.*order of arguments is key"
    ):
        at_time(x, schedule)
