"""What `ddpm.chapters.real_images.runs` has measured, for the chapter's figures and tables."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float

FILE = Path(__file__).with_name("runs.json")
PLAIN = {"model": "mlp", "width": 128, "dropout": 0.0, "reach": 0.0, "images": 898, "seconds": 0, "says": "v"}


@cache
def stored() -> dict:
    """All that stands in the file: "runs", and with what, on what and when they were made."""
    return json.loads(FILE.read_text())


def over_seeds(value: Callable[[dict], float], **setting) -> Float[np.ndarray, "seeds points"]:
    """A value of each point of the runs with this setting, one row for each seed.

    Args:
        value: of a point, with "steps", "seconds", losses at ten times, and what the court says, (value, low, high).
        setting: what differs from `PLAIN`.

    Raises:
        KeyError: there is no such run.
    """
    wanted = PLAIN | setting
    runs = [run for run in stored()["runs"] if {**run["setting"], "seed": 0} == {**wanted, "seed": 0}]
    if not runs:
        raise KeyError(f"no run with {wanted}")
    return np.array([[value(point) for point in run["points"]] for run in runs], float)
