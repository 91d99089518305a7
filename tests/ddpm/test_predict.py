"""ddpm.predict: all five kinds from one pair (x_0, noise), and every way from one kind to another."""

import itertools
from typing import get_args

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from truth import RTOL, SCHEDULES, alpha_bars, posterior

from ddpm import Schedule
from ddpm.level import at_time
from ddpm.path import straight, ve, vp
from ddpm.predict import KINDS as ENTRIES
from ddpm.predict import Kind, LevelKind, convert, convert_at, mean_from_noise, noise_from_x_0, x_0_from_noise

BETAS = (0.1, 0.2, 0.3, 0.4)
KINDS = ("noise", "x_0", "v", "score", "mean")
PAIRS = list(itertools.product(KINDS, KINDS))


def all_kinds(betas, t, x_0, noise):
    """x_t and the prediction of each kind, from their definitions, for 0 < alpha_bar_t < 1."""
    a = alpha_bars(betas)[t]
    signal, spread = mpmath.sqrt(a), mpmath.sqrt(1 - a)
    x_0, noise = mpmath.mpf(x_0), mpmath.mpf(noise)
    x_t = signal * x_0 + spread * noise
    score = mpmath.diff(lambda x: mpmath.log(mpmath.npdf(x, signal * x_0, spread)), x_t)
    values = {"noise": noise, "x_0": x_0, "v": signal * noise - spread * x_0, "score": score}
    return float(x_t), {k: float(v) for k, v in values.items()} | {"mean": posterior(betas, t, x_0, x_t)[0]}


@pytest.mark.parametrize("t", [1, 2, 4])
def test_every_kind_from_every_kind(t, precision):
    schedule = Schedule.from_betas(BETAS)
    x_t, values = all_kinds(BETAS, t, 0.7, -1.3)
    for source, target in PAIRS:
        got = float(convert(schedule, x_t, t, values[source], source, target))
        assert got == pytest.approx(values[target], rel=10 * RTOL[precision]), (source, target)
    assert float(mean_from_noise(schedule, x_t, t, -1.3)) == pytest.approx(values["mean"], rel=RTOL[precision])
    assert float(x_0_from_noise(schedule, x_t, t, -1.3)) == pytest.approx(0.7, rel=RTOL[precision])
    assert float(noise_from_x_0(schedule, x_t, t, 0.7)) == pytest.approx(-1.3, rel=RTOL[precision])


@jax.jit
def all_back(schedule, x_t, t, value):
    """There and back by each of the pairs."""
    return [
        convert(schedule, x_t, t, convert(schedule, x_t, t, value, source, target), target, source)
        for source, target in PAIRS
    ]


@settings(max_examples=15)
@given(
    betas=st.lists(st.floats(0.01, 0.9), min_size=4, max_size=4),
    t=st.integers(1, 4),
    x_t=st.floats(-3, 3),
    value=st.floats(-3, 3),
)
def test_there_and_back(betas, t, x_t, value):
    with jax.enable_x64(True):
        for (source, target), back in zip(PAIRS, all_back(Schedule.from_betas(betas), x_t, t, value)):
            # alpha_bar_4 may be 1e-4: x_0 is then found from the noise with a factor of 100 on every rounding error.
            np.testing.assert_allclose(back, value, rtol=1e-9, atol=1e-9, err_msg=f"{source} {target}")


@pytest.mark.parametrize("T", [1, 4])
def test_extremes_give_numbers_and_so_do_their_gradients(T):
    """On all schedules of this length together."""
    names = [name for name, betas in SCHEDULES.items() if len(betas) == T]
    arrays = [jnp.stack(parts) for parts in zip(*(jax.tree.leaves(Schedule.from_betas(SCHEDULES[n])) for n in names))]
    t, x_t, value = np.arange(1, T + 1), np.linspace(-1, 1, T), np.linspace(0.5, 1.5, T)

    def both(schedule, source, target):
        def converted(x, v):
            return convert(schedule, x, t, v, source, target)

        return converted(x_t, value), jax.grad(lambda *parts: converted(*parts).sum(), (0, 1))(x_t, value)

    @jax.jit
    @jax.vmap
    def found(*parts):
        schedule = Schedule(*parts)
        pairs = {" to ".join(pair): both(schedule, *pair) for pair in PAIRS}
        return pairs | {"mean": mean_from_noise(schedule, x_t, t, value)}

    for what, parts in found(*arrays).items():
        finite = np.isfinite(np.concatenate(jax.tree.leaves(parts), axis=1)).all(axis=1)
        assert dict(zip(names, finite)) == dict.fromkeys(names, True), what


