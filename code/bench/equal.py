"""Sampling at equal error: how many calls of the digits' network a sampler needs, and how long they take, until its
samples are where the flow of that network leads, but for a small error."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ddpm.flat_random import standard_normal
from ddpm.measure.timing import measure
from ddpm.path import cosine_path
from ddpm.pretrained import read
from ddpm.sample import (
    OfClass,
    Velocity,
    adaptive,
    ddim,
    dpm_solver,
    even_in_log_snr,
    even_in_time,
    karras,
    relative_error,
)

ERROR = 0.01
COUNTS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)  # of calls
START, END = 0.995, 0.005
IMAGES = 50
OF_THE_PAPER, TIMED = 1000, 100  # calls: the steps of Ho et al. (2020), and how many of them are timed
PATH = cosine_path()
GRIDS = {
    "even in time": even_in_time,
    "even in log-SNR": lambda *ends: even_in_log_snr(PATH, *ends),
    "of Karras et al.": lambda *ends: karras(PATH, *ends),
}
SAMPLERS = {
    "DDIM": lambda key, of_class, x, times: ddim(None, PATH, of_class, x, times, 0.0, "v")[0],
    "DPM-Solver++(2M)": lambda key, of_class, x, times: dpm_solver(PATH, of_class, x, times, "v")[0],
    "DDPM": lambda key, of_class, x, times: ddim(key, PATH, of_class, x, times, 1.0, "v")[0],
}


@eqx.filter_jit
def drawn(sampler: str, network, x, times):
    """Where the sampler takes each row of x, an image of the class that its number ends in."""
    keys, labels = jax.random.split(jax.random.key(1), len(x)), jnp.arange(len(x)) % 10
    run = SAMPLERS[sampler]
    return jax.vmap(lambda key, x, label: run(key, OfClass(network, label), x, times))(keys, x, labels)


@jax.jit
def flow(network, x):
    """Where the flow takes each row of x, by an adaptive solver."""
    ends, labels = jnp.asarray([START, END]), jnp.arange(len(x)) % 10
    field = jax.vmap(lambda x, label: adaptive(Velocity(PATH, OfClass(network, label)), x, ends, 1e-4)[0])
    return field(x, labels)


def error(found, wanted) -> float:
    """The median of the images' relative errors. (A mean would be that of the few which a small error sends to another
    digit.)"""
    return float(jnp.median(jax.vmap(relative_error)(found, wanted)))


def least(error_of: Callable[[int], float], counts=COUNTS) -> int | None:
    """The least of the counts whose error is at most `ERROR`, where errors fall. None if there is none."""
    place = bisect_left(counts, True, key=lambda count: error_of(count) <= ERROR)
    return counts[place] if place < len(counts) else None


def rows(seconds: float) -> Iterator[tuple[str, str, np.ndarray]]:
    """The sampler, what it needs, and seconds for one image, measured after compilation."""
    network = read()
    x = standard_normal(jax.random.key(0), (IMAGES, 8, 8), jnp.float32)
    wanted = flow(network, x)

    @cache
    def best(sampler, calls):
        times = {name: grid(START, END, calls) for name, grid in GRIDS.items()}
        return min((error(drawn(sampler, network, x, u), wanted), name) for name, u in times.items())

    for sampler in ("DDIM", "DPM-Solver++(2M)"):
        calls = least(lambda calls: best(sampler, calls)[0])
        if calls is None:
            raise RuntimeError(f"{sampler} has an error above {ERROR:.0%} with {COUNTS[-1]} calls")
        off, grid = best(sampler, calls)
        times = GRIDS[grid](START, END, calls)
        taken = measure(lambda: drawn(sampler, network, x, times), seconds=seconds) / IMAGES
        fewer = max((count for count in COUNTS if count < calls), default=0)
        yield sampler, f"{calls} calls for {ERROR:.0%} ({off:.2%}, times {grid}; {fewer} are too few)", taken
    times = even_in_time(START, END, TIMED)
    taken = measure(lambda: drawn("DDPM", network, x, times), seconds=seconds) / IMAGES * (OF_THE_PAPER / TIMED)
    words = f"{OF_THE_PAPER} calls, from {TIMED} timed (its fresh noise leads away from the flow: no error to compare)"
    yield "DDPM", words, taken
