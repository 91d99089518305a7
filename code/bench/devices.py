"""Training on a mesh, against training without one: prints seconds of both, pair by pair. A program of its own, since
the number of devices is fixed when JAX starts."""

import json
import sys
from functools import partial

import jax

from bench import recipes
from ddpm.measure.timing import compare
from ddpm.train import denoising, train


def main(devices: int, axis: str, steps: int, seconds: float) -> None:
    """Steps of the problem set's network with a batch of 128, on so many virtual devices of one processor."""
    jax.config.update("jax_platforms", "cpu")  # also where there is a GPU
    jax.config.update("jax_num_cpu_devices", devices)
    recipe = recipes.problem_set()
    task, state = denoising(recipe.schedule, recipe.data), recipe.begin()
    run = partial(train, state, *task, recipe.optimiser, steps=steps, batch=128)
    comparison = compare(partial(run, mesh=jax.make_mesh((devices,), (axis,))), run, seconds=seconds)
    print(json.dumps([[*comparison.seconds_a], [*comparison.seconds_b]]))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
