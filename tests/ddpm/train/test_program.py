"""ddpm.train.program: the compiled steps against a loop written out, for all kinds of networks and optimisers."""

import os
import re
import subprocess
import sys
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax.tree_util import Partial
from truth import shaken

import ddpm
from ddpm.data import dots
from ddpm.nn import MLP
from ddpm.train import denoising, start, train, training_loss
from ddpm.train.program import run

SCHEDULE = ddpm.Schedule.from_betas([0.1, 0.2, 0.3, 0.4])
NETWORK = shaken(MLP(jax.random.key(1), [9, 16], T=4))
ADAM = optax.adam(1e-2)
TASK = denoising(SCHEDULE, dots())


RULES = {  # how many slopes are averaged for a step, and how long it may be
    "plain": (optax.sgd(0.1), 1, np.inf),
    "clipped": (optax.chain(optax.clip_by_global_norm(0.3), optax.sgd(0.1)), 1, 0.3),
    "accumulated": (optax.MultiSteps(optax.sgd(0.1), every_k_schedule=3).gradient_transformation(), 3, np.inf),
}


@pytest.mark.parametrize(
    "name", [*(pytest.param(name, marks=pytest.mark.slow) for name in ("plain", "clipped")), "accumulated"]
)
def test_the_compiled_program_is_the_loop_written_out(name):
    """The same steps one by one, outside the scan, with gradient descent by hand; resumed where slopes wait."""
    optimiser, averaged, longest = RULES[name]
    got, first = train(start(jax.random.key(5), NETWORK, optimiser), *TASK, optimiser, steps=4, batch=8, average=0.5)
    got, second = train(got, *TASK, optimiser, steps=3, batch=8, average=0.5)
    losses = [*first, *second]
    network, average, slopes, lengths = NETWORK, NETWORK, [], []
    one_example = jax.jit(jax.value_and_grad(lambda network, *example: training_loss(SCHEDULE, network, *example)))
    for step in range(7):
        batch = TASK[1](jax.random.fold_in(jax.random.key(5), step), 8)
        examples = [one_example(network, *(part[i] for part in batch)) for i in range(8)]
        value, slope = jax.tree.map(lambda *parts: sum(np.asarray(part) for part in parts) / 8, *examples)
        assert float(value) == pytest.approx(losses[step], rel=1e-5)
        slopes.append(slope)
        if len(slopes) == averaged:
            slope = jax.tree.map(lambda *parts: sum(parts) / averaged, *slopes)
            lengths.append(np.sqrt(sum((leaf**2).sum() for leaf in jax.tree.leaves(slope))))
            shrink = min(1, longest / lengths[-1])
            network, slopes = jax.tree.map(lambda w, g: w - 0.1 * shrink * g, network, slope), []
        decay = min(0.5, (1 + step) / (10 + step))
        average = jax.tree.map(lambda a, w: decay * a + (1 - decay) * w, average, network)
    assert int(got.step) == 7 and (longest == np.inf or max(lengths) > longest)
    for ours, theirs in ((got.network, network), (got.average, average)):
        for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs)):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["clipped", "accumulated"])
def test_resuming_is_bit_for_bit_with_clipping_and_accumulation_too(name):
    optimiser = RULES[name][0]
    whole, losses = train(start(jax.random.key(5), NETWORK, optimiser), *TASK, optimiser, steps=7, batch=8, chunk=4)
    half, first = train(start(jax.random.key(5), NETWORK, optimiser), *TASK, optimiser, steps=4, batch=8)
    half, second = train(half, *TASK, optimiser, steps=3, batch=8)
    np.testing.assert_array_equal(losses, [*first, *second])
    for one, other in zip(
        jax.tree.leaves((whole.network, whole.optimiser_state)), jax.tree.leaves((half.network, half.optimiser_state))
    ):
        np.testing.assert_array_equal(one, other)


