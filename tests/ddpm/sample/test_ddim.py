"""ddpm.sample.ddim and .edm: identities with other samplers, orders of convergence, and what noise must keep."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax.tree_util import Partial

import ddpm
from ddpm.dialects import InSteps, Translated
from ddpm.level import Level
from ddpm.mixture import mixture
from ddpm.oracle import Oracle, PathOracle
from ddpm.path import cosine_path, edm, path_through, straight, vp
from ddpm.precision import enable_x64
from ddpm.predict import convert_at
from ddpm.sample import (
    ancestral_trajectory,
    ddim,
    ddim_step,
    dpm_solver,
    dpm_solver_sde,
    dpm_solver_weights,
    edm_heun,
    euler,
    even_in_log_snr,
    heun,
    velocity,
)

MEANS, VARIANCES, WEIGHTS = np.array([[1.0, 0.5], [-1.0, 0.2]]), np.array([0.1, 0.3]), np.array([0.3, 0.7])
TIMES = np.array([0.97, 0.7, 0.62, 0.3, 0.05])
EXACT = {"float32": 1e-6, "float64": 1e-12}  # what is promised of identities


one_step = jax.jit(ddim_step)


def data():
    return mixture(MEANS, VARIANCES, WEIGHTS)


def test_eta_1_is_the_ancestral_sampler_with_beta_tilde(precision):
    schedule, key, x = ddpm.constant(0.2, 12), jax.random.key(3), jnp.array([0.4, -1.2])
    oracle = Oracle(schedule, data())
    there = ancestral_trajectory(key, schedule, oracle, x, "beta_tilde")
    times = jnp.arange(12, -1, -1) / 12
    _, states = ddim(key, path_through(schedule), InSteps(oracle, 12), x, times, eta=1.0)
    np.testing.assert_allclose(states[::-1], there, rtol=0, atol=EXACT[precision])


@given(t=st.integers(1, 20), x=st.floats(-3, 3), guess=st.floats(-3, 3), z=st.floats(-3, 3))
def test_one_step_with_eta_1_is_an_ancestral_step(t, x, guess, z):
    """For any prediction and noise; by the formula of Ho et al., from alpha_bar alone."""
    with enable_x64(True):
        bar = np.concatenate([[1.0], np.cumprod(1 - np.linspace(0.01, 0.4, 20))])
        alpha, beta = bar[t] / bar[t - 1], 1 - bar[t] / bar[t - 1]
        mean = (x - beta / np.sqrt(1 - bar[t]) * guess) / np.sqrt(alpha)
        wanted = mean + np.sqrt((1 - bar[t - 1]) / (1 - bar[t]) * beta) * z
        before, after = (Level(*map(jnp.asarray, (np.sqrt(bar[s]), np.sqrt(1 - bar[s])))) for s in (t, t - 1))
        x_0 = (x - np.sqrt(1 - bar[t]) * guess) / np.sqrt(bar[t])
        got = one_step(before, after, jnp.asarray(x), jnp.asarray(x_0), jnp.asarray(z), 1.0)
        assert float(got) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize(
    "path", [vp, *(pytest.param(p, marks=pytest.mark.slow) for p in (straight, cosine_path)), partial(edm, 3.0)]
)
def test_eta_0_is_eulers_method_in_the_unit_of_x_0_with_the_noise_for_time(path, precision):
    """d (x / c) / d sigma = predicted noise, in a loop of its own, and by `euler` on EDM's path."""
    path, x = path(), jnp.array([0.4, -1.2])
    oracle = PathOracle(path, data())
    final, states = jax.jit(lambda x: ddim(None, path, oracle, x, TIMES))(x)
    level = jax.jit(lambda u: path.level(u))(TIMES)
    c, sigma = np.asarray(level.signal), np.asarray(level.spread) / np.asarray(level.signal)
    by_hand, asked = [np.asarray(x) / c[0]], jax.jit(lambda x, u: oracle(x, u))
    for i in range(len(TIMES) - 1):
        predicted = np.asarray(asked(c[i] * by_hand[-1], TIMES[i]))
        by_hand.append(by_hand[-1] + (sigma[i + 1] - sigma[i]) * predicted)
    scale = np.abs(np.array(by_hand)).max()
    np.testing.assert_allclose(states / c[:, None], by_hand, rtol=0, atol=2 * scale * EXACT[precision])
    np.testing.assert_array_equal(final, states[-1])
    other = edm(float(sigma[0]))
    field = Partial(velocity, other, Translated(oracle, path, other))
    ends, _ = jax.jit(lambda x, times: euler(field, x, times))(
        x / c[0], np.append(np.ones(1, sigma.dtype), sigma[1:] / sigma[0])
    )
    np.testing.assert_allclose(final / c[-1], ends, rtol=0, atol=2 * scale * EXACT[precision])


