"""ddpm.scale.fit and ddpm.scale.checkpoints: what is kept, and when it is killed. On other numbers of devices: see
test_eight_devices.py."""

import inspect
import json
import os
import signal
from dataclasses import replace

import jax
import numpy as np
import optax
import pytest
from several import on_devices

import ddpm
from ddpm.data import dots
from ddpm.nn import MLP
from ddpm.scale import Checkpoints, fit
from ddpm.train import denoising, start, train

ADAM = optax.adam(1e-2)
TASK = denoising(ddpm.cosine(4), dots())
LIKE = dict(batch=8, average=0.9)  # in most tests, so that one compiled program serves them


def begin(width=16, seed=0):
    return start(jax.random.key(seed), MLP(jax.random.key(1), [9, width], T=4), ADAM)


def lines(folder):
    return [json.loads(line) for line in (folder / "log-0.jsonl").read_text().splitlines()]


def same(one, other):
    leaves = [jax.tree.leaves(replace(state, key=jax.random.key_data(state.key))) for state in (one, other)]
    return all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in zip(*leaves, strict=True))


@pytest.fixture(scope="module")
def undisturbed():
    return train(begin(), *TASK, ADAM, steps=12, **LIKE)


def test_in_parts_it_is_the_whole_bit_for_bit(tmp_path, undisturbed):
    state, (whole, losses) = begin(), undisturbed
    options = dict(every=4, **LIKE)
    part = fit(state, *TASK, ADAM, steps=6, folder=tmp_path, **options)
    assert int(part.step) == 6 and int(state.step) == 0
    after = fit(state, *TASK, ADAM, steps=12, folder=tmp_path, **options)
    assert same(after, whole)
    assert same(fit(state, *TASK, ADAM, steps=12, folder=tmp_path, **options), whole)  # nothing left to do
    log = lines(tmp_path)
    assert [line["step"] for line in log] == [4, 6, 10, 12]
    means = [losses[a:b].mean() for a, b in ((0, 4), (4, 6), (6, 10), (10, 12))]
    np.testing.assert_allclose([line["loss"] for line in log], means, rtol=1e-5)
    assert sorted(int(path.name) for path in (tmp_path / "checkpoints").iterdir()) == [10, 12]


def test_a_last_step_alone_is_taken_and_what_was_taken_stands_in_the_log_at_once(tmp_path, monkeypatch):
    written = []

    def taken(state, *_, steps, **__):
        written.append(lines(tmp_path))
        return replace(state, step=state.step + steps), np.zeros(steps)

    monkeypatch.setattr("ddpm.scale.fitting.train", taken)
    assert int(fit(begin(), *TASK, ADAM, steps=5, every=2, folder=tmp_path, batch=8).step) == 5
    assert [[line["step"] for line in so_far] for so_far in written] == [[], [2], [2, 4]]


def test_keys_of_the_old_kind_are_kept_too(tmp_path):
    state = start(jax.random.PRNGKey(3), begin().network, ADAM)
    with Checkpoints(tmp_path) as checkpoints:
        assert checkpoints.latest(state) is state
        checkpoints.save(state)
    with Checkpoints(tmp_path) as checkpoints:
        found = checkpoints.latest(start(jax.random.PRNGKey(4), begin().network, ADAM))
    np.testing.assert_array_equal(found.key, state.key)


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    fit(begin(), *TASK, ADAM, steps=2, folder=tmp_path, **LIKE)
    for state in (replace(begin(17), average=begin(17).network), begin()):
        with Checkpoints(tmp_path / "checkpoints") as checkpoints:
            with pytest.raises(ValueError, match=r"checkpoint of step 2 in .* is of another network or optimiser"):
                checkpoints.latest(state)


