"""Two processes on this machine, started by ddpm.scale.launch, train as one does; what one says of its end, all do.

All in one pair of processes, since starting them is most of what this costs."""

import json
import subprocess
import sys

import jax
import numpy as np
import optax
import pytest
from several import environment

import ddpm
from ddpm.data import dots
from ddpm.nn import MLP
from ddpm.scale import Checkpoints, launch
from ddpm.train import denoising, start, train

SCRIPT = """
import sys, time
import jax, jax.numpy as jnp, numpy as np, optax, ddpm
from jax.sharding import Mesh, PartitionSpec as P
from ddpm.data import dots
from ddpm.nn import MLP
from ddpm.scale import fit
from ddpm.train import Batches, denoising, start, train

folder, kind = sys.argv[1:]
say = lambda *words: sys.stdout.write(" ".join(map(str, words)) + chr(10))  # at once, so that none comes in between
adam, task = optax.adam(1e-2), denoising(ddpm.cosine(4), dots())
state = start(jax.random.key(0), MLP(jax.random.key(1), [9, 16], T=4), adam)
mesh = jax.make_mesh((4,), (kind,))
state_after = fit(state, *task, adam, steps=8, every=4, batch=16, average=0.9, mesh=mesh, folder=f"{folder}/run")
assert jax.process_count() == 2 and len(jax.local_devices()) == 2
lies = state_after.network.layers[0].weight.addressable_shards[0].data.shape
assert lies == ((16, 41) if kind == "data" else (4, 41)), lies


class Numbered(Batches):
    bytes = 4

    def examples(self, first, count, every):
        say(jax.process_index(), first, count, every)
        numbers = np.arange(first, first + count, dtype=np.float32)
        return np.where(numbers < 30, numbers, np.nan)


one, mesh = start(jax.random.key(0), jnp.zeros(()), adam), Mesh(np.array(jax.devices()), ("data",))
mean = lambda network, key, batch: network * 0 + batch.mean()
_, losses = train(one, mean, Numbered(), adam, steps=3, batch=8, mesh=mesh)
np.testing.assert_array_equal(losses, [3.5, 11.5, 19.5])
try:  # the numbers that are none are read by the second process
    fit(one, mean, Numbered(), adam, steps=4, batch=8, mesh=mesh, folder=f"{folder}/nan")
except FloatingPointError as error:
    say(jax.process_index(), error)


def looked_at(share):  # on each device at its own share
    if share.max() > 20:
        raise RuntimeError("this device is broken")
    return share.mean()


def mean_of_devices(network, key, batch):
    of_one = lambda share: jax.pure_callback(looked_at, jax.ShapeDtypeStruct((), share.dtype), share)[None]
    return network * 0 + jax.shard_map(of_one, mesh=mesh, in_specs=P("data"), out_specs=P("data"))(batch).mean()


mesh = Mesh(np.array(jax.devices()[::2]), ("data",))  # one device of each process
try:  # that of the second fails in the third step
    fit(one, mean_of_devices, Numbered(), adam, steps=4, batch=8, mesh=mesh, folder=f"{folder}/broken")
except Exception:
    if jax.process_index() == 1:
        raise
time.sleep(1)  # the first is late with its words, and is waited for
say("last words")
sys.stdout.flush()
time.sleep(100)  # for the other, which never comes
"""


# In every run one process has the eight devices (`test_eight_devices`).
@pytest.fixture(scope="module", params=[pytest.param(kind, marks=pytest.mark.slow) for kind in ("fsdp", "data")])
def run(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    (folder / "script.py").write_text(SCRIPT)
    # as a file, which starts the two by its name as a module: a third process that imports JAX would show nothing
    command = [sys.executable, "-P", launch.__file__, "--processes", "2", folder / "script.py", folder, request.param]
    return folder, subprocess.run(command, env=environment(2), capture_output=True, text=True, timeout=300)


ADAM = optax.adam(1e-2)
STATE = start(jax.random.key(0), MLP(jax.random.key(1), [9, 16], T=4), ADAM)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def plain():
    return train(STATE, *denoising(ddpm.cosine(4), dots()), ADAM, steps=8, batch=16, average=0.9)


def test_two_processes_of_two_devices_train_as_one_device_does(run, plain):
    folder, done = run
    logs = [lines(folder / "run" / f"log-{i}.jsonl") for i in range(2)]
    assert [len(log) for log in logs] == [2, 2], done.stderr
    for log in logs:  # 1e-5: float32 sums in another order; the log keeps six digits
        np.testing.assert_allclose([line["loss"] for line in log], plain[1].reshape(2, 4).mean(1), rtol=1e-5)
        assert [line["step"] for line in log] == [4, 8]
        assert all(line["examples_per_s"] == pytest.approx(16 * line["steps_per_s"], rel=1e-4) for line in log)


def test_what_two_processes_have_written_is_read_by_one(run, plain):
    folder, _ = run
    with Checkpoints(folder / "run" / "checkpoints") as checkpoints:
        found = checkpoints.latest(plain[0])
    assert int(found.step) == 8
    one, other = (jax.tree.leaves((s.network, s.average, s.optimiser_state)) for s in (plain[0], found))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-6)


def test_each_process_reads_its_share(run):
    assert {f"{i} {8 * step + 4 * i} 4 8" for i in range(2) for step in range(3)} <= {*run[1].stdout.splitlines()}


def test_a_number_that_is_none_on_one_process_ends_all_with_the_reason(run):
    folder, done = run
    reason = "the loss is nan at step 4"
    assert all(f"{i} {reason}" in done.stdout for i in range(2))
    for i in range(2):
        (last,) = lines(folder / "nan" / f"log-{i}.jsonl")
        assert last["error"].startswith(f"FloatingPointError: {reason}")


def test_a_device_that_fails_in_a_step_ends_all_with_the_reason(run):
    folder, done = run
    reason = "RuntimeError: this device is broken"
    logs = [lines(folder / "broken" / f"log-{i}.jsonl") for i in range(2)]
    assert all([*line] == ["time", "error"] for (line,) in logs) and reason in logs[1][0]["error"]
    assert done.returncode == 1 and reason in done.stderr and "last words" in done.stdout
    assert "Process 1 of 2 has ended with exit status 1; all are ended." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--processes", "0", "x.py"], "--processes must be at least 1; got 0"),
        (["--processes", "2", "--index", "1", "x.py"], "--index and --coordinator belong together"),
        (["--processes", "2", "--index", "2", "--coordinator", "h:1", "x.py"], "--index must lie in 0 ... 1; got 2"),
        (["--processes", "2", "--index", "-1", "--coordinator", "h:1", "x.py"], "--index must lie in 0 ... 1; got -1"),
    ],
)
def test_bad_arguments(arguments, message, capsys):
    with pytest.raises(SystemExit):
        launch.main(arguments)
    assert message in capsys.readouterr().err