def test_on_the_straight_path_eulers_method_is_ddim(precision):
    path, x = straight(), jnp.array([0.4, -1.2])
    oracle = PathOracle(path, data())
    ours, _ = ddim(None, path, oracle, x, TIMES)
    theirs, _ = euler(Partial(velocity, path, oracle), x, TIMES)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=4 * EXACT[precision])


@pytest.mark.slow
def test_heun_in_sigma_is_heun_on_the_path_of_edm():
    with enable_x64(True):
        path, other, x = vp(), edm(8.0), jnp.array([0.4, -1.2])
        oracle = PathOracle(path, data())
        times = np.asarray(path.time(jnp.array([8.0, 3.0, 1.0, 0.2])))
        ways = jax.jit(lambda x, times: edm_heun(path, oracle, x, times))
        ours, _ = ways(x, times)
        c = np.asarray(jax.jit(lambda u: path.level(u))(times).signal)
        field = PathOracle(other, data()).velocity
        theirs, _ = jax.jit(lambda x, times: heun(field, x, times))(x / c[0], np.array([8.0, 3.0, 1.0, 0.2]) / 8)
        np.testing.assert_allclose(ours / c[-1], theirs, rtol=0, atol=1e-12)
        # the last step to where there is no noise is Euler's, so DDIM's
        to_data, states = ways(x, np.append(times, 0.0))
        by_ddim, _ = jax.jit(lambda x, times: ddim(None, path, oracle, x, times))(
            states[-2], np.array([times[-1], 0.0])
        )
        np.testing.assert_allclose(to_data, by_ddim, 1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    "solve, order",
    [
        (partial(ddim, None), 1),
        (dpm_solver, 2),
        (edm_heun, 2),
    ],
)
def test_the_order_of_a_method(solve, order):
    """Against the flow of one Gaussian, which is known: x moves so that (x - c m) / sqrt(c^2 v + r^2) stays."""
    with enable_x64(True):
        path, mean, variance, x = vp(), np.array([0.8]), 0.2, jnp.array([1.3])
        oracle = PathOracle(path, mixture(mean[None], variance))
        ends = [path.level(u) for u in (0.9, 0.1)]
        there, here = (np.sqrt(level.signal**2 * variance + level.spread**2) for level in ends)
        wanted = ends[1].signal * mean + here / there * (x - ends[0].signal * mean)
        errors = [abs(solve(path, oracle, x, even_in_log_snr(path, 0.9, 0.1, n))[0] - wanted)[0] for n in (100, 200)]
        assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.1) and errors[1] < 0.02


@given(eta=st.floats(0, 1), u=st.floats(0.2, 0.9), part=st.floats(0, 0.95))
def test_any_eta_keeps_the_marginals(eta, u, part):
    """With x = c x_0 + r e and the true x_0, the result is c' x_0 + a e + b z with a^2 + b^2 = r'^2, on a path without
    c^2 + r^2 = 1 too; and b^2 is eta^2 times the variance of Bayes' rule."""
    with enable_x64(True):
        path = straight()
        before, after = path.level(u), path.level(part * u)
        (c, r), (c_, r_) = ((float(level.signal), float(level.spread)) for level in (before, after))

        def step(x_0, e, z):
            return float(one_step(before, after, jnp.asarray(c * x_0 + r * e), jnp.asarray(x_0), jnp.asarray(z), eta))

        a, b = step(0.0, 1.0, 0.0), step(0.0, 0.0, 1.0)
        assert step(1.0, 0.0, 0.0) == pytest.approx(c_, abs=1e-12)
        assert a**2 + b**2 == pytest.approx(r_**2, abs=1e-12)
        given_both = 1 / (1 / r_**2 + (c / c_) ** 2 / (r**2 - (c / c_ * r_) ** 2)) if part > 1e-6 else 0.0
        assert b**2 == pytest.approx(eta**2 * given_both, abs=1e-9)


