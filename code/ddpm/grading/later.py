"""How later cells of the notebook call a reader's function, so that its check can do the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np


class JaxCase(tuple):
    """The arguments of one case; its arrays are handed over as JAX's, as the notebook does."""


@dataclass(frozen=True)
class Later:
    """One more case: a call as a later cell makes it.

    Attributes:
        how: the call in words, which complete "later cells call it ...".
        call: (function, cases) -> numbers; `function` takes JAX's arrays.
        expected: (reference, cases) -> the same numbers from a function of NumPy's arrays, in float64.
        cases: what it is called with.
    """

    how: str
    call: Callable
    expected: Callable
    cases: tuple[tuple, ...]


def jax_arguments(case: Sequence) -> list:
    """The arguments with JAX's arrays in the place of NumPy's."""
    return [jnp.asarray(value) if isinstance(value, np.ndarray) else value for value in case]


def _jitted(function, cases):
    return jnp.stack([jax.jit(function)(*jax_arguments(case)) for case in cases])


def _each(reference, cases):
    return np.stack([reference(*case) for case in cases])


def jitted(cases: Sequence[tuple]) -> Later:
    """Compiled; t comes as a traced number."""
    return Later("under jax.jit", _jitted, _each, tuple(cases))


def _stacked(cases, start):
    return [jnp.stack([jnp.asarray(case[i]) for case in cases]) for i in range(start, len(cases[0]))]


def _trained(function, cases):
    def batch(last, schedule, *others):
        return jax.vmap(function, (None, *(0 for _ in others), 0))(schedule, *others, last).mean()

    *others, last = _stacked(cases, 1)
    value, gradient = jax.jit(jax.value_and_grad(batch))(last, cases[0][0], *others)
    return jnp.append(gradient.ravel(), value)


def _trained_expected(reference, cases):
    gradients, h = [], 1e-4
    for *others, last in cases:
        for i in range(last.size):
            step = h * np.eye(last.size)[i]
            gradients.append((reference(*others, last + step) - reference(*others, last - step)) / (2 * h * len(cases)))
    return np.append(gradients, np.mean(_each(reference, cases)))


def trained(cases: Sequence[tuple]) -> Later:
    """The mean over a batch and its gradient in the last argument, compiled. The cases share their schedule."""
    return Later("under jax.vmap, jax.grad and jax.jit", _trained, _trained_expected, tuple(cases))


def _descended(function, cases):
    def batch(network, schedule, *others):
        return jax.vmap(function, (None, None, *(0 for _ in others)))(schedule, network, *others).mean()

    schedule, network = cases[0][:2]
    value, gradient = jax.jit(jax.value_and_grad(batch))(network, schedule, *_stacked(cases, 2))
    return jnp.stack([*jax.tree.leaves(gradient), value])


def _descended_expected(reference, cases):
    def mean(network):
        return np.mean([reference(schedule, network, *rest) for schedule, _, *rest in cases])

    (leaves, kind), h = jax.tree.flatten(cases[0][1]), 1e-5
    nudged = [[leaf + sign * h * (i == j) for j, leaf in enumerate(leaves)] for i in range(len(leaves)) for sign in (1, -1)]
    values = [mean(kind.unflatten(parameters)) for parameters in nudged]
    return np.array([*((up - down) / (2 * h) for up, down in zip(values[::2], values[1::2])), mean(cases[0][1])])


def descended(cases: Sequence[tuple]) -> Later:
    """The mean over a batch and its gradient in the network, the second argument, compiled: a step of training."""
    return Later("under jax.vmap, jax.grad and jax.jit", _descended, _descended_expected, tuple(cases))


def _array(answer):
    if not isinstance(answer, jax.Array | np.ndarray | np.generic):
        raise TypeError(f"the answer is a {type(answer).__name__}, where an array is needed: jnp.array(...)")
    return answer


def _stepped(function, cases):
    return jnp.stack([_array(function(*jax_arguments(case))) for case in cases])


def stepped(cases: Sequence[tuple]) -> Later:
    """On a batch of images at once, without jit."""
    return Later("with a batch of images", _stepped, _each, tuple(cases))


def _sampled(function, cases):
    """The network is one for a single image, vectorised over the batch."""
    return jnp.stack([_array(function(schedule, jax.vmap(network, (0, None)), *map(jnp.asarray, arrays)))
                      for schedule, network, *arrays in cases])


def sampled(cases: Sequence[tuple]) -> Later:
    """On a batch of images at once, with a network that jax.vmap has vectorised."""
    return Later("with a batch of images and jax.vmap(network, (0, None))", _sampled, _each, tuple(cases))
