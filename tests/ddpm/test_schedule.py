"""ddpm.schedule against products of 50 digits."""

import dataclasses
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from truth import RTOL, SCHEDULES, alpha_bars, floats, posterior

from ddpm import Schedule, constant, cosine, linear, sigmoid
from ddpm.schedule import MAX_BETA, at, check_steps

BETA = st.sampled_from([0.0, 1.0]) | st.floats(0, 1)


@pytest.mark.parametrize("betas", SCHEDULES.values(), ids=SCHEDULES.keys())
def test_products_against_mpmath(betas, precision):
    schedule, rtol = Schedule.from_betas(betas), RTOL[precision]
    exact = alpha_bars(betas)
    assert schedule.T == len(betas)
    np.testing.assert_allclose(schedule.beta, (0,) + betas, rtol=1e-7)
    np.testing.assert_allclose(schedule.alpha, floats(1 - mpmath.mpf(b) for b in (0,) + betas), rtol=rtol)
    np.testing.assert_allclose(schedule.alpha_bar, floats(exact), rtol=rtol)
    np.testing.assert_allclose(schedule.one_minus_alpha_bar, floats(1 - a for a in exact), rtol=rtol)
    for t, a in enumerate(exact):
        assert float(schedule.snr[t]) == pytest.approx(float(a / (1 - a)) if a != 1 else np.inf, rel=rtol)


@pytest.mark.parametrize("make", [linear, lambda: cosine(1000), lambda: sigmoid(1000)])
def test_a_thousand_steps_keep_their_digits(make, precision):
    schedule = make()
    assert schedule.beta.dtype == precision
    betas = np.asarray(make(dtype=jnp.float64).beta if precision == "float64" and make is linear else schedule.beta)[1:]
    if precision == "float32" and make is linear:
        betas = np.linspace(1e-4, 0.02, 1000)  # not the rounded ones: the products are formed in float64
        rtol = 2e-7
    else:
        rtol = 1e-3 if precision == "float32" else 1e-9  # betas near 1 were rounded before this check saw them
    exact = floats(alpha_bars(betas))
    np.testing.assert_allclose(schedule.alpha_bar, exact, rtol=rtol)
    np.testing.assert_allclose(schedule.one_minus_alpha_bar, 1 - exact, rtol=rtol, atol=1e-7)


@pytest.mark.parametrize("betas", SCHEDULES.values(), ids=SCHEDULES.keys())
def test_posterior_variance_is_that_of_the_product_of_gaussians(betas, precision):
    schedule = Schedule.from_betas(betas)
    expected = [0.0] + [posterior(betas, t, 0.0, 0.0)[1] for t in range(1, len(betas) + 1)]
    np.testing.assert_allclose(schedule.posterior_variance, expected, rtol=RTOL[precision])
    assert schedule.posterior_variance[1] == 0


def test_share_of_the_last_step():
    schedule = Schedule.from_betas([0.0, 0.5, 0.0, 0.5])
    # Nothing added yet: the limit 1. Then 0.5 / 0.5, 0 / 0.5, 0.5 / 0.75.
    np.testing.assert_allclose(schedule.beta_over_total, [1, 1, 1, 0, 2 / 3], rtol=1e-6)


@settings(max_examples=60)
@given(betas=st.lists(BETA, min_size=6, max_size=6))
def test_properties(betas):
    with jax.enable_x64(True):
        schedule = Schedule.from_betas(betas)
        alpha_bar = np.asarray(schedule.alpha_bar)
        assert alpha_bar[0] == 1 and alpha_bar.min() >= 0
        assert (np.diff(alpha_bar) <= 0).all()
        np.testing.assert_allclose(alpha_bar + schedule.one_minus_alpha_bar, 1, rtol=1e-15, atol=2e-16)
        assert (schedule.posterior_variance <= schedule.beta * (1 + 1e-12)).all()
        assert (schedule.posterior_variance >= 0).all()
        share = np.asarray(schedule.beta_over_total)
        assert ((share >= 0) & (share <= 1 + 1e-12)).all()


