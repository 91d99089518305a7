import time

import numpy as np
import pytest

from ddpm.timing import compare, quartiles


def test_a_ratio_of_three_is_found():
    def wait(seconds):
        return lambda: time.sleep(seconds)

    result = compare(wait(0.006), wait(0.002), repetitions=9, calls=1)
    assert result.seconds_a.shape == result.seconds_b.shape == result.ratio.shape == (9,)
    assert quartiles(result.seconds_a)[1] >= 0.006  # a sleep is never shorter than asked for
    assert 1.5 < quartiles(result.ratio)[1] < 4


def test_warms_up_once_and_then_alternates():
    calls = []
    compare(lambda: calls.append("a"), lambda: calls.append("b"), repetitions=3, calls=2)
    assert "".join(calls) == "ab" + "aabb" + "bbaa" + "aabb"


def test_waits_for_the_result(monkeypatch):
    waited = []
    monkeypatch.setattr("jax.block_until_ready", waited.append)
    compare(lambda: 1, lambda: 2, repetitions=1, calls=1)
    assert sorted(waited) == [1, 1, 2, 2]


@pytest.mark.parametrize("arguments", [{"repetitions": 0}, {"calls": 0}])
def test_nothing_to_measure_is_refused(arguments):
    with pytest.raises(ValueError, match="at least 1"):
        compare(int, int, **arguments)


def test_quartiles_are_those_of_numpy_percentile():
    values = np.random.default_rng(0).normal(size=101)
    assert quartiles(values) == pytest.approx(tuple(np.percentile(values, [25, 50, 75])))