def test_an_error_is_in_the_log(tmp_path):
    def loss(network, key, batch):
        return network / 0

    state = start(jax.random.key(0), jax.numpy.ones(()), ADAM)
    with pytest.raises(FloatingPointError):
        fit(state, loss, TASK[1], ADAM, steps=2, folder=tmp_path, batch=8)
    assert lines(tmp_path)[-1]["error"].startswith("FloatingPointError: the loss is inf at step 1")


def test_that_the_last_checkpoint_could_not_be_written_is_in_the_log(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Checkpoints, "__exit__", full)
    with pytest.raises(OSError, match="No space left"):
        fit(begin(), *TASK, ADAM, steps=2, folder=tmp_path, **LIKE)
    assert [line.get("step", line.get("error")) for line in lines(tmp_path)] == [
        2,
        "OSError: [Errno 28] No space left on device",
    ]


KILLED = """
import os, random, signal, sys, time
import jax, optax, ddpm
import orbax.checkpoint
from ddpm.data import dots
from ddpm.nn import MLP
from ddpm.scale import fit
from ddpm.train import denoising, start

def train(steps):
    adam = optax.adam(1e-2)
    state = start(jax.random.key(0), MLP(jax.random.key(1), [9, 16], T=4), adam)
    return fit(state, *denoising(ddpm.cosine(4), dots()), adam, steps=steps, every=10, batch=8, folder=sys.argv[1])

log, rng = os.path.join(sys.argv[1], "log-0.jsonl"), random.Random(int(sys.argv[2]))
for _ in range(int(sys.argv[3])):
    size = os.path.getsize(log) if os.path.exists(log) else 0
    child = os.fork()  # before JAX has started, so that each child starts its own
    if not child:
        sys.stderr = open(os.devnull, "w")
        train(10**9)
    while not os.path.exists(log) or os.path.getsize(log) <= size:  # one stretch at least
        time.sleep(0.005)
    time.sleep(rng.uniform(0, 0.3))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print(sum(1 for line in open(log)), flush=True)
"""


@pytest.mark.slow
def test_killed_twenty_times_at_random_moments_nothing_is_lost(tmp_path):
    folder, times, seed = tmp_path, 20, 1
    counts = [int(line) for line in on_devices(KILLED, folder, seed, times, devices=1).splitlines()]
    steps = [line["step"] for line in lines(folder)]
    ends = [steps[a:b] for a, b in zip([0, *counts], counts)]
    assert len(ends) == times and all(ends)
    for before, after in zip(ends, ends[1:]):
        # what the log says of a step is written when its checkpoint has begun, and that of the stretch before is there
        assert before[-1] - 10 <= after[0] - 10 <= before[-1] + 10, (before, after)
    state = fit(begin(), *TASK, ADAM, steps=(end := 10 * (max(steps) // 10 + 2)), every=10, batch=8, folder=folder)
    whole, losses = train(begin(), *TASK, ADAM, steps=end, batch=8)
    assert same(state, whole)
    for line in lines(folder):
        assert line["loss"] == pytest.approx(losses[line["step"] - 10 : line["step"]].mean(), rel=1e-5)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_keeps_what_there_is(tmp_path, monkeypatch, capsys, undisturbed):
    from ddpm.train import loop

    real, calls = loop.run, []

    def interrupted(*arguments):
        calls.append(0)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return real(*arguments)

    monkeypatch.setattr("ddpm.train.loop.run", interrupted)
    monkeypatch.setattr("ddpm.scale.fitting.train", lambda *a, **k: train(*a, **k, chunk=2))
    state = fit(begin(), *TASK, ADAM, steps=20, every=10, folder=tmp_path, **LIKE)
    assert int(state.step) == 4 == lines(tmp_path)[-1]["step"] and "Interrupted" in capsys.readouterr().err
    monkeypatch.undo()
    assert same(fit(begin(), *TASK, ADAM, steps=12, every=4, folder=tmp_path, **LIKE), undisturbed[0])


def test_what_is_given_by_its_name():
    parameters = inspect.signature(fit).parameters.values()
    assert [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY] == ["state", "loss", "draw", "optimiser"]
