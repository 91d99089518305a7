"""What the package hands around cannot be changed by whoever gets it."""

import dataclasses
import importlib
import inspect
from pkgutil import walk_packages

import pytest

import ddpm

OTHER_FLOORS = {"chapters", "figures", "notebook", "scale"}
FILLED = {  # while somebody looks on: a count, and what comes out of runs
    "ddpm.measure.timing.Compiled",
    "ddpm.grading.runner.Run",
    "ddpm.grading.score.folder.Score",
    "ddpm.grading.score.folder.Class",
}
RECORDS = {
    kind
    for module in walk_packages(ddpm.__path__, "ddpm.", onerror=lambda name: None)
    if module.name.split(".")[1] not in OTHER_FLOORS and not module.name.endswith("__main__")
    for kind in vars(importlib.import_module(module.name)).values()
    if inspect.isclass(kind) and kind.__module__.startswith("ddpm.") and dataclasses.is_dataclass(kind)
    if f"{kind.__module__}.{kind.__qualname__}" not in FILLED and not inspect.isabstract(kind)
}


def test_there_are_some():
    names = {"Schedule", "Level", "Mixture", "State", "Comparison", "Settled", "Verdict", "Limits"}
    assert names <= {kind.__name__ for kind in RECORDS}


@pytest.mark.parametrize("kind", sorted(RECORDS, key=lambda kind: (kind.__qualname__, kind.__module__)))
def test_a_record_is_immutable(kind):
    with pytest.raises(dataclasses.FrozenInstanceError):
        object.__new__(kind).changed = 1
