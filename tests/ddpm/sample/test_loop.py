"""The loop against a loop by hand; and that other samplers fit into it, held against the exact flow of a Gaussian."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from truth import Z

from ddpm.sample import reverse_chain

M, S = 0.5, 0.6  # the data: x_0 ~ N(M, S^2), one pixel


def test_every_step_gets_state_time_prediction_and_noise_of_its_own():
    def step(x_t, t, prediction, z):
        return x_t.at[t].set(100 * prediction[0] + 10 * t).at[0].set(z[0])

    x_0, states = reverse_chain(jax.random.key(0), 4, step, lambda x, t: x + t, jnp.arange(5.0))
    expected = np.arange(5.0)
    assert states.shape == (5, 5)
    np.testing.assert_array_equal(states[4], expected)
    np.testing.assert_array_equal(states[0], x_0)
    for t in (4, 3, 2, 1):
        expected[t] = 100 * (expected[0] + t) + 10 * t
        expected[0] = states[t - 1][0]
        np.testing.assert_allclose(states[t - 1], expected, rtol=1e-6)


def test_noise_is_standard_normal_and_independent_between_steps():
    _, noise = reverse_chain(jax.random.key(0), 4, lambda x, t, _, z: z, lambda x, t: None, jnp.zeros((40, 50)))
    assert (noise[0] == 0).all()  # Algorithm 2, line 3
    noise = np.asarray(noise[1:4], np.float64).reshape(3, -1)
    assert (np.abs(noise.mean(1)) <= Z / np.sqrt(2000)).all()
    assert (np.abs(noise.var(1) - 1) <= Z * np.sqrt(2 / 2000)).all()
    assert (np.abs(np.corrcoef(noise) - np.eye(3)) <= Z / np.sqrt(2000) + 1e-6).all()
    other = reverse_chain(jax.random.key(1), 4, lambda x, t, _, z: z, lambda x, t: None, jnp.zeros((40, 50)))[1]
    assert (np.asarray(other[1]).ravel() != noise[0]).all()


def test_a_program_that_uses_x_0_alone_keeps_no_states_and_draws_only_what_is_used():
    def chain(x, step):
        return reverse_chain(jax.random.key(0), 1000, step, lambda x, t: x, x)[0]

    x, text = jnp.zeros(1000), {}
    for name, step in {"noisy": lambda x, t, e, z: x + z, "still": lambda x, t, e, z: 0.9 * x}.items():
        compiled = jax.jit(partial(chain, step=step)).lower(x).compile()
        text[name] = compiled.as_text()
        assert compiled.memory_analysis().temp_size_in_bytes < 100 * x.nbytes
    assert "erf" in text["noisy"] or "log" in text["noisy"]
    assert "xor" in text["noisy"] and "xor" not in text["still"]


# Other samplers, on a grid of levels that is none of a schedule: index 0 the sample's end, where noise is almost 0.


def grid(n):
    angle = np.linspace(0.02, 1.5, n + 1)
    return jnp.asarray(np.cos(angle)), jnp.asarray(np.sin(angle))


def exact_noise(levels, x, i):
    signal, spread = levels[0][i], levels[1][i]
    return spread * (x - signal * M) / (signal**2 * S**2 + spread**2)


def ddim(levels, x, i, noise, z):
    signal, spread = levels
    x_0 = (x - spread[i] * noise) / signal[i]
    return signal[i - 1] * x_0 + spread[i - 1] * noise


def heun(levels, predict, x, i, noise, z):
    """On x / signal, whose slope in spread / signal is the noise."""
    signal, spread = levels
    ratio = spread / signal
    there = x / signal[i] + (ratio[i - 1] - ratio[i]) * noise
    slope = (noise + predict(signal[i - 1] * there, i - 1)) / 2
    return signal[i - 1] * (x / signal[i] + (ratio[i - 1] - ratio[i]) * slope)


def multistep(levels, pair, i, noise, z):
    """DPM-Solver++ 2M (Lu et al. 2022, Algorithm 2); the first step, which has no past, is of first order."""
    signal, spread = levels
    x, last = pair
    half_log_snr = jnp.log(signal / spread)
    h = half_log_snr[i - 1] - half_log_snr[i]
    n = len(signal) - 1
    r = (half_log_snr[i] - half_log_snr[jnp.minimum(i + 1, n)]) / h
    x_0 = (x - spread[i] * noise) / signal[i]
    towards = jnp.where(i == n, x_0, x_0 + (x_0 - last) / (2 * jnp.where(i == n, 1.0, r)))
    return jnp.stack([spread[i - 1] / spread[i] * x - signal[i - 1] * jnp.expm1(-h) * towards, x_0])


def error(name, n, x):
    """Distance from where the ODE's exact flow takes x: the standardised state stays the same."""
    levels = grid(n)
    deviation = np.sqrt(levels[0] ** 2 * S**2 + levels[1] ** 2)
    expected = levels[0][0] * M + deviation[0] * (x - levels[0][n] * M) / deviation[n]
    predict = partial(exact_noise, levels)
    if name == "DPM-Solver++ 2M":
        start = jnp.stack([x, x])
        found = reverse_chain(
            jax.random.key(0), n, partial(multistep, levels), lambda pair, i: predict(pair[0], i), start
        )[0][0]
    else:
        step = partial(ddim, levels) if name == "DDIM" else partial(heun, levels, predict)
        found = reverse_chain(jax.random.key(0), n, step, predict, x)[0]
    return float(jnp.abs(found - expected).max())


@pytest.mark.parametrize("name, order", [("DDIM", 1), ("Heun", 2), ("DPM-Solver++ 2M", 2)])
def test_solvers_of_the_ode_fit_in_and_have_their_order(name, order):
    with jax.enable_x64(True):
        x = jnp.asarray([-1.0, 0.3, 2.0])
        coarse, fine = error(name, 80, x), error(name, 160, x)
    assert fine < 0.02
    assert np.log2(coarse / fine) == pytest.approx(order, abs=0.3)
