"""ddpm.sample.ode: the solvers against known solutions and SciPy's, and what the ODE does to densities."""

import sys
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import norm

from ddpm import linear
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import straight, vp
from ddpm.precision import enable_x64
from ddpm.sample import adaptive, decode, encode, euler, heun, ode, velocity

MEANS, VARIANCES, WEIGHTS = np.array([2.0, -1.0]), np.array([0.1, 0.3]), np.array([0.3, 0.7])
IN_TWO = np.array([[1.0, 0.5], [-1.0, 0.2]]), VARIANCES, WEIGHTS


def distribution(path, u, x):
    """P(x_u <= x) for the one-dimensional data."""
    level = path.level(u)
    c, r = float(level.signal), float(level.spread)
    deviations = np.sqrt(c**2 * VARIANCES + r**2)
    return np.sum(WEIGHTS * norm.cdf((np.asarray(x)[:, None] - c * MEANS) / deviations), axis=1)


def spin(state, u):
    """y = exp(u^2) y_0, and an angle that turns by u: for a state of two parts."""
    return {"y": 2 * u * state["y"], "turned": jnp.ones(())}


def test_the_smallest_tolerance_is_the_one_that_is_told(monkeypatch):
    monkeypatch.setattr(ode, "_adaptive", lambda field, state, times, tolerance: (state, tolerance, True))
    solve = partial(adaptive, lambda state, u: state, np.float32(1), np.array([0.0, 1.0]))
    least = 8 * float(np.finfo(np.float32).eps)
    assert float(solve(least)[1]) == pytest.approx(least) and float(solve(0.999)[1]) == pytest.approx(0.999)
    for tolerance in (least * 0.999, 1.0, 0.0):
        with pytest.raises(ValueError, match="must be at least 1e-06 .for float32. and below 1"):
            solve(tolerance)


@pytest.mark.parametrize("solve, order", [(euler, 1), (heun, 2)])
def test_the_order_of_a_method(solve, order):
    with enable_x64(True):
        start = {"y": jnp.array([1.0, -0.5]), "turned": jnp.zeros(())}
        errors = []
        for n in (64, 128):
            final, states = solve(spin, start, np.linspace(1, 0, n + 1) ** 2)  # steps need not be equal
            assert states["y"].shape == (n + 1, 2) and final["turned"] == pytest.approx(-1)
            np.testing.assert_array_equal(states["y"][0], start["y"])
            np.testing.assert_array_equal(states["y"][-1], final["y"])
            errors.append(np.abs(final["y"] - np.exp(-1) * start["y"]).max())
        assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.1)


def test_the_adaptive_solver_keeps_its_tolerance(precision):
    start = {"y": jnp.array([1.0, -0.5]), "turned": jnp.zeros(())}
    times = np.array([0.0, 0.3, 1.0])
    for tolerance in (None, 1e-3):
        final, states = adaptive(spin, start, times, tolerance)
        atol = 100 * (tolerance or {"float32": 1e-5, "float64": 1e-10}[precision])
        np.testing.assert_allclose(states["y"], np.exp(times**2)[:, None] * start["y"], atol=atol)
        np.testing.assert_allclose(states["turned"], times, atol=atol)
        assert final["y"].dtype == precision


def by_hand(u, x):
    """f x - g^2 / 2 score for vp() and the data IN_TWO, in NumPy."""
    beta, total = 0.1 + 19.9 * u, 0.1 * u + 9.95 * u**2
    c_2 = np.exp(-total)
    apart, variances = np.sqrt(c_2) * IN_TWO[0] - x, c_2 * VARIANCES + 1 - c_2
    terms = WEIGHTS / variances * np.exp(-np.sum(apart**2, axis=1) / (2 * variances))
    return -beta / 2 * (x + (terms / variances) @ apart / np.sum(terms))


def test_all_solvers_agree_with_scipy_and_the_way_back_leads_back():
    with enable_x64(True):
        field, x = PathOracle(vp(), mixture(*IN_TWO)).velocity, np.array([0.3, -0.2])
        wanted = solve_ivp(by_hand, (0, 1), x, method="DOP853", rtol=1e-11, atol=1e-11).y[:, -1]
        z = encode(field, x)
        np.testing.assert_allclose(z, wanted, atol=1e-8)
        np.testing.assert_allclose(decode(field, z), x, atol=1e-8)
        for solve, atol in ((heun, 1e-3), (euler, 2e-2)):
            np.testing.assert_allclose(solve(field, x, np.linspace(0, 1, 257))[0], wanted, atol=atol)


def test_points_come_back_from_their_noise():
    """The figure to reach, 1e-6, as one program for many points; far ones too. The solver's error is in the tolerance
    for each of some hundred steps, and grows on the way back where the flow spreads points."""
    with enable_x64(True):
        field, xs = PathOracle(vp(), mixture(*IN_TWO)).velocity, 3 * np.random.default_rng(0).normal(size=(100, 2))
        along = jax.jit(jax.vmap(lambda x, times: adaptive(field, x, times)[0], (0, None)))
        there_and_back = along(along(xs, np.array([0.0, 1.0])), np.array([1.0, 0.0]))
        np.testing.assert_allclose(there_and_back, xs, atol=1e-6)


