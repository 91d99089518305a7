"""Is one expression equal to another? By symbols where they decide, else by numbers at many random points.

Both are first put to numbers: one point at which they differ refuses the step, and is shown. Then a proof is tried:

1. what the definitions tie together is written through alpha_t and one alpha_bar, named densities through the steps of their
   chain, squared norms through the pixel, expectations through their integrands;
2. the difference is brought to one fraction, whose numerator must vanish as a polynomial in the symbols, their roots and logs;
3. where a sum or product runs up to a symbol, by induction over that symbol: the base case and the step are proved as above.

If the proof does not succeed, the step counts as settled "numerically" after POINTS points; the chain says so.
"""

from dataclasses import dataclass

import sympy as sp

from ddpm.derivation import symbols
from ddpm.derivation.densities import Density, Undecided
from ddpm.derivation.numbers import Point, Undefined, mp
from ddpm.derivation.proofs import find_proof
from ddpm.derivation.symbols import evaluated

FIRST, POINTS = 6, 60
TOLERANCE = mp.mpf(10) ** -30


class Different(Exception):
    """Two expressions differ. The attributes say where and by how much.

    Attributes:
        point: the values of the symbols, as text.
        left, right: the values of the two sides there.
    """

    def __init__(self, point: str, left, right):
        super().__init__(f"at {point}: left = {mp.nstr(left, 8)}, right = {mp.nstr(right, 8)}")
        self.point, self.left, self.right = point, left, right


@dataclass(frozen=True)
class Settled:
    """How an equality was settled.

    Attributes:
        by: "symbols", "induction" or "numbers".
        points: at how many random points the two sides were evaluated.
        over: the symbol of the induction.
        start: its base case.
    """

    by: str
    points: int
    over: str = ""
    start: int = 1

    def __str__(self):
        if self.by == "induction":
            return f"by induction over {self.over} from {self.start}, symbolically"
        return "symbolically" if self.by == "symbols" else f"numerically at {self.points} points"


def settle(left, right, where: dict | None = None, using: dict | None = None) -> Settled:
    """Decide whether `left` equals `right`.

    Args:
        where: the smallest value of integer symbols, such as {t: 2}; 1 where none is given.
        using: expressions and what may be put for them, each an equality known from elsewhere.

    Raises:
        Different: they are not equal; with a point at which they differ.
        Undecided: no point was found at which both have a value.
    """
    where = dict(where or {})
    left, right = (_replace(evaluated(side), using or {}) for side in (left, right))
    _compare(left, right, where, FIRST)
    try:
        found = find_proof(left, right, where)
    except Undecided:
        found = None
    if found:
        return Settled(*found[:1], FIRST, *found[1:])
    _compare(left, right, where, POINTS)
    return Settled("numbers", POINTS)


def prove(left, right, where: dict | None = None, using: dict | None = None) -> Settled:
    """`settle`, where only a proof will do.

    Raises:
        Different: the two are not equal.
        Undecided: they agree at all points tried, but no proof was found.
    """
    how = settle(left, right, where, using)
    if how.by == "numbers":
        raise Undecided(f"equal at {how.points} points, but not proved: {left} and {right}")
    return how


def _replace(expr, using):
    for old, new in using.items():
        expr = expr.subs(evaluated(old), evaluated(new))
    return expr


def _compare(left, right, where, count):
    done, seed = 0, 0
    while done < count:
        if seed > 20 * count:
            raise Undecided(f"no values were found at which both sides are defined: {left} and {right}")
        point = Point(seed, where)
        seed += 1
        try:
            a, b = point.value(left), point.value(right)
        except Undefined:
            continue
        done += 1
        if abs(a - b) > TOLERANCE * (1 + abs(a) + abs(b)):
            raise Different(describe(point, left, right), a, b)


def describe(point: Point, left, right) -> str:
    """The values that the symbols of two expressions have at a point at which both have been evaluated."""
    shown = [f"{key} = {value}" for key, value in sorted(point.shown.items(), key=lambda item: str(item[0])) if isinstance(key, sp.Basic)]
    if left.has(Density) or right.has(Density):
        shown.append(f"a random chain of {point.last} steps with two states (number {point.seed})")
        shown += [f"{symbols.x[key[1]]} = {v}" for key, v in point.cache.items() if isinstance(key, tuple) and key[0] == "state"]
    return ", ".join(shown) or "every point"
