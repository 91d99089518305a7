from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from readers import printed

from ddpm.measure import roofline
from ddpm.measure.roofline import Cost, Machine, cost, measure_machine, race
from ddpm.measure.timing import Comparison


def squared_error(x, y):
    return jnp.sum((x - y) ** 2)


@pytest.mark.parametrize("n, handed_over", [(300, False), (400, True), (100_000, True)])
def test_a_compiled_program_reads_its_arrays_once(n, handed_over):
    found = cost(jax.jit(squared_error), jnp.ones(n), jnp.ones(n))
    assert found.programs == 1
    assert found.operations == pytest.approx(3 * n, abs=30)  # difference, square, addition to the sum; and a few
    assert found.handed_over == (found.operations >= 1000) == handed_over
    if n == 100_000:
        assert found.bytes == pytest.approx(2 * 4 * n, rel=1e-3)


@pytest.mark.slow
def test_the_plain_function_sends_out_each_operation_and_writes_what_lies_between():
    """What it writes is what XLA says, with its own settings."""
    n = 100_000
    said = printed(f"""
import jax.numpy as jnp
from ddpm.measure.roofline import cost
found = cost(lambda a, b: jnp.sum((a - b) ** 2), jnp.ones({n}), jnp.ones({n}))
print(found.programs, found.operations, found.bytes, found.handed_over)
""")
    programs, operations, moved, handed_over = map(eval, said.split())
    assert programs == 3 and handed_over
    assert operations == pytest.approx(3 * n, abs=100)
    assert moved == pytest.approx(4 * n * (3 + 2 + 1), rel=0.01)  # two in, one out; one in, one out; one in
    assert not cost(squared_error, jnp.ones(500), jnp.ones(500)).handed_over  # 1500 in all, but 500 in each


def test_an_integer_argument_stays_one():
    assert cost(lambda x, t: x[t] * 2.0, jnp.ones(5), 3).programs == len(
        jax.make_jaxpr(lambda x: x[3] * 2.0)(jnp.ones(5)).eqns
    )


def test_a_function_that_is_not_written_yet_is_named():
    def mean_loss(x): ...

    for function in (mean_loss, jax.jit(mean_loss)):
        with pytest.raises(TypeError, match="mean_loss returns nothing"):
            cost(function, jnp.ones(3))


def test_expected_seconds():
    machine = Machine(overhead=1e-5, wait=2e-5, bandwidth=1e10, peak=1e11)
    assert machine.seconds(Cost(1, 0.0, 0.0, False)) == pytest.approx(1e-5)
    assert machine.seconds(Cost(26, 100.0, 100.0, False)) == pytest.approx(26e-5, rel=1e-3)
    assert machine.seconds(Cost(1, 1e6, 1e6, True)) == pytest.approx(
        3e-5 + 1e-4
    )  # the bytes take 100 µs, the operations 10
    assert machine.seconds(Cost(1, 1e8, 1e6, True)) == pytest.approx(3e-5 + 1e-3)  # the operations take 1000 µs


@pytest.mark.slow
def test_a_machine_is_measured_within_what_machines_can_do():
    machine = measure_machine()
    assert 1e-7 < machine.overhead < 1e-2 and 0 <= machine.wait < 1e-1
    assert 1e8 < machine.bandwidth < 1e14 and 1e8 < machine.peak < 1e16


def measured_with(monkeypatch, *times):
    """The machine that these measurements in turn make; the shape of the first array of each, and how many it had."""
    times, seen = iter(times), []
    monkeypatch.setattr(
        roofline,
        "measure",
        lambda function, *args, **limits: (seen.append((args[0].shape, len(args))), np.array(next(times)))[1],
    )
    monkeypatch.setattr(
        roofline.jnp, "ones", lambda shape, dtype=None: np.empty(shape, np.float32)
    )  # no memory is touched
    machine = measure_machine()
    assert next(times, None) is None, "fewer measurements than expected"
    return machine, seen


def test_the_limits_are_work_by_the_fastest_time_beyond_the_idle_one(monkeypatch):
    machine, _ = measured_with(monkeypatch, [3e-6, 2e-6, 9e-6], [5e-5, 3e-5], [0.004, 0.00203], [0.1, 0.02003])
    assert (machine.overhead, machine.wait) == pytest.approx((2e-6, 2.8e-5))
    assert machine.bandwidth == pytest.approx(4e7 / 0.002) and machine.peak == pytest.approx(2e9 / 0.02)


def test_on_a_fast_device_the_arrays_grow_until_the_overhead_is_small(monkeypatch):
    """50 microseconds of overhead, 4000 GB/s, 50 TFLOP/s: on small arrays the rates would be 600 GB/s and 22
    TFLOP/s."""
    idle = 5e-5
    reads = [[idle + 4 * n / 4e12] for n in (10**7, 4 * 10**7, 16 * 10**7, 64 * 10**7)]
    products = [[idle + 2 * n**3 / 5e13] for n in (1000, 2000, 4000)]
    machine, seen = measured_with(monkeypatch, [idle], [idle], *reads, *products)
    assert machine.bandwidth == pytest.approx(4e12) and machine.peak == pytest.approx(5e13) and machine.wait == 0
    sums = [((n,), 1) for n in (10**7, 4 * 10**7, 16 * 10**7, 64 * 10**7)]
    assert seen[2:] == [*sums, *(((n, n), 2) for n in (1000, 2000, 4000))]


def test_arrays_are_large_enough_for_more_than_ten_times_the_idle_time(monkeypatch):
    _, seen = measured_with(monkeypatch, [1.0], [1.0], [9.5], [10.0], [10.5], [10.5])
    assert [shape for shape, _ in seen[2:]] == [(10**7,), (4 * 10**7,), (16 * 10**7,), (1000, 1000)]


def test_a_race_holds_measured_and_expected_ratio(monkeypatch):
    called = []

    def fake_compare(a, b, seconds):
        called.append((float(a()), float(b()), seconds))
        return Comparison(np.full(5, 4e-3), np.full(5, 2e-3))

    monkeypatch.setattr(roofline, "compare", fake_compare)
    machine = Machine(overhead=0.0, wait=0.0, bandwidth=1e9, peak=1e15)
    x = jnp.ones(100_000)
    result = race(machine, (jax.jit(squared_error), (x, 2 * x)), (jax.jit(jnp.sum), (x,)), seconds=0.5)
    assert called == [(100_000.0, 100_000.0, 0.5)]
    assert result.expected == pytest.approx(2, rel=1e-3) and result.comparison.median == pytest.approx(2)


def test_two_losses_bound_by_memory_stand_at_three_to_two():
    n = 10**6
    costs = [
        cost(jax.jit(f), *[jnp.ones(n)] * k)
        for f, k in ((lambda x, y, z: jnp.sum((0.3 * x + 0.5 * y - z) ** 2), 3), (squared_error, 2))
    ]
    machine = Machine(overhead=1e-6, wait=0.0, bandwidth=1e9, peak=1e12)
    assert machine.seconds(costs[0]) / machine.seconds(costs[1]) == pytest.approx(1.5, rel=1e-3)
    assert [c.operations / n for c in costs] == pytest.approx([6, 3], rel=1e-3)


def test_partial_functions_have_a_cost_too():
    assert cost(partial(squared_error, jnp.ones(10)), jnp.ones(10)).programs == 3
