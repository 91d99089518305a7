"""Every branch of the wording, and that each reads as it should in the sentences of the chapter."""

import numpy as np
import pytest

from ddpm import wording
from ddpm.roofline import Cost, Machine, Race
from ddpm.timing import Comparison

KINDS = {"slower": [1.3, 1.4, 1.5], "faster": [0.6, 0.7, 0.8], "level": [0.98, 1.0, 1.03], "unclear": [0.5, 1.3, 3.0]}
SMALL, LARGE = Cost(1, 999.0, 4e3, False), Cost(1, 1200.0, 4e3, True)


def a_race(ratio, expected=1.0, costs=(SMALL, SMALL)):
    ratio = np.repeat(ratio, 9)
    return Race(Comparison(ratio, np.ones_like(ratio)), costs, expected)


def races(*kinds):
    return {d: a_race(KINDS[kind]) for d, kind in zip((2, 202, 402, 10_000), kinds)}


@pytest.mark.parametrize("kinds, words", [
    (["slower"], "slower"),
    (["faster", "faster"], "faster throughout"),
    (["level"] * 4, "equally fast throughout"),
    (["unclear"] * 2, "neither clearly slower nor clearly faster throughout"),
    (["level", "slower", "level", "level"], "equally fast at D = 2, 402 and 10⁴; slower at D = 202"),
    (["faster", "unclear"], "faster at D = 2; neither clearly slower nor clearly faster at D = 202"),
])
def test_verdict(kinds, words):
    assert wording.verdict(races(*kinds)) == words


@pytest.mark.parametrize("expected, words", [
    ([1.4, 1.4], "as expected throughout"),
    ([1.1, 1.4], "more than expected at D = 2; as expected at D = 202"),
    ([1.4, 2.0], "as expected at D = 2; less than expected at D = 202"),
    ([2.0, 1.0], "less than expected at D = 2; more than expected at D = 202"),
])
def test_agreement(expected, words):
    assert wording.agreement({d: a_race(KINDS["slower"], e) for d, e in zip((2, 202), expected)}) == words


def test_spans_and_numbers():
    measured = {2: a_race(KINDS["level"], 1.0), 202: a_race(KINDS["slower"], 1.004)}
    assert wording.ratios(measured) == "1.00 to 1.40"
    assert wording.expected(measured) == "1.00"
    assert [wording.number(x) for x in (0.283, 9.994, 9.996, 541.3, 1234.5)] == ["0.28", "9.99", "10", "541", "1,234"]


@pytest.mark.parametrize("first, second, part", [
    (500, 0.4, "turned the verdict round"),
    (500, 3.0, "The verdict is the same both times"),
    (0.9, 0.5, "The verdict is the same both times"),
    (0.9, 1.2, "one run proves nothing"),
    (2.0, 2.0, "one run proves nothing"),
])
def test_order_effect(first, second, part):
    assert part in wording.order_effect(first, second)


def test_wait_effect():
    assert "sees 5.0% of the time" in wording.wait_effect(0.05, 1.0)
    assert "did most of its work" in wording.wait_effect(0.9, 1.0)


def test_limit():
    machine = Machine(1e-6, 1e-6, bandwidth=1e10, peak=1e11)
    assert wording.limit(machine, Cost(1, 5.0, 10.0, False)) == "moving bytes"
    assert wording.limit(machine, Cost(1, 500.0, 10.0, False)) == "arithmetic"


@pytest.mark.parametrize("costs, part", [
    ((LARGE, SMALL), "mean loss waits for another thread, and the noise loss does not."),
    ((SMALL, LARGE), "noise loss waits for another thread, and the mean loss does not."),
    ((LARGE, LARGE), "Both lie above the limit"),
    ((SMALL, SMALL), "Both lie below the limit"),
])
def test_hand_over(costs, part):
    assert part in wording.hand_over(a_race(KINDS["slower"], costs=costs))


@pytest.mark.parametrize("ratio, part", [(2.0, "at a lower speed"), (0.5, "at a higher speed"), (1.0, "about the same")])
def test_reading(ratio, part):
    assert part in wording.reading(a_race([ratio]))  # the same bytes in `ratio` times the time


def test_new_memory_and_share():
    assert "draws the ratio towards 1" in wording.new_memory(writing=1e9, reading=2e9)
    assert "costs nothing extra" in wording.new_memory(writing=2e9, reading=2e9)
    assert "far more" in wording.share(0.02)
    assert "not negligible" in wording.share(0.3)
    assert "with a larger one" in wording.share(0.8)


def test_the_table_has_a_line_for_each_dimension():
    lines = wording.table({2: a_race([1.0, 1.5, 2.0], 1.2), 10_000_000: a_race(KINDS["level"], 1.5)}).splitlines()
    assert [line.replace("–", " ").split() for line in lines[1:]] == [
        ["2", "1.50", "1.00", "2.00", "1.20"], ["10⁷", "1.00", "0.98", "1.03", "1.50"]]
    assert max(map(len, lines)) <= 34, "too wide for a phone"