def test_constant_and_linear():
    np.testing.assert_array_equal(constant(0.25, 3).beta, np.float32([0, 0.25, 0.25, 0.25]))
    default = linear()
    assert default.T == 1000
    np.testing.assert_allclose(
        np.asarray(default.beta)[[1, 2, 1000]], [1e-4, 1e-4 + (0.02 - 1e-4) / 999, 0.02], rtol=1e-6
    )
    np.testing.assert_allclose(linear(3, 0.1, 0.5).beta[1:], [0.1, 0.3, 0.5], rtol=1e-6)
    assert linear(1).T == 1


def test_cosine_is_the_formula_until_the_cap():
    T, s = 50, 0.008
    f = [mpmath.cos(mpmath.pi / 2 * (mpmath.mpf(t) / T + s) / (1 + s)) ** 2 for t in range(T + 1)]
    expected = floats(value / f[0] for value in f)
    schedule = cosine(T)
    np.testing.assert_allclose(schedule.alpha_bar[:T], expected[:T], rtol=1e-5)
    assert float(schedule.beta[T]) == pytest.approx(MAX_BETA)
    assert float(cosine(T, s=0.1).alpha_bar[25]) < float(schedule.alpha_bar[25])


def test_sigmoid_is_the_formula_until_the_cap():
    T, start, end, tau = 20, -3, 2, 0.7
    curve = [1 / (1 + mpmath.exp(-(start + mpmath.mpf(t) / T * (end - start)) / mpmath.mpf(tau))) for t in range(T + 1)]
    expected = floats((curve[T] - c) / (curve[T] - curve[0]) for c in curve)
    schedule = sigmoid(T, start, end, tau)
    np.testing.assert_allclose(schedule.alpha_bar[:T], expected[:T], rtol=1e-5)
    assert float(schedule.beta[T]) == pytest.approx(MAX_BETA)


def test_sigmoid_runs_from_minus_3_to_3_with_tau_1_unless_told():
    curve = [1 / (1 + np.exp(3 - 6 * t / 10)) for t in range(11)]
    expected = [(curve[10] - c) / (curve[10] - curve[0]) for c in curve]
    np.testing.assert_allclose(sigmoid(10).alpha_bar[:10], expected[:10], rtol=1e-5)


def test_the_share_of_a_step_has_slopes_where_no_noise_has_been_added_before():
    """beta_2 / (1 - (1 - beta_1) (1 - beta_2)) at beta_1 = 0: -beta_2 (1 - beta_2) / beta_2^2 and 0."""
    slope = jax.grad(lambda betas: Schedule.from_betas(betas).beta_over_total.sum())
    np.testing.assert_allclose(jax.jit(slope)(jnp.array([0.0, 0.2])), [-4, 0], rtol=1e-5, atol=1e-5)