def test_the_ode_carries_the_density():
    """In one dimension the flow keeps the order of points, so it keeps P(x_u <= .) along each way: no draws are needed,
    and the whole way from noise to data is seen, both ends included."""
    with enable_x64(True):
        path, times = straight(), np.array([1.0, 0.4, 0.0])
        field, x_1 = PathOracle(path, mixture(MEANS, VARIANCES, WEIGHTS)).velocity, jnp.linspace(-3, 3, 13)
        states = jax.jit(jax.vmap(lambda x: adaptive(field, x, times)[1]))(x_1)
        for i, u in enumerate(times):
            np.testing.assert_allclose(distribution(path, u, states[:, i]), distribution(path, 1.0, x_1), atol=1e-7)


def test_a_wrong_velocity_is_found_out():
    """The whole score for its half; half of g^2; 3 per cent more of it."""
    with enable_x64(True):
        path, times, x = vp(), np.linspace(0.9, 0.1, 129), jnp.linspace(-3, 3, 13)
        oracle = PathOracle(path, mixture(MEANS, VARIANCES, WEIGHTS))

        @jax.jit
        @partial(jax.vmap, in_axes=(0, None))
        @partial(jax.vmap, in_axes=(None, 0))
        def carried(factor, x):
            return heun(lambda x, u: velocity(path, lambda x, u: factor * oracle(x, u), x, u), x, times)[0]

        right, *wrong = carried(np.array([1.0, 2.0, 0.5, 1.03]), x)
        kept = distribution(path, 0.9, x)
        off = [np.abs(distribution(path, 0.1, end) - kept).max() for end in (right, *wrong)]
        assert off[0] < 1e-4 and min(off[1:3]) > 0.1 and off[3] > 1e-3, off


def test_what_is_wrong_is_said(unchecked, monkeypatch):
    oracle, x = PathOracle(vp(), mixture(*IN_TWO)), np.zeros(2)
    for solve in (euler, heun, adaptive):
        with pytest.raises(ValueError, match="at least two, such as jnp.linspace"):
            solve(oracle.velocity, x, np.array([1.0]))
        with pytest.raises(ValueError, match="all rise.*or all fall"):
            solve(oracle.velocity, x, np.array([1.0, 0.5, 0.6]))
        with pytest.raises(ValueError, match=r"u must lie in \[0, 1\]"):
            solve(oracle.velocity, x, np.array([1.0, -0.1]))
        with pytest.raises(ValueError, match=r"what the state is made of, shapes \(2,\); it gives \(1,\)"):
            solve(lambda x, u: x[:1], x, np.array([0.0, 1.0]))
    for start in (0.2, 1.0):
        with pytest.raises(ValueError, match=f"must be below end; got start={start}, end=0.2"):
            encode(oracle.velocity, x, start, 0.2)
    with pytest.raises(ValueError, match="at least 1e-06 .for float32. and below 1; got 1e-08"):
        decode(oracle.velocity, x, tolerance=1e-8)
    with pytest.raises(ValueError, match="no noise in x at u = 0.*stop a little before"):
        velocity(vp(), oracle, x, 0.0)
    with pytest.raises(ValueError, match="nothing is left of x_0 at u = 1"):
        velocity(straight(), oracle, x, 1.0)
    with pytest.raises(ValueError, match=r"predicted noise must have the shape of x, \(2,\)"):
        velocity(vp(), lambda x, u: x[0], x, 0.5)
    with pytest.raises(TypeError, match="path must be"):
        velocity(linear(10), oracle, x, 0.5)
    with pytest.raises(ValueError, match="u must be one number; got shape .2,.*jax.vmap"):
        velocity(vp(), oracle, 0.5, x + 0.1)
    for solve in (euler, heun, adaptive):
        with pytest.raises(
            TypeError, match="must be a function .state, u. -> d state / du, and comes first; got ndarray"
        ):
            solve(x, oracle.velocity, np.array([0.0, 1.0]))
        with pytest.raises(TypeError, match="this predicts noise; take its method: oracle.velocity"):
            solve(oracle, x, np.array([0.0, 1.0]))
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "diffrax", None)
        with pytest.raises(ImportError, match="pip install diffrax.*or solve with heun"):
            adaptive(lambda x, u: -x, x, np.array([0.0, 1.0]))


def test_a_solver_that_did_not_arrive_says_so():
    """x' = x^2 from 1 is infinite at u = 1; with 0.5 it is 1 there, and near 1 in float32 it stays in reach."""
    grow, times = lambda x, u: x**2, np.array([0.0, 1.0])
    with pytest.raises(RuntimeError, match="did not get from u = 0.0 to u = 1.0 in 4096 steps.*stop a little before"):
        adaptive(grow, 1.0, times)
    both = jax.vmap(lambda x: adaptive(grow, x, times)[0])(jnp.array([0.5, 1.0]))
    assert both[0] == pytest.approx(1.0, rel=1e-3) and np.isnan(both[1])


@pytest.mark.slow
def test_it_is_differentiated_in_forward_mode():
    """The slope of the flow at a point is that of the exact solution for Gaussian data: the spread there over here."""
    with enable_x64(True):
        field = PathOracle(straight(), mixture([[0.5, 0.1]], 0.3)).velocity
        slope = jax.jit(jax.jacfwd(lambda x: adaptive(field, x, np.array([0.0, 0.7]))[0]))(np.array([0.2, 1.0]))
        np.testing.assert_allclose(slope, np.eye(2) * np.sqrt((0.3**2 * 0.3 + 0.7**2) / 0.3), atol=1e-8)


def test_single_precision_stays_so_beside_double():
    with enable_x64(True):
        x, times = np.float32([0.3, -0.2]), np.linspace(0.5, 0.1, 3)
        for solve in (euler, heun, adaptive):
            final, states = solve(lambda x, u: np.float64(2) * u * x, x, times)
            assert final.dtype == states.dtype == np.float32
