"""ddpm.train.mesh: on however many devices, training is the same within rounding, and everything lies where it should.

Sums over a batch are taken in another order on several devices. Every addition of n float32 numbers rounds by at most
n times 2^-24 of their size; 1e-5 is forty times that for the batches here, and far below any mistake.
"""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from several import on_devices
from truth import shaken

import ddpm
from ddpm.data import dots
from ddpm.nn import MLP
from ddpm.train import Batches, denoising, start, train
from ddpm.train.mesh import copied, split
from ddpm.train.program import run

ADAM = optax.adam(1e-2)
TASK = denoising(ddpm.cosine(4), dots())
STATE = start(jax.random.key(0), shaken(MLP(jax.random.key(1), [9, 16], T=4)), ADAM)

SAME = """
import re
from dataclasses import replace
import jax, jax.numpy as jnp, numpy as np, optax, ddpm
from jax.sharding import Mesh
from ddpm.data import dots
from ddpm.nn import MLP
from ddpm.train import denoising, mixed_precision, start, train
from ddpm.train.mesh import put
from ddpm.train.program import run

adam, task = optax.adam(1e-2), denoising(ddpm.cosine(4), dots())
state = start(jax.random.key(0), MLP(jax.random.key(1), [9, 16], T=4), adam)

def mesh(names, *shape):
    return Mesh(np.array(jax.devices()[: np.prod(shape)]).reshape(shape), names)

def go(state, mesh, steps, batch=16):
    return train(state, *task, adam, steps=steps, batch=batch, average=0.9, mesh=mesh)

data, fsdp, both = mesh(("data",), 8), mesh(("fsdp",), 8), mesh(("data", "fsdp"), 2, 4)
for batch in (16, 1000):  # drawn before the first step, and in each
    plain, losses = go(state, None, 6, batch)
    of_16 = losses if batch == 16 else of_16
    for kind in (data, fsdp, both) if batch == 16 else (both,):
        after, found = go(state, kind, 6, batch)
        np.testing.assert_allclose(found, losses, rtol=1e-5)
        for tree in ("network", "average"):
            one, other = (jax.tree.leaves(getattr(of, tree)) for of in (plain, after))
            for a, b in zip(one, other, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-6)
        # the weights of 16 x 41: 41 is odd, so the 16 rows are split; of 9 x 16 the columns; nine biases cannot be
        first, last = after.network.layers[0], after.network.layers[-1]
        moment = after.optimiser_state[0].mu.layers[0].weight
        parts = dict(kind.shape).get("fsdp", 1)
        for array, shape in ((first.weight, (16 // parts, 41)), (moment, (16 // parts, 41)),
                             (after.average.layers[0].weight, (16 // parts, 41)), (last.weight, (9, 16 // parts)),
                             (last.bias, (9,)), (after.step, ())):
            assert len(array.sharding.device_set) == 8 and {s.data.shape for s in array.addressable_shards} == {shape}
print("the same on eight")

# in 16 bits: test_precision.py says by how much that rounds
after, found = train(state, mixed_precision(task[0]), task[1], adam, steps=6, batch=16, mesh=both)
np.testing.assert_allclose(found, of_16, rtol=12 * 2**-9)
assert after.network.layers[0].weight.dtype == np.float32 and not np.allclose(found, of_16, rtol=2**-15)
print("in mixed precision too")

# what is sent: slopes and one loss are summed; split weights are gathered before
averaged = replace(state, average=state.network)  # of the same programs as above, which are compiled
for kind, gathers in ((data, False), (fsdp, True)):
    program = run.lower((*task, adam), put(averaged, kind), 6, 16, 0.9, kind).compile().compiled.as_text()
    assert re.search(r"all-reduce(-start)?\\(", program)
    assert bool(re.search(r"all-gather(-start)?\\(", program)) is gathers
    assert not re.search(r"(all-to-all|collective-permute)(-start)?\\(", program)
print("only sums and gathers")

# a mesh whose axes JAX would follow in every operation is taken too
if hasattr(jax.sharding, "AxisType"):
    explicit = jax.make_mesh((8,), ("data",), axis_types=(jax.sharding.AxisType.Explicit,))
    np.testing.assert_allclose(go(state, explicit, 6)[1], of_16, rtol=1e-5)
print("with axes of any type")

try:
    go(state, data, 6, 12)
except ValueError as error:
    print(error)
"""


def test_eight_devices_train_as_one_does():
    assert on_devices(SAME).splitlines() == [
        "the same on eight",
        "in mixed precision too",
        "only sums and gathers",
        "with axes of any type",
        "batch must be a multiple of the 8 devices of the mesh; got 12",
    ]


def alone(*names):
    return jax.make_mesh((1,) * len(names), names)


def go(state, steps, **more):
    return train(state, *TASK, ADAM, **dict(steps=steps, batch=8) | more)


def test_a_mesh_of_one_device_is_that_device_and_resuming_on_it_is_bit_for_bit():
    plain, losses = go(STATE, 12)
    mesh = alone("data", "fsdp")
    whole, found = go(STATE, 12, mesh=mesh)
    np.testing.assert_allclose(found, losses, rtol=1e-5)
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
