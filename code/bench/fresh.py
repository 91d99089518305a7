"""One training from nothing, compilation included, in a process of its own: prints seconds and what was reached."""

import json
import sys
import time

import jax

from bench import recipes
from ddpm.data import dot
from ddpm.evaluate import share_within
from ddpm.mixture import points
from ddpm.oracle import excess_loss, optimal_loss
from ddpm.sample import ancestral_sample

DRAWS = 10_000


def the_dot(seed: int, make) -> tuple[float, float]:
    """Seconds until 10,000 samples are there, and the share of them within 0.05 of the dot."""
    begin = time.perf_counter()
    recipe = make(seed)
    state, _ = recipe.run(recipe.begin(seed), recipe.steps)
    key, shape = jax.random.key(seed), recipe.data.shape[1:]
    samples = jax.block_until_ready(ancestral_sample(key, recipe.schedule, state.network, DRAWS, shape))
    return time.perf_counter() - begin, share_within(samples, dot(), 0.05)


def the_glyphs(seed: int, make) -> tuple[float, float]:
    """Seconds of training, and the loss beyond the optimal one, as a share of that."""
    begin = time.perf_counter()
    recipe = make(seed)
    state, _ = recipe.run(recipe.begin(seed), recipe.steps)
    seconds = time.perf_counter() - begin
    data, key = points(recipe.data), jax.random.key(99)
    excess, _ = excess_loss(key, recipe.schedule, data, state.average, DRAWS).over_t()
    optimal, _ = optimal_loss(key, recipe.schedule, data, DRAWS).over_t()
    return seconds, excess / optimal


WORK = {
    "problem_set": lambda seed: the_dot(seed, recipes.problem_set),
    "small": lambda seed: the_dot(seed, recipes.small),
    "glyphs_quick": lambda seed: the_glyphs(seed, recipes.glyphs_quick),
    "glyphs_long": lambda seed: the_glyphs(seed, recipes.glyphs_long),
}

if __name__ == "__main__":
    jax.devices()  # starting JAX is no part of the work
    print(json.dumps(WORK[sys.argv[1]](int(sys.argv[2]))))