def test_what_cannot_be_known_is_zero():
    nothing_left, nothing_added = Schedule.from_betas([1.0, 0.5]), Schedule.from_betas([0.0])
    for t in (1, 2):
        assert x_0_from_noise(nothing_left, 0.7, t, 0.7) == 0
        assert convert(nothing_left, 0.7, t, 0.7, "noise", "x_0") == 0
        assert convert(nothing_left, 0.7, t, 0.4, "x_0", "noise") == pytest.approx(0.7)
    assert noise_from_x_0(nothing_added, 0.7, 1, 0.7) == 0
    assert convert(nothing_added, 0.7, 1, 0.3, "noise", "mean") == pytest.approx(0.7)
    # Both formulas of the mean where x_t is noise alone but the last step was not all noise: sqrt(alpha_t) x_t.
    assert mean_from_noise(nothing_left, 0.7, 2, 0.7) == pytest.approx(0.7 * np.sqrt(0.5))
    assert convert(nothing_left, 0.7, 2, 0.7, "noise", "mean") == pytest.approx(0.7 * np.sqrt(0.5))


@pytest.mark.parametrize("shape", [pytest.param((), marks=pytest.mark.slow), (3, 3)])
def test_a_batch_is_a_loop_under_jit_and_vmap(shape):
    schedule, t = Schedule.from_betas(BETAS), np.array([4, 1, 3])
    rng = np.random.default_rng(0)
    x_t, value = rng.normal(size=(2, 3, *shape)).astype(np.float32)
    for source, target in (("noise", "mean"), ("mean", "v"), ("v", "score"), ("score", "x_0"), ("x_0", "noise")):

        def function(schedule, x_t, t, value):
            return convert(schedule, x_t, t, value, source, target)

        one = jax.jit(function)
        loop = np.stack([one(schedule, x_t[i], int(t[i]), value[i]) for i in range(3)])
        assert loop.shape == (3, *shape)
        for batched in (function, one, jax.jit(jax.vmap(function, (None, 0, 0, 0)))):
            np.testing.assert_allclose(batched(schedule, x_t, t, value), loop, rtol=2e-5, atol=1e-6)


def test_every_kind_has_its_entry():
    assert tuple(ENTRIES) == get_args(Kind) == KINDS


def test_plain_numbers():
    schedule = Schedule.from_betas(BETAS)
    for kind in KINDS:
        assert isinstance(convert(schedule, 1.0, 2, 0.5, kind, kind), jax.Array)


def test_unknown_kinds(unchecked):
    schedule = Schedule.from_betas(BETAS)
    for source, target in (("epsilon", "v"), ("v", "epsilon")):
        with pytest.raises(ValueError, match="'epsilon'; expected one of noise, x_0, v, score, mean"):
            convert(schedule, 1.0, 1, 1.0, source, target)


