"""Our numbers beside those of a well-known library: see support/make_diffusers_ddpm.py."""

import json
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import ddpm
from ddpm.predict import convert
from ddpm.process import q_sample
from ddpm.sample import ancestral_step

STORED = json.loads((Path(__file__).parents[1] / "support/diffusers_ddpm.json").read_text())
SCHEDULES = {"linear": ddpm.linear(1000), "squaredcos_cap_v2": ddpm.cosine(1000)}
VARIANCES = {"fixed_small": "beta_tilde", "fixed_large": "beta"}
T = jnp.asarray(STORED["t"])
X_T, OUTPUT = jnp.asarray(STORED["x_t"]), jnp.asarray(STORED["output"])


def close(ours, theirs, rtol, atol=0.0):
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules(name):
    schedule, theirs = SCHEDULES[name], STORED["schedules"][name]
    # Theirs is a float32 product of up to 1000 factors: 1000 roundings of 6e-8.
    close(schedule.beta[T], theirs["beta"], 1e-4)
    close(schedule.alpha_bar[T], theirs["alpha_bar"], 1e-4)
    # 1 - alpha_bar loses digits in float32 at small t; they clamp the 0 at t = 1 to 1e-20.
    close(schedule.posterior_variance[T], theirs["posterior_variance"], 5e-3, 1e-19)


@pytest.mark.parametrize("name", SCHEDULES)
def test_q_sample(name):
    ours = jnp.stack([q_sample(SCHEDULES[name], X_T, int(t), OUTPUT) for t in T])
    close(ours, STORED["schedules"][name]["q_sample"], 1e-4, 1e-4)


@pytest.mark.parametrize("kind", ["noise", "x_0", "v"])
@pytest.mark.parametrize("variance", VARIANCES)
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_reverse_step(name, variance, kind):
    schedule = SCHEDULES[name]
    for t, stored in zip(T, STORED["schedules"][name]["step"][variance][kind], strict=True):
        predicted_noise = convert(schedule, X_T, t, OUTPUT, kind, "noise")
        ours = ancestral_step(schedule, X_T, t, predicted_noise, jnp.asarray(stored["noise"]), VARIANCES[variance])
        # At the end of the cosine schedule sqrt(alpha_bar_T) is 5e-5: there float32 leaves three digits.
        close(ours, stored["x_prev"], 5e-3, 2e-3)