class Convolutions(eqx.Module):
    """Layers as Equinox has them: leaves that are functions, rates and whole numbers among the weights."""

    layers: list
    activation: object
    dropout: eqx.nn.Dropout
    calls: jax.Array

    def __init__(self, key):
        one, two = jax.random.split(key)
        self.layers = [eqx.nn.Conv2d(2, 4, 3, padding=1, key=one), eqx.nn.Conv2d(4, 1, 3, padding=1, key=two)]
        self.activation, self.dropout, self.calls = jax.nn.silu, eqx.nn.Dropout(0.25), jnp.asarray(3)

    def __call__(self, x_t, t, key=None):
        h = self.activation(self.layers[0](jnp.stack([x_t, jnp.full_like(x_t, t / 4)])))
        return self.layers[1](self.dropout(h, key=key))[0]


def with_dropout(network, key, batch, *, schedule):
    """A loss of one's own: each example drops out other numbers."""

    def one(key, *example):
        return training_loss(schedule, lambda x_t, t: network(x_t, t, key), *example)

    return jax.vmap(one)(jax.random.split(key, len(batch[0])), *batch).mean()


@pytest.mark.slow
def test_a_network_of_convolutions_and_dropout():
    network, loss = Convolutions(jax.random.key(0)), Partial(with_dropout, schedule=SCHEDULE)
    begun = start(jax.random.key(1), network, ADAM)
    state, losses = train(begun, loss, TASK[1], ADAM, steps=200, batch=32, average=0.9)
    assert losses[-50:].mean() < 0.7 * losses[:10].mean()
    for trained in (state.network, state.average):
        assert trained.activation is jax.nn.silu and trained.dropout.p == 0.25 and int(trained.calls) == 3
        moved = jax.tree.map(lambda old, new: (old != new).any(), network.layers, trained.layers)
        assert all(jax.tree.leaves(eqx.filter(moved, eqx.is_array)))
    half, first = train(begun, loss, TASK[1], ADAM, steps=100, batch=32, average=0.9)
    half, second = train(half, loss, TASK[1], ADAM, steps=100, batch=32, average=0.9)
    np.testing.assert_array_equal(losses, [*first, *second])
    plain = eqx.nn.inference_mode(state.average)
    assert plain(jnp.zeros((3, 3)), 1).shape == (3, 3)


def test_the_loss_has_a_key_of_its_own_in_every_step():
    """Other keys than the draw's, and the same ones when training goes on."""

    def loss(network, key, batch):
        return network * 0 + jax.random.uniform(key)

    def draw(key, batch):
        return jnp.full(batch, jax.random.uniform(key))

    def drawn(network, key, batch):
        return network * 0 + batch[0]

    state = start(jax.random.key(0), jnp.zeros(()), ADAM)
    after, first = train(state, loss, draw, ADAM, steps=30, batch=2)
    _, more = train(after, loss, draw, ADAM, steps=30, batch=2)
    _, whole = train(state, loss, draw, ADAM, steps=60, batch=2)
    _, draws = train(state, drawn, draw, ADAM, steps=60, batch=2)
    np.testing.assert_array_equal([*first, *more], whole)
    assert len(np.unique([*whole, *draws])) == 120


def test_a_large_batch_is_drawn_in_its_step_from_the_same_numbers(monkeypatch):
    def some(network, key, batch):
        x_0, t, noise = batch
        return network * 0 + x_0[3].ravel() @ jnp.arange(9.0) + 100 * t[2] + noise[1, 0, 2]

    def losses(loss, network):
        task = loss, lambda *arguments: TASK[1](*arguments)  # another function each time, so that it is compiled anew
        return train(start(jax.random.key(3), network, ADAM), *task, ADAM, steps=20, batch=8)[1]

    ahead, real = losses(some, jnp.zeros(())), losses(TASK[0], NETWORK)
    monkeypatch.setattr("ddpm.train.program.SMALL_DRAW", 0)
    np.testing.assert_array_equal(losses(some, jnp.zeros(())), ahead)
    np.testing.assert_allclose(losses(TASK[0], NETWORK), real, rtol=1e-4)


