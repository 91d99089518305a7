"""What a student's function may change for everybody, caught and put back."""

import builtins
import contextlib
import io
import math
import os
import random
import sys
import time
import warnings

import jax
import jax.numpy as jnp
import numpy as np

from ddpm.grading import seal
from ddpm.precision import enable_x64
from ddpm.schedule import Schedule

KEPT_PRINT = 2000  # characters
_PATCHABLE = (builtins, math, random, time, np, np.linalg, np.random, jax, jnp, jax.lax, jax.nn, jax.random, Schedule)


class Tape(io.TextIOBase):
    """Takes what is printed: keeps the beginning, counts the rest."""

    def __init__(self):
        self.text, self.lines = "", 0

    def writable(self) -> bool:
        return True

    def write(self, text) -> int:
        if len(self.text) < KEPT_PRINT:
            self.text += text[: KEPT_PRINT - len(self.text)]
        self.lines += text.count("\n")
        return len(text)


@contextlib.contextmanager
def captured():
    """Send what is printed, to either stream, to a `Tape`."""
    tape = Tape()
    with contextlib.redirect_stdout(tape), contextlib.redirect_stderr(tape):
        yield tape


@contextlib.contextmanager
def restored():
    """Put back what the body changes: random states, settings, the working directory, functions replaced in modules."""
    modules = [(module, dict(vars(module))) for module in (*_PATCHABLE, *_own_modules())]
    random_state, numpy_state = random.getstate(), np.random.get_state()
    settings, printing = dict(jax.config.values), np.get_printoptions()
    limit, folder, environment = sys.getrecursionlimit(), _folder(), dict(os.environ)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            for module, names in modules:
                _put_back(module, names)
            seal.restore()
            random.setstate(random_state)
            np.random.set_state(numpy_state)
            np.set_printoptions(**printing)
            for name, value in jax.config.values.items():
                if name in settings and settings[name] != value:
                    jax.config.update(name, settings[name])
            sys.setrecursionlimit(limit)
            if dict(os.environ) != environment:
                os.environ.clear()
                os.environ.update(environment)
            with contextlib.suppress(OSError):
                if folder is not None and folder != _folder():
                    os.chdir(folder)


def _folder() -> str | None:
    """The working directory; None if it has been deleted."""
    try:
        return os.getcwd()
    except OSError:
        return None


def _own_modules():
    return [module for name, module in sys.modules.items() if f"{name}.".startswith("ddpm.")]


def _put_back(module, names):
    now = vars(module)
    for name, value in names.items():
        if now.get(name, names) is not value:
            with contextlib.suppress(AttributeError, TypeError):
                setattr(module, name, value)


def same_precision():
    """A context for another thread: x64 as it is in the calling thread, and products of matrices in full precision.

    JAX keeps what its context managers set for one thread alone. Without the second, the products of a GPU or a TPU
    have three digits, and right answers would be refused.
    """
    x64 = bool(jax.config.jax_enable_x64)

    @contextlib.contextmanager
    def entered():
        with enable_x64(x64), jax.default_matmul_precision("highest"):
            yield

    return entered()
