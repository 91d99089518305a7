"""Training with checkpoints and a log: what makes one call of `ddpm.train.train` a run of days."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import optax
from jax.sharding import Mesh
from jaxtyping import Array

from ddpm.arrays import Key
from ddpm.scale.checkpoints import Checkpoints
from ddpm.train import State, train
from ddpm.train.batches import Batches
from ddpm.train.mesh import checked_mesh


def fit(
    state: State,
    loss: Callable[[Any, Key, Any], Array],
    draw: Callable[[Key, int], Any] | Batches,
    optimiser: optax.GradientTransformation,
    *,
    steps: int,
    folder: str | Path,
    every: int = 1000,
    batch: int = 128,
    average: float | None = None,
    mesh: Mesh | None = None,
) -> State:
    """Train until `steps` steps are taken in all, from the newest checkpoint in the folder if there is one.

    In the folder lie `checkpoints`, and for each process `log-0.jsonl` and so on: a line of JSON for each stretch of
    `every` steps, with the step reached, the mean loss, and steps and examples per second; and a line with `error` if
    training ended by one. Whatever ends a process, at most the steps since the last checkpoint are lost.

    Args:
        state: as training begins (`ddpm.train.start`), the same in each call.
        loss, draw, optimiser, batch, average, mesh: as in `ddpm.train.train`.
        every: steps from one checkpoint to the next.

    Returns:
        The state reached: after `steps` steps, or after fewer if Ctrl-C ended it.

    Raises:
        as `ddpm.train.train` and `Checkpoints`.
    """
    folder, mesh = Path(folder), checked_mesh(mesh, batch)
    if average is not None and state.average is None:
        state = replace(state, average=state.network)
    with open(_log(folder), "a", encoding="utf-8") as log:
        try:
            with Checkpoints(folder / "checkpoints") as checkpoints:  # its end may raise too
                state = checkpoints.latest(state, mesh)
                while (left := steps - int(state.step)) > 0:
                    begun, n = time.perf_counter(), min(every, left)
                    options = dict(steps=n, batch=batch, average=average, mesh=mesh)
                    state, losses = train(state, loss, draw, optimiser, **options)
                    checkpoints.save(state)
                    rate = len(losses) / (time.perf_counter() - begun)
                    said = dict(loss=float(losses.mean()), steps_per_s=rate, examples_per_s=rate * batch)
                    _write(log, step=int(state.step), **said)
                    if len(losses) < n:
                        break
        except Exception as error:
            _write(log, error=f"{type(error).__name__}: {error}")
            raise
    return state


def _log(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"log-{jax.process_index()}.jsonl"


def _write(log, **fields):
    numbers = {name: float(f"{value:.6g}") if isinstance(value, float) else value for name, value in fields.items()}
    print(json.dumps({"time": round(time.time(), 3), **numbers}), file=log, flush=True)
