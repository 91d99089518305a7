"""How later cells of the notebook call a reader's function, so that its check can do the same.

Each call is made of cases that the function has had one by one, so its numbers are known from theirs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np


@dataclass(frozen=True)
class Use:
    """A call as a later cell makes it.

    Attributes:
        how: in words, which complete "later cells call it ...".
        cases: which of the cases it is made of.
        call: (function, cases) -> numbers; the cases hold JAX's arrays.
        mean: the numbers are the mean over the cases, else one entry for each.
    """

    how: str
    cases: slice
    call: Callable
    mean: bool = False

    def expected(self, answers: Sequence[np.ndarray]) -> np.ndarray:
        """The numbers, from the answers to all cases."""
        picked = np.stack(answers[self.cases])
        return np.asarray(picked.mean()) if self.mean else picked

    def made(self, function: Callable, cases: Sequence[tuple]):
        """The call itself, with the cases picked from all of them."""
        return self.call(function, [jax_arguments(case) for case in cases[self.cases]])


def jax_arguments(case: Sequence) -> list:
    """The arguments with JAX's arrays in the place of NumPy's."""
    return [jnp.asarray(value) if isinstance(value, np.ndarray) else value for value in case]


def _stacked(cases, start):
    return [jnp.stack([*map(jnp.asarray, values)]) for values in zip(*(case[start:] for case in cases), strict=True)]


def _jitted(function, cases):
    return jnp.stack([jax.jit(function)(*case) for case in cases])


def _with_gradient(loss, variable, *rest):
    """The value, where the gradient in the first argument is there too."""
    value, gradient = jax.jit(jax.value_and_grad(loss))(variable, *rest)
    slopes = np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(gradient)])
    if not np.isfinite(slopes).all() or not slopes.any():
        finite = np.isfinite(slopes).all()
        raise ValueError("its gradient is 0: training would stand still" if finite else "its gradient is not finite")
    return value


def _trained(function, cases):
    """The loss of a batch, and its gradient in the prediction, the last argument. The cases have one schedule."""

    def loss(last, schedule, *others):
        return jax.vmap(function, (None, *(0 for _ in others), 0))(schedule, *others, last).mean()

    *others, last = _stacked(cases, 1)
    return _with_gradient(loss, last, cases[0][0], *others)


def _descended(function, cases):
    """The loss of a batch, and its gradient in the network, the second argument: a step of training."""

    def loss(network, schedule, *others):
        return jax.vmap(function, (None, None, *(0 for _ in others)))(schedule, network, *others).mean()

    return _with_gradient(loss, cases[0][1], cases[0][0], *_stacked(cases, 2))


def _array(answer):
    if not isinstance(answer, jax.Array | np.ndarray | np.generic):
        raise TypeError(f"the answer is a {type(answer).__name__}, where an array is needed: jnp.array(...)")
    return answer


def _stepped(function, cases):
    """Several images at once; schedule and t are those of all."""
    schedule, _, t, *_ = cases[0]
    x_t, _, *arrays = _stacked(cases, 1)
    return _array(function(schedule, x_t, t, *arrays))


def _sampled(function, cases):
    """Several images at once, with the network for one image vectorised over them."""
    schedule, network, *_ = cases[0]
    x_T, noises = _stacked(cases, 2)
    return _array(function(schedule, jax.vmap(network, (0, None)), x_T, jnp.moveaxis(noises, 0, 1)))


USES = {
    "jitted": Use("under jax.jit", slice(5, 9), _jitted),  # t = 1 and t = T are among them
    "trained": Use(
        "under jax.vmap, jax.grad and jax.jit", slice(4, 12, 2), _trained, mean=True
    ),  # every second case: one schedule
    "descended": Use(
        "under jax.vmap, jax.grad and jax.jit", slice(0, 13, 6), _descended, mean=True
    ),  # one schedule, one shape
    "stepped": Use("with a batch of images", slice(-4, -2), _stepped),  # the first case with two noises
    "sampled": Use("with a batch of images and jax.vmap(network, (0, None))", slice(-4, -2), _sampled),
}
