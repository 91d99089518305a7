"""The blocks of the networks for images, by NumPy."""

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from truth import shaken

from ddpm.nn import ConvUNet, PatchTransformer, ResidualMLP

RANDOM = np.random.default_rng(0)


def dense(layer, x):
    return x @ np.float64(layer.weight) + np.float64(layer.bias)


def activated(x):
    return x * np.clip(x + 3, 0, 6) / 6


def standardised(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)


def around(x):
    """For each pixel its 3 x 3 neighbourhood, row by row, with 0 beyond the edge."""
    rows, columns, channels = x.shape
    wide = np.zeros((rows + 2, columns + 2, channels))
    wide[1:-1, 1:-1] = x
    return np.array([[wide[i : i + 3, j : j + 3].ravel() for j in range(columns)] for i in range(rows)])


def residual(block, x, told, factor):
    first, second, of_told = block
    return x + dense(second, factor * activated(dense(first, standardised(x)) + dense(of_told, told)))


def convolved(block, x, told, factor):
    h = dense(block.first, around(activated(standardised(x)))) + dense(block.told, told)
    return x + dense(block.second, around(factor * activated(standardised(h))))


def attending(block, x, told, factor):
    """Head by head, and of each patch over all of them."""
    scale_1, shift_1, scale_2, shift_2 = dense(block.told, told).reshape(4, -1)
    seen = standardised(x) * (1 + scale_1) + shift_1
    q, k, v = dense(block.attend, seen).reshape(len(x), 3, block.heads, -1).swapaxes(0, 1)
    joined = np.zeros_like(x)
    for head in range(block.heads):
        for i in range(len(x)):
            weights = np.exp([q[i, head] @ k[j, head] / np.sqrt(q.shape[-1]) for j in range(len(x))])
            part = slice(head * q.shape[-1], (head + 1) * q.shape[-1])
            joined[i, part] = weights / weights.sum() @ v[:, head]
    x = x + dense(block.join, joined)
    return x + dense(block.narrow, factor * activated(dense(block.widen, standardised(x) * (1 + scale_2) + shift_2)))


@pytest.mark.parametrize(
    "make, pick, expected, shape",
    [
        (partial(ConvUNet, widths=(3, 5)), lambda n: n.downs[0][0], convolved, (3, 4, 3)),
        (partial(PatchTransformer, width=6, heads=2, depth=1), lambda n: n.blocks[0], attending, (4, 6)),
    ],
    ids=["convolutions", "attention"],
)
def test_a_block(make, pick, expected, shape):
    block = shaken(pick(make(jax.random.key(0))))
    x, told = (RANDOM.normal(size=size).astype(np.float32) for size in (shape, block.told.weight.shape[:1]))
    found = eqx.filter_jit(lambda block, *rest: block(*rest))(block, jnp.asarray(x), jnp.asarray(told), 1.5)
    np.testing.assert_allclose(found, expected(block, x, told, 1.5), rtol=1e-3, atol=1e-4)


def test_a_residual_perceptron():
    network = shaken(ResidualMLP(jax.random.key(0), (2, 2), width=5, depth=2))
    x = RANDOM.normal(size=(2, 2)).astype(np.float32)
    found, told = eqx.filter_jit(lambda n, x: (n(x, 0.3), n.told(0.3, None, None)))(network, jnp.asarray(x))
    h = dense(network.first, x.ravel())
    for block in network.blocks:
        h = residual(block, h, np.float64(told), 1.0)
    np.testing.assert_allclose(found, dense(network.last, standardised(h)).reshape(2, 2), rtol=1e-3, atol=1e-4)
