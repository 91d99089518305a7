"""Is one expression equal to another? Numbers refute, only rules prove.

Both are first put to numbers: one point at which they differ refuses the step, and is shown. Then a proof is tried
(`proofs`). If
it does not succeed, more points are tried; if they refute nothing, the step is *not decided*, and so refused.

A step that rules cannot reach may be declared numerical by its author, with a reason and a bound of the error
(`Numerically`);
it is then compared at POINTS points, and whoever prints it says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from ddpm.derivation.densities import Density, Undecided
from ddpm.derivation.draws import Undefined
from ddpm.derivation.gaussians import has_images
from ddpm.derivation.images import images
from ddpm.derivation.mutants import Claim, tell
from ddpm.derivation.numbers import Point
from ddpm.derivation.premises import equalities
from ddpm.derivation.proofs import find_proof
from ddpm.derivation.symbols import x
from ddpm.derivation.terms import Equality, depends, exactly, put_all_in
from ddpm.derivation.values import lost_parts, terms_have_values
from ddpm.derivation.worlds import mp

FIRST, MORE, POINTS = 2, 12, 40  # points before a proof, after one that failed, and for a declared step
QUICK = mp.mpf(10) ** -12  # relative
HUGE = mp.mpf(10) ** 20  # what is infinite, but for rounding


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
class Numerically:
    """That a step is supported by numbers alone.

    Attributes:
        why: what keeps the rules from it, in words.
        bound: the largest relative deviation allowed, below 1; twice the larger is allowed to any two numbers.
    """

    why: str
    bound: float

    def __post_init__(self):
        if not 0 <= self.bound < 1:
            raise ValueError(f"a bound of {self.bound} is none: it is relative to the larger side, and below 1")


@dataclass(frozen=True)
class Settled:
    """How an equality was settled.

    Attributes:
        by: "symbols", "induction" or "numbers".
        points: at how many random points the two sides were evaluated.
        over: the symbol of the induction.
        start: its base case.
        numerically: what the author has declared, where numbers settled it.
    """

    by: str
    points: int
    over: str = ""
    start: int = 1
    numerically: Numerically | None = None

    def __str__(self):
        if self.by == "induction":
            return f"by induction over {self.over} from {self.start}, symbolically"
        if self.by == "symbols":
            return "symbolically"
        declared = self.numerically
        return f"not proved: equal within {declared.bound:g} at {self.points} random points ({declared.why})"


def settle(
    left,
    right,
    where: dict | None = None,
    using: Mapping | Sequence[Equality] | None = None,
    numerically: Numerically | None = None,
) -> Settled:
    """Decide whether `left` equals `right`.

    Args:
        where: the smallest value of integer symbols, such as {t: 2}; 1 where none is given.
        using: expressions and what may be put for them, each an equality known from elsewhere, in this order.
        numerically: declares that numbers are to settle it.

    Raises:
        Different: they are not equal; with a point at which they differ.
        Undecided: no proof was found, and no point at which they differ; or a part of them has, or may have, no value
            somewhere from the least values on.
        ValueError: the least value of what is no whole number, or one that it cannot have.
    """
    where, using = dict(where or {}), equalities(using)
    for symbol, value in where.items():
        if not getattr(symbol, "is_integer", False):
            raise ValueError(f"{symbol} is no whole number; `where` gives the least values of these alone")
        if not sp.sympify(value).is_Integer:
            raise ValueError(f"{symbol} is a whole number; it cannot begin at {value}")
        if symbol.is_positive and value < 1:
            raise ValueError(f"{symbol} is a positive whole number; it cannot begin at {value}")
    written = left, right
    for side in written:
        terms_have_values(side, where, free=True, using=using)
    claim = Claim(exactly(left), exactly(right), where, using)
    left, right = (put_all_in(side, using, where) for side in (claim.left, claim.right))
    try:
        found = _settled(left, right, where, numerically)
        for side, full in zip(written, (claim.left, claim.right)):
            _nothing_lost(side, full, where)
        tell(claim)
        return found
    except Different as error:
        if any(depends(side, known.old) for side in (left, right) for known in using):
            raise Undecided(f"not decided: what was put in still stands in {left} or {right}") from error
        raise


def _nothing_lost(written, expr, where):
    """Refuse what SymPy has cancelled though it has no value at any point."""
    for part in lost_parts(written, expr):
        if not any(_is_finite(part, Point(seed, where)) for seed in range(FIRST)):
            raise Undecided(f"not decided: no value was found of {part}, which cancels in {written}")


def _is_finite(part, point) -> bool:
    try:
        return abs(point.value(part)) < HUGE
    except Undefined:
        return False


def _settled(left, right, where, numerically):
    if numerically:
        return _by_numbers(left, right, where, numerically)
    tried, found = refute(left, right, where, range(FIRST), quick=True), None
    try:
        found = find_proof(left, right, where)
    except Undecided:
        pass
    if found and tried:
        return Settled(found[0], tried, *found[1:])
    tried += refute(left, right, where, range(FIRST, FIRST + MORE))
    if found and tried:
        return Settled(found[0], tried, *found[1:])
    if not tried:
        raise Undecided(
            f"not decided: no values were found at which both sides are known well enough: {left} and {right}"
        )
    raise Undecided(f"not decided: equal at {tried} points, but not proved: {left} and {right}")


prove = settle


def refute(left, right, where, seeds, quick: bool = False) -> int:
    """At how many of the points the two sides agree.

    Args:
        quick: that they agree to 12 digits is enough, since a proof is still to come.

    Raises:
        Different: they do not, at one of them.
    """
    tried, of_images, pixels = 0, images(left, right), 1
    for seed in seeds:
        if has_images(left) or has_images(right):
            pixels = 1 + (seed + 1) % 3
        point = Point(seed, where, pixels, of_images)
        try:
            found = None if quick and point.near(left, right, QUICK, level=0) else point.difference(left, right)
        except Undefined:
            continue
        if found:
            raise Different(describe(point, left, right), *found)
        tried += 1
    return tried


def _by_numbers(left, right, where, declared):
    tried = 0
    for seed in range(4 * POINTS):
        point = Point(seed, where)
        try:
            agree = all(point.near(left, right, declared.bound, level) for level in (1, 2))
            if not point.sure:  # a mean, an integral or a jump
                continue
            found = agree or point.difference(left, right)
        except Undefined:
            continue
        if not found:  # at more digits there is no difference: a wave too short for the rule
            continue
        if not agree:
            raise Different(describe(point, left, right), *found)
        tried += 1
        if tried == POINTS:
            return Settled("numbers", tried, numerically=declared)
    raise Undecided(f"not decided: values at {tried} points only: {left} and {right}")


def describe(point: Point, left, right) -> str:
    """The values that the symbols of two expressions have at a point at which both have been evaluated."""
    shown = [
        f"{key} = {value}"
        for key, value in sorted(point.shown.items(), key=lambda item: str(item[0]))
        if isinstance(key, sp.Basic)
    ]
    if left.has(Density) or right.has(Density):
        shown.append(f"a random chain of {point.last} steps (number {point.seed})")
        shown += [
            f"{x[key[1]]} = {v}" for key, v in point.drawn.items() if isinstance(key, tuple) and key[0] == "state"
        ]
    if point.pixels > 1:
        shown.append(f"images of {point.pixels} pixels")
    return ", ".join(shown) or "every point"
