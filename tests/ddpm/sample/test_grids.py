"""ddpm.sample.grids: what is even in each, and the subsets of t (beside a library's: test_reference_samplers)."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ddpm
from ddpm.path import cosine_path, edm, straight, vp
from ddpm.precision import enable_x64
from ddpm.sample import even_in_log_snr, even_in_time, karras, spaced_t


@pytest.mark.parametrize("make", [vp, *(pytest.param(p, marks=pytest.mark.slow) for p in (cosine_path, straight, edm))])
def test_what_is_even(make):
    @jax.jit  # one program compiles sooner than one for each operation
    def grids(path):
        def ratio(times):
            return path.level(times).spread / path.level(times).signal

        times = even_in_log_snr(path, 0.95, 0.02, 9)
        return times, path.log_snr(times), *(ratio(karras(path, 0.95, 0.02, 9, *rho)) for rho in ((), (1,)))

    with enable_x64(True):
        times, log_snr, by_7, by_1 = map(np.asarray, grids(make()))
    assert times.shape == (10,) and (times[0], times[-1]) == (0.95, 0.02)
    for even in (log_snr, by_7 ** (1 / 7), by_1):
        np.testing.assert_allclose(np.diff(even, 2), 0, atol=1e-9)
    np.testing.assert_allclose(even_in_time(0.95, 0.02, 9), np.linspace(0.95, 0.02, 10), rtol=1e-6)
    path = make()
    near = jax.jit(lambda path: (karras(path, 0.95, 0.02, 9, rho=1e3), even_in_log_snr(path, 0.95, 0.02, 9)))(path)
    np.testing.assert_allclose(*near, atol=5e-3)
    assert even_in_log_snr(path, 0.95, 0.02, 1).shape == (2,)


def test_the_formula_of_karras():
    """Their equation 5, from 80 to 0.002 with rho = 7."""
    i = np.arange(18)
    sigma = (80 ** (1 / 7) + i / 17 * (0.002 ** (1 / 7) - 80 ** (1 / 7))) ** 7
    np.testing.assert_allclose(80 * karras(edm(80.0), 1.0, 0.002 / 80, 17), sigma, rtol=1e-4)


@given(T=st.integers(1, 200), part=st.floats(0, 1))
def test_published_subsets_of_t(T, part):
    steps = max(1, round(part * T))
    for spacing in ("leading", "trailing", "linspace"):
        t = spaced_t(T, steps, spacing)
        assert t.shape == (steps + 1,) and t[-1] == 0 and (np.diff(t) < 0).all() and t[0] <= T
    assert spaced_t(T, steps, "trailing")[0] == T
    assert spaced_t(T, steps, "leading")[-2] == 1
    if steps > 1:
        assert (spaced_t(T, steps, "linspace")[[0, -2]] == (T, 1)).all()


def test_what_is_wrong_is_said(unchecked):
    for make in (even_in_time, lambda *a: even_in_log_snr(vp(), *a), lambda *a: karras(vp(), *a)):
        for start, end in ((0.1, 0.9), (0.5, 0.5), (0.5, -0.5), (1.5, 0.5)):
            with pytest.raises(ValueError, match=f"0 <= end < start <= 1; got start={start}, end={end}"):
                make(start, end, 5)
        with pytest.raises(ValueError, match="steps must be at least 1"):
            make(0.9, 0.1, 0)
        with pytest.raises(TypeError, match="steps must be an integer"):
            make(0.9, 0.1, 2.5)
    with pytest.raises(ValueError, match="at u = 0.0 there is no noise; a little beside"):
        even_in_log_snr(vp(), 0.9, 0.0, 5)
    with pytest.raises(ValueError, match="at u = 1.0 there is no signal; a little beside"):
        karras(straight(), 1.0, 0.1, 5)
    with pytest.raises(TypeError, match="path must be a ddpm.path.Path"):
        karras(ddpm.linear(10), 0.9, 0.1, 5)
    with pytest.raises(ValueError, match="rho must be above 0; got 0"):
        karras(vp(), 0.9, 0.1, 5, rho=0)
    with pytest.raises(ValueError, match=r"there are no 11 different t in 1..10"):
        spaced_t(10, 11, "leading")
    with pytest.raises(ValueError, match="unknown spacing 'even'; expected one of leading, trailing, linspace"):
        spaced_t(10, 5, "even")
    assert isinstance(jnp.asarray(spaced_t(10, 5, "trailing")), jnp.ndarray)
