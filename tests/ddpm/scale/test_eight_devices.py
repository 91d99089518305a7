"""Eight devices that one processor plays: training on them is the same within rounding, all lies where it should, and
a run goes on on other numbers of them. All in one process, since starting it and compiling is most of what this costs.

Sums over a batch are taken in another order on several devices. Every addition of n float32 numbers rounds by at most
n times 2^-24 of their size; 1e-5 is ten times that for the batch here, and far below any mistake.

How many bytes are sent is asserted where it is counted, in the chapter book/larger.md at each build.
"""

import json

import numpy as np
import pytest
from several import on_devices

BEGIN = """
import json, re, sys
import jax, jax.numpy as jnp, numpy as np, optax, ddpm
from jax.sharding import Mesh
from ddpm.data import dots
from ddpm.nn import MLP
from ddpm.scale import fit
from ddpm.train import denoising, mixed_precision, program, start, train

adam, task = optax.adam(1e-2), denoising(ddpm.cosine(4), dots())
state = start(jax.random.key(0), MLP(jax.random.key(1), [9, 16], T=4), adam)

def mesh(names, *shape, first=0):
    return Mesh(np.array(jax.devices()[first : first + np.prod(shape)]).reshape(shape), names)

def go(state, mesh, steps, batch=16):
    return train(state, *task, adam, steps=steps, batch=batch, average=0.9, mesh=mesh)

data, fsdp, both = mesh(("data",), 8), mesh(("fsdp",), 8), mesh(("data", "fsdp"), 2, 4)
plain, losses = go(state, None, 6)
"""

PROGRAM = (
    BEGIN
    + """
for kind in (data, fsdp, both):
    if kind is both:
        program.SMALL_DRAW = 0  # drawn in each step, where the others have drawn before the first
    after, found = go(state, kind, 6)
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

# in these three programs slopes and losses are summed and split weights gathered; nothing else is sent
compiled = ["".join(m.to_string() for m in of.hlo_modules()) for of in jax.devices()[0].client.live_executables()]
sent = [{*re.findall(r" (all-[\\w-]+?|reduce-scatter|collective-[\\w-]+?)(?:-start)?\\(", text)} for text in compiled]
copied, *others = sorted(filter(None, sent), key=len)
assert copied == {"all-reduce"} and len(others) == 2, sent
assert all("all-gather" in kinds <= {"all-reduce", "all-gather", "reduce-scatter"} for kinds in others), sent
print("only sums and gathers")

# a mesh whose axes JAX would follow in every operation is taken too
program.SMALL_DRAW = 2**16
if hasattr(jax.sharding, "AxisType"):
    explicit = jax.make_mesh((8,), ("data",), axis_types=(jax.sharding.AxisType.Explicit,))
    np.testing.assert_allclose(go(state, explicit, 6)[1], losses, rtol=1e-5)
print("with axes of any type")

try:
    go(state, data, 6, 12)
except ValueError as error:
    print(error)

# a run that goes on on two devices, then on eight, then on one that is not the first
for steps, laid in ((6, mesh(("fsdp",), 2)), (12, fsdp), (18, mesh(("data",), 1, first=3))):
    at = fit(state, *task, adam, steps=steps, batch=16, average=0.9, folder=sys.argv[1], mesh=laid)
    assert at.step.devices() == at.network.layers[0].weight.devices() == set(laid.devices.flat)
for _ in range(2):
    plain, more = go(plain, None, 6)
    losses = [*losses, *more]
print(json.dumps([float(loss) for loss in losses]))
"""
)

SIXTEEN_BITS = (
    BEGIN
    + """
after, found = train(state, mixed_precision(task[0]), task[1], adam, steps=6, batch=16, mesh=both)
np.testing.assert_allclose(found, losses, rtol=12 * 2**-9)  # tests/ddpm/train/test_precision.py says why
assert after.network.layers[0].weight.dtype == np.float32 and not np.allclose(found, losses, rtol=2**-15)
print("in mixed precision too")
"""
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return folder, on_devices(PROGRAM, folder).splitlines()


def test_eight_devices_train_as_one_does(ran):
    assert ran[1][:-1] == [
        "the same on eight",
        "only sums and gathers",
        "with axes of any type",
        "batch must be a multiple of the 8 devices of the mesh; got 12",
    ]


def test_a_run_goes_on_on_two_devices_then_on_eight_then_on_one(ran):
    folder, printed = ran
    log = [json.loads(line) for line in (folder / "log-0.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [6, 12, 18]
    means = np.reshape(json.loads(printed[-1]), (3, 6)).mean(1)
    np.testing.assert_allclose([line["loss"] for line in log], means, rtol=1e-5)  # and the log's six digits


@pytest.mark.slow
def test_eight_devices_train_in_mixed_precision():
    assert "in mixed precision too" in on_devices(SIXTEEN_BITS)
