"""Timing two functions against each other so that the answer means something.

The traps: the first call compiles; JAX returns before the result is there; the machine's speed drifts; the clock is
coarse. So: warm up, block until the result is ready, alternate the candidates, call each often enough, repeat, and
compare pair by pair.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from time import perf_counter

import jax
import numpy as np
from jaxtyping import ArrayLike, Float, Real

MEASUREMENT = 1e-3  # seconds that one measurement lasts at least: thousands of times the grain of the clock
FEWEST = 5  # repetitions below which quartiles say nothing
BAND = 1.05  # a ratio between 1 / BAND and BAND is no difference worth a word


@dataclass(eq=False)
class Compiled:
    """What JAX has compiled.

    Attributes:
        programs: how many programs.
        seconds: the time that it took.
    """

    programs: int = 0
    seconds: float = 0.0


@contextmanager
def compilations() -> Iterator[Compiled]:
    """Count what is compiled inside the block: `with compilations() as found: ...`, and then `found.programs`."""
    _listen()
    found = Compiled()
    _counting.append(found)
    try:
        yield found
    finally:
        _counting.remove(found)


@dataclass(frozen=True)
class Comparison:
    """Seconds per call of two functions, measured in turn.

    Attributes:
        seconds_a, seconds_b: entry i of both was measured one right after the other.
    """

    seconds_a: Float[np.ndarray, " repetitions"]
    seconds_b: Float[np.ndarray, " repetitions"]

    @property
    def ratio(self) -> Float[np.ndarray, " repetitions"]:
        """a / b, pair by pair."""
        return self.seconds_a / self.seconds_b

    @property
    def median(self) -> float:
        """The median of the ratio."""
        return quartiles(self.ratio)[1]

    @property
    def verdict(self) -> str:
        """What a is beside b: "slower", "faster", "level" or "unclear".

        Slower or faster if the whole middle half of the ratios lies outside 1 / BAND to BAND; level if their median
        lies inside; else the spread is too large to tell.
        """
        low, middle, high = quartiles(self.ratio)
        if low > BAND:
            return "slower"
        if high < 1 / BAND:
            return "faster"
        return "level" if 1 / BAND <= middle <= BAND else "unclear"


def compare(a: Callable, b: Callable, *args, repetitions: int = 51, seconds: float | int = 1.0) -> Comparison:
    """Time a(*args) against b(*args). For arguments of their own, bind them with `functools.partial`.

    Each measurement holds as many calls as it takes to last a millisecond, so that the clock's grain does not show.

    Args:
        repetitions: number of pairs, whose median and quartiles are what to report.
        seconds: about how long all pairs may take; slow functions get fewer pairs, but never less than five.

    Raises:
        ValueError: fewer than five repetitions, or seconds not above 0.
    """
    _check(repetitions, seconds)
    calls = [_warm_up(function, args) for function in (a, b)]
    taken = np.empty((2, repetitions))
    started, done = perf_counter(), 0
    while done < repetitions:
        for which in (0, 1) if done % 2 == 0 else (1, 0):
            taken[which, done] = _measure((a, b)[which], args, calls[which])
        done += 1
        if done >= FEWEST and (perf_counter() - started) * (done + 1) / done > seconds:
            break
    return Comparison(*taken[:, :done])


def measure(
    function: Callable, *args, repetitions: int = 51, seconds: float | int = 1.0
) -> Float[np.ndarray, " repetitions"]:
    """Seconds per call of function(*args), one entry for each repetition; measured as in `compare`."""
    _check(repetitions, seconds)
    calls = _warm_up(function, args)
    taken, started = [], perf_counter()
    while len(taken) < repetitions and (len(taken) < FEWEST or perf_counter() - started < seconds):
        taken.append(_measure(function, args, calls))
    return np.array(taken)


def quartiles(values: Real[ArrayLike, "*n"] | Sequence[float | int]) -> tuple[float, float, float]:
    """First quartile, median, third quartile."""
    return tuple(float(q) for q in np.quantile(values, (0.25, 0.5, 0.75)))


_counting: list[Compiled] = []
_LAST_STEP = "/jax/core/compile/backend_compile_duration"
_STEPS = {"/jax/core/compile/jaxpr_to_mlir_module_duration", _LAST_STEP}


@cache  # JAX knows no way to stop listening
def _listen():
    def count(event, seconds, **_):
        for found in _counting:
            found.programs += event == _LAST_STEP
            found.seconds += seconds * (event in _STEPS)

    jax.monitoring.register_event_duration_secs_listener(count)


def _check(repetitions, seconds):
    if repetitions < FEWEST:
        raise ValueError(f"repetitions must be at least {FEWEST}, or quartiles say nothing; got {repetitions}")
    if not seconds > 0:
        raise ValueError(f"seconds must be above 0; got {seconds}")


def _warm_up(function, args) -> int:
    """Compile, and find how many calls last a MEASUREMENT: three times in a row, lest a hiccup decide."""
    jax.block_until_ready(function(*args))
    calls = 1
    while True:
        first = _measure(function, args, calls) * calls
        if first > 20 * MEASUREMENT:
            return calls
        if all(taken >= MEASUREMENT for taken in (first, *(_measure(function, args, calls) * calls for _ in range(2)))):
            return calls
        calls *= 2


def _measure(function, args, calls) -> float:
    start = perf_counter()
    for _ in range(calls):
        jax.block_until_ready(function(*args))
    return (perf_counter() - start) / calls
