"""ddpm.train.mesh on one device; on eight see tests/ddpm/scale/test_eight_devices.py, in two processes
tests/ddpm/scale/test_processes.py."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from truth import shaken

import ddpm
from ddpm.data import dots
from ddpm.nn import MLP
from ddpm.train import Batches, denoising, start, train
from ddpm.train.mesh import copied, share, split
from ddpm.train.program import run

ADAM = optax.adam(1e-2)
TASK = denoising(ddpm.cosine(4), dots())
STATE = start(jax.random.key(0), shaken(MLP(jax.random.key(1), [9, 16], T=4)), ADAM)


def alone(*names):
    return jax.make_mesh((1,) * len(names), names)


def go(state, steps, **more):
    return train(state, *TASK, ADAM, **dict(steps=steps, batch=8) | more)


def test_a_mesh_of_one_device_is_that_device_and_resuming_on_it_is_bit_for_bit():
    plain, losses = go(STATE, 12)
    mesh = alone("data", "fsdp")
    whole, found = go(STATE, 12, mesh=mesh)
    np.testing.assert_array_equal(found, losses)
    half, first = go(STATE, 6, mesh=mesh)
    half, second = go(half, 6, mesh=mesh)
    np.testing.assert_array_equal([*first, *second], found)
    for one, other in zip(*(jax.tree.leaves((s.network, s.optimiser_state)) for s in (whole, half)), strict=True):
        np.testing.assert_array_equal(one, other)
    assert int(STATE.step) == 0 and np.isfinite(STATE.network.layers[0].weight).all()  # the caller's state is kept


def test_arrays_are_split_along_their_longest_axis_that_can_be(unchecked):
    mesh = jax.sharding.AbstractMesh  # shapes are enough, and this process has one device
    try:
        eight = mesh((4,), ("fsdp",))
    except TypeError:  # older
        eight = mesh((("fsdp", 4),))
    P = jax.sharding.PartitionSpec
    for shape, spec in (((8, 16), P(None, "fsdp")), ((16, 8), P("fsdp")), ((8, 9), P("fsdp")), ((8, 8), P("fsdp"))):
        assert split(eight, shape).spec == spec
    for shape in ((), (3,), (9, 5), (0,)):
        assert split(eight, shape).spec == P()
    assert copied(eight).spec == P()


def test_each_process_has_an_equal_share_in_order(unchecked, monkeypatch):
    def devices_of(*owners):
        return SimpleNamespace(devices=np.array([[SimpleNamespace(process_index=owner) for owner in owners]]))

    for process, found in ((1, (0, 2)), (4, (1, 2))):
        monkeypatch.setattr("jax.process_index", lambda: process)
        assert share(devices_of(1, 1, 4, 4)) == found
    for owners in ((0, 1, 0, 1), (1, 1, 0, 0), (0, 0, 1), (0, 0, 1, 2, 2, 2)):
        with pytest.raises(ValueError, match="same number of devices of each process, in order; got "):
            share(devices_of(*owners))


class Numbered(Batches):
    """Example i is filled with i; not a number from one of them on."""

    bytes = 4 * 9

    def __init__(self, bad=10**9):
        self.asked, self.bad = [], bad

    def examples(self, first, count, every):
        self.asked.append((first, count, every))
        numbers = np.arange(first, first + count, dtype=np.float32)
        return np.where(numbers < self.bad, numbers, np.nan)[:, None] * np.ones(9, np.float32)


def mean_of(network, key, batch):
    return network * 0 + batch.mean()


@pytest.mark.parametrize("mesh", [None, "data"])
def test_batches_from_outside_are_those_of_the_step(mesh, monkeypatch):
    source, options = Numbered(), dict(batch=4, mesh=mesh and alone(mesh))
    begun = start(jax.random.key(0), jnp.zeros(()), ADAM)
    whole, losses = train(begun, mean_of, source, ADAM, steps=7, **options)
    np.testing.assert_array_equal(losses, 4 * np.arange(7) + 1.5)
    assert source.asked == [(4 * step, 4, 4) for step in range(7)]
    monkeypatch.setattr("ddpm.train.batches.AT_ONCE", 2 * 4 * 9 * 4)  # two batches
    half, first = train(begun, mean_of, source, ADAM, steps=3, **options)  # two and one
    half, second = train(half, mean_of, source, ADAM, steps=4, **options)
    np.testing.assert_array_equal([*first, *second], losses)
    assert source.at_once(4) == 2 and source.at_once(10**6) == 1


def test_a_number_that_is_none_in_a_batch_stops_and_names_the_step():
    with pytest.raises(FloatingPointError, match="nan at step 6:"):
        train(start(jax.random.key(0), jnp.zeros(()), ADAM), mean_of, Numbered(bad=20), ADAM, steps=7, batch=4)


def test_the_same_losses_from_batches_as_from_draws(unchecked):
    """A loss that draws the noise itself, on the examples that `draw` would have drawn."""

    class Drawn(Batches):
        bytes = 4

        def examples(self, first, count, every):
            return jax.tree.map(np.asarray, TASK[1](jax.random.fold_in(STATE.key, first // 8), 8))

    plain, losses = go(STATE, 12)
    _, found = train(STATE, TASK[0], Drawn(), ADAM, steps=12, batch=8)
    np.testing.assert_allclose(found, losses, rtol=1e-5)


@pytest.mark.parametrize(
    ("mesh", "batch", "error", "message"),
    [
        ("data", 8, TypeError, r"mesh must be a jax.sharding.Mesh; got str\. jax\.make_mesh"),
        (alone("model"), 8, ValueError, r'"data" .* or "fsdp" .*; got \(\'model\',\)'),
    ],
)
def test_bad_meshes(mesh, batch, error, message, unchecked):
    with pytest.raises(error, match=message):
        go(STATE, 3, mesh=mesh, batch=batch)


def test_without_a_mesh_nothing_is_laid(monkeypatch):
    monkeypatch.setattr(jax.lax, "with_sharding_constraint", None)
    run.lower((*TASK, ADAM), STATE, 3, 8, None)
