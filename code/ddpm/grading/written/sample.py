"""Expressions at random points, the same for all that are compared: is one equal to another, and if not, where do they differ?"""

import sympy as sp

from ddpm.derivation.densities import Undecided
from ddpm.derivation.numbers import Point, Undefined
from ddpm.derivation.proofs import find_proof
from ddpm.derivation.settle import TOLERANCE, Different, Settled, describe
from ddpm.grading.limit import TooLong, within

POINTS, FEWEST = 12, 4
PROOF_SECONDS = 5


class Sample:
    """Random points, and the values of expressions there with 50 digits.

    Args:
        where: the smallest value of integer symbols, 1 where none is given.
    """

    def __init__(self, where: dict):
        points = [Point(seed, where) for seed in range(POINTS)]
        self.points = sorted(points, key=lambda point: abs(point.last - 2.6))  # short chains first: they are quick, and easy to follow
        self.where, self.known = where, {}

    def value(self, expr, i: int):
        """At point i; None if it has none there."""
        key = expr, i
        if key not in self.known:
            try:
                self.known[key] = self.points[i].value(expr)
            except Undefined:
                self.known[key] = None
        return self.known[key]

    def difference(self, expr, other) -> Different | None:
        """A point at which two expressions differ; None if they agree wherever both have a value.

        Raises:
            Undecided: there are too few such points.
        """
        tried = 0
        for i in range(POINTS):
            a, b = self.value(expr, i), self.value(other, i)
            if a is None or b is None:
                continue
            tried += 1
            if abs(a - b) > TOLERANCE * (1 + abs(a) + abs(b)):
                return Different(describe(self.points[i], expr, other), a, b)
        if tried < FEWEST:
            raise Undecided("has no value at nearly all points tried")
        return None

    def equal(self, expr, other) -> bool:
        """Whether two expressions agree wherever both have a value; False if that is hardly anywhere."""
        try:
            return expr == other or self.difference(expr, other) is None
        except Undecided:
            return False

    def factor(self, expr, other) -> sp.Rational | None:
        """The simple number that `expr` is times `other`, if there is one other than 0 and 1."""
        ratios = [a / b for i in range(POINTS) if (a := self.value(expr, i)) is not None and (b := self.value(other, i))]
        if len(ratios) < FEWEST or any(abs(r - ratios[0]) > TOLERANCE * (1 + abs(r)) for r in ratios) or ratios[0].imag:
            return None
        near = sp.Rational(str(ratios[0].real)).limit_denominator(20)
        return near if near not in (0, 1) and abs(near - sp.Rational(str(ratios[0].real))) < 1e-20 else None

    def how(self, expr, other) -> str:
        """In which way two expressions, equal at all points, are known to be equal."""
        try:
            found = within(PROOF_SECONDS, lambda: find_proof(expr, other, self.where))
        except (TooLong, Undecided):
            found = None
        except Exception:  # SymPy gives up in many ways; the points have decided already
            found = None
        return f"{Settled(found[0], 0, *found[1:])}" if found else f"numerically, at {POINTS} random points with 50 digits"
