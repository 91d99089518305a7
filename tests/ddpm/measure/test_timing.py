import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.measure import timing
from ddpm.measure.timing import BAND, FEWEST, MEASUREMENT, Comparison, compare, compilations, measure, quartiles


class Machine:
    """A clock that moves only while one of the machine's functions runs, and a list of what has run."""

    def __init__(self, monkeypatch):
        self.now, self.calls, self.speed = 0.0, [], lambda now: 1.0
        monkeypatch.setattr(timing, "perf_counter", lambda: self.now)
        monkeypatch.setattr("jax.block_until_ready", self.wait)

    def function(self, name, seconds, first=0.0, later=0.0):
        """A function that takes `first` more in its first call, and in each call `later` more if it is waited for."""

        def run():
            self.now += (seconds + (0 if name in self.calls else first)) * self.speed(self.now)
            self.calls.append(name)
            return later

        return run

    def wait(self, result):
        self.now += result or 0.0


@pytest.fixture
def machine(monkeypatch):
    return Machine(monkeypatch)


def test_a_known_ratio_is_found_exactly(machine):
    result = compare(machine.function("a", 3e-4), machine.function("b", 2e-5), repetitions=9)
    np.testing.assert_allclose(result.seconds_a, np.full(9, 3e-4), rtol=1e-9)
    np.testing.assert_allclose(result.seconds_b, np.full(9, 2e-5), rtol=1e-9)
    assert result.median == pytest.approx(15) and result.verdict == "slower"


def test_compilation_is_not_counted(machine):
    result = compare(machine.function("a", 1e-4, first=10.0), machine.function("b", 1e-4, first=0.5), repetitions=5)
    np.testing.assert_allclose(result.ratio, 1, rtol=1e-9)


def test_the_wait_for_the_result_is_counted(machine):
    result = compare(machine.function("a", 1e-6, later=5e-4), machine.function("b", 1e-6, later=1e-4), repetitions=5)
    np.testing.assert_allclose(result.seconds_a, 5.01e-4, rtol=1e-9)
    np.testing.assert_allclose(result.seconds_b, 1.01e-4, rtol=1e-9)


def test_drift_cancels_in_the_ratio_of_pairs(machine):
    machine.speed = lambda now: 1 + 20 * now  # by the end the machine is several times slower
    result = compare(machine.function("a", 2e-4), machine.function("b", 1e-4))
    assert result.seconds_a[-1] / result.seconds_a[0] > 2, "the drift is not there"
    assert np.median(result.seconds_a) / result.seconds_b[0] > 3, "without pairs the ratio would be wrong"
    low, middle, high = quartiles(result.ratio)
    assert 1.95 < low <= middle <= high < 2.05


def test_one_hiccup_does_not_matter(machine):
    machine.speed = lambda now: 100.0 if 0.02 < now < 0.03 else 1.0
    result = compare(machine.function("a", 2e-4), machine.function("b", 1e-4))
    assert abs(result.ratio - 2).max() > 1, "the hiccup is not there"
    assert result.median == pytest.approx(2)


def test_the_order_alternates_and_each_measurement_lasts(machine):
    result = compare(machine.function("a", MEASUREMENT / 4), machine.function("b", MEASUREMENT * 2), repetitions=6)
    assert len(result.ratio) == 6
    measured = "".join(machine.calls)[-6 * (4 + 1) :]  # four calls of a and one of b fill a measurement each
    assert measured == "aaaab" + "baaaa" + "aaaab" + "baaaa" + "aaaab" + "baaaa"


def test_a_hiccup_in_the_warm_up_does_not_make_measurements_short(machine):
    machine.speed = lambda now: 1000.0 if len(machine.calls) == 2 else 1.0
    measure(machine.function("a", MEASUREMENT / 100), repetitions=5)
    assert len(machine.calls) >= 5 * 100


@pytest.mark.parametrize("length, looks", [(2, 3), (19, 3), (20.5, 1)])
def test_what_lasts_long_is_looked_at_once_before_it_is_measured(machine, length, looks):
    measure(machine.function("a", length * MEASUREMENT), repetitions=5)
    assert len(machine.calls) == 1 + looks + 5  # the first compiles


@pytest.mark.parametrize("seconds, expected", [(1.0, 10), (0.01, FEWEST), (100.0, 51)])
def test_slow_functions_get_fewer_pairs(machine, seconds, expected):
    started = machine.now
    result = compare(machine.function("a", 0.08), machine.function("b", 0.02), seconds=seconds)
    assert abs(len(result.ratio) - expected) <= 1
    assert machine.now - started <= max(seconds, FEWEST * 0.1) + 0.25, "it took longer than asked for"


def test_one_function_alone_is_measured_alike(machine):
    taken = measure(machine.function("a", 1e-4, first=3.0, later=1e-4), repetitions=7)
    np.testing.assert_allclose(taken, np.full(7, 2e-4), rtol=1e-9)
    assert len(measure(machine.function("slow", 0.5), seconds=0.1)) == FEWEST


def test_the_arguments_are_those_given():
    seen = []
    compare(lambda *x: seen.append(("a", x)), lambda *x: seen.append(("b", x)), 1, "two", repetitions=5)
    assert set(seen) == {("a", (1, "two")), ("b", (1, "two"))}


@pytest.mark.parametrize("arguments, match", [({"repetitions": 4}, "at least 5"), ({"seconds": 0}, "above 0")])
def test_nothing_to_measure_is_refused(arguments, match):
    for call in (lambda: compare(int, int, **arguments), lambda: measure(int, **arguments)):
        with pytest.raises(ValueError, match=match):
            call()


@pytest.mark.parametrize(
    "ratio, verdict",
    [
        ([1.2, 1.3, 1.4], "slower"),
        ([0.7, 0.8, 0.9], "faster"),
        ([0.96, 1.0, 1.04], "level"),
        ([0.5, 1.0, 2.0], "level"),  # the median decides whether the two are level
        ([0.9, 1.3, 1.4], "unclear"),
        ([0.6, 0.8, 1.1], "unclear"),
        ([BAND + 0.001] * 3, "slower"),
        ([BAND] * 3, "level"),
        ([1 / BAND] * 3, "level"),
        ([1 / BAND - 0.001] * 3, "faster"),
    ],
)
def test_verdicts(ratio, verdict):
    assert Comparison(np.repeat(ratio, 20), np.ones(20 * len(ratio))).verdict == verdict


def test_quartiles_are_those_of_numpy_percentile():
    values = np.random.default_rng(0).normal(size=101)
    assert quartiles(values) == pytest.approx(tuple(np.percentile(values, [25, 50, 75])))


def test_programs_are_counted_when_they_are_compiled():
    x = jnp.arange(1237.0)  # a size that no other test has compiled for
    with compilations() as outer:
        double = jax.jit(lambda x: 2 * x)
        with compilations() as first:
            double(x)
        with compilations() as again:
            double(x)
        with compilations() as other_shape:
            double(x[:311])  # the slice is a program, too
    assert [found.programs for found in (first, again, other_shape)] == [1, 0, 2]
    assert outer.programs == 3 and again.seconds == 0 < first.seconds < outer.seconds < 60
    jax.jit(lambda x: 3 * x)(x)
    assert outer.programs == 3, "what is compiled after the block does not count"
