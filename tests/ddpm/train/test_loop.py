"""ddpm.train.loop: what is kept, what resumes, and what may go wrong."""

import inspect
import os
import signal
import threading
import time
from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from readers import printed
from tqdm import tqdm
from truth import shaken

import ddpm
from ddpm.data import dot
from ddpm.nn import MLP
from ddpm.train import batch_loss, denoising, draw_batch, labelled, program_text, start, train, v_loss
from ddpm.train.program import run

SCHEDULE = ddpm.Schedule.from_betas([0.1, 0.2, 0.3, 0.4])
NETWORK = shaken(MLP(jax.random.key(1), [9, 16], T=4))
ADAM = optax.adam(1e-2)
TASK = denoising(SCHEDULE, dot()[None])
RUN = dict(batch=8, chunk=10)  # one size for all tests, so that the program is compiled once


def begin(seed=0):
    return start(jax.random.key(seed), NETWORK, ADAM)


def same(one, other):
    """Equal bit for bit."""
    leaves = [
        [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(replace(state, key=jax.random.key_data(state.key)))]
        for state in (one, other)
    ]
    return leaves[0] == leaves[1]


def go(state, steps, **more):
    return train(state, *TASK, ADAM, steps=steps, **RUN | more)


def test_training_approaches_the_optimum():
    state, losses = go(begin(), 600, chunk=600)
    assert losses[:10].mean() > 0.5 and losses[-100:].mean() < 0.15  # the optimum is 0


@pytest.mark.parametrize("parts", [(10, 30), (15, 25)])
def test_resuming_equals_going_through_bit_for_bit(parts, whole):
    state, one = go(begin(), parts[0], average=0.9)
    state, other = go(state, parts[1], average=0.9)
    assert same(state, whole[0])
    np.testing.assert_array_equal(np.concatenate([one, other]), whole[1])


SINGLE = """
import jax, numpy as np, optax, ddpm
from ddpm.data import dot
from ddpm.nn import MLP
from ddpm.train import denoising, start, train

task, adam = denoising(ddpm.cosine(4), dot()[None]), optax.adam(1e-2)
begun = start(jax.random.key(0), MLP(jax.random.key(1), [9, 16], T=4), adam)

def go(state, steps):
    return train(state, *task, adam, steps=steps, batch=8, chunk=10, average=0.9)

whole, first = go(begun, 40), go(begun, 39)
last = go(first[0], 1)
for of_whole, of_parts in zip(*(jax.tree.leaves((state.network, state.average)) for state, _ in (whole, last))):
    np.testing.assert_array_equal(of_whole, of_parts)
np.testing.assert_array_equal(whole[1], [*first[1], *last[1]])
print("the same")
"""


@pytest.mark.slow
def test_a_single_last_step_is_the_same_bit_for_bit_with_the_compiler_as_readers_have_it():
    """A loop of one step is compiled otherwise; the tests' own settings of XLA round it in another way."""
    assert printed(SINGLE) == "the same\n"


@pytest.fixture(scope="module")
def whole():
    return go(begin(), 40, average=0.9)


def test_a_saved_state_goes_on_bit_for_bit(whole, tmp_path):
    state, _ = go(begin(), 20, average=0.9)
    leaves, structure = jax.tree.flatten(state)
    np.savez(tmp_path / "state.npz", *[jax.random.key_data(leaf) if leaf is state.key else leaf for leaf in leaves])
    with np.load(tmp_path / "state.npz") as file:
        read = [jnp.asarray(array) for array in file.values()]
    read[-1] = jax.random.wrap_key_data(read[-1])
    assert same(go(jax.tree.unflatten(structure, read), 20, average=0.9)[0], whole[0])


def test_the_key_decides(whole):
    assert not same(go(begin(seed=1), 40, average=0.9)[0], whole[0])
    assert same(go(begin(), 40, average=0.9)[0], whole[0])


def test_the_average_does_not_change_the_training(whole):
    state, losses = go(begin(), 40)
    np.testing.assert_array_equal(losses, whole[1])
    assert state.average is None and not np.array_equal(
        whole[0].average.layers[0].weight, whole[0].network.layers[0].weight
    )


def test_the_callers_state_is_not_consumed():
    state, weights = begin(), [np.array(leaf) for leaf in jax.tree.leaves(NETWORK)]
    first, _ = go(state, 10)
    again, _ = go(state, 10)  # the same buffers once more
    assert same(first, again) and int(state.step) == 0
    for leaf, before in zip(jax.tree.leaves(NETWORK), weights, strict=True):
        np.testing.assert_array_equal(leaf, before)
    further, _ = go(first, 10)
    assert np.isfinite(first.network.layers[0].weight).all() and int(further.step) == 20


def test_a_loss_that_is_not_finite_stops_and_names_the_step():
    poison = optax.chain(optax.sgd(0.0), optax.stateless(lambda g, p: g), at_step(14, jnp.nan))
    state = start(jax.random.key(0), NETWORK, poison)
    # The 15th update spoils the weights, so the loss of step 16 is the first that shows it; chunks of 10.
    with pytest.raises(FloatingPointError, match=r"the loss is nan at step 16: .* smaller learning rate"):
        train(state, *TASK, poison, steps=40, **RUN)
    assert same(state, start(jax.random.key(0), NETWORK, poison))  # and nothing is changed
    state, _ = train(state, *TASK, poison, steps=7, **RUN)
    with pytest.raises(FloatingPointError, match="step 16:"):
        train(state, *TASK, poison, steps=40, **RUN)


