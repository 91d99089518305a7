"""Many steps of training as one compiled program."""

import inspect
from dataclasses import replace
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jax.sharding import Mesh
from jaxtyping import PyTree

from ddpm.train.mesh import constrained, copied, shared

SMALL_DRAW = 2**16  # bytes; a larger batch is drawn in its step, smaller ones before the first, which is faster
LOSS_KEY = 2**32 - 1  # the number of no step: the keys of the loss come from it, so that they are not those of the draw


class Given(eqx.Module):
    """In the place of a draw: what the steps see, arrays of shape (steps, batch, ...)."""

    batches: PyTree


@eqx.filter_jit(donate="all-except-first")  # the state's memory is used again
def run(task, state, steps: int, batch: int, average: float | None, mesh: Mesh | None = None):
    """The state after `steps` more steps, and the loss of each.

    Args:
        task: loss, draw (or `Given`) and optimiser, as in `ddpm.train.train`.
        mesh: on which the state lies, by `ddpm.train.mesh.split`; None for one device.
    """
    loss, draw, optimiser = task
    _check_takes("loss", loss, "network, key, batch")
    update = optax.with_extra_args_support(optimiser).update  # line searches and the like ask for the loss too
    arrays, rest = eqx.partition(state, eqx.is_array)
    loss_key = jax.random.fold_in(state.key, LOSS_KEY)
    # At least two: XLA would unroll a loop of one step, and round otherwise, so that resuming would show.
    length = max(steps, 2)
    items, ahead = _seen(draw, state, length, batch, mesh)

    def step(arrays, item):
        state = eqx.combine(arrays, rest)
        drawn = item if ahead else _laid(draw(item, batch), mesh)
        weights, others = eqx.partition(state.network, eqx.is_inexact_array)

        def value_of(weights):
            value = loss(eqx.combine(weights, others), jax.random.fold_in(loss_key, state.step), drawn)
            if (shape := jnp.shape(value)) != ():
                raise ValueError(f"loss must return one number, such as the mean over the batch; got shape {shape}")
            return value

        whole = constrained(weights, mesh, copied)  # each device gathers the weights, and keeps its part of the slope
        value, gradient = jax.value_and_grad(value_of)(whole)
        gradient = constrained(gradient, mesh)
        updates, optimiser_state = update(
            gradient, state.optimiser_state, weights, value=value, grad=gradient, value_fn=value_of
        )
        weights = optax.apply_updates(weights, updates)
        new = replace(
            state,
            network=eqx.combine(weights, others),
            average=_moved(state, weights, average),
            optimiser_state=optimiser_state,
            step=state.step + 1,
        )
        new = constrained(eqx.filter(new, eqx.is_array), mesh)
        if steps < length:
            new = jax.tree.map(partial(jnp.where, state.step == first), new, arrays)
        return new, value

    first = state.step
    arrays, losses = jax.lax.scan(step, arrays, items)
    return eqx.combine(arrays, rest), losses[:steps]


def _seen(draw, state, length, batch, mesh):
    """What the scan runs over: all that the steps see, and True; or the keys of the draws, and False."""
    if isinstance(draw, Given):
        return jax.tree.map(lambda given: jnp.resize(given, (length, *given.shape[1:])), draw.batches), True
    _check_takes("draw", draw, "key, batch")
    keys = jax.vmap(jax.random.fold_in, (None, 0))(state.key, state.step + jnp.arange(length))
    if _bytes_of_a_draw(draw, state.key, batch) > SMALL_DRAW:  # whatever the length, as the two round differently
        return keys, False
    return _laid(jax.vmap(lambda key: draw(key, batch))(keys), mesh, before=1), True


def _laid(drawn, mesh, before=0):
    """Each device draws all of it, and takes its share: nothing is sent."""
    if mesh is None:
        return drawn
    return jax.lax.with_sharding_constraint(constrained(drawn, mesh, copied), shared(mesh, before))


def _check_takes(name, function, arguments):
    try:
        inspect.signature(function).bind(*arguments.split(", "))
    except TypeError:
        found = getattr(function, "__name__", type(function).__name__)
        raise TypeError(
            f"{name} must be a function {name}({arguments}); got {found}. "
            "The order is train(state, loss, draw, optimiser); loss, draw = denoising(schedule, images) makes a pair"
        ) from None


def _bytes_of_a_draw(draw, key, batch) -> int:
    leaves = jax.tree.leaves(jax.eval_shape(lambda key: draw(key, batch), key))
    shapes = [leaf.shape for leaf in leaves]
    if not leaves or any(shape[:1] != (batch,) for shape in shapes):
        raise ValueError(f"every array that draw returns must have batch = {batch} as its first axis; got {shapes}")
    return sum(leaf.size * leaf.dtype.itemsize for leaf in leaves)


def _moved(state, weights, decay):
    if decay is None:
        return None
    decay = jnp.minimum(decay, (1 + state.step) / (10 + state.step))
    old, others = eqx.partition(state.average, eqx.is_inexact_array)
    return eqx.combine(optax.incremental_update(weights, old, 1 - decay), others)
