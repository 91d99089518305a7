"""How long should it take? The work of a function by XLA's own count, and the limits of the machine at hand.

The roofline: arithmetic and memory traffic overlap, so the slower of the two sets the time. What it takes to send the
work out, and to wait for a result that comes from another thread, is added (equation `eq-roofline`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np

from ddpm.measure.timing import Comparison, compare, measure

HANDED_OVER = 1000  # operations from which on XLA runs a program in another thread (xla/pjrt/cpu/cpu_client.cc)


@dataclass(frozen=True)
class Cost:
    """The work of one call.

    Attributes:
        programs: how many compiled programs are sent out.
        operations: arithmetic operations.
        bytes: read and written.
        handed_over: whether any of the programs is so large that XLA runs it in another thread.
    """

    programs: int
    operations: float
    bytes: float
    handed_over: bool


@dataclass(frozen=True)
class Machine:
    """What limits a machine.

    Attributes:
        overhead: seconds to send out one compiled program.
        wait: seconds to wait for another thread, over and above its work.
        bandwidth: bytes per second, read from memory.
        peak: arithmetic operations per second.
    """

    overhead: float
    wait: float
    bandwidth: float
    peak: float

    def seconds(self, cost: Cost) -> float:
        """The expected time of one call (equation `eq-roofline`)."""
        work = max(cost.operations / self.peak, cost.bytes / self.bandwidth)
        return cost.programs * self.overhead + self.wait * cost.handed_over + work


@dataclass(frozen=True)
class Race:
    """Two functions, measured against each other, and what was to be expected.

    Attributes:
        comparison: the measurement.
        costs: the work of the two.
        expected: the ratio of their expected times.
    """

    comparison: Comparison
    costs: tuple[Cost, Cost]
    expected: float


def measure_machine() -> Machine:
    """Measure the machine at hand, in a second or two.

    Overhead and wait: a program with seven arguments, as the losses have, that sums 2 numbers, and 2000. Bandwidth: a
    sum of ten million numbers. Peak: a product of matrices of 1000 x 1000, in full float32, as the losses compute.
    Where these are over in a moment, as on a GPU, larger ones: a call has to last ten times the overhead and the wait,
    which are then taken off. All four are limits, so the fastest of the repetitions counts.
    """
    total = jax.jit(lambda x, *others: jnp.sum(x))
    product = jax.jit(partial(jnp.matmul, precision="highest"))
    few, more = jnp.ones(2), jnp.ones(2000)
    overhead = _fastest(total, few, *[few] * 6)
    idle = max(overhead, _fastest(total, more, *[few] * 6))
    return Machine(
        overhead=overhead,
        wait=idle - overhead,
        bandwidth=_rate(idle, total, [(4 * n, (n,), 1) for n in (10**7, 4 * 10**7, 16 * 10**7, 64 * 10**7)]),
        peak=_rate(idle, product, [(2 * n**3, (n, n), 2) for n in (1000, 2000, 4000, 8000)]),
    )


def cost(function: Callable, *args) -> Cost:
    """The work of one call of function(*args), by XLA's analysis of what it compiles.

    A function made by `jax.jit` is one program. In a plain one every operation is a program of its own.

    Raises:
        TypeError: the function returns nothing.
    """
    if not jax.tree.leaves(jax.eval_shape(partial(function, *args))):
        name = getattr(function, "__name__", "the function")
        raise TypeError(f"{name} returns nothing. Write it first; then it can be timed.")
    if hasattr(function, "lower"):
        return _cost_of_program(function, *args)
    # The arguments are bound, not traced: an integer t picks its entries as it does when the function is called.
    operations = jax.make_jaxpr(partial(function, *args))().eqns
    costs = [
        _cost_of_operation(op.primitive, tuple(op.params.items()), tuple(v.aval for v in op.invars))
        for op in operations
    ]
    return Cost(
        programs=len(costs),
        operations=sum(c.operations for c in costs),
        bytes=sum(c.bytes for c in costs),
        handed_over=any(c.handed_over for c in costs),
    )


def race(machine: Machine, a: tuple, b: tuple, seconds: float | int = 0.2) -> Race:
    """Measure a against b, and say what is to be expected of the machine.

    Args:
        a, b: each a function and its arguments, `(function, args)`.
        seconds: about how long the measurement may take.
    """
    costs = cost(a[0], *a[1]), cost(b[0], *b[1])
    comparison = compare(partial(a[0], *a[1]), partial(b[0], *b[1]), seconds=seconds)
    return Race(comparison, costs, machine.seconds(costs[0]) / machine.seconds(costs[1]))


@cache
def _cost_of_operation(primitive, params, avals) -> Cost:
    return _cost_of_program(jax.jit(lambda *xs: primitive.bind(*xs, **dict(params))), *avals)


def _cost_of_program(jitted, *args) -> Cost:
    analysis = jitted.lower(*args).compile().cost_analysis()
    operations = analysis.get("flops", 0.0)
    return Cost(1, operations, analysis["bytes accessed"], operations >= HANDED_OVER)


def _rate(idle, function, works) -> float:
    """Work per second, at the first size where the work is most of the time; works: (work, shape, arrays)."""
    for work, shape, count in works:
        seconds = _fastest(function, *[jnp.ones(shape, jnp.float32)] * count)
        if seconds > 10 * idle:
            break
    return work / max(seconds - idle, seconds / 10)


def _fastest(function, *args) -> float:
    # A limit is what the machine does when nothing disturbs it.
    return float(np.min(measure(function, *args, seconds=0.3)))