@pytest.mark.parametrize(
    "solve",
    [
        partial(ddim, None),
        *(
            pytest.param(s, marks=pytest.mark.slow)
            for s in (dpm_solver, edm_heun, partial(dpm_solver_sde, jax.random.key(1)))
        ),
    ],
)
def test_any_kind_of_prediction_gives_the_same(solve):
    with enable_x64(True):
        path, x = straight(), jnp.array([0.4, -1.2])
        oracle = PathOracle(path, data())

        def predict(kind, x, u):
            return convert_at(path.level(u), x, oracle(x, u), "noise", kind, path.rates(u))

        wanted, _ = solve(path, oracle, x, TIMES)
        for kind in ("x_0", "v", "score", "velocity"):
            np.testing.assert_allclose(solve(path, Partial(predict, kind), x, TIMES, kind=kind)[0], wanted, atol=1e-12)


def test_steps_may_begin_where_nothing_is_left_of_x_0_and_end_without_noise():
    """x_0 being predicted; both ends make an infinite step of the log-SNR, and there 2M must do without the line."""
    path = straight()
    oracle, times = PathOracle(path, data()), jnp.array([1.0, 0.6, 0.3, 0.0])

    def denoise(x, u):
        level = path.level(u)
        return jnp.where(u == 1, data().weights @ data().means, convert_at(level, x, oracle(x, u), "noise", "x_0"))

    np.testing.assert_array_equal(np.asarray(dpm_solver_weights(path, times))[[0, 1, 2]], [0, 0, 0])
    for solve in (partial(ddim, None), dpm_solver, partial(dpm_solver_sde, jax.random.key(0))):
        final, states = jax.jit(lambda x: solve(path, denoise, x, times, kind="x_0"))(jnp.array([0.4, -1.2]))
        assert np.isfinite(states).all()
        np.testing.assert_allclose(final, jax.jit(denoise)(states[-2], 0.3), rtol=1e-6)


@pytest.mark.slow
def test_noise_is_fresh_in_each_step_and_keeps_the_density():
    """2M SDE in 100 steps against mean and variance of the data, for one Gaussian, seen through 20,000 draws."""
    path, n = vp(), 20_000
    oracle = PathOracle(path, mixture([[0.8]], 0.2))
    keys, x = jax.random.split(jax.random.key(0), n), jax.random.normal(jax.random.key(1), (n, 1))
    times = even_in_log_snr(path, 0.99, 0.01, 60)
    solve = jax.jit(jax.vmap(lambda key, x: dpm_solver_sde(key, path, oracle, x, times)[0]))
    draws = np.asarray(solve(keys, x), np.float64)
    level = path.level(0.01)
    variance = float(level.signal**2 * 0.2 + level.spread**2)
    assert abs(draws.mean() - 0.8 * float(level.signal)) < 5 * np.sqrt(variance / n) + 1e-3
    assert abs(draws.var() / variance - 1) < 5 * np.sqrt(2 / n) + 5e-3


def test_what_is_wrong_is_said(unchecked):
    path, x = vp(), np.zeros(2)
    oracle = PathOracle(path, data())
    for solve in (partial(ddim, None), dpm_solver, edm_heun, partial(dpm_solver_sde, jax.random.key(0))):
        with pytest.raises(TypeError, match="path must be a ddpm.path.Path.*path_through"):
            solve(ddpm.linear(10), oracle, x, TIMES)
        with pytest.raises(ValueError, match="times must all fall, towards the data"):
            solve(path, oracle, x, TIMES[::-1])
        with pytest.raises(ValueError, match="nothing is left of x_0 at u = 1"):
            solve(straight(), PathOracle(straight(), data()), x, np.array([1.0, 0.5]))
        with pytest.raises(ValueError, match="unknown kind of prediction 'eps'"):
            solve(path, oracle, x, TIMES, kind="eps")
        with pytest.raises(ValueError, match=r"noise must have the shape of x, \(2,\)"):
            solve(path, lambda x, u: x[0], x, TIMES)
    with pytest.raises(ValueError, match="with eta = 0.5 each step adds noise: give a random key"):
        ddim(None, path, oracle, x, TIMES, eta=0.5)
    with pytest.raises(TypeError, match="key must be a JAX random key"):
        dpm_solver_sde(None, path, oracle, x, TIMES)
    with pytest.raises(ValueError, match=r"weights must have the shape of the steps, \(4,\); got \(5,\)"):
        dpm_solver(path, oracle, x, TIMES, weights=np.zeros(5))
    with pytest.raises(ValueError, match=r"x_0 must have the shape of x, \(2,\); got \(\)"):
        ddim_step(path.level(0.5), path.level(0.4), x, 0.0, x)
