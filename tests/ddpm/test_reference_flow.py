"""Our numbers beside those of a library of flow matching: see support/make_flow_matching.py."""

import json
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.dialects import translate
from ddpm.level import noised
from ddpm.likelihood import log_density
from ddpm.path import cosine_path, straight, vp
from ddpm.predict import convert_at
from ddpm.sample.ode import adaptive, euler
from ddpm.train import velocity_target

STORED = json.loads((Path(__file__).parents[1] / "support/flow_matching.json").read_text())
MAKE = {"straight": straight, "cosine": partial(cosine_path, s=0.0), "vp": vp}
# both sides are in float64; the library's VP path takes 1 - exp(-T), and loses digits where there is little noise
TOLERANCE = {"rtol": 1e-11, "atol": 1e-11}


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


def their_field(x, s):
    """What the script calls Field, at the library's time."""
    return jnp.sin(1.3 * x) - (0.5 + s) * x[::-1]


def field(x, u):
    return -their_field(x, 1 - u)


@pytest.mark.parametrize("name", MAKE)
def test_states_targets_and_conversions(name):
    path, theirs = MAKE[name](), STORED["paths"][name]

    @jax.jit
    @jax.vmap
    def ours(s, image, noise):
        level, rates = path.level(1 - s), path.rates(1 - s)
        x = noised(level, image, noise)
        to = partial(convert_at, level, x, rates=rates)
        return {
            "x_t": x,
            "dx_t": -velocity_target(path, image, 1 - s, noise),
            "velocity": -field(x, 1 - s),
            "noise of it": to(field(x, 1 - s), "velocity", "noise"),
            "image of it": to(field(x, 1 - s), "velocity", "x_0"),
            "velocity of noise": -to(noise + 0.1, "noise", "velocity"),
            "velocity of image": -to(image + 0.1, "x_0", "velocity"),
        }

    found = ours(*(jnp.asarray(STORED[key]) for key in ("t", "image", "noise")))
    assert found.keys() == theirs.keys()
    for what, values in found.items():
        np.testing.assert_allclose(values, theirs[what], **TOLERANCE, err_msg=what)


@pytest.mark.parametrize("pair", STORED["transformed"])
def test_a_velocity_made_for_one_path_serves_another(pair):
    source, target = (MAKE[name]() for name in pair.split(" to "))

    @jax.jit
    @jax.vmap
    def ours(x, s):
        """By way of the noise, which is the same number on both paths."""
        there, u = translate(target, source, x, 1 - s)
        noise = convert_at(source.level(u), there, field(there, u), "velocity", "noise", source.rates(u))
        return -convert_at(target.level(1 - s), x, noise, "noise", "velocity", target.rates(1 - s))

    found = ours(jnp.asarray(STORED["image"]), jnp.asarray(STORED["t"]))
    np.testing.assert_allclose(found, STORED["transformed"][pair], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    "solve, name, tolerance", [(euler, "euler", 1e-13), pytest.param(adaptive, "dopri5", 1e-8, marks=pytest.mark.slow)]
)
def test_samples(solve, name, tolerance):
    times = 1 - jnp.asarray(STORED["grid"])
    states = jax.vmap(lambda x: solve(field, x, times)[1])(jnp.asarray(STORED["noise"]))
    np.testing.assert_allclose(np.swapaxes(states, 0, 1), STORED["sampled"][name], rtol=tolerance, atol=tolerance)


@pytest.mark.slow
def test_likelihood():
    def normal(x):
        return -jnp.sum(x**2) / 2 - jnp.log(2 * jnp.pi)

    found = jax.vmap(lambda x: log_density(field, x, normal))(jnp.asarray(STORED["image"]))
    np.testing.assert_allclose(found, STORED["likelihood"]["log_density"], atol=1e-8)
