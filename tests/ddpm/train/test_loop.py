"""ddpm.train: the gradient, the whole of it against a loop written out, and what may go wrong."""

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
from tqdm import tqdm
from truth import Z, shaken

import ddpm
from ddpm.data import dot, dots
from ddpm.nn import MLP, UNet
from ddpm.train.interrupt import Interrupts
from ddpm.train.loop import _run, draw_batch, start, train, training_loss

SCHEDULE = ddpm.Schedule.from_betas([0.1, 0.2, 0.3, 0.4])
NETWORK = shaken(MLP(jax.random.key(1), [9, 16], T=4))
ADAM = optax.adam(1e-2)
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


def go(state, steps, data=None, **more):
    return train(state, SCHEDULE, dot()[None] if data is None else data, ADAM, steps=steps, **RUN | more)


def test_training_loss_is_line_5_of_algorithm_1():
    x_0, noise = np.random.default_rng(0).normal(size=(2, 3, 3)).astype(np.float32)
    alpha_bar = 0.9 * 0.8 * 0.7
    for t, scale in ((3, 0.5), (3, -2.0)):
        x_t = np.sqrt(alpha_bar) * x_0 + np.sqrt(1 - alpha_bar) * noise
        expected = np.mean((noise - scale * x_t) ** 2)
        assert float(training_loss(SCHEDULE, lambda x, t: scale * x, x_0, t, noise)) == pytest.approx(
            expected, rel=1e-5
        )


def test_gradient_against_finite_differences():
    with jax.enable_x64(True):
        schedule = ddpm.Schedule.from_betas([0.1, 0.2, 0.3, 0.4])
        x_0, noise = np.random.default_rng(2).normal(size=(2, 5, 3, 3))
        t = np.array([1, 2, 3, 4, 2])
        for network in (
            MLP(jax.random.key(1), [9, 6], T=4),
            UNet(jax.random.key(2), [10, 12, 14], T=4, activation=jnp.tanh),
        ):
            network = shaken(network)

            @jax.jit
            def loss(network):
                return jnp.mean(jax.vmap(training_loss, (None, None, 0, 0, 0))(schedule, network, x_0, t, noise))

            gradient = jax.jit(jax.grad(loss))(network)
            direction = jax.tree.map(lambda leaf: np.random.default_rng(leaf.size).normal(size=leaf.shape), network)
            slope = sum(jnp.vdot(g, d) for g, d in zip(jax.tree.leaves(gradient), jax.tree.leaves(direction)))
            h = 1e-5
            ahead, behind = (jax.tree.map(lambda w, d: w + s * h * d, network, direction) for s in (1, -1))
            assert float(slope) == pytest.approx(float((loss(ahead) - loss(behind)) / (2 * h)), rel=1e-7)


def test_draws_are_uniform_in_t_and_in_the_images_and_standard_normal():
    n = 40_000
    x_0, t, noise = draw_batch(jax.random.key(0), SCHEDULE, dots(), n)
    seen = np.bincount(np.asarray(t), minlength=5)
    assert seen[0] == 0 and len(seen) == 5 and (np.abs(seen[1:] - n / 4) < Z * np.sqrt(n * 3 / 16)).all()
    images = np.asarray(x_0).sum(0).ravel()
    assert (np.abs(images - n / 9) < Z * np.sqrt(n * 8 / 81)).all()
    noise = np.asarray(noise, np.float64).reshape(n, 9)
    assert noise.shape == (n, 9) and x_0.shape == (n, 3, 3)
    assert (np.abs(noise.T @ noise / n - np.eye(9)) < Z * np.sqrt(2 / n)).all() and (
        np.abs(noise.mean(0)) < Z / np.sqrt(n)
    ).all()
    which = np.asarray(x_0).reshape(n, 9).argmax(1)
    assert np.abs(np.corrcoef([t, which, noise[:, 0]]) - np.eye(3)).max() < Z / np.sqrt(n)


