"""Measures and prints a table, in Markdown. Five to seven minutes on two cores; without PyTorch, less its rows."""

import itertools
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from bench import equal, recipes
from ddpm.measure.roofline import cost, measure_machine
from ddpm.measure.timing import Comparison, compare, measure, quartiles
from ddpm.sample import ancestral_sample
from ddpm.train import denoising, program

SECONDS = 10  # for each comparison
HERE = Path(__file__).parent


def main():
    machine = measure_machine()
    print(
        f"{jax.devices()[0].device_kind}, {os.cpu_count()} cores, JAX {jax.__version__}. "
        f"Product of matrices {machine.peak / 1e9:.0f} GFLOP/s, ",
        end="",
    )
    print(f"reading memory {machine.bandwidth / 1e9:.1f} GB/s.")
    print("Medians, with quartiles in brackets; shares of this machine's own peak and bandwidth.\n")
    print("| Work | Reached | Peak | Bandwidth |")
    print("| --- | --- | --- | --- |")
    torch = Torch()
    for row in itertools.chain(
        speeds(machine, torch), digits(torch), meshes(), from_nothing(machine), sampling(machine), equally_good()
    ):
        print("|", " | ".join(row), "|", flush=True)
    if torch.missing:
        print(f"\nThe rows against PyTorch are missing: {torch.missing}")


def speeds(machine, torch):
    """Steps per second, against the problem set's loop and PyTorch, alternating."""
    for title, recipe, steps, name in (
        ("[10, 200, 1000], batch 100, plain gradient descent", recipes.problem_set(), 200, "problem_set"),
        ("41-64-64-9, batch 128, Adam", recipes.small(), 1000, "small"),
    ):
        state = recipe.begin()
        ours = partial(recipe.run, state, steps)
        work = step_cost(recipe)
        rivals = [("PyTorch eager", partial(torch, name, steps))] if not torch.missing else []
        if name == "problem_set":
            rivals.insert(0, ("a Python loop with a jitted update", partial(recipes.problem_set_loop(recipe), steps)))
        for rival, run in rivals:
            comparison = compare(run, ours, repetitions=31, seconds=SECONDS)
            ratio = f"{spread(comparison.ratio, '.2f')} times {rival} ({steps / np.median(comparison.seconds_a):.0f})"
            yield speed(machine, title, work, comparison.seconds_b / steps, ratio)
        if not rivals:
            yield speed(machine, title, work, measure(ours, repetitions=31, seconds=SECONDS) / steps, "no rival here")


def digits(torch):
    """Steps per second of the digits' U-Net, against the same layers in PyTorch."""
    steps, run = 10, recipes.digits_run()
    title = "Steps per second, the U-Net of the digits, batch 128, AdamW"
    if torch.missing:
        seconds = measure(partial(run, steps), seconds=SECONDS) / steps
        return [(title, f"{spread(1 / seconds, '.1f')}: no rival here", "", "")]
    rows = []
    for name, rival in (("digits", "PyTorch eager"), ("digits_compiled", "PyTorch compiled (torch.compile)")):
        try:
            found = compare(partial(torch, name, steps), partial(run, steps), seconds=SECONDS)
        except RuntimeError as error:
            rows.append((title, f"{rival} does not run here: {error}", "", ""))
            continue
        ratio = f"{spread(found.ratio, '.2f')} times {rival} ({steps / np.median(found.seconds_a):.1f})"
        rows.append((title, f"{spread(steps / found.seconds_b, '.1f')}: {ratio}", "", ""))
    return rows


def meshes():
    """The problem set's network on meshes, in processes of their own, against no mesh in the same process."""
    for devices, axis in ((1, "data"), (1, "fsdp"), (8, "data"), (8, "fsdp")):
        seconds = np.array(printed("bench.devices", devices, axis, 200 if devices == 1 else 50, SECONDS))
        title = f'Steps on {devices} virtual device{"s" * (devices > 1)} ("{axis}") against none, batch 128'
        yield (
            title,
            f"{spread(Comparison(*seconds).ratio, '.2f')} times the seconds of one device without a mesh",
            "",
            "",
        )


def speed(machine, title, work, seconds, ratio):
    return (
        f"Steps per second, {title}",
        f"{spread(1 / seconds, '.0f')}: {ratio}",
        *shares(machine, work, np.median(seconds)),
    )


