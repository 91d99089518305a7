"""Timing two functions against each other so that the answer means something.

The traps: the first call compiles; JAX returns before the result is there; the machine's speed drifts. So: warm up,
block until the result is ready, alternate the candidates, repeat, and compare pair by pair.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import jax
import numpy as np


@dataclass(frozen=True)
class Comparison:
    """Seconds per call of two functions, measured in turn.

    Attributes:
        seconds_a, seconds_b: shape (repetitions,); entry i of both was measured one right after the other.
    """

    seconds_a: np.ndarray
    seconds_b: np.ndarray

    @property
    def ratio(self) -> np.ndarray:
        """a / b, pair by pair, shape (repetitions,)."""
        return self.seconds_a / self.seconds_b


def compare(a: Callable, b: Callable, *args, repetitions: int = 51, calls: int = 20) -> Comparison:
    """Time a(*args) against b(*args).

    Args:
        repetitions: number of pairs; their median and quartiles are what to report.
        calls: calls in one measurement, so that the clock's own grain does not show.

    Raises:
        ValueError: repetitions or calls below 1.
    """
    if repetitions < 1 or calls < 1:
        raise ValueError(f"repetitions and calls must be at least 1; got {repetitions} and {calls}")
    for function in (a, b):
        jax.block_until_ready(function(*args))
    seconds = np.empty((2, repetitions))
    for i in range(repetitions):
        order = (0, 1) if i % 2 == 0 else (1, 0)
        for which in order:
            function = (a, b)[which]
            start = time.perf_counter()
            for _ in range(calls):
                jax.block_until_ready(function(*args))
            seconds[which, i] = (time.perf_counter() - start) / calls
    return Comparison(*seconds)


def quartiles(values) -> tuple[float, float, float]:
    """First quartile, median, third quartile."""
    return tuple(float(q) for q in np.quantile(values, (0.25, 0.5, 0.75)))
