"""Bits per dimension against probabilities of cells by SciPy, and entropies of discrete distributions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ddpm.likelihood import bits_per_dimension, dequantise, offset

P = np.array([0.5, 0.25, 0.125, 0.125])  # of four grey values: 1.75 bits
ENDS = [(0.0, 1.0), (-1.0, 1.0), (-3.0, 5.0)]


@pytest.mark.parametrize("low, high", ENDS)
def test_a_histogram_reaches_the_entropy_on_every_scale(low, high):
    """The density with P in the cells, on the scale [low, high): its bits are those of a code, without a gap."""
    width = (high - low) / 4
    pixels = np.repeat(np.arange(4), [4, 2, 1, 1])
    x = np.asarray(dequantise(jax.random.key(0), pixels, 4, low, high))
    cell = np.floor((x - low) / width).astype(int)
    np.testing.assert_array_equal(cell, pixels)
    bits = bits_per_dimension(np.log(P[cell] / width), 1, 4, low, high)
    np.testing.assert_allclose(np.mean(bits), stats.entropy(P, base=2), rtol=1e-6)


@pytest.mark.parametrize("low, high", ENDS)
@pytest.mark.parametrize("dimensions", [1, 2, 12])
def test_a_uniform_density_costs_the_bits_of_a_value(low, high, dimensions):
    log_density = -dimensions * np.log(high - low)
    np.testing.assert_allclose(bits_per_dimension(log_density, dimensions, 256, low, high), 8, rtol=1e-6)


def test_the_offset_is_8_on_unit_pixels_and_7_on_the_scale_of_the_book():
    assert offset(low=0.0) == 8 and offset() == 7
    assert offset(values=2) == 0


@pytest.mark.slow
@given(st.floats(0.5, 3), st.floats(0, 4))
def test_a_smooth_density_lies_above_its_own_code(spread, mean):
    """Jensen: the mean over u of -log2 q(y + u) is at least -log2 of the cell's probability."""
    q, u = stats.norm(mean, spread), (np.arange(400) + 0.5) / 400
    for y in range(4):
        x = -1 + 2 * (y + u) / 4
        log_density = q.logpdf(y + u) - np.log(2 / 4)  # on the scale [-1, 1)
        bound = np.mean(bits_per_dimension(log_density, 1, 4))
        assert bound >= -np.log2(q.cdf(y + 1) - q.cdf(y)) - 1e-4
        assert -1 <= x.min() and x.max() < 1


def test_dequantised_pixels_fill_their_cells():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 8, 8))
    x = np.asarray(dequantise(jax.random.key(1), pixels, 256, 0.0, 1.0), np.float64)
    u = 256 * x - pixels
    assert u.min() >= -2e-5 and u.max() <= 1 + 2e-5 and stats.kstest(u.ravel(), "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(u.reshape(40, -1)[:, 0], u.reshape(40, -1)[:, 1])[0, 1]) < 0.7  # each its own


def test_jit_and_dtype(precision):
    pixels = jnp.arange(4)
    x = dequantise(jax.random.key(0), pixels, 4)
    assert x.dtype == precision
    np.testing.assert_allclose(jax.jit(dequantise, static_argnums=2)(jax.random.key(0), pixels, 4), x, rtol=1e-6)
    np.testing.assert_allclose(jax.jit(lambda a: bits_per_dimension(a, 2))(1.0), bits_per_dimension(1.0, 2), rtol=1e-6)


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: dequantise(jax.random.key(0), np.array([0, 256])), ValueError, r"0, ..., 255; got 256"),
        (lambda: dequantise(jax.random.key(0), np.array([0, -1])), ValueError, "got -1"),
        (lambda: dequantise(jax.random.key(0), np.array([1.0, 0.25])), ValueError, "before they are scaled"),
        (lambda: dequantise(jax.random.key(0), np.array([1.5])), ValueError, r"got 1\.5\.$"),
        (lambda: dequantise(jax.random.key(0), np.array([float("nan")])), ValueError, "whole numbers"),
        (lambda: dequantise(jax.random.key(0), np.array([1]), low=1.0, high=1.0), ValueError, "low < high"),
        (lambda: offset(values=0), ValueError, "at least 1"),
        (lambda: bits_per_dimension(0.0, 0), ValueError, "pixels times channels"),
    ],
)
def test_errors_say_what_to_do(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_one_grey_value_needs_no_bits_on_a_scale_as_wide_as_it():
    assert offset(1, 0.0, 1.0) == 0.0
