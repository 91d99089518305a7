"""The work that is timed: what is trained on what, and how."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax

import ddpm
from ddpm.data import digits, dot, glyphs
from ddpm.nn import MLP, ConvUNet, Denoiser, UNet
from ddpm.path import cosine_path
from ddpm.train import denoising, labelled, start, train, training_loss


@dataclass(frozen=True)
class Recipe:
    schedule: ddpm.Schedule
    data: Any
    network: Any
    optimiser: optax.GradientTransformation
    steps: int
    batch: int
    average: float | None = None

    def begin(self, seed: int = 0):
        return start(jax.random.key(seed), self.network, self.optimiser)

    def run(self, state, steps: int):
        """`steps` steps, as a reader would take them."""
        task = denoising(self.schedule, self.data)
        return train(state, *task, self.optimiser, steps=steps, batch=self.batch, average=self.average)


def problem_set(seed: int = 0) -> Recipe:
    """The dot, four steps of noise, sizes [10, 200, 1000], batch 100, plain gradient descent."""
    step_size = optax.piecewise_constant_schedule(1.7, {1000: 1.5 / 1.7, 2000: 1.3 / 1.5})
    network = UNet(jax.random.key(seed), [10, 200, 1000], T=4)
    schedule = ddpm.Schedule.from_betas([0.4, 0.3, 0.2, 0.1])
    return Recipe(schedule, dot()[None], network, optax.sgd(step_size), steps=3000, batch=100)


def small(seed: int = 0) -> Recipe:
    """The dot, T = 50, 41-64-64-9, batch 128, Adam: until nearly all samples are the dot."""
    steps = 2000
    # Flat: Adam sees one vector of all weights, and XLA has one loop to compile where it had one for each array.
    optimiser = optax.flatten(optax.adam(optax.cosine_decay_schedule(3e-2, steps), b2=0.99))
    return Recipe(
        ddpm.cosine(50), dot()[None], MLP(jax.random.key(seed), [9, 64, 64], T=50), optimiser, steps, batch=128
    )


def eight_glyphs(seed: int, steps: int, sizes: list[int], step_size: float, batch: int) -> Recipe:
    """The eight glyphs, T = 50."""
    optimiser = optax.adam(optax.cosine_decay_schedule(step_size, steps), b2=0.99)
    schedule = ddpm.cosine(50)
    network = Denoiser(jax.random.key(seed), sizes, schedule)
    return Recipe(schedule, glyphs(), network, optimiser, steps, batch, average=0.999)


def glyphs_quick(seed: int = 0) -> Recipe:
    return eight_glyphs(seed, steps=12_000, sizes=[9, 64, 64], step_size=5e-3, batch=256)


def glyphs_long(seed: int = 0) -> Recipe:
    return eight_glyphs(seed, steps=60_000, sizes=[9, 128, 128], step_size=2.5e-3, batch=512)


def digits_run(seed: int = 0, batch: int = 128):
    """Steps of the digits' U-Net, widths 32 and 64, with AdamW, neither moved nor dropped out: steps -> the losses."""
    half, _ = digits()
    task, optimiser = labelled(cosine_path(), half.images, half.labels), optax.adamw(2e-3)
    state = start(jax.random.key(seed), ConvUNet(jax.random.key(seed)), optimiser)
    return lambda steps: train(state, *task, optimiser, steps=steps, batch=batch)[1]


def problem_set_loop(recipe: Recipe):
    """`recipe` the problem set's way: a Python loop that draws, and calls a jitted update. Returns steps -> loss."""

    @jax.jit
    def update(network, x_0, t, noise, step_size):
        def loss(network):
            return jnp.mean(jax.vmap(training_loss, (None, None, 0, 0, 0))(recipe.schedule, network, x_0, t, noise))

        value, gradient = jax.value_and_grad(loss)(network)
        return jax.tree.map(lambda w, g: w - step_size * g, network, gradient), value

    x_0 = jnp.repeat(recipe.data, recipe.batch, axis=0)

    def run(steps):
        network, key = recipe.network, jax.random.key(0)
        for step in range(steps):
            key, t_key, noise_key = jax.random.split(key, 3)
            t = jax.random.randint(t_key, (recipe.batch,), 1, recipe.schedule.T + 1)
            noise = jax.random.normal(noise_key, x_0.shape)
            network, value = update(network, x_0, t, noise, (1.7, 1.5, 1.3)[3 * step // steps])
        return value

    return run
