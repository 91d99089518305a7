"""ddpm.train.precision: products in 16 bits, there and back; what is kept, and added to, in 32."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from some import some
from truth import shaken

import ddpm
from ddpm.data import dots
from ddpm.nn import MLP, ConvUNet, Denoiser, InTime, PatchTransformer, ResidualMLP, UNet
from ddpm.path import cosine_path
from ddpm.train import denoising, flow_matching, labelled, mixed_precision, start, train

KEY, PATH, SCHEDULE = jax.random.key(0), cosine_path(), ddpm.cosine(4)
ADAM = optax.adam(1e-2)
TASK = denoising(SCHEDULE, dots())
STATE = start(KEY, shaken(MLP(jax.random.key(1), [9, 16], T=4)), ADAM)
OF_IMAGES = labelled(PATH, jnp.zeros((2, 4, 4)), jnp.arange(2), reach=1.0)


def products(jaxpr):
    """The precisions of the factors in all products of a program."""
    for equation in jaxpr.eqns:
        if equation.primitive.name == "dot_general":
            yield {str(variable.aval.dtype) for variable in equation.invars}
        for value in equation.params.values():
            if hasattr(inner := getattr(value, "jaxpr", value), "eqns"):
                yield from products(inner)


NETWORKS = {
    ("noise", "MLP"): lambda: (MLP(KEY, [9, 8], T=4), TASK),
    ("noise", "UNet"): lambda: (UNet(KEY, [10, 8], T=4), TASK),
    ("noise", "Denoiser"): lambda: (Denoiser(KEY, [9, 8], SCHEDULE), TASK),
    ("velocity", "InTime"): lambda: (InTime(KEY, [9, 8]), flow_matching(PATH, dots())),
    ("v", "PatchTransformer"): lambda: (PatchTransformer(KEY, (4, 4), 2, 8, 1, 2, dropout=0.5), OF_IMAGES),
    ("v", "ConvUNet"): lambda: (ConvUNet(KEY, (4, 4), 2, (4, 4), dropout=0.5), OF_IMAGES),
    ("v", "ResidualMLP"): lambda: (ResidualMLP(KEY, (4, 4), 2, 8, 1, dropout=0.5), OF_IMAGES),
}


@pytest.mark.parametrize("says, name", some(NETWORKS, every=3, slow=["PatchTransformer"]))
def test_all_products_of_a_network_are_of_16_bits_there_and_back(says, name, unchecked):
    network, (loss, draw) = NETWORKS[says, name]()
    weights, others = eqx.partition(network, eqx.is_inexact_array)
    batch = draw(KEY, 2)

    def factors(loss):
        gradient = jax.grad(lambda weights: loss(eqx.combine(weights, others), KEY, batch))
        return list(products(jax.make_jaxpr(gradient)(weights).jaxpr))

    found, wide = factors(mixed_precision(loss)), factors(loss)
    assert len(found) == len(wide) >= 5
    assert all(factor == {"float32"} for factor in wide) and all(factor == {"bfloat16"} for factor in found)


@pytest.mark.slow
def test_the_losses_are_those_of_32_bits_within_the_rounding():
    """A weight, what it is multiplied by and the result are each rounded by at most 2^-9 of their size. In two layers
    that makes at most six times as much of a prediction, whose square is part of the loss: twice that, 2.4%."""
    options = dict(steps=20, batch=64, average=0.9)
    _, losses = train(STATE, *TASK, ADAM, **options)
    state, found = train(STATE, mixed_precision(TASK[0]), TASK[1], ADAM, **options)
    apart = np.abs(found / losses - 1)
    assert 2**-15 < apart.max() < 12 * 2**-9  # a sum in another order changes less
    kept = state.network, state.average, state.optimiser_state
    assert {leaf.dtype.name for leaf in jax.tree.leaves(kept) if leaf.ndim} == {"float32"}


def test_steps_that_16_bits_would_round_away_are_taken():
    sgd = optax.sgd(0.001)
    loss = mixed_precision(lambda weight, key, batch: -weight)
    state, losses = train(start(KEY, jnp.ones(()), sgd), loss, lambda key, n: jnp.zeros(n), sgd, steps=100, batch=1)
    assert float(state.network) == pytest.approx(1.1, abs=1e-4)
    assert float(losses[-1]) == float(-jnp.bfloat16(1.099))  # of the rounded weight
