"""Exercises whose right answers and slips are stored values, for one seed: what a package without references checks
with.

`lean` writes the values, and makes modules out of this one that stand for those with the references.
"""

import functools
import importlib
import json

import numpy as np

from ddpm.grading.compared import Compared
from ddpm.grading.data import unpack_cases
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check

SEED = 0  # of the cases: the one that checks in a notebook use


@functools.cache
def values() -> dict:
    """What `lean` has stored, by the name of the exercise."""
    return json.loads(importlib.import_module("ddpm.grading.score.values").TEXT)


def exercise(name: str) -> Compared:
    """The exercise `name` on its stored cases, whatever seed is asked for."""
    data = values()[name]
    cases = unpack_cases(data["cases"])
    index = {tuple(map(id, case)): i for i, case in enumerate(cases)}

    def at(answers):
        def answer(*case):
            found = answers[index[tuple(map(id, case))]]
            return None if found is None else np.array(found["values"], np.float64).reshape(found["shape"])

        return answer

    slips = tuple(Slip(slip["name"], slip["hint"], at(slip["answers"])) for slip in data["slips"])
    return Compared(
        name, data["problem"], tuple(data["arguments"]), lambda seed: cases, at(data["answers"]), slips, **data["more"]
    )


def checks(of: Compared):
    """The check of an exercise, for notebooks."""
    return lambda student, seed=None: check(student, of, seed)
