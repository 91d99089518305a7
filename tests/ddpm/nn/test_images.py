"""What the three networks for images have in common, seen from outside."""

import re
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from truth import shaken

from ddpm.nn import ConvUNet, PatchTransformer, ResidualMLP

SMALL = {
    "mlp": partial(ResidualMLP, width=16, depth=2, classes=3),
    "unet": partial(ConvUNet, widths=(4, 8), classes=3),
    "transformer": partial(PatchTransformer, width=12, depth=2, heads=3, classes=3),
}
X = jnp.asarray(np.random.default_rng(0).normal(size=(8, 8)), jnp.float32)
MOVE = jnp.asarray([0.5, -0.2, 0.1, 0.0, 0.3])


@pytest.fixture(params=["mlp", *(pytest.param(name, marks=pytest.mark.slow) for name in ("unet", "transformer"))])
def make(request):
    return SMALL[request.param]


@eqx.filter_jit
def asked(network, *arguments):
    return network(*arguments)


def test_untrained_it_answers_0_and_shaken_it_sees_all_that_it_is_told(make):
    network = make(jax.random.key(0))
    assert not asked(network, X, 0.4).any()
    network = shaken(network)
    first = asked(network, X, 0.4, jnp.asarray(1), MOVE)
    assert first.shape == X.shape and np.isfinite(first).all()
    for other in (
        (X, 0.5, jnp.asarray(1), MOVE),
        (X, 0.4, jnp.asarray(2), MOVE),
        (X, 0.4, None, MOVE),
        (X, 0.4, jnp.asarray(1), 2 * MOVE),
        (X.at[7, 0].add(1.0), 0.4, jnp.asarray(1), MOVE),
    ):
        assert np.abs(asked(network, *other) - first).max() > 1e-3
    np.testing.assert_allclose(
        asked(network, X, 0.4), asked(network, X, 0.4, jnp.asarray(3), 0 * MOVE), rtol=1e-4, atol=1e-4
    )


def test_without_a_key_nothing_drops_out(make):
    sure, dropping = (shaken(make(jax.random.key(0), **given)) for given in ({}, {"dropout": 0.5}))
    np.testing.assert_array_equal(asked(sure, X, 0.4), asked(dropping, X, 0.4))
    one, two = (asked(dropping, X, 0.4, None, None, jax.random.key(seed)) for seed in (1, 2))
    assert np.abs(one - two).max() > 1e-3
    np.testing.assert_array_equal(asked(sure, X, 0.4, None, None, jax.random.key(1)), asked(sure, X, 0.4))


def test_at_each_size_as_many_channels_drop_out_as_there_are():
    """On the way down, at the smallest size twice, and on the way up; widths that differ all."""
    network = ConvUNet(jax.random.key(0), widths=(3, 5, 7, 4), dropout=0.5)
    for key in (None, jax.random.key(1)):
        assert jax.eval_shape(network, X, jnp.asarray(0.4), None, None, key).shape == X.shape


def test_a_block_adds_to_what_it_is_given():
    block = SMALL["unet"](jax.random.key(0)).middle[0]  # its second layer starts at 0
    block = eqx.tree_at(lambda block: block.second.bias, block, jnp.ones(8))
    x = jnp.asarray(np.random.default_rng(2).normal(size=(2, 2, 8)), jnp.float32)
    np.testing.assert_allclose(block(x, jnp.zeros(16), 1.0), x + 1, rtol=1e-6)


@pytest.mark.slow
def test_other_shapes(make):
    shape = (4, 8, 3)
    network = shaken(make(jax.random.key(0), shape))
    x = jnp.asarray(np.random.default_rng(1).normal(size=shape), jnp.float32)
    assert asked(network, x, 0.4).shape == shape


def test_far_pixels_reach_each_other(make):
    """Also in the U-Net, at the smallest size; each layer there sees no farther than the neighbours."""
    network = shaken(make(jax.random.key(0)))
    change = asked(network, X.at[0, 0].add(5.0), 0.4) - asked(network, X, 0.4)
    assert abs(float(change[7, 7])) > 1e-5


def test_sizes_that_do_not_fit():
    for shape in ((6, 8), (8, 6)):
        with pytest.raises(ValueError, match=f"halve the image 2 times; rows and columns of {re.escape(str(shape))}"):
            ConvUNet(jax.random.key(0), shape, widths=(4, 8, 8))
    with pytest.raises(ValueError, match="multiple of heads, rows and columns even; got width=10, heads=4"):
        PatchTransformer(jax.random.key(0), width=10)
    for shape in ((7, 8), (8, 7)):
        with pytest.raises(ValueError, match="rows and columns even"):
            PatchTransformer(jax.random.key(0), shape)
