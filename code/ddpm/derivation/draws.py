"""The random numbers of a point: times, numbers of either sign and over many decades, the alphas, the data."""

import random
from fractions import Fraction

import sympy as sp

from ddpm.derivation import symbols
from ddpm.derivation.gaussians import PIXELS
from ddpm.derivation.images import is_image
from ddpm.derivation.worlds import exact

PIXEL = "pixel"  # the key of the pixel in what is bound


class Undefined(Exception):
    """The expression has no finite value at this point, or it is not known precisely enough."""


class Draws:
    """What a point draws, each number when it is first asked for: in the same order, a seed gives the same ones."""

    def __init__(self, seed: int, lowest: dict, pixels: int = 1, images: frozenset = frozenset()):
        self.random, self.lowest, self.seed = random.Random(seed), lowest, seed
        self.pixels, self.images = pixels, images
        self.wide = seed % 2 == 1
        low = max([1, *lowest.values()])
        self.size = self.random.choice([2, 2, 3])
        self.last = low + self.random.randint(0, 3 if low > 1 or self.size == 3 else 4) - (self.size == 3 and low > 1)
        self.last = max(self.last, low)
        self.far = low + self.random.choice([self.random.randint(4, 9), self.random.randint(10, 40)])
        self.world, self.named, self.begun, self.sure = None, None, False, True
        self.shown, self.drawn, self.known, self.times = {}, {}, {}, {}

    def free(self, key, env):
        """The value of a symbol, or of a quantity at one time."""
        pixel = env.get(PIXEL, 0) if key in self.images or is_image(key) else 0
        place = (key, pixel) if pixel else key
        if place not in self.drawn:
            self.drawn[place] = self.shown[place] = self._draw(key)
        return exact(self.drawn[place])

    def _draw(self, symbol):
        if symbol == symbols.I:
            raise Undefined("the identity matrix is no number")
        if symbol == PIXELS:
            return Fraction(self.pixels)
        if symbol == symbols.T:
            return Fraction(self.last_time())
        for _ in range(200):
            number = self._integer(symbol) if symbol.is_integer else self._real(symbol)
            if fits(symbol, number):
                return number
        raise Undefined(f"no number for {symbol}")

    def last_time(self) -> int:
        """T, the last time: small where chains are enumerated, else far away for odd seeds."""
        if not self.begun:
            self.begun, far = True, self.wide and (self.pure or not self.named)
            self.last = max(self.lowest.get(symbols.T, 1), self.far if far else self.last)
        return self.last

    def _integer(self, symbol):
        low, last = self.lowest.get(symbol, 1), self.last_time()
        high = last if symbol == symbols.t or self.named else max(last, low + 3) * (1 + self.wide)
        if high < low:
            raise Undefined(f"{symbol} begins at {low}, and T is {self.last}")
        number = self.random.randint(low, high)
        if symbol.is_positive or symbol in self.lowest:
            return Fraction(number)
        return Fraction(number * self.random.choice([-1, 0, 1]))

    def _real(self, symbol):
        number = Fraction(self.random.randint(1, 40), self.random.randint(7, 19))
        if self.wide:
            number *= Fraction(10) ** self.random.choice([-7, -3, -1, 0, 0, 1, 3, 6])
        return number if symbol.is_nonnegative else self.random.choice([-number, number])

    def share(self, key):
        """A random number between 0 and 1 that belongs to `key`."""
        if key not in self.drawn:
            number = Fraction(self.random.randint(2, 17), 19)
            if self.wide:
                number = self.random.choice([number, number / 10**4, 1 - number / 1000, 1 - number / 10**6])
            self.drawn[key] = self.shown[key] = number
        return exact(self.drawn[key])

    def datum(self, i, pixel):
        """One of the two values that x_0 takes, at a pixel."""
        key = "data", i, pixel
        if key not in self.drawn:
            self.drawn[key] = Fraction(self.random.randint(-40, 40) or 1, self.random.randint(7, 19))
        return exact(self.drawn[key])


def fits(symbol, number) -> bool:
    """Whether a number has the properties that a symbol is assumed to have."""
    known = sp.Rational(number.numerator, number.denominator)
    wanted = {
        f"is_{name}" for name in ("positive", "negative", "zero", "even", "prime", "composite", "integer", "rational")
    }
    return all(getattr(symbol, name) in (None, getattr(known, name)) for name in wanted)
