"""What the package's core hands around cannot be changed by whoever gets it."""

import dataclasses
import importlib
import inspect
from pkgutil import walk_packages

import pytest

import ddpm

OTHER_FLOORS = {"chapters", "derivation", "figures", "grading", "notebook", "scale"}
FILLED = {"Compiled"}  # while somebody looks on: a count
RECORDS = {
    kind
    for module in walk_packages(ddpm.__path__, "ddpm.", onerror=lambda name: None)
    if module.name.split(".")[1] not in OTHER_FLOORS and not module.name.endswith("__main__")
    for kind in vars(importlib.import_module(module.name)).values()
    if inspect.isclass(kind) and kind.__module__.startswith("ddpm.") and dataclasses.is_dataclass(kind)
    if kind.__name__ not in FILLED and not inspect.isabstract(kind)
}


def test_there_are_some():
    assert {"Schedule", "Level", "Mixture", "State", "Comparison"} <= {kind.__name__ for kind in RECORDS}


@pytest.mark.parametrize("kind", sorted(RECORDS, key=lambda kind: kind.__qualname__))
def test_a_record_is_immutable(kind):
    with pytest.raises(dataclasses.FrozenInstanceError):
        object.__new__(kind).changed = 1