def test_the_compiled_program_is_the_loop_written_out():
    """The same steps one by one, outside the scan, with plain gradient descent by hand."""
    optimiser, state = optax.sgd(0.1), start(jax.random.key(5), NETWORK, optax.sgd(0.1))
    got, losses = train(state, SCHEDULE, dots(), optimiser, steps=5, batch=8, average=0.5)
    network, average = NETWORK, NETWORK
    one_example = jax.jit(jax.value_and_grad(lambda network, *example: training_loss(SCHEDULE, network, *example)))
    for step in range(5):
        batch = draw_batch(jax.random.fold_in(jax.random.key(5), step), SCHEDULE, dots(), 8)
        examples = [one_example(network, *(part[i] for part in batch)) for i in range(8)]
        value, slope = jax.tree.map(lambda *parts: sum(np.asarray(part) for part in parts) / 8, *examples)
        assert float(value) == pytest.approx(losses[step], rel=1e-5)
        network = jax.tree.map(lambda w, g: w - 0.1 * g, network, slope)
        decay = min(0.5, (1 + step) / (10 + step))
        average = jax.tree.map(lambda a, w: decay * a + (1 - decay) * w, average, network)
    assert losses.shape == (5,) and int(got.step) == 5
    for ours, theirs in ((got.network, network), (got.average, average)):
        for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs)):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_one_batch_is_learned_by_heart():
    """With noise that never changes the loss goes to nearly 0: network and optimiser can do it."""
    x_0, t, noise = draw_batch(jax.random.key(0), SCHEDULE, dot()[None], 4)
    network, optimiser = MLP(jax.random.key(2), [9, 64], T=4), optax.adam(1e-2)

    @jax.jit
    def fit(network):
        def loss(network):
            return jnp.mean(jax.vmap(training_loss, (None, None, 0, 0, 0))(SCHEDULE, network, x_0, t, noise))

        def step(carry, _):
            network, memory = carry
            value, slope = jax.value_and_grad(loss)(network)
            change, memory = optimiser.update(slope, memory)
            return (optax.apply_updates(network, change), memory), value

        return jax.lax.scan(step, (network, optimiser.init(network)), length=500)[1]

    losses = fit(network)
    assert losses[0] > 0.3 and losses[-1] < 1e-4


def test_training_approaches_the_optimum():
    state, losses = go(begin(), 600, chunk=600)
    assert losses[:10].mean() > 0.5 and losses[-100:].mean() < 0.15  # the optimum is 0


@pytest.mark.parametrize("parts", [(10, 30), (15, 25), (39, 1)])
def test_resuming_equals_going_through_bit_for_bit(parts, whole):
    state, one = go(begin(), parts[0], average=0.9)
    state, other = go(state, parts[1], average=0.9)
    assert same(state, whole[0])
    np.testing.assert_array_equal(np.concatenate([one, other]), whole[1])


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


def test_the_memory_is_donated():
    state = jax.device_put(begin(), jax.devices()[0], may_alias=False)
    _run(state, SCHEDULE, dot()[None], ADAM, 10, 8, None)
    assert all(leaf.is_deleted() for leaf in jax.tree.leaves((state.network, state.optimiser_state)))


def test_a_loss_that_is_not_finite_stops_and_names_the_step():
    poison = optax.chain(optax.sgd(0.0), optax.stateless(lambda g, p: g), at_step(14, jnp.nan))
    state = start(jax.random.key(0), NETWORK, poison)
    # The 15th update spoils the weights, so the loss of step 16 is the first that shows it; chunks of 10.
    with pytest.raises(FloatingPointError, match=r"the loss is nan at step 16: .* smaller learning rate"):
        train(state, SCHEDULE, dot()[None], poison, steps=40, **RUN)
    state, _ = train(state, SCHEDULE, dot()[None], poison, steps=7, **RUN)
    with pytest.raises(FloatingPointError, match="step 16:"):
        train(state, SCHEDULE, dot()[None], poison, steps=40, **RUN)


def at_step(step, value):
    """An optimiser's update that becomes `value` at one step, the first being 0."""

    def update(updates, count, params=None):
        return jax.tree.map(lambda u: jnp.where(count == step, value, u), updates), count + 1

    return optax.GradientTransformation(lambda params: jnp.asarray(0), update)


