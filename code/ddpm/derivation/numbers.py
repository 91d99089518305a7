"""Expressions at random points: the numbers that refuse a wrong step. They prove nothing.

A point gives every free symbol a random rational number, of either sign and over many decades (`draws`), unknown
functions a random smooth form that is no polynomial (`forms`), images several pixels, and the two chains a world
(`worlds`, `named`). Expectations over states are finite sums, those over noise are taken by the trapezoidal rule
(`means`). Nothing here uses the rules by which symbols are compared.
"""

from fractions import Fraction
from functools import cache

import sympy as sp
from sympy.core.function import AppliedUndef

from ddpm.derivation import forms, means, named
from ddpm.derivation.densities import Density
from ddpm.derivation.draws import PIXEL, Draws, Undefined
from ddpm.derivation.expectation import KL, Expectation
from ddpm.derivation.forms import FUNCTIONS, LARGEST
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.rebuilt import evaluated
from ddpm.derivation.symbols import Path, Quantity, SquaredNorm
from ddpm.derivation.worlds import Outside, exact, mp, rounded

# Digits; step and end of the trapezoidal rule. The steps are in no ratio, so that what they miss differs.
LEVELS = ((30, 0.8, 8), (50, 0.7 / 2**0.5, 12), (120, 0.6 / 3**0.5, 15), (300, 0.55 / 5**0.5, 18))


class Point(Draws):
    """A random choice of all numbers; the same seed gives the same point. Odd seeds choose far apart.

    Args:
        lowest: smallest value of each integer symbol, 1 where none is given.
        pixels: of an image.
        images: symbols that have a value for each pixel; states, noise and unknown functions always do.
    """

    def value(self, expr, env=None, level: int = 1):
        """The value of `expr`, with the values of bound symbols and of random states in `env`.

        Args:
            level: of precision, 0 to 3.

        Raises:
            Undefined: it is infinite or not a number.
        """
        expr = sp.sympify(expr)
        self._begin(expr)
        self.level = LEVELS[level]
        with mp.workdps(self.level[0]):
            try:
                found = self.evaluate(expr, env or {})
            except (ZeroDivisionError, ValueError, OverflowError, MemoryError, TypeError, Outside) as error:
                raise Undefined(str(error)) from None
            if not mp.isfinite(found):
                raise Undefined(f"{expr} is {found}")
            return found

    def difference(self, left, right):
        """The values of both sides if they differ, else None.

        They differ if two levels of precision give the same difference, and rounding down or up, too; if it shrinks
        with the precision, none is seen.

        Raises:
            Undefined: a side has no value here, or the difference does neither.
        """
        left, right = sp.sympify(left), sp.sympify(right)
        self._begin(sp.Tuple(left, right))
        before = None
        for level in range(1, len(LEVELS)):
            self.sure = True
            a, b = self.value(left, level=level), self.value(right, level=level)
            with mp.workdps(LEVELS[level][0]):
                now = a - b
                if before is not None:
                    if abs(now) <= abs(before) * mp.mpf("1e-8"):
                        return None
                    if not self.sure:
                        raise Undefined("a mean, an integral or a jump is not known well enough")
                    if _same(now, before) and self._rounding_is_nothing(left, right, level, now):
                        return a, b
            before = now
        raise Undefined("the two sides are too close to be told apart")

    def _rounding_is_nothing(self, left, right, level, difference) -> bool:
        """Whether two sides differ by as much if all that is calculated is rounded down, or up."""
        for direction in ("f", "c"):
            with rounded(direction):
                a, b = self.value(left, level=level), self.value(right, level=level)
            with mp.workdps(LEVELS[level][0]):
                if not _same(a - b, difference):
                    return False
        return True

    def near(self, left, right, bound, level: int = 1) -> bool:
        """Whether both sides agree within `bound`, relative to the larger, at one level of precision."""
        self._begin(sp.Tuple(sp.sympify(left), sp.sympify(right)))
        a, b = self.value(left, level=level), self.value(right, level=level)
        return abs(a - b) <= bound * max(abs(a), abs(b))

    def _begin(self, expr):
        if self.named is None:
            self.named = expr.has(Density)
            self.pure = not expr.has(Expectation, KL) and not expr.atoms(Path)

    def evaluate(self, expr, env):
        """The value of `expr` at the precision in use, with the values of what is bound in `env`."""
        if expr in env:
            found = env[expr]
            if isinstance(found, list):
                found = found[env.get(PIXEL, 0)]
            return exact(found) if isinstance(found, Fraction) else found
        if expr.is_Rational:
            return mp.mpf(expr.p) / expr.q
        if expr.is_Float:
            return exact(Fraction(str(expr)))
        if expr.is_Symbol:
            return self.free(expr, env)
        if expr.is_Add:
            return sum((self.evaluate(arg, env) for arg in expr.args), mp.zero)  # fsum would not round up
        if expr.is_Mul:
            return mp.fprod([self.evaluate(arg, env) for arg in expr.args])
        if expr.is_Pow:
            return self._power(self.evaluate(expr.base, env), self.evaluate(expr.exp, env))
        if expr is sp.I:
            return mp.j
        if expr.is_NumberSymbol:
            return mp.mpmathify(expr.evalf(mp.dps + 5))
        method = _method(type(expr))
        if method:
            return method(self, expr, env)
        if type(expr) in FUNCTIONS:
            found = FUNCTIONS[type(expr)](*(self.evaluate(arg, env) for arg in expr.args))
            if not mp.isfinite(found):
                raise Undefined(f"{expr} is {found}")
            return found
        raise Undefined(f"no numbers for {type(expr).__name__}")

    def _power(self, base, exponent):
        if base == 0 and mp.re(exponent) <= 0:
            raise Undefined("0 to this power")
        if base != 0 and _is_too_large(base, exponent):
            raise Undefined("a power too large")
        return mp.power(base, exponent)

    def index(self, expr, env):
        """The value of `expr` as a whole number."""
        number = expr.p if expr.is_Integer else self.evaluate(expr, env)
        if not mp.isint(number) or abs(number) > 10**9:
            raise Undefined(f"{expr} is not an integer")
        return int(mp.re(number))


METHODS = {
    sp.Sum: forms.add_up,
    sp.Product: forms.add_up,
    sp.Piecewise: forms.cases,
    **dict.fromkeys((sp.floor, sp.ceiling, sp.sign, sp.Heaviside, sp.KroneckerDelta), forms.jump),
    sp.Derivative: forms.derivative_or_integral,
    sp.Integral: forms.derivative_or_integral,
    Density: named.density,
    Expectation: means.expectation,
    KL: means.kl,
    Normal: means.normal,
    SquaredNorm: forms.norm,
    Quantity: forms.quantity,
    AppliedUndef: forms.unknown,
}


def _is_too_large(base, exponent) -> bool:
    bound = abs(exponent) * (abs(mp.mag(base)) + 1)  # not below the exact one; most times it saves the logarithm
    return bound > LARGEST and abs(exponent * mp.log(abs(base))) > LARGEST


def _same(difference, other) -> bool:
    return abs(difference - other) <= abs(difference) * mp.mpf("1e-6")


@cache
def _method(kind):
    return next((method for known, method in METHODS.items() if issubclass(kind, known)), None)


def number(expr, values: dict) -> float:
    """The value of a formula for the given values of its symbols, in double precision.

    Raises:
        TypeError: a symbol is left without a value.
    """
    return float(evaluated(expr).subs(values).doit().subs(values))
