"""Every branch of the wording, and that each reads as it should in the sentences of the chapter."""

import numpy as np
import pytest

from ddpm.measure import wording
from ddpm.measure.roofline import Cost, Machine, Race
from ddpm.measure.timing import Comparison

KINDS = {"slower": [1.3, 1.4, 1.5], "faster": [0.6, 0.7, 0.8], "level": [0.98, 1.0, 1.03], "unclear": [0.5, 1.3, 3.0]}
SMALL, LARGE = Cost(1, 999.0, 4e3, False), Cost(1, 1200.0, 4e3, True)


def a_race(ratio, expected=1.0, costs=(SMALL, SMALL)):
    ratio = np.repeat(ratio, 9)
    return Race(Comparison(ratio, np.ones_like(ratio)), costs, expected)


def races(*kinds):
    return {d: a_race(KINDS[kind]) for d, kind in zip((2, 202, 402, 10_000), kinds)}


@pytest.mark.parametrize(
    "kinds, words",
    [
        (["slower"], "slower"),
        (["faster", "faster"], "faster throughout"),
        (["level"] * 4, "equally fast throughout"),
        (["unclear"] * 2, "neither clearly slower nor clearly faster throughout"),
        (["level", "slower", "level", "level"], "equally fast at D = 2, 402 and 10⁴; slower at D = 202"),
        (["faster", "unclear"], "faster at D = 2; neither clearly slower nor clearly faster at D = 202"),
    ],
)
def test_verdict(kinds, words):
    assert wording.verdict(races(*kinds)) == words


def test_spans_and_numbers():
    measured = {2: a_race(KINDS["level"], 1.0), 202: a_race(KINDS["slower"], 1.004)}
    assert wording.ratios(measured) == "1.00 to 1.40"
    assert wording.expected(measured) == "1.00"
    assert [wording.number(x) for x in (0.283, 9.994, 9.995, 541.3, 1234.5)] == ["0.28", "9.99", "10", "541", "1,234"]


@pytest.mark.parametrize(
    "first, second, part",
    [
        (500, 0.4, "the mean loss 500 times, the noise loss 2.50 times. The order alone has turned the verdict round"),
        (1.5, 0.4, "the mean loss 1.50 times, the noise loss 2.50 times. The order alone has turned"),
        (500, 3.0, "The verdict is the same both times"),
        (1.0, 0.5, "The verdict is the same both times"),
        (2.0, 1.0, "The verdict is the same both times"),
        (0.9, 0.5, "The verdict is the same both times"),
        (0.9, 1.2, "one run proves nothing"),
        (2.0, 2.0, "one run proves nothing"),
    ],
)
def test_order_effect(first, second, part):
    assert part in wording.order_effect(first, second)


def test_wait_effect():
    assert "sees 5.0% of the time" in wording.wait_effect(0.05, 1.0)
    assert "sees 25.0% of the time" in wording.wait_effect(0.5, 2.0)
    for returned in (0.5, 0.9):
        assert "did most of its work" in wording.wait_effect(returned, 1.0)


def test_limit():
    machine = Machine(1e-6, 1e-6, bandwidth=1e10, peak=1e11)
    assert wording.limit(machine, Cost(1, 5.0, 10.0, False)) == "moving bytes"
    assert wording.limit(machine, Cost(1, 500.0, 10.0, False)) == "arithmetic"
    assert wording.limit(Machine(0.0, 0.0, bandwidth=1.0, peak=1.0), Cost(1, 10.0, 10.0, False)) == "arithmetic"


@pytest.mark.parametrize(
    "costs, part",
    [
        ((LARGE, SMALL), "mean loss waits for another thread, and the noise loss does not."),
        ((SMALL, LARGE), "noise loss waits for another thread, and the mean loss does not."),
        ((LARGE, LARGE), "Both lie above the limit"),
        ((SMALL, SMALL), "Both lie below the limit"),
    ],
)
def test_hand_over(costs, part):
    assert part in wording.hand_over(a_race(KINDS["slower"], costs=costs))


MACHINE = Machine(overhead=4e-6, wait=6e-6, bandwidth=1e9, peak=1e12)


@pytest.mark.parametrize(
    "bytes_of_both, handed_over, words",
    [
        (
            (12e2, 8e2),
            False,
            "took 2,000 and 1,000 ms. By the machine's limits, sending out and waiting need 4 µs, and moving",
        ),
        ((12e2, 8e2), False, "need 4 µs, and moving the bytes 1.2 and 0.8 µs: both losses are dispatch-bound."),
        ((12e6, 8e6), True, "need 10 µs, and moving the bytes 12 and 8 ms: both losses are bandwidth-bound."),
        ((12e3, 8e3), True, "one is dispatch-bound, the other bandwidth-bound."),
    ],
)
def test_spent(bytes_of_both, handed_over, words):
    costs = tuple(Cost(1, 100.0, moved, handed_over) for moved in bytes_of_both)
    assert words in wording.spent(a_race([2.0], costs=costs), MACHINE)


def test_fit():
    better = wording.fit([2.0, 0.5, 3.0], [1.1, 0.8, 1.0])
    assert (
        "times are more than 2.00 times off" in better
        and "ratios more than 1.10 times" in better
        and "fit better" in better
    )
    for ratios in ([2.0, 0.5, 2.0], [1.1, 1.0, 1.2]):
        assert "fit no better" in wording.fit([1.1, 1.0, 1.2], ratios)


@pytest.mark.parametrize(
    "seconds, words",
    [
        ((9.98e-4,), "998 µs"),
        ((1e-3,), "1 ms"),
        ((3.14e-6, 2.71e-6), "3.1 and 2.7 µs"),
        ((9.94e-2,), "99 ms"),
        ((9.95e-2, 9.96e-2), "100 ms"),
    ],
)
def test_two_times_that_read_alike_are_one(seconds, words):
    assert wording._times(seconds) == words


def test_powers_of_ten_from_ten_thousand_on_are_written_as_such():
    words = wording.verdict({d: a_race(KINDS[k]) for d, k in ((1000, "level"), (12_345, "level"), (10**5, "slower"))})
    assert words == "equally fast at D = 1,000 and 12,345; slower at D = 10⁵"


def test_share():
    assert "far more" in wording.share(0.02)
    assert "not negligible" in wording.share(0.1) == wording.share(0.3)
    assert "with a larger one" in wording.share(0.5) == wording.share(0.8)


def test_the_table_has_a_line_for_each_race():
    races = {"jit 802": a_race([1.0, 1.5, 2.0], 1.2), "gradient": a_race(KINDS["level"], 1.5)}
    lines = wording.table(races).splitlines()
    assert [line.replace("–", " ").split() for line in lines[1:]] == [
        ["jit", "802", "1.50", "1.00", "2.00", "1.20"],
        ["gradient", "1.00", "0.98", "1.03", "1.50"],
    ]
    assert max(map(len, lines)) <= 36, "too wide for a phone"
