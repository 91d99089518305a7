"""Cases and runs as plain data: a submission gets the one and gives the other back, and nothing of it is run where
it is judged."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

from ddpm.grading.cases import FlowWave, LabelWave, LevelWave, TimeWave, Wave
from ddpm.grading.runner import LARGEST, Run
from ddpm.schedule import Schedule

MOST_ANSWERS = 1000
WAVES = {kind.__name__: kind for kind in (Wave, LevelWave, TimeWave, FlowWave, LabelWave)}
WAVE = ("amplitude", "frequency", "pace")
SCHEDULE = ("beta", "alpha_bar", "one_minus_alpha_bar")


def pack_cases(cases: Sequence[tuple]) -> list:
    """Cases in the words of JSON."""
    return [[_pack(value) for value in case] for case in cases]


def unpack_cases(data: list) -> list[tuple]:
    return [tuple(map(_unpack, case)) for case in data]


def _pack(value):
    if isinstance(value, Schedule):
        return {"schedule": [_pack(np.asarray(getattr(value, name))) for name in SCHEDULE]}
    if isinstance(value, Wave):
        if WAVES.get(name := type(value).__name__) is not type(value):
            raise TypeError(f"a stand-in for a network, {name}, that is not among WAVES")
        return {"wave": name, "numbers": [getattr(value, number) for number in WAVE]}
    if isinstance(value, np.ndarray):
        return {"array": value.ravel().tolist(), "shape": value.shape, "type": value.dtype.str}
    if isinstance(value, list):
        return [*map(_pack, value)]
    if isinstance(value, (int, float)):
        return value
    raise TypeError(f"no data for a case with {type(value).__name__} in it")


def _unpack(data):
    if isinstance(data, list):
        return [*map(_unpack, data)]
    if not isinstance(data, dict):
        return data
    if "schedule" in data:
        return Schedule(*(jnp.asarray(_unpack(part)) for part in data["schedule"]))
    if "wave" in data:
        return WAVES[data["wave"]](*data["numbers"])
    return np.array(data["array"], data["type"]).reshape(data["shape"])


def pack_run(result: Run) -> dict:
    """A run in the words of JSON."""
    answers = [a if isinstance(a, str) else {"shape": a.shape, "values": a.ravel().tolist()} for a in result.answers]
    return {"answers": answers, "blank": result.blank, "notes": result.notes}


def unpack_run(data: dict) -> Run:
    """The run in the words of `pack_run`.

    Raises:
        ValueError, KeyError, TypeError: the data are something else; they come from a notebook and may be anything.
    """
    if (
        len(data["answers"]) > MOST_ANSWERS
        or sum(len(a["values"]) for a in data["answers"] if not isinstance(a, str)) > LARGEST
    ):
        raise ValueError("far more answers than cases")
    answers = [
        a if isinstance(a, str) else np.array(a["values"], np.float64).reshape(a["shape"]) for a in data["answers"]
    ]
    return Run(answers, str(data["blank"]), [str(note) for note in data["notes"]])