def test_bad_shapes_and_times(unchecked):
    schedule = Schedule.from_betas(BETAS)
    with pytest.raises(ValueError, match=r"noise must have the shape of x_t, \(3,\); got \(\)"):
        convert(schedule, np.zeros(3), 1, 0.0, "noise", "v")
    for function, name in ((mean_from_noise, "noise"), (x_0_from_noise, "noise"), (noise_from_x_0, "x_0")):
        with pytest.raises(ValueError, match=rf"{name} must have the shape of x_t, \(3,\); got \(\)"):
            function(schedule, np.zeros(3), 1, 0.0)
    for function in (mean_from_noise, x_0_from_noise, noise_from_x_0):
        with pytest.raises(TypeError, match=r"schedule must be a ddpm\.Schedule, .*; got ndarray"):
            function(np.zeros(3), schedule, 1, np.zeros(3))
    no_value_itself = [pair for pair in PAIRS if pair not in (("noise", "noise"), ("x_0", "x_0"))]  # that needs no t
    traced = jax.jit(lambda t: jnp.stack([convert(schedule, 1.0, t, 1.0, *pair) for pair in no_value_itself]))
    for t in (0, 5):
        for source, target in PAIRS:
            with pytest.raises(ValueError, match=r"t must lie in 1\.\.4"):
                convert(schedule, 1.0, t, 1.0, source, target)
        assert np.isnan(traced(t)).all()


@pytest.mark.parametrize("made", [vp, ve, straight])
def test_at_a_level_every_kind_from_every_kind(made):
    """Also where signal^2 + spread^2 is not 1. The velocity is that of the point itself, by differences in u."""
    with jax.enable_x64(True):
        path, u, x_0, noise = made(), 0.6, 0.7, -1.3
        level, rates = path.level(u), path.rates(u)
        c, r = float(level.signal), float(level.spread)
        moved = [float(path.level(v).signal * x_0 + path.level(v).spread * noise) for v in (u - 1e-5, u, u + 1e-5)]
        values = {"noise": noise, "x_0": x_0, "v": c * noise - r * x_0, "score": -noise / r}
        values["velocity"] = (moved[2] - moved[0]) / 2e-5
        assert values.keys() == set(get_args(LevelKind))
        for source, target in itertools.product(values, values):
            found = convert_at(level, moved[1], values[source], source, target, rates)
            assert float(found) == pytest.approx(values[target], rel=1e-6), (source, target)


def test_a_level_and_a_time_of_a_schedule_are_one():
    schedule = Schedule.from_betas(BETAS)
    for source, target in itertools.product(KINDS[:-1], KINDS[:-1]):
        there = convert_at(at_time(schedule, 3), 0.3, 0.8, source, target)
        np.testing.assert_array_equal(there, convert(schedule, 0.3, 3, 0.8, source, target))


def test_a_velocity_at_both_ends():
    """Where x is all noise it still tells x_0, on the straight path as noise - velocity; where there is no noise it is
    not known how fast that grows."""
    level, rates = straight().level(1.0), straight().rates(1.0)
    assert convert_at(level, 0.4, 1.5, "velocity", "x_0", rates) == pytest.approx(0.4 - 1.5)
    assert convert_at(level, 0.4, 1.5, "velocity", "noise", rates) == pytest.approx(0.4)
    at_data = lambda u: convert_at(straight().level(u), 0.4, 1.5, "noise", "velocity", straight().rates(u))  # noqa: E731
    with pytest.raises(ValueError, match="there is no noise.*take a level beside it"):
        at_data(0.0)
    assert np.isnan(jax.jit(at_data)(0.0)) and jax.jit(at_data)(1e-3) == pytest.approx(1.5 - (0.4 - 0.0015) / 0.999)


def test_what_is_wrong_at_a_level_is_said(unchecked):
    level = vp().level(0.5)
    with pytest.raises(TypeError, match=r"level must be a Level, such as path.level\(u\); got LinearRate"):
        convert_at(vp(), 0.1, 0.2, "noise", "x_0")
    with pytest.raises(ValueError, match=r"give rates, such as path.rates\(u\)"):
        convert_at(level, 0.1, 0.2, "noise", "velocity")
    with pytest.raises(ValueError, match="belongs to a step of a schedule: use `convert`"):
        convert_at(level, 0.1, 0.2, "noise", "mean")
    with pytest.raises(ValueError, match="unknown kind of prediction 'eps'; expected one of noise"):
        convert_at(level, 0.1, 0.2, "eps", "x_0")
    with pytest.raises(ValueError, match="x_0 must have the shape of x"):
        convert_at(level, np.zeros(2), np.zeros(1), "x_0", "noise")
