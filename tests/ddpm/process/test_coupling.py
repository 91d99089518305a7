"""ddpm.process.coupling: the best of all orders, by trying all; what stays as it was."""

from itertools import permutations

import numpy as np
import pytest

from ddpm.process import minibatch_coupling


def cost(x_0, noise):
    return np.sum((x_0 - noise) ** 2)


def test_no_order_of_a_batch_costs_less():
    x_0, noise = np.random.default_rng(0).normal(size=(2, 15, 3, 2))
    coupled = minibatch_coupling(x_0, noise, batch=5)
    for start in range(0, 15, 5):
        part = slice(start, start + 5)
        best = min(cost(x_0[part], noise[part][list(order)]) for order in permutations(range(5)))
        assert cost(x_0[part], coupled[part]) == pytest.approx(best)
        assert sorted(map(tuple, coupled[part].reshape(5, -1))) == sorted(map(tuple, noise[part].reshape(5, -1)))


def test_of_one_pixel_it_sorts():
    x_0, noise = np.random.default_rng(1).normal(size=(2, 64))
    coupled = minibatch_coupling(x_0, noise, batch=64)
    assert (np.argsort(coupled) == np.argsort(x_0)).all()
    np.testing.assert_array_equal(minibatch_coupling(x_0, noise, batch=1), noise)


def test_what_is_refused(unchecked):
    with pytest.raises(ValueError, match="batches of 4"):
        minibatch_coupling(np.zeros(6), np.zeros(6), 4)
    with pytest.raises(ValueError, match="noise"):
        minibatch_coupling(np.zeros(6), np.zeros(5), 1)
    with pytest.raises(ValueError, match="batch"):
        minibatch_coupling(np.zeros(6), np.zeros(6), 0)