@pytest.fixture
def ctrl_c():
    """Ctrl-C reaches the test even where a shell has started it in the background, which makes programs deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("late", [False, True])
def test_ctrl_c_keeps_what_there_is(late, monkeypatch, capsys):
    go(begin(), 10)  # compiled
    calls, run = [], _run

    def interrupted(*arguments):
        result = run(*arguments)
        calls.append(0)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)  # the signal arrives while the results of the program are not yet assigned
        return result

    monkeypatch.setattr("ddpm.train.loop._run", interrupted)
    state, losses = go(begin(), 40 if not late else 30)
    assert int(state.step) == 30 == len(losses)
    assert ("Interrupted after 30 of 40 steps" in capsys.readouterr().err) is not late
    monkeypatch.undo()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    expected, all_losses = go(begin(), 40)
    further, rest = go(state, 10)
    assert same(further, expected)
    np.testing.assert_array_equal(np.concatenate([losses, rest]), all_losses)


@pytest.mark.usefixtures("ctrl_c")
def test_a_second_ctrl_c_acts_at_once():
    with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts:
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupts.pending
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
        pytest.fail("the second signal was swallowed")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


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
    monkeypatch.setattr("ddpm.train.loop._run", lambda *arguments: (time.sleep(0.15), _run(*arguments))[1])
    go(begin(), 40)
    shown = capsys.readouterr().err
    assert "30/40" in shown and "loss=" in shown


def test_without_a_bar_it_goes_all_the_way_too(monkeypatch, whole):
    monkeypatch.setattr("tqdm.tqdm", partial(tqdm, disable=True))
    assert same(go(begin(), 40, average=0.9)[0], whole[0])


NEED_THE_LOSS = {  # what they do with it is in their `update`, which asks for the loss, its gradient or the function
    "lbfgs": optax.lbfgs(),
    "polyak_sgd": optax.polyak_sgd(1e-2),
    "backtracking": optax.chain(optax.sgd(1.0), optax.scale_by_backtracking_linesearch(15)),
}
OTHERS = [
    name
    for name in (
        "adabelief",
        "adafactor",
        "adagrad",
        "adam",
        "adamw",
        "amsgrad",
        "lamb",
        "lars",
        "lion",
        "nadam",
        "novograd",
        "radam",
        "rmsprop",
        "rprop",
        "sgd",
        "sign_sgd",
        "sm3",
        "yogi",
    )
    if hasattr(optax, name)
]


@pytest.mark.parametrize("name", OTHERS)
def test_optimisers_are_called_as_they_expect(name):
    optimiser = getattr(optax, name)(1e-2)
    state = start(jax.random.key(0), NETWORK, optimiser)
    after, losses = jax.eval_shape(
        lambda state: _run(state, SCHEDULE, dot()[None], optimiser, 10, 8, None), state
    )  # traced, not compiled
    assert losses.shape == (10,) and jax.tree.structure(after) == jax.tree.structure(state)


@pytest.mark.parametrize("name", NEED_THE_LOSS)
def test_optimisers_that_need_the_loss_itself_get_it(name):
    state = start(jax.random.key(0), NETWORK, NEED_THE_LOSS[name])
    state, losses = train(state, SCHEDULE, dot()[None], NEED_THE_LOSS[name], steps=60, batch=32)
    assert losses[-10:].mean() < 0.9 * losses[:3].mean()


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        (dict(steps=0), ValueError, "steps must be at least 1; got 0"),
        (dict(batch=0), ValueError, "batch must be at least 1; got 0"),
        (dict(chunk=0), ValueError, "chunk must be at least 1; got 0"),
        (dict(steps=1.5), TypeError, "steps must be an integer; got 1.5"),
        (dict(average=1.0), ValueError, r"average.*\[0, 1\); got 1.0"),
        (dict(data=np.zeros((0, 3, 3))), ValueError, r"n >= 1; got shape \(0, 3, 3\)"),
        (dict(data=np.full((1, 3, 3), np.nan)), ValueError, "finite"),
        (dict(schedule=ddpm.cosine(5)), ValueError, "made for T = 4.*schedule has T = 5"),
    ],
)
def test_bad_input(more, error, message, unchecked):
    arguments = dict(schedule=SCHEDULE, data=dot()[None], optimiser=ADAM, steps=10, **RUN) | more
    with pytest.raises(error, match=message):
        train(begin(), **arguments)
