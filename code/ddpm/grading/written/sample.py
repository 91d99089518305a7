"""Expressions at random points, the same for all that are compared: is one equal to another, and if not, where do
they differ?"""

import itertools
from collections.abc import Callable

import sympy as sp

from ddpm.derivation.densities import Density, Undecided
from ddpm.derivation.numbers import Point, Undefined, mp
from ddpm.derivation.proofs import find_proof
from ddpm.derivation.settle import Different, Settled, describe
from ddpm.derivation.symbols import Quantity, T, s, t
from ddpm.grading.limit import in_time, of_work

SEEDS = (0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11)  # first those whose numbers are easy to follow; odd ones lie far apart
FEW, FEWEST = 5, 3  # points before a proof is tried, or for a slip; with values at fewer there is no verdict
OF_WORLDS = 8  # points at which densities are compared that no proof has reached: each is a random world
SAME = mp.mpf(10) ** -25  # relative; expectations are exact to 31 digits
PROOF_SECONDS = 4


class Sample:
    """Random points, and the values of expressions there with 50 digits.

    Args:
        where: the smallest value of integer symbols, 1 where none is given.
        about: what is asked; it gets its numbers first, so that they do not depend on what it is compared with.
    """

    def __init__(self, where: dict, about=None):
        self.points, self.where, self.about, self.known, self.why = (
            [Point(seed, where) for seed in SEEDS],
            where,
            about,
            {},
            "",
        )

    def value(self, expr, i: int):
        """At point i; None if it has none there."""
        if self.about is not None and (self.about, i) not in self.known and expr != self.about:
            self.value(self.about, i)
        key = expr, i
        if key not in self.known:
            try:
                self.known[key] = self.points[i].value(expr)
            except Undefined as error:
                self.known[key], self.why = None, str(error)
        return self.known[key]

    def pairs(self, expr, other, most: int = len(SEEDS)):
        """(point, value, other value) at the first points at which both have one."""
        at = ((i, self.value(expr, i), self.value(other, i)) for i in range(len(SEEDS)))
        yield from itertools.islice((here for here in at if None not in here), most)

    def difference(self, expr, other, thorough: bool = False) -> Different | None:
        """A point at which two expressions differ; None if they agree wherever both have a value.

        Args:
            thorough: at all points, with more digits where the first ones agree.

        Raises:
            Undecided: there are too few such points.
        """
        found = self._apart(expr, other, thorough)
        return found and Different(describe(self.points[found[0]], expr, other), *found[1:])

    def _apart(self, expr, other, thorough: bool = False) -> tuple | None:
        """The number of the first point at which they differ, and the values there."""
        tried, sides = 0, sp.Tuple(expr, other)
        of_density = sides.has(Density)
        most = FEW if not thorough else OF_WORLDS if of_density else len(SEEDS)
        for i, a, b in self.pairs(expr, other, most):
            tried += 1
            exactly = thorough and not of_density
            if self._differ(expr, other, i) if exactly else not close(a, b, self._size(sides, i)):
                return i, a, b
        self.tried = tried
        if tried < FEWEST:
            raise Undecided(f"has no value at nearly all points tried{f': {self.why}' if self.why else ''}")
        return None

    def _size(self, sides, i):
        """How large what is added up is at least, where the sum may be 0: terms whose other side is 0, and logs."""
        terms = sp.Add.make_args(sp.expand(sum(sides))) if 0 in sides else ()
        of_logs = sides.has(Density) and sides.has(sp.log) and not sides.has(sp.exp)
        return max([int(of_logs), *(abs(self.value(term, i) or 0) for term in terms)])

    def _differ(self, expr, other, i):
        try:
            return self.points[i].difference(expr, other)
        except Undefined:
            return None

    def equal(self, expr, other) -> bool:
        """Whether two expressions agree wherever both have a value; False if that is hardly anywhere."""
        try:
            return expr == other or self._apart(expr, other) is None
        except Undecided:
            return False

    def agree(self, make: Callable, wanted) -> bool:
        """Whether what `make` gives is equal to `wanted`; most is found to differ at the first point."""
        try:
            expr = make()
            i = next(i for i in range(len(SEEDS)) if self.value(wanted, i) is not None)
            here = self.value(expr, i)
            return here is not None and close(here, self.value(wanted, i)) and not self.difference(expr, wanted, True)
        except Exception:  # it may be nonsense
            return False

    def lacking(self, expr, other) -> str:
        """A point at which `other` has a value and `expr` has none, in words; "" if there is none."""
        if expr.has(Density):  # its worlds leave out what takes too long
            return ""
        for i in range(len(SEEDS)):
            if self.value(expr, i) is None and self.value(other, i) is not None:
                return describe(self.points[i], other, other)
        return ""

    def factor(self, expr, other) -> sp.Rational | None:
        """The simple number that `expr` is times `other`, if there is one other than 0 and 1."""
        ratios = [a / b for _, a, b in self.pairs(expr, other, FEW) if b]
        if len(ratios) < FEWEST:
            return None
        ratio, *others = ratios
        if ratio.imag or not all(close(other, ratio) for other in others):
            return None
        exact = sp.Rational(str(ratio.real))
        near = exact.limit_denominator(20)
        return near if near not in (0, 1) and abs(near - exact) < 1e-20 else None

    def two_of(self, expr, right, slips) -> tuple[int, int] | None:
        """Two of the wrong expressions that together make `expr`: by their differences from the right one, if each
        leaves a part of it, or by their factors, if these change different things. Else it is by chance."""
        apart = [pair for pair in self.pairs(expr, right) if not close(*pair[1:])][:FEWEST]
        # at each point: the value of expr, of the right one, of the slips
        rows = [(got, wanted, [self.value(slip, i) for slip in slips]) for i, got, wanted in apart]
        if len(rows) < FEWEST:
            return None

        def make(a, b):
            known = [(got, wanted, v[a], v[b]) for got, wanted, v in rows if None not in (v[a], v[b])]
            if len(known) < len(rows):
                return False
            if all(close(got, one + two - wanted) for got, wanted, one, two in known):
                return right.has(Density) or keeps_a_term(slips[a], right) and keeps_a_term(slips[b], right)
            by_factors = all(close(got * wanted, one * two) for got, wanted, one, two in known)
            return by_factors and not changed(slips[a], right) & changed(slips[b], right)

        return next((pair for pair in itertools.combinations(range(len(slips)), 2) if make(*pair)), None)

    def proof(self, expr, other) -> str:
        """By which rules two expressions are equal, in words; "" if none was found that proves it."""
        try:
            found = in_time(of_work(PROOF_SECONDS), lambda: find_proof(expr, other, self.where))
        except Exception:  # it takes too long, or SymPy gives up, in many ways
            return ""
        return f"{Settled(found[0], 0, *found[1:])}" if found else ""


def keeps_a_term(slip, right) -> bool:
    """Whether a wrong expression has one of the terms of the right one."""
    slip, right = (set(sp.Add.make_args(sp.expand(side))) for side in (slip, right))
    return bool(slip & right)


def changed(slip, right) -> set:
    """The quantities in the factor by which a wrong expression differs from the right one."""
    return sp.simplify(slip / right).atoms(Quantity, sp.Symbol) - {t, s, T}


def close(a, b, least=0) -> bool:
    return a == b or abs(a - b) <= SAME * max(least, abs(a), abs(b))


def number(value) -> str:
    """Six digits; of a number that is too long to be written, its size."""
    if value and abs(mp.mag(value)) > 10_000:
        return f"about {'-' * (mp.re(value) < 0)}10^{int(mp.mag(value) * 0.30103)}"
    return mp.nstr(value, 6)