@pytest.mark.parametrize(("batch", "ahead"), [(850, True), (870, False)])
def test_only_small_batches_are_drawn_before_the_first_step(batch, ahead):
    """Read off the program, before it is compiled: whether it has an array with the noise of all 77 steps."""
    assert 850 * (2 * 9 + 1) * 4 < 2**16 < 870 * (2 * 9 + 1) * 4
    state = start(jax.random.key(0), NETWORK, ADAM)
    program = run.lower((*TASK, ADAM), state, 77, batch, None).as_text()
    assert f"{batch}x3x3x" in program and (f"77x{batch}x3x3x" in program) is ahead


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


def test_the_memory_is_donated():
    state = jax.device_put(start(jax.random.key(0), NETWORK, ADAM), jax.devices()[0], may_alias=False)
    run((*TASK, ADAM), state, 10, 8, None)
    assert all(leaf.is_deleted() for leaf in jax.tree.leaves((state.network, state.optimiser_state)))


@pytest.mark.parametrize(
    "name", [pytest.param(o, marks=[pytest.mark.slow] * (i % 3 > 0)) for i, o in enumerate(OTHERS)]
)
def test_optimisers_are_called_as_they_expect(name):
    optimiser = getattr(optax, name)(1e-2)
    state = start(jax.random.key(0), NETWORK, optimiser)
    # traced, not compiled
    after, losses = jax.eval_shape(lambda state: run((*TASK, optimiser), state, 10, 8, None), state)
    assert losses.shape == (10,) and jax.tree.structure(after) == jax.tree.structure(state)


@pytest.mark.slow
@pytest.mark.parametrize("name", NEED_THE_LOSS)
def test_optimisers_that_need_the_loss_itself_get_it(name):
    state = start(jax.random.key(0), NETWORK, NEED_THE_LOSS[name])
    state, losses = train(state, *TASK, NEED_THE_LOSS[name], steps=60, batch=32)
    assert losses[-10:].mean() < 0.9 * losses[:3].mean()


SHARDED = """
import jax, numpy as np, optax, ddpm
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jax.tree_util import Partial
from ddpm.data import dots
from ddpm.nn import MLP
from ddpm.train import denoising, start, train
from ddpm.train.program import run

loss, draw = denoising(ddpm.cosine(4), dots())
mesh = Mesh(np.array(jax.devices()), ("batch",))

def spread(key, batch, draw):
    return jax.lax.with_sharding_constraint(draw(key, batch), NamedSharding(mesh, PartitionSpec("batch")))

adam = optax.adam(1e-2)
state = start(jax.random.key(0), MLP(jax.random.key(1), [9, 16], T=4), adam)
both = Partial(spread, draw=draw)
for batch in (8, 1000):  # drawn before the first step, and in each
    _, one = train(state, loss, draw, adam, steps=30, batch=batch, chunk=10)
    after, two = train(state, loss, both, adam, steps=30, batch=batch, chunk=10)
    np.testing.assert_allclose(one, two, rtol=1e-4)
    program = run.lower((loss, both, adam), state, 10, batch, None).compile()
    assert "all-reduce" in program.compiled.as_text() and len(after.step.devices()) == 2
print("both devices")
"""


@pytest.mark.slow
def test_a_batch_may_lie_on_two_devices():
    """The same losses within rounding, and the gradients are summed over both."""
    flags = os.environ.get("XLA_FLAGS", "") + " --xla_force_host_platform_device_count=2"
    environment = os.environ | {
        "XLA_FLAGS": flags,
        "JAX_PLATFORMS": "cpu",
        "PYTHONPATH": str(Path(ddpm.__file__).parents[1]),
    }
    done = subprocess.run([sys.executable, "-P", "-c", SHARDED], env=environment, capture_output=True, text=True)
    assert done.stdout == "both devices\n", done.stderr


def test_one_step_is_a_loop_of_two(unchecked):
    """XLA would unroll a loop of one, and round otherwise than in a longer one."""
    state = start(jax.random.key(5), NETWORK, ADAM)
    for steps, length in ((1, 2), (2, 2), (3, 3)):
        loops = eqx.filter_make_jaxpr(run)((*TASK, ADAM), state, steps, 8, None)[0]
        assert re.findall(r"\blength=(\d+)", str(loops)) == [str(length)]
