"""ddpm.process.sde: transitions that fit together, and the simulated equation against its exact moments."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from truth import Z

from ddpm import linear
from ddpm.path import cosine_path, path_through, straight, ve, vp
from ddpm.precision import enable_x64
from ddpm.process import forward_sde, transition


@pytest.mark.parametrize("made", [vp, ve, straight, cosine_path, lambda: path_through(linear(10, 0.01, 0.4))])
def test_two_transitions_make_one(made):
    with enable_x64(True):
        path = made()
        first, second = transition(path, 0.1, 0.4), transition(path, 0.4, 0.8)
        whole = transition(path, 0.1, 0.8)
        assert float(first.signal * second.signal) == pytest.approx(float(whole.signal))
        assert float((second.signal * first.spread) ** 2 + second.spread**2) == pytest.approx(float(whole.spread**2))
        to_itself = transition(path, 0.4, 0.4)
        assert to_itself.signal == 1 and float(to_itself.spread) == pytest.approx(0, abs=1e-7)


def test_a_transition_is_the_solution_of_the_equation():
    """Its variance is the integral of g_s^2 (c_u / c_s)^2, what each moment's noise has become at u."""
    with enable_x64(True):
        step = transition(vp(), 0.3, 0.7)
        kept = lambda s: np.exp(-0.1 * (0.7 - s) - 9.95 * (0.7**2 - s**2))  # noqa: E731
        wanted = quad(lambda s: (0.1 + 19.9 * s) * kept(s), 0.3, 0.7)[0]
        assert float(step.spread**2) == pytest.approx(wanted) and float(step.signal**2) == pytest.approx(kept(0.3))
        from_data = transition(vp(), 0.0, 0.7)
        np.testing.assert_allclose(
            [from_data.signal, from_data.spread], [vp().level(0.7).signal, vp().level(0.7).spread]
        )


def test_runs_have_the_moments_of_the_method():
    """Of Euler and Maruyama's steps, which mean and variance follow exactly since the equation is linear, at each time;
    and these are near to those of the equation."""
    draws, times = 20_000, np.linspace(0, 1, 41) ** 1.5
    x = jnp.full((draws,), 1.5)
    final, states = forward_sde(jax.random.key(0), vp(0.1, 5.0), x, times)
    assert states.shape == (41, draws)
    np.testing.assert_array_equal(states[-1], final)
    mean, variance = [1.5], [0.0]
    for u, to in zip(times, times[1:]):
        rate = 0.1 + 4.9 * u
        mean.append(mean[-1] * (1 - (to - u) * rate / 2))
        variance.append(variance[-1] * (1 - (to - u) * rate / 2) ** 2 + (to - u) * rate)
    mean, variance, states = np.array(mean), np.array(variance), np.asarray(states, np.float64)
    assert np.all(np.abs(states.mean(1) - mean) <= Z * np.sqrt(variance / draws) + 1e-6)
    assert np.all(np.abs(states.var(1) - variance) <= Z * variance * np.sqrt(2 / draws) + 1e-6)
    level = vp(0.1, 5.0).level(times)
    np.testing.assert_allclose(mean, 1.5 * level.signal, atol=0.05)
    np.testing.assert_allclose(variance, level.spread**2, atol=0.05)
    increments = np.diff(states, axis=0) / np.std(np.diff(states, axis=0), axis=1, keepdims=True)
    assert np.all(np.abs(np.corrcoef(increments[-3:])[np.triu_indices(3, 1)]) < 0.1)  # each step its own noise


def test_what_is_wrong_is_said(unchecked):
    x = np.zeros(2)
    for times, said in (
        ([0.9, 0.1], "must all rise, towards the noise"),
        ([0.0, 1.1], "u must lie"),
        ([0.5], "at least two"),
    ):
        with pytest.raises(ValueError, match=said):
            forward_sde(jax.random.key(0), vp(), x, np.array(times))
    assert transition(straight(), 0.5, 0.5).signal == 1
    with pytest.raises(ValueError, match="from s to u >= s; got s=0.5, u=0.4"):
        transition(vp(), 0.5, 0.4)
    with pytest.raises(ValueError, match="nothing is left of x_0 at u = 1"):
        transition(straight(), 1.0, 1.0)
    with pytest.raises(TypeError, match="path must be.*path_through"):
        transition(linear(10), 0.1, 0.4)
    with pytest.raises(TypeError, match="key must be"):
        forward_sde(0, vp(), x, np.array([0.0, 1.0]))
