"""What measured times say, in words. The text of a chapter takes its verdicts from here, so that it is true on every
machine, whatever comes out."""

from collections.abc import Iterable, Mapping

import numpy as np

from ddpm.measure.roofline import Cost, Machine, Race
from ddpm.measure.timing import quartiles

VERDICTS = {
    "slower": "slower",
    "faster": "faster",
    "level": "equally fast",
    "unclear": "neither clearly slower nor clearly faster",
}


def verdict(races: Mapping[int, Race]) -> str:
    """What a is beside b at each dimension D: "slower throughout", or "slower at D = 2; equally fast at D = 202"."""
    return _by_dimension({d: VERDICTS[r.comparison.verdict] for d, r in races.items()})


def ratios(races: Mapping[int, Race]) -> str:
    """The medians of the ratio, from the smallest to the largest: "1.30 to 1.50", or "1.30"."""
    return span(r.comparison.median for r in races.values())


def expected(races: Mapping[int, Race]) -> str:
    """The expected ratios, likewise."""
    return span(r.expected for r in races.values())


def span(values: Iterable[float]) -> str:
    """The smallest and the largest value, "1.30 to 1.50"; one number if they read alike."""
    values = list(values)
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} to {high}"


def number(ratio: float | int) -> str:
    """A ratio as a reader wants it: 0.28, 1.43, 12, 1,541."""
    return f"{ratio:.2f}" if ratio < 9.995 else f"{ratio:,.0f}"


def order_effect(first: float | int, second: float | int) -> str:
    """What swapping the order did to the naive ratio, in sentences.

    Args:
        first: mean / noise with the mean loss run first.
        second: the same with the noise loss run first.
    """
    if first > 1 > second:
        return (
            f"So each loss is the slower one when it goes first: the mean loss {number(first)} times, "
            f"the noise loss {number(1 / second)} times. The order alone has turned the verdict round."
        )
    if first > second:
        return "The verdict is the same both times, but the ratio is not: it is larger when the mean loss goes first."
    return (
        "On this run the order made no such difference. That happens on a busy machine, and is no comfort: "
        "one run proves nothing."
    )


def wait_effect(returned: float, ready: float) -> str:
    """What it means that a call returned after the one time and its result was there after the other, as a sentence."""
    if returned < 0.5 * ready:
        return f"A clock that stops at the return sees {returned / ready:.1%} of the time."
    return "Here the call did most of its work before it returned. On other machines it does not; so wait in any case."


def limit(machine: Machine, cost: Cost) -> str:
    """What a call spends its time on, overhead aside: the memory traffic or the arithmetic."""
    return "moving bytes" if cost.bytes / machine.bandwidth > cost.operations / machine.peak else "arithmetic"


def hand_over(race: Race) -> str:
    """Whether one of the two losses has to wait for another thread and the other has not, in sentences."""
    mean, noise = race.costs
    if mean.handed_over == noise.handed_over:
        return f"Both lie {'above' if mean.handed_over else 'below'} the limit, so both are treated alike."
    waits, other = ("mean", "noise") if mean.handed_over else ("noise", "mean")
    return (
        f"So the {waits} loss waits for another thread, and the {other} loss does not. This says something about "
        "threads. About the losses it says nothing: where both are above the limit, or both below, it is gone."
    )


def spent(race: Race, machine: Machine) -> str:
    """Whether two calls are bound by dispatch or by memory: which of the two takes longer by the machine's limits."""
    idle = [c.programs * machine.overhead + c.handed_over * machine.wait for c in race.costs]
    moving = [c.bytes / machine.bandwidth for c in race.costs]
    taken = [np.median(s) for s in (race.comparison.seconds_a, race.comparison.seconds_b)]
    sums = (
        f"The calls took {_times(taken)}. By the machine's limits, sending out and waiting need {_times(idle)}, "
        f"and moving the bytes {_times(moving)}"
    )
    dispatch = [a > b for a, b in zip(idle, moving)]
    if all(dispatch):
        return f"{sums}: both losses are dispatch-bound."
    if not any(dispatch):
        return f"{sums}: both losses are bandwidth-bound."
    return f"{sums}: of the two losses one is dispatch-bound, the other bandwidth-bound."


def fit(times: Iterable[float], ratios: Iterable[float]) -> str:
    """How well a model fits times and their ratios, in sentences; both are given as measured over expected."""
    times, ratios = (float(np.exp(np.median(np.abs(np.log(list(values)))))) for values in (times, ratios))
    found = (
        f"Half of the measured times are more than {number(times)} times off, "
        f"half of the measured ratios more than {number(ratios)} times."
    )
    if ratios < times:
        return f"{found} What the model leaves out burdens both losses, and so the ratios fit better."
    return f"{found} On this run the ratios fit no better than the times."


def _times(seconds: Iterable[float]) -> str:
    """Two times for the mean loss and the noise loss, "3.1 and 2.9 µs"; one if they read alike."""
    seconds = list(seconds)
    size, unit = (1e3, "ms") if max(seconds) >= 1e-3 else (1e6, "µs")
    texts = [f"{size * s:.2g}" if size * s < 99.5 else f"{size * s:,.0f}" for s in seconds]
    return f"{' and '.join(dict.fromkeys(texts))} {unit}"


def share(of: float) -> str:
    """What it means for the choice that the loss takes this share of a training step, as a sentence."""
    if of < 0.1:
        return "Whatever the loss costs, the network costs far more."
    if of < 0.5:
        return "The network costs more than the loss, yet the loss is not negligible."
    return "Here the loss costs more than so small a network; with a larger one that changes."


def table(races: Mapping[str, Race]) -> str:
    """One line for each race: the measured ratio with its quartiles, and the expected one. Fits a phone."""
    lines = [" " * 9 + " ratio middle half expected"]
    for name, r in races.items():
        low, middle, high = quartiles(r.comparison.ratio)
        lines.append(f"{name:9s} {middle:5.2f} {low:5.2f}–{high:<5.2f} {r.expected:8.2f}")
    return "\n".join(lines)


def _dimension(d: int) -> str:
    """3,072 as it is, 10000000 as 10⁷."""
    exponent = len(str(d)) - 1
    if exponent >= 4 and d == 10**exponent:
        return "10" + str(exponent).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{d:,}"


def _by_dimension(words: Mapping[int, str]) -> str:
    places = {}
    for dimension, word in words.items():
        places.setdefault(word, []).append(_dimension(dimension))
    if len(places) == 1:
        return next(iter(places)) + (" throughout" if len(words) > 1 else "")
    return "; ".join(f"{word} at D = {_list(dimensions)}" for word, dimensions in places.items())


def _list(items: list[str]) -> str:
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
