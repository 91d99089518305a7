"""ddpm.flat_random: the numbers of jax.random, and what is cut out of one call."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import kstest

from ddpm.flat_random import (
    above_minus_one,
    integers_from_uniform,
    normal_from_uniform,
    standard_normal,
    uniform_arrays,
)

KEY = jax.random.key(0)


@pytest.mark.parametrize("shape", [(), (5,), (4, 3, 3)])
def test_standard_normal_is_that_of_jax_random(shape, precision):
    ours, theirs = standard_normal(KEY, shape, precision), jax.random.normal(KEY, shape, precision)
    assert ours.shape == shape and ours.dtype == precision
    np.testing.assert_array_equal(ours, theirs)


def test_uniform_arrays_are_one_call_cut_up():
    shapes = (100,), (), (20, 30)
    pieces = uniform_arrays(KEY, shapes)
    assert tuple(piece.shape for piece in pieces) == shapes
    flat = np.concatenate([np.ravel(piece) for piece in pieces])
    np.testing.assert_array_equal(flat, jax.random.uniform(KEY, (701,), minval=-1.0))
    assert kstest(flat, "uniform", (-1, 2)).pvalue > 1e-4


def test_normal_from_uniform_is_what_jax_random_does(precision):
    with jax.default_matmul_precision("highest"):
        (u,) = uniform_arrays(KEY, [(1000,)], precision, above_minus_one(precision))
    assert (u > -1).all()
    np.testing.assert_array_equal(normal_from_uniform(u), jax.random.normal(KEY, (1000,), precision))
    assert np.isfinite(normal_from_uniform(jnp.asarray([above_minus_one(precision)], precision))).all()


def test_integers_are_equally_likely_and_keep_their_range(precision):
    last = 1 - 2 * jnp.finfo(precision).eps + above_minus_one(precision) + 1  # the greatest that the generator makes
    ends = jnp.asarray([above_minus_one(precision), 0.0, last], precision)
    for n in (1, 6, 1000, 60_001):
        np.testing.assert_array_equal(integers_from_uniform(ends, n), [0, n // 2, n - 1])
    (u,) = uniform_arrays(KEY, [(60_000,)], precision)
    counts = np.bincount(integers_from_uniform(u, 6), minlength=6)
    assert (np.abs(counts - 10_000) < 4.5 * np.sqrt(10_000 * 5 / 6)).all()