def from_nothing(machine):
    """Trainings in fresh processes, compilation included."""
    near = "of them within 0.05 of the dot"
    for title, name, make, seeds, unit in (
        (
            "The dot, T = 4, [10, 200, 1000], 3000 steps of plain gradient descent, then 10,000 samples",
            "problem_set",
            recipes.problem_set,
            3,
            near,
        ),
        ("The dot, T = 50, 41-64-64-9: training, then 10,000 samples", "small", recipes.small, 5, near),
        ("Eight glyphs, short", "glyphs_quick", recipes.glyphs_quick, 3, "beyond the optimal loss"),
        ("Eight glyphs, long", "glyphs_long", recipes.glyphs_long, 1, "beyond the optimal loss"),
    ):
        results = np.array([fresh(name, seed) for seed in range(seeds)])
        recipe = make()
        reached = f"{spread(results[:, 0], '.2f')} s with compilation; {spread(100 * results[:, 1], '.2f')}% {unit}"
        yield title, reached, *shares(machine, step_cost(recipe), np.median(results[:, 0]) / recipe.steps)


def sampling(machine):
    """10,000 images, T = 4, after compilation."""
    schedule = recipes.problem_set().schedule
    for title, network in (
        ("41-64-64-9", recipes.MLP(jax.random.key(0), [9, 64, 64], T=4)),
        ("[10, 200, 1000]", recipes.problem_set().network),
    ):
        draw = partial(ancestral_sample, jax.random.key(0), schedule, network, 10_000, (3, 3))
        seconds = measure(draw, repetitions=31, seconds=2)
        one = cost(jax.jit(jax.vmap(network, (0, None))), jnp.zeros((10_000, 3, 3)), jnp.asarray(1))
        least = one.operations * schedule.T / machine.peak
        reached = (
            f"{spread(seconds, '.3f')} s after compilation; the matrix products alone take {least:.3f} s at the peak"
        )
        yield f"Sampling 10,000 images, T = 4, {title}", reached, *shares(machine, one, np.median(seconds) / schedule.T)


def equally_good():
    """Calls and seconds for an image of a digit."""
    for sampler, needs, seconds in equal.rows(2):
        taken = f"{spread(1000 * seconds, '.2f')} ms for an image"
        yield f"A digit by {sampler}, the U-Net of the book", f"{needs}; {taken}", "", ""


def step_cost(recipe):
    """The work of one step, by XLA's count."""
    task = (*denoising(recipe.schedule, recipe.data), recipe.optimiser)
    return cost(jax.jit(lambda state: program.run(task, state, 1, recipe.batch, None)), recipe.begin())


def shares(machine, work, seconds) -> tuple[str, str]:
    """The shares of the machine's peak and of its bandwidth."""
    return f"{work.operations / seconds / machine.peak:.0%}", f"{work.bytes / seconds / machine.bandwidth:.0%}"


def spread(values, spec) -> str:
    low, middle, high = (format(value, spec) for value in quartiles(values))
    return middle if np.size(values) == 1 else f"{middle} [{low}, {high}]"


def fresh(name, seed) -> tuple[float, float]:
    return tuple(printed("bench.fresh", name, seed))


def printed(module, *arguments):
    """What a module prints in a fresh process, read as JSON."""
    command = [sys.executable, "-P", "-m", module, *map(str, arguments)]
    path = os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH")]))
    surroundings = os.environ | {"PYTHONPATH": path, "TQDM_DISABLE": "1"}
    done = subprocess.run(command, env=surroundings, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    return json.loads(done.stdout)


class Torch:
    """PyTorch in a process of its own, so that its threads and JAX's do not meet; TORCH_PYTHON names another Python."""

    def __init__(self):
        python = os.environ.get("TORCH_PYTHON", sys.executable)
        self.missing = ""
        self.process = subprocess.Popen(
            [python, str(HERE / "torch_work.py"), {"gpu": "cuda"}.get(jax.default_backend(), "cpu")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        if not self.process.stdout.readline():
            self.missing = (
                f"no PyTorch. Install it with `{python} -m pip install torch`, "
                "or set TORCH_PYTHON to a Python that has it."
            )

    def __call__(self, name, steps):
        self.process.stdin.write(f"{name} {steps}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        try:
            return float(answer)
        except ValueError:
            raise RuntimeError(answer or "it has ended") from None


if __name__ == "__main__":
    main()
