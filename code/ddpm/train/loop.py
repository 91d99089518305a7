"""Training a noise predictor (Ho et al. 2020, Algorithm 1), many steps in one compiled program.

optimiser = optax.adam(1e-3)
state = start(jax.random.key(0), MLP(jax.random.key(1), [9, 64, 64], T=50), optimiser)
state, losses = train(state, ddpm.cosine(50), dot()[None], optimiser, steps=5000)
state.network(x_t, t)  # the predicted noise
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, ArrayLike, Float, Int, Real

from ddpm.arrays import Key
from ddpm.gaussian import normal_from_uniform
from ddpm.process import q_sample
from ddpm.schedule import Schedule, at_least_1, check_steps
from ddpm.train.interrupt import Interrupts


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class State:
    """All that training changes. Immutable, and a JAX pytree.

    Attributes:
        network: eps_theta, called as network(x_t, t) for one example.
        average: a network with the moving average of the weights; None without one.
        optimiser_state: what the optimiser remembers.
        step: the number of steps taken, shape ().
        key: from which the randomness of every step is derived.
    """

    network: Any
    average: Any
    optimiser_state: Any
    step: Any
    key: Any


SECONDS_BEFORE_THE_BAR = 10  # compiling on a busy machine included


def start(key: Key, network, optimiser: optax.GradientTransformation) -> State:
    """The state before the first step."""
    return State(network, None, jax.jit(optimiser.init)(network), jnp.zeros((), int), key)


def training_loss(
    schedule: Schedule,
    predict_noise: Callable[[Array, Array], Array],
    x_0: Float[ArrayLike, "..."],
    t: Int[ArrayLike, ""],
    noise: Float[ArrayLike, "..."],
) -> Float[Array, ""]:
    """The squared error of one example, the mean over its pixels (Algorithm 1, line 5; eq. 14 over the pixels)."""
    x_t = q_sample(schedule, x_0, t, noise)
    return jnp.mean((noise - predict_noise(x_t, t)) ** 2)


def draw_batch(
    key: Key, schedule: Schedule, data: Float[Array, "n ..."], batch: int
) -> tuple[Float[Array, "batch ..."], Int[Array, " batch"], Float[Array, "batch ..."]]:
    """What one step of training is made from: images, times, noise (Algorithm 1, lines 2 to 4)."""
    # One random call for all: each would take XLA a tenth of a second to compile.
    tiny = jnp.finfo(data.dtype).epsneg
    u = jax.random.uniform(key, (batch * (2 + data[0].size),), data.dtype, minval=-1 + tiny)
    image, time, rest = jnp.split(u, (batch, 2 * batch))
    x_0 = data[_uniform_integers(image, len(data))]
    t = 1 + _uniform_integers(time, schedule.T)
    noise = normal_from_uniform(rest).reshape(x_0.shape)
    return x_0, t, noise


def _uniform_integers(u, n):
    """0 to n - 1 from numbers uniform in (-1, 1)."""
    return jnp.floor((1 + u) / 2 * n).astype(int)


def train(
    state: State,
    schedule: Schedule,
    data: Real[ArrayLike, "n ..."],
    optimiser: optax.GradientTransformation,
    *,
    steps: int,
    batch: int = 128,
    average: float | None = None,
    chunk: int = 1000,
) -> tuple[State, Float[np.ndarray, " steps"]]:
    """Take `steps` steps of Algorithm 1 from `state`, and return the new state and the loss of every step.

    To go on later, call it again with the state returned: the result is that of one longer call, bit for bit.
    Ctrl-C ends it after the running chunk; what has been reached is returned all the same.

    Args:
        data: the images x_0, shape (n, *pixels).
        optimiser: the one the state was started with.
        batch: examples in a step.
        average: the decay of a moving average of the weights, such as 0.999, kept in `state.average`. It grows up to
            this value over the first steps, so that the random start is soon forgotten.
        chunk: steps in one compiled program. Between two of them the loss is looked at, and shown if it takes long.

    Raises:
        ValueError: no step, no example, no image, a pixel that is not finite, a decay outside [0, 1), or a network for
            another T than the schedule's.
        FloatingPointError: the loss is no longer finite; the message names the step.
    """
    from tqdm import tqdm  # only training shows a bar

    steps, batch, chunk = (at_least_1(*item) for item in (("steps", steps), ("batch", batch), ("chunk", chunk)))
    if average is not None and not 0 <= average < 1:
        raise ValueError(f"average, the decay of the moving average, must lie in [0, 1); got {average}")
    data = jnp.asarray(data, schedule.beta.dtype)
    if data.ndim < 1 or not len(data):
        raise ValueError(f"data must hold images, shape (n, *pixels) with n >= 1; got shape {data.shape}")
    if not np.isfinite(data).all():
        raise ValueError("the pixels of data must be finite")
    check_steps(schedule, state.network)
    if average is None or state.average is None:
        state = replace(state, average=None if average is None else state.network)
    state = _copy(state)  # the compiled program consumes its input, and the caller's state is the caller's
    losses, done = [], 0
    with tqdm(total=steps, unit="step", delay=SECONDS_BEFORE_THE_BAR, leave=False) as bar, Interrupts() as interrupts:
        while done < steps and not interrupts.pending:
            n = min(chunk, steps - done)
            state, chunk_losses = _run(state, schedule, data, optimiser, n, batch, average)
            losses.append(np.asarray(chunk_losses))
            _check_finite(losses[-1], int(state.step) - n)
            bar.set_postfix(loss=f"{losses[-1].mean():.3g}", refresh=False)
            bar.update(n)
            done += n
    if done < steps:
        print(f"Interrupted after {done} of {steps} steps; they are kept.", file=sys.stderr)
    return state, np.concatenate(losses)


@partial(jax.jit, static_argnums=(3, 4, 5, 6), donate_argnums=0)
def _run(state, schedule, data, optimiser, steps, batch, average):
    """`steps` steps as one program."""

    # XLA would unroll a loop of one step and round otherwise than in longer loops, so that resuming would show;
    # hence two.
    length = max(steps, 2)
    # Drawn for all steps at once: inside the loop the random numbers would take longer than a small network.
    keys = jax.vmap(jax.random.fold_in, (None, 0))(state.key, state.step + jnp.arange(length))
    batches = jax.vmap(draw_batch, (0, None, None, None))(keys, schedule, data, batch)

    def step(state, batch):
        x_0, t, noise = batch

        def loss(network):
            return jnp.mean(jax.vmap(training_loss, (None, None, 0, 0, 0))(schedule, network, x_0, t, noise))

        value, gradient = jax.value_and_grad(loss)(state.network)
        # The last three are for line searches and the like; other optimisers ignore them.
        updates, optimiser_state = optax.with_extra_args_support(optimiser).update(
            gradient, state.optimiser_state, state.network, value=value, grad=gradient, value_fn=loss
        )
        network = optax.apply_updates(state.network, updates)
        new = State(network, _moved(state, network, average), optimiser_state, state.step + 1, state.key)
        if steps < length:
            new = jax.tree.map(partial(jnp.where, state.step == first), new, state)
        return new, value

    first = state.step
    state, losses = jax.lax.scan(step, state, batches)
    return state, losses[:steps]


def _moved(state, network, decay):
    if decay is None:
        return None
    decay = jnp.minimum(decay, (1 + state.step) / (10 + state.step))
    return jax.tree.map(lambda old, new: decay * old + (1 - decay) * new, state.average, network)


@jax.jit
def _copy(state):
    return jax.tree.map(jnp.copy, state)


def _check_finite(losses, before):
    bad = ~np.isfinite(losses)
    if bad.any():
        i = int(np.argmax(bad))
        raise FloatingPointError(
            f"the loss is {losses[i]} at step {before + i + 1}: training has diverged. "
            "Try a smaller learning rate, and look for infinities in the data"
        )
