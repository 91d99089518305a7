"""The reverse chain: one loop, which draws the noise and asks the predictor, around a step that does neither.

A sampler is its step, `step(x_t, t, prediction, z) -> x_{t-1}`, such as `ancestral_step`. The solvers that take other
levels than those of a schedule, and noise in the last step too, have a loop of their own in `ddpm.sample.ddim`.

- *Guidance* is another predictor.
- A step that *remembers* gets what it needs stacked on x on a new leading axis, of which the predictor sees a part.

A step that has no use for z costs no draws in a compiled program.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ddpm.arrays import Key
from ddpm.flat_random import standard_normal


def reverse_chain(
    key: Key,
    T: int,
    step: Callable[[Array, Array, Array, Array], Array],
    predict: Callable[[Array, Array], Array],
    x_T: Float[Array, "*shape"],
) -> tuple[Float[Array, "*shape"], Float[Array, "time *shape"]]:
    """From x_T to x_0 in T steps.

    Args:
        step: (x_t, t, prediction, z) -> x_{t-1}, with t = T, ..., 1 and z standard normal, shape of x_t; in the last
            step, t = 1, z is 0.
        predict: (x_t, t) -> prediction, what the step needs to know.
        x_T: one example, or many in one array where step and predictor take them so.

    Returns:
        x_0, and x_0, ..., x_T in one array of shape (T + 1, *shape). A compiled program that uses x_0 alone keeps no
        more.
    """

    def draw(t):
        return standard_normal(jax.random.fold_in(key, t - 1), x_T.shape, x_T.dtype)

    def back(x_t, t):
        z = jax.lax.cond(t > 1, draw, lambda t: jnp.zeros_like(x_T), t)  # 3
        return step(x_t, t, predict(x_t, t), z), x_t  # 4

    x_0, states = jax.lax.scan(back, x_T, jnp.arange(1, T + 1), reverse=True)  # 2, 5
    return x_0, jnp.concatenate([x_0[None], states])
