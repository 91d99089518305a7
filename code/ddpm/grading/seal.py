"""What the checks are made of stays what it was: a cell or function that replaces a part of it is found out."""

import builtins
import contextlib
import sys
import types
from collections.abc import Callable, Iterator
from functools import partial
from itertools import repeat
from operator import call, is_

import numpy as np

NUMPY = (
    "abs",
    "array",
    "array_equal",
    "asarray",
    "append",
    "concatenate",
    "cumprod",
    "diff",
    "errstate",
    "isfinite",
    "mean",
    "ndarray",
    "ravel",
    "sqrt",
    "square",
    "stack",
    "sum",
)
BUILTINS = {
    name: getattr(builtins, name)
    for name in "abs all any bool callable dict enumerate float getattr hasattr int isinstance iter len list map max "
    "min next range repr set sorted str sum tuple type vars zip".split()
}
_CODE = ("__code__", "__defaults__", "__kwdefaults__")
_packages: set[str] = set()
_kept: dict[str, tuple[object, str, object]] = {}
_seen: set[str] = set()
_all, _map = all, map  # as they are now: a reader's function may replace them
_columns: list[tuple] = [(), (), ()]  # of all that is kept: what tells the present value, by key; the keys; the values


def _parts(name: str, module) -> Iterator[tuple[str, object, str, object]]:
    """Functions, classes and exercises of a module: a name in words, whose attribute it is, which, and its value."""
    for key, value in list(vars(module).items()):
        here = f"{name}.{key}"
        if isinstance(value, types.FunctionType | type | types.ModuleType) or hasattr(type(value), "judge"):
            yield here, module, key, value
        if isinstance(value, types.FunctionType) and value.__module__ == name:
            yield from _of_function(here, value)
        elif isinstance(value, type) and value.__module__ == name:
            for part, method in list(vars(value).items()):
                if isinstance(method, types.FunctionType | property | staticmethod | classmethod):
                    yield f"{here}.{part}", value, part, method
        elif hasattr(type(value), "judge"):
            yield from _inside(here, value)


def _inside(here, exercise):
    for part, value in vars(exercise).items():
        yield f"{here}.{part}", exercise, part, value
        if isinstance(value, types.FunctionType):  # as the right answer, which is no attribute of a module
            yield from _of_function(f"{here}.{part}", value)
        for i, slip in enumerate(value if part == "slips" else ()):
            yield from ((f"{here}.slips[{i}].{name}", slip, name, content) for name, content in vars(slip).items())


def _of_function(here, function):
    yield from ((f"{here}.{part}", function, part, getattr(function, part)) for part in _CODE)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        yield f"{here}.{name}", cell, "cell_contents", cell.cell_contents
        if isinstance(cell.cell_contents, types.FunctionType):
            yield from _of_function(f"{here}.{name}", cell.cell_contents)


def look(package: str | None = None) -> None:
    """Take down what has been imported since the last look.

    Args:
        package: one more whose modules are looked at, from now on.
    """
    _packages.update({package} - {None})
    inside = tuple(f"{package}." for package in _packages)
    new = [
        (name, module)
        for name, module in list(sys.modules.items())
        if name not in _seen and (name in _packages or name.startswith(inside))
    ]
    for name, module in new:
        _seen.add(name)
        _kept.update({path: rest for path, *rest in _parts(name, module)})
    if new:
        _columns[:] = zip(*((_getter(owner), key, value) for owner, key, value in _kept.values()))


def broken() -> str:
    """The first part that is not what it was when it was seen first, or ""."""
    if replaced := _builtins_back():
        return f"builtins.{replaced}"
    look()
    if _whole():
        return ""
    return next((path for path, (owner, key, value) in _kept.items() if _now(owner, key) is not value), "")


def restore() -> None:
    """Put back every part that is not what it was."""
    _builtins_back()
    if _whole():
        return
    for owner, key, value in _kept.values():
        if _now(owner, key) is not value:
            with contextlib.suppress(AttributeError, TypeError):
                if isinstance(owner, type | types.ModuleType | types.FunctionType):
                    setattr(owner, key, value)
                else:  # a frozen dataclass
                    object.__setattr__(owner, key, value)


def _builtins_back() -> str:
    """Put back Python's own functions, without which nothing can be said; one that was replaced, or ""."""
    found, now = "", builtins.__dict__
    for name, value in BUILTINS.items():
        if now.get(name) is not value:
            now[name] = value
            found = name
    return found


def _whole() -> bool:
    """Whether every part is what it was. It is asked after each call of a reader's function, of thousands of parts, and
    so no line of Python runs for each of them."""
    getters, keys, values = _columns
    return _all(_map(is_, _map(call, getters, keys, repeat(None)), values))


def _getter(owner) -> Callable:
    """What tells the present value of a key, or else the default that it is given. Modules and classes keep the mapping
    of their names for life; other objects may get another one."""
    return vars(owner).get if isinstance(owner, type | types.ModuleType) else partial(getattr, owner)


def _now(owner, key):
    of_slots = isinstance(owner, types.FunctionType | types.CellType)
    return getattr(owner, key, None) if of_slots else vars(owner).get(key)


_kept.update({f"numpy.{key}": (np, key, getattr(np, key)) for key in NUMPY})
