"""Our runs beside those of a well-known library, both in float64: see support/make_diffusers_samplers.py."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ddpm
from ddpm.path import path_through
from ddpm.precision import enable_x64
from ddpm.sample import ddim, ddim_step, dpm_solver, edm_heun, spaced_t
from ddpm.sample.ddim import dpm_solver_weights

STORED = json.loads((Path(__file__).parents[1] / "support/diffusers_samplers.json").read_text())
T = 1000
CASES = [
    (name, spacing, steps) for name in ("ddim", "2M") for spacing in STORED[name] for steps in STORED[name][spacing]
]


@pytest.fixture(autouse=True)
def in_double():
    with enable_x64(True):
        yield


def path():
    return path_through(ddpm.linear(T))


def predict(x, u):
    return jnp.tanh(x) * (0.4 + u)


def start():
    return jnp.asarray(STORED["start"])


def times_of(stored):
    return np.append(stored["t"], 0) / T


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name, spacing, steps", CASES)
def test_spacings_are_the_published_ones(name, spacing, steps):
    stored = np.append(STORED[name][spacing][steps]["t"], 0)
    if name == "ddim":
        np.testing.assert_array_equal(spaced_t(T, int(steps), spacing), stored)
    elif spacing != "trailing":  # there DPM-Solver has one more, and leaves the last of them out
        last_but_one = spaced_t(T, int(steps) + 1, spacing)[:-2]
        np.testing.assert_array_equal(last_but_one, stored[:-1])


@pytest.mark.parametrize("spacing, steps", [("leading", "7"), ("leading", "10"), ("trailing", "5"), ("trailing", "10")])
def test_ddim(spacing, steps):
    stored = STORED["ddim"][spacing][steps]
    close(ddim(None, path(), predict, start(), times_of(stored))[0], stored["end"])


@pytest.mark.parametrize("spacing, steps", [("trailing", "7"), ("linspace", "5"), ("linspace", "10")])
def test_ddim_where_its_step_does_not_lead_to_the_next_of_its_times(spacing, steps):
    """It goes down by T // steps whatever the times are, so that x is asked at a level that it has not."""
    stored, x, along = STORED["ddim"][spacing][steps], start(), path()
    for t in np.asarray(stored["t"]).astype(int):
        before, after = (along.level(max(s, 0) / T) for s in (t, t - T // int(steps)))
        noise = predict(x, t / T)
        x = ddim_step(before, after, x, (x - before.spread * noise) / before.signal, jnp.zeros_like(x))
    close(x, stored["end"])
    right = ddim(None, along, predict, start(), times_of(stored))[0]
    assert np.abs(right - x).max() > 1e-2


def noisy(stored, eta, weights):
    """The run with the noise that was stored."""
    along, times, x = path(), times_of(stored), start()

    @jax.jit  # one program compiles sooner than one for each operation
    def step(x, last, u, to, weight, z):
        before, after = along.level(u), along.level(to)
        x_0 = (x - before.spread * predict(x, u)) / before.signal
        return ddim_step(before, after, x, x_0 + weight * (x_0 - last), z, eta), x_0

    last = jnp.zeros_like(x)
    for i, z in enumerate(jnp.asarray(stored["noise"])):
        x, last = step(x, last, times[i], times[i + 1], weights[i], z)
    return x


@pytest.mark.slow
def test_ddim_with_noise():
    stored = STORED["ddim_eta"]["leading"]["10"]
    close(noisy(stored, 0.6, np.zeros(10)), stored["end"])


@pytest.mark.parametrize("steps", ["5", "20"])
@pytest.mark.slow
def test_dpm_solver_sde(steps):
    stored = STORED["2M SDE"]["trailing"][steps]
    close(noisy(stored, 1.0, np.asarray(dpm_solver_weights(path(), times_of(stored)))), stored["end"])


@pytest.mark.parametrize("spacing", STORED["2M"])
@pytest.mark.parametrize("steps", ["5", "20"])
def test_dpm_solver(spacing, steps):
    stored = STORED["2M"][spacing][steps]
    close(dpm_solver(path(), predict, start(), times_of(stored))[0], stored["end"])


@pytest.mark.parametrize("steps", ["5", "10"])
def test_heun(steps):
    stored, along = STORED["heun"]["trailing"][steps], path()
    times = times_of({"t": [stored["t"][0], *stored["t"][1::2]]})
    begin = along.level(times[0]).spread * start()  # theirs begins with sigma times the start, in the unit of x_0
    close(edm_heun(along, predict, begin, times)[0], stored["end"])
