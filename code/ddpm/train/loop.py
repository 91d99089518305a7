"""Training: any loss, on anything that can be drawn, many steps in one compiled program.

loss, draw = denoising(ddpm.cosine(50), dot()[None])
optimiser = optax.adam(1e-3)
state = start(jax.random.key(0), MLP(jax.random.key(1), [9, 64, 64], T=50), optimiser)
state, losses = train(state, loss, draw, optimiser, steps=5000)
state.network(x_t, t)  # the predicted noise
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import Mesh
from jaxtyping import Array, Float, PyTree

from ddpm.arrays import Key, check_key
from ddpm.schedule import at_least_1
from ddpm.train.batches import Batches
from ddpm.train.interrupt import Interrupts
from ddpm.train.mesh import checked_mesh, constrained, copied, put
from ddpm.train.program import Given, run

SECONDS_BEFORE_THE_BAR = 10  # compiling on a busy machine included


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class State:
    """All that training changes. Immutable, and a JAX pytree.

    Attributes:
        network: any pytree, such as an Equinox module. Its arrays of floating-point numbers are trained.
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


def start(key: Key, network: PyTree, optimiser: optax.GradientTransformation) -> State:
    """The state before the first step.

    Raises:
        TypeError: the key is none.
    """
    check_key(key)
    weights = eqx.filter(network, eqx.is_inexact_array)
    return State(network, None, jax.jit(optimiser.init)(weights), jnp.zeros((), int), key)


def train(
    state: State,
    loss: Callable[[Any, Key, Any], Array],
    draw: Callable[[Key, int], Any] | Batches,
    optimiser: optax.GradientTransformation,
    *,
    steps: int,
    batch: int = 128,
    average: float | None = None,
    chunk: int = 1000,
    mesh: Mesh | None = None,
) -> tuple[State, Float[np.ndarray, " steps"]]:
    """Take `steps` steps from `state`: draw a batch, and follow the gradient of its loss.

    To go on later, call it again with the state returned: the result is that of one longer call, bit for bit.
    Ctrl-C ends it after the running chunk; what has been reached is returned all the same.

    `loss` and `draw` are compiled once for each function object. One that carries arrays is best a
    `jax.tree_util.Partial` or an Equinox module: its arrays are then data, and others may take their place.

    Args:
        loss: (network, key, batch) -> one number, such as the mean over the batch. The key, another one in every step,
            is for what is random in the network, such as dropout. `ddpm.train.denoising` makes loss and draw of DDPM.
        draw: (key, batch) -> what a step sees, any pytree of arrays whose first axis has the length `batch`. Or
            `Batches`, which come from outside.
        optimiser: the one the state was started with.
        batch: examples in a step.
        average: the decay of a moving average of the weights, such as 0.999, kept in `state.average`. It grows up to
            this value over the first steps, so that the random start is soon forgotten.
        chunk: steps in one compiled program. Between two of them the loss is looked at, and shown if it takes long.
        mesh: the devices that share the work, as in `ddpm.train.mesh`; the losses are the same within rounding.
            In several processes each of them makes the same call.

    Returns:
        The new state, and the loss of every step, before its update.

    Raises:
        TypeError: loss or draw cannot be called with these arguments; no mesh.
        ValueError: no step, no example, a decay outside [0, 1), draws without an axis of the length `batch`, a loss
            that is not one number, or a mesh that cannot share the batch.
        FloatingPointError: the loss is no longer finite; the message names the step.
    """
    from tqdm import tqdm  # only training shows a bar

    steps, batch, chunk = (at_least_1(*item) for item in (("steps", steps), ("batch", batch), ("chunk", chunk)))
    if average is not None and not 0 <= average < 1:
        raise ValueError(f"average, the decay of the moving average, must lie in [0, 1); got {average}")
    if average is None or state.average is None:
        state = replace(state, average=None if average is None else state.network)
    mesh = checked_mesh(mesh, batch)
    if mesh is not None:
        state, (loss, draw) = put(state, mesh), put((loss, draw), mesh, copied)
    if mesh is not None and mesh.size == 1:
        mesh = None  # all lies on its device, and there is nothing to share: the program is that of no mesh
    state = _copy(state, mesh)  # the compiled program consumes its input, and the caller's state is the caller's
    if isinstance(draw, Batches):
        chunk = min(chunk, draw.at_once(batch))
    losses, done = [], 0
    with tqdm(total=steps, unit="step", delay=SECONDS_BEFORE_THE_BAR, leave=False) as bar, Interrupts() as interrupts:
        while done < steps and not interrupts.pending:
            n = min(chunk, steps - done)
            seen = Given(draw.of_steps(int(state.step), n, batch, mesh)) if isinstance(draw, Batches) else draw
            state, chunk_losses = run((loss, seen, optimiser), state, n, batch, average, mesh)
            losses.append(np.asarray(chunk_losses))
            _check_finite(losses[-1], int(state.step) - n)
            bar.set_postfix(loss=f"{losses[-1].mean():.3g}", refresh=False)
            bar.update(n)
            done += n
    if done < steps:
        print(f"Interrupted after {done} of {steps} steps; they are kept.", file=sys.stderr)
    return state, np.concatenate(losses)


def program_text(
    state: State,
    loss: Callable[[Any, Key, Any], Array],
    draw: Callable[[Key, int], Any],
    optimiser: optax.GradientTransformation,
    *,
    batch: int = 128,
    mesh: Mesh | None = None,
) -> str:
    """The text of the compiled program with which `train` takes its steps; a step is the body of its loop. For
    `ddpm.measure.traffic`."""
    mesh = checked_mesh(mesh, batch)
    state = _copy(state if mesh is None else put(state, mesh), mesh)
    return run.lower((loss, draw, optimiser), state, 2, batch, None, mesh).compile().compiled.as_text()


def _copy(state, mesh):
    arrays, rest = eqx.partition(state, eqx.is_array)
    return eqx.combine(_copied(arrays, mesh), rest)


@partial(jax.jit, static_argnums=1)
def _copied(arrays, mesh):
    return constrained(jax.tree.map(jnp.copy, arrays), mesh)


def _check_finite(losses, before):
    bad = ~np.isfinite(losses)
    if bad.any():
        i = int(np.argmax(bad))
        raise FloatingPointError(
            f"the loss is {losses[i]} at step {before + i + 1}: training has diverged. "
            "Try a smaller learning rate, and look for infinities in the data"
        )