def at_step(step, value):
    """An optimiser's update that becomes `value` at one step, the first being 0."""

    def update(updates, count, params=None):
        return jax.tree.map(lambda u: jnp.where(count == step, value, u), updates), count + 1

    return optax.GradientTransformation(lambda params: jnp.asarray(0), update)


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("late", [False, True])
def test_ctrl_c_keeps_what_there_is(late, monkeypatch, capsys):
    go(begin(), 10)  # compiled
    calls = []

    def interrupted(*arguments):
        result = run(*arguments)
        calls.append(0)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)  # the signal arrives while the results of the program are not yet assigned
        return result

    monkeypatch.setattr("ddpm.train.loop.run", interrupted)
    state, losses = go(begin(), 40 if not late else 30)
    assert int(state.step) == 30 == len(losses)
    assert ("Interrupted after 30 of 40 steps" in capsys.readouterr().err) is not late
    monkeypatch.undo()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    expected, all_losses = go(begin(), 40)
    further, rest = go(state, 10)
    assert same(further, expected)
    np.testing.assert_array_equal(np.concatenate([losses, rest]), all_losses)


def test_training_in_another_thread():
    results = []
    thread = threading.Thread(target=lambda: results.append(go(begin(), 10)))
    thread.start()
    thread.join()
    assert int(results[0][0].step) == 10


def test_a_progress_bar_with_the_loss_on_long_runs_only(monkeypatch, capsys):
    go(begin(), 40)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("ddpm.train.loop.SECONDS_BEFORE_THE_BAR", 0)
    monkeypatch.setattr("ddpm.train.loop.run", lambda *arguments: (time.sleep(0.15), run(*arguments))[1])
    go(begin(), 40)
    shown = capsys.readouterr().err
    assert "30/40" in shown and "loss=" in shown


def test_without_a_bar_it_goes_all_the_way_too(monkeypatch, whole):
    monkeypatch.setattr("tqdm.tqdm", partial(tqdm, disable=True))
    assert same(go(begin(), 40, average=0.9)[0], whole[0])


def test_a_number_is_no_key(unchecked):
    with pytest.raises(TypeError, match=r"key must be a JAX random key; got 3\. Make one: jax.random.key\(3\)"):
        start(3, NETWORK, ADAM)


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        (dict(steps=0), ValueError, "steps must be at least 1; got 0"),
        (dict(batch=0), ValueError, "batch must be at least 1; got 0"),
        (dict(chunk=0), ValueError, "chunk must be at least 1; got 0"),
        (dict(steps=1.5), TypeError, "steps must be an integer; got 1.5"),
        (dict(average=1.0), ValueError, r"average.*\[0, 1\); got 1.0"),
        (dict(average=-0.5), ValueError, r"average.*\[0, 1\); got -0.5"),
        (dict(average=0.0, mesh="none"), TypeError, "mesh must be"),
        (dict(average=-0.1), ValueError, r"average.*\[0, 1\); got -0.1"),
        (
            dict(loss=SCHEDULE),
            TypeError,
            r"loss must be a function loss\(network, key, batch\); got Schedule.*denoising",
        ),
        (
            dict(draw=dot()),
            TypeError,
            r"draw must be a function draw\(key, batch\); got .*The order is train\(state, loss",
        ),
        (dict(loss=TASK[1], draw=TASK[0]), TypeError, r"loss must be .*; got "),
        (dict(draw=lambda key, batch: jnp.ones(())), ValueError, r"batch = 8 as its first axis; got \[\(\)\]"),
        (dict(draw=lambda key, batch: (jnp.ones(8), jnp.ones((7, 8)))), ValueError, r"got \[\(8,\), \(7, 8\)\]"),
        (dict(draw=lambda key, batch: None), ValueError, r"first axis; got \[\]"),
        (dict(loss=lambda network, key, batch: batch[2].sum((1, 2))), ValueError, r"one number.*; got shape \(8,\)"),
    ],
)
def test_bad_input(more, error, message, unchecked):
    arguments = dict(zip(("loss", "draw"), TASK)) | dict(optimiser=ADAM, steps=10, **RUN) | more
    with pytest.raises(error, match=message):
        train(begin(), **arguments)


@pytest.mark.parametrize(
    "function, by_position",
    [
        (train, ["state", "loss", "draw", "optimiser"]),
        (program_text, ["state", "loss", "draw", "optimiser"]),
        (labelled, ["path", "images", "labels"]),
        (batch_loss, ["network", "key", "batch"]),
        (v_loss, ["network", "key", "batch"]),
        (draw_batch, ["key", "batch"]),
    ],
)
def test_what_else_is_given_by_its_name(function, by_position):
    """As in steps=5000: nobody can mistake one number for another, or what `train` hands over for what is bound."""
    parameters = inspect.signature(function).parameters.values()
    assert [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD] == by_position
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters if p.name not in by_position)