def test_schedule_is_an_immutable_pytree():
    schedule = linear(5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        schedule.beta = schedule.alpha
    assert len(jax.tree.leaves(schedule)) == 3
    through_jit = jax.jit(lambda s: s)(schedule)
    np.testing.assert_array_equal(through_jit.alpha_bar, schedule.alpha_bar)
    np.testing.assert_allclose(
        jax.jit(lambda s: s.posterior_variance)(schedule), schedule.posterior_variance, rtol=1e-6
    )


def test_differentiable_in_the_betas():
    betas = jnp.array([0.1, 0.2, 0.3])
    slope = jax.jit(jax.grad(lambda b: Schedule.from_betas(b).alpha_bar[3]))(betas)
    # alpha_bar_3 is a product; without one factor the other two are left.
    np.testing.assert_allclose(slope, [-0.8 * 0.7, -0.9 * 0.7, -0.9 * 0.8], rtol=1e-5)
    each = jax.jit(jax.vmap(lambda b: Schedule.from_betas(b).alpha_bar))(betas[:, None])
    np.testing.assert_allclose(each, [[1, 0.9], [1, 0.8], [1, 0.7]], rtol=1e-6)


@pytest.mark.parametrize(
    ("betas", "error", "message"),
    [
        ([], ValueError, "empty"),
        ([[0.1, 0.2]], ValueError, r"one-dimensional.*\(1, 2\)"),
        (0.1, ValueError, "one-dimensional"),
        ([0.1, float("nan")], ValueError, "beta_2 = nan"),
        ([0.1, 0.2, -0.01], ValueError, r"\[0, 1\].*beta_3 = -0.01"),
        ([1.5], ValueError, "beta_1 = 1.5"),
        ([float("inf")], ValueError, "beta_1 = inf"),
        ([0.1 + 0j], TypeError, "real numbers"),
        (["0.1"], TypeError, "real numbers"),
        ([object()], TypeError, "real numbers"),
        ([[0.1], [0.1, 0.2]], TypeError, "real numbers"),
    ],
)
def test_bad_betas(betas, error, message, unchecked):
    with pytest.raises(error, match=message):
        Schedule.from_betas(betas)


@pytest.mark.parametrize("make", [linear, cosine, sigmoid, lambda T: constant(0.1, T)])
def test_bad_numbers_of_steps(make, unchecked):
    with pytest.raises(ValueError, match="at least 1; got 0"):
        make(0)
    with pytest.raises(TypeError, match="must be an integer; got 2.5"):
        make(2.5)


def test_bad_schedule_arguments():
    for end in (-3.0, 3.0):
        with pytest.raises(ValueError, match="start < end"):
            sigmoid(5, start=3.0, end=end)
    with pytest.raises(ValueError, match="tau=0.0"):
        sigmoid(5, tau=0.0)
    with pytest.raises(ValueError, match="beta_1 = 2.0"):
        constant(2.0, 3)
    with pytest.raises(ValueError, match="beta_1 = -1.0"):
        linear(3, beta_1=-1.0)


def test_at_picks_and_shapes():
    beta = Schedule.from_betas([0.1, 0.2, 0.3]).beta
    assert at(beta, 2) == beta[2]
    assert at(beta, 2, like=jnp.zeros((4, 3))).shape == (1, 1)
    t = np.array([3, 1])
    np.testing.assert_array_equal(at(beta, t), beta[t])
    assert at(beta, t, like=jnp.zeros((2, 3, 3))).shape == (2, 1, 1)
    np.testing.assert_array_equal(at(beta, t, like=jnp.zeros((2, 3, 3))).ravel(), beta[t])
    assert at(beta, np.array([], int)).shape == (0,)
    assert at(beta, 0, lowest=0) == 0


@pytest.mark.parametrize("t", [0, 4, -1, np.array([1, 4])])
def test_at_refuses_t_out_of_range(t):
    beta = constant(0.1, 3).beta
    with pytest.raises(ValueError, match=r"t must lie in 1\.\.3"):
        at(beta, t)
    traced = np.asarray(jax.jit(at)(beta, t))
    np.testing.assert_array_equal(np.isnan(traced), (np.asarray(t) < 1) | (np.asarray(t) > 3))


@pytest.mark.parametrize("t", [1.0, np.array([1.0]), True, "1"])
def test_at_refuses_t_that_is_no_integer(t, unchecked):
    with pytest.raises(TypeError, match=r"integer.* in 1\.\.3; got dtype"):
        at(constant(0.1, 3).beta, t)


def test_at_refuses_a_float_tracer(unchecked):
    with pytest.raises(TypeError, match="got dtype float32"):
        jax.jit(at)(constant(0.1, 3).beta, 1.0)


def test_at_refuses_a_batch_that_does_not_fit():
    with pytest.raises(ValueError, match=r"shape of t, \(2,\).*leading axes.*\(3, 2\)"):
        at(constant(0.1, 3).beta, np.array([1, 2]), like=jnp.zeros((3, 2)))
    with pytest.raises(ValueError, match="leading axes"):
        at(constant(0.1, 3).beta, np.array([1]), like=0.5)


def test_a_predictor_for_another_number_of_steps_is_refused():
    for_five = SimpleNamespace(T=5)
    check_steps(cosine(5), for_five)
    check_steps(cosine(4), lambda x_t, t: x_t)
    with pytest.raises(ValueError, match="network was made for T = 5 steps; the schedule has T = 4"):
        check_steps(cosine(4), for_five)
