"""Small worlds in which named densities have numbers: two chains of one kind, q that runs forward and p_theta that
runs backward.

A chain needs a law to start from and, for each step, a kernel; kernels of several steps are put together from those
of one.
`Discrete` has two or three states, each a cell of a size of its own, so that a density may exceed 1. `Gaussian` is
continuous.
Nothing here uses the rules by which symbols are compared.
"""

import contextlib
import random
from fractions import Fraction

import mpmath

mp = mpmath.MPContext()
mp.dps = 50


def precision() -> tuple:
    """Binary digits and direction of rounding in use."""
    return tuple(mp._prec_rounding)


@contextlib.contextmanager
def rounded(direction: str):
    """Round "f", down, or "c", up: what then differs is known no better than by the difference."""
    before, mp._prec_rounding[1] = mp._prec_rounding[1], direction
    try:
        yield
    finally:
        mp._prec_rounding[1] = before


class Outside(Exception):
    """A time that the chain does not have, or a density that a world gives no meaning to."""


def exact(number):
    """A Fraction at the precision in use."""
    return mp.mpf(number.numerator) / number.denominator


class State(Fraction):
    """A number that is looked up by the hundred thousand: its hash is kept."""

    __slots__ = ("kept",)

    def __hash__(self):
        if not hasattr(self, "kept"):
            self.kept = super().__hash__()
        return self.kept


class World:
    """Two chains of `last` steps.

    Args:
        seed: the same seed gives the same world.
    """

    def __init__(self, seed: int, last: int):
        self.seed, self.last, self.known = seed, last, {}

    def random(self, *key):
        return random.Random(f"{self.seed} {key}")

    def density(self, law: str, states: dict):
        """The joint density of states at some times, {time: state}."""
        key = law, precision(), *states.items()
        if key not in self.known:
            self.known[key] = self._density(law, states)
        return self.known[key]

    def _density(self, law, states):
        if not states:
            return mp.one
        if min(states) < 0 or max(states) > self.last:
            raise Outside(f"the chain runs from 0 to {self.last}")
        times = sorted(states, reverse=law == "p_theta")
        found = self.at(self.marginal(law, times[0]), states[times[0]])
        for a, b in zip(times, times[1:]):
            found *= self.at(self.given(self.kernel(law, a, b), states[a]), states[b])
        return found

    def prior(self, state):
        """The density that p_theta starts from."""
        return self.at(self.marginal("p_theta", self.last), state)

    def marginal(self, law, time):
        key = law, time, precision()
        if key not in self.known:
            begin, start = 0 if law == "q" else self.last, self.start(law)
            self.known[key] = start if time == begin else self.through(start, self.kernel(law, begin, time))
        return self.known[key]

    def kernel(self, law, a, b):
        """From time a to time b, in the direction of the chain."""
        key = law, a, b, precision()
        if key not in self.known:
            near = b - 1 if law == "q" else b + 1
            step = self.step(law, max(near, b))
            self.known[key] = step if near == a else self.joined(self.kernel(law, a, near), step)
        return self.known[key]


class Discrete(World):
    """Two or three states: real numbers, each with a cell."""

    def __init__(self, seed, last, size):
        super().__init__(seed, last)
        rng = self.random("states")
        self.values = [State(n, 7) for n in rng.sample(range(-20, 20), size)]
        self.cells = {v: Fraction(rng.randint(1, 9), rng.choice([1, 1, 4, 90])) for v in self.values}

    def _shares(self, *key):
        weights = [self.random(*key, i).randint(1, 12) for i in range(len(self.values))]
        return {v: mp.mpf(w) / sum(weights) for v, w in zip(self.values, weights)}

    def start(self, law):
        return self._shares("start", law)

    def step(self, law, i):
        return {v: self._shares(law, i, Fraction(v)) for v in self.values}

    def given(self, kernel, state):
        return kernel[state]

    def through(self, shares, kernel):
        return {v: mp.fsum(shares[u] * kernel[u][v] for u in self.values) for v in self.values}

    def joined(self, first, second):
        return {u: self.through(first[u], second) for u in self.values}

    def at(self, shares, state):
        return shares[state] / self.cell(state)

    def cell(self, state):
        return exact(self.cells[state])

    def draw(self, time):
        """A state, as a Fraction."""
        return self.random("state", time).choice(self.values)


class Gaussian(World):
    """Real states; the mean of a step is affine in the state before, as (slope, offset, variance)."""

    def _law(self, *key):
        rng = self.random(*key)
        slope, offset = (mp.mpf(rng.randint(-12, 12) or 1) / 7 for _ in range(2))
        return slope, offset, mp.mpf(rng.randint(1, 12)) / rng.choice([5, 60, 700])

    def start(self, law):
        return self._law("start", law)[1:]

    def step(self, law, i):
        return self._law(law, i)

    def given(self, kernel, state):
        slope, offset, variance = kernel
        return slope * exact(state) + offset, variance

    def through(self, law, kernel):
        (mean, variance), (slope, offset, spread) = law, kernel
        return slope * mean + offset, slope**2 * variance + spread

    def joined(self, first, second):
        slope, offset, variance = first
        return slope * second[0], *self.through((offset, variance), second)

    def at(self, law, state):
        mean, variance = law
        return mp.exp(-((exact(state) - mean) ** 2) / (2 * variance)) / mp.sqrt(2 * mp.pi * variance)

    def cell(self, state):
        raise Outside("a state given itself has no density")

    def draw(self, time):
        return Fraction(self.random("state", time).randint(-30, 30), 7)
