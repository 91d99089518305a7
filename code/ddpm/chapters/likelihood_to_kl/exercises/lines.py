"""What the problems 2.1, 2.2a and 2.2b share: lines that are each to equal one thing, up to a printed result."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import sympy as sp

from ddpm.derivation.densities import Density, p_theta
from ddpm.derivation.expectation import KL, E_q, Expectation
from ddpm.derivation.formulas import START, bound
from ddpm.derivation.symbols import Path, T, t, x
from ddpm.grading.exercise import Slip
from ddpm.grading.written.about import claims_of, kind_of, placed, solved
from ddpm.grading.written.claims import Claim, Target
from ddpm.grading.written.notation import parts
from ddpm.grading.written.problem import Derivation, in_form
from ddpm.grading.written.sample import Sample
from ddpm.grading.written.states import POINT, SMALL, STATE, is_log_linear, is_product, point, refuse_foreign
from ddpm.grading.written.too_large import Unreadable

L = bound()
GIVEN = "Behind which bar does x_0 stand after Bayes' rule?"
SIGN = "L is a loss: a likely path makes it small. What sign does the log of a probability then have?"
RANGE = "For which t is there a step of this kind? Try T = 1, then T = 2."
MEAN = "L is a number. What is left of a path once it is a number?"
BEGINNING = "Keep the term t = 1 apart from the others, and follow what happens to it."


def total(term, first=1, last=T):
    return sp.Sum(term, (t, first, last))


def claims_about(target: Target):
    """Each line, and each side of an equation, is to equal the target; or it is a true equation beside it."""
    of_density = isinstance(target.value, Density)

    def here(line):
        """The target where a line is meant to hold: an equation of one step may be Bayes' rule, which begins at 2, and
        a line with x_2 in it is about chains of two steps or more."""
        sides = sp.Tuple(line.left or 0, line.right, *line.between)
        of_a_step = line.left is not None and t in line.left.free_symbols | line.right.free_symbols
        where = {**target.where, **({t: 2} if of_a_step else {}), **({} if of_density else _shortest(sides))}
        return replace(target, where=where) if where != target.where else target

    def claims(lines):
        found, names = [], {} if of_density else _definitions(lines, target)
        lines = [replace(line, of="definition") if i in names else line for i, line in enumerate(lines)]
        for said in placed(lines, lambda line: kind_of(line, (here(line),), in_one_way)):
            line = said.line
            if of_density and sp.Tuple(line.left or 0, line.right, *line.between).has(Expectation, KL):
                raise Unreadable(
                    f"holds an expectation or a KL divergence; {target.what} is a density, "
                    "for each pair of states a number"
                )
            if said.kind != "answer":
                found += claims_of(said, here(line), in_one_way, (target.value,))
                continue
            expr = solved(line, target, in_one_way)
            sides = [] if line.left in (None, expr) else [line.left]
            sides = *sides, *line.between, expr
            found += [
                Claim(target, in_one_way(side), side, said.place, where=_shortest(side), put=in_one_way)
                for side in sides
            ]
        if unused := [name for name in names.values() if name]:
            say = f"says what {unused[0]} is, but no line uses it: put {unused[0]} into one, or leave it out."
            found[-1:] = [replace(claim, open=claim.open or say) for claim in found[-1:]]
        return found

    return claims


def _definitions(lines, target) -> dict:
    """The places of lines that only say what a name of the reader's is, no step towards L: "" for what stands in
    another line, and else the name, if it depends on states, or if it may be meant as the end."""
    named, found = Counter(line.name for line in lines), {}
    for i, line in enumerate(lines):
        if line.left is None and line.name not in ("", target.what) and named[line.name] == 1 and not line.of:
            others = [one for k, one in enumerate(lines) if k != i]
            sides = [side for one in others for side in (one.left, *one.between, one.right) if side is not None]
            last = i == len(lines) - 1
            if any(_is_inside(line.right, side) for side in sides):
                found[i] = line.name if last and t not in line.right.free_symbols else ""
            elif not last and not _may_be_meant(line.right, target):
                found[i] = line.name
    return found if len(found) < len(lines) else {}


def _is_inside(part, expr) -> bool:
    """Whether a part stands in a sum or in an expectation and is not all of what the mean is taken of."""
    means = any(part != e.args[0] and e.args[0].has(part) for e in expr.atoms(Expectation))
    return means or t in part.free_symbols and any(e.args[0].has(part) for e in expr.atoms(sp.Sum))


def _may_be_meant(expr, target) -> bool:
    """Whether an expression may be meant for L: it is a number, or with an expectation L or a known slip."""
    if not expr.replace(Expectation, lambda body, law: sp.Integer(0)).has(Density, KL):
        return True
    sample, known = Sample(_shortest(expr), target.value), [target.value, *(slip.make() for slip in target.slips)]
    return any(sample.equal(said, value) for said in (in_one_way(expr), E_q(in_one_way(expr))) for value in known)


def _shortest(expr) -> dict:
    """{T: the number of steps of the shortest chain with all states of `expr`}, if that is more than 1. A sum from 4 is
    of steps beside those that stand apart."""
    times = [int(i) for e in expr.atoms(STATE) for i in (e.args[0], T - e.args[0]) if i.is_Integer]
    for e in expr.atoms(sp.Sum, sp.Product):
        first, last = e.args[1][1:]
        times += [int(end) for end in (first - 1, last) if end.is_Integer]
    return {T: most} if (most := max(times, default=1)) > 1 else {}


def with_all_states(claims: list[Claim]) -> str:
    """What to say of a right answer with states in it that a short chain has not."""
    if most := max((claim.where[T] for claim in claims if T in claim.where), default=0):
        return f"A line that keeps states apart, as here, speaks of chains of {most} steps or more."
    return ""


def in_one_way(expr):
    """`expr` with a short path as its states, and p(x_T) for the same as a density of p_theta."""

    def one(law, targets, given):
        if isinstance(targets[0], Path):
            first, last = targets[0].args[1:]
            if (last - first).is_Integer and 0 <= last - first <= SMALL:
                targets = [x[first + i] for i in range(int(last - first) + 1)]
        found = Density(law, sp.Tuple(*targets), given)
        return START if found == p_theta(x[T]) else found

    return expr.replace(Density, one)


def sound(claim: Claim) -> tuple[str, Slip | None]:
    """Why a line holds for chains of events and not for densities, or not for chains of every length."""
    where = {**claim.target.where, **claim.where}
    try:
        refuse_foreign(claim.typed, where)
    except Unreadable as error:
        return str(error), None
    if found := point(claim.typed, where):
        return found, POINT
    if claim.open or claim.step:
        return "", None
    if isinstance(claim.target.value, Density):
        comparable, what = is_product, "products of their powers"
    else:
        comparable, what = is_log_linear, "expectations and sums of their logs and of KL divergences"
    if not comparable(claim.typed):
        return f"agrees in chains of events, but of densities this check can compare only {what}", None
    return "", None


def with_a_step(name: str, given: Callable):
    """A derivation has a line between what is given and the result, since the problem prints the result."""

    def missing(claims):
        if any(claim.step or claim.target.form(claim.typed) and not given(claim.typed) for claim in claims):
            return ""
        return (
            f"{name} is what is to be shown, and the problem prints it. Type at least one line in between: a list "
            "[first line, ..., result], where each line follows from the one before."
        )

    return missing


def from_either_end(given: Callable):
    """The result stands at the end of a derivation; or at its beginning, if what is given stands at the end."""

    def lacking(claims):
        first, last = claims[0], claims[-1]
        backwards = len(claims) > 1 and given(last.typed) and not first.step and not first.target.form(first.typed)
        return "" if backwards else in_form(claims)

    return lacking


def from_given_to_shown(name: str, problem: str, target: Target, given: Callable) -> Derivation:
    """A problem that prints what is to be shown.

    Args:
        given: a right line -> whether it is where the derivation starts from.
    """
    return Derivation(
        name,
        problem,
        claims_about(target),
        form=from_either_end(given),
        sound=sound,
        derived=with_a_step(name, given),
        remark=with_all_states,
    )


def around_a_part(typed, sample) -> Slip | None:
    """E_q that stands around some of the terms alone, or inside of the log."""
    body = typed.replace(Expectation, lambda body, law: body)
    if body != typed and sample.equal(E_q(body), L):
        if any(e.has(Expectation) for e in typed.atoms(sp.log)):
            return Slip(
                "the log of a mean in the place of the mean of the log.",
                "Where did Jensen's inequality change something?",
                lambda: typed,
            )
        return Slip(
            "E_q stands around a part alone: what is outside of it still depends on the states.", MEAN, lambda: typed
        )
    return None


def key(density: Density):
    """A density, whatever the order in which its states are written."""
    law, targets, given = density.args
    return law.name, frozenset(targets), frozenset(given)


def steps(law: str):
    """Whether a density is a step of its chain: from a - 1 to a for q, from a to a - 1 for p_theta."""

    def is_one(density):
        if density.args[0].name != law or density.is_path or not len(density.args[1]) == len(density.args[2]) == 1:
            return False
        (to,), (since,) = density.times(1), density.times(2)
        return to - since == (1 if law == "q" else -1)

    return is_one


def is_prior(density):
    """Whether a density is that of x_T before the first step back; p_theta(x_T) is the same."""
    return key(density) in (key(START), key(p_theta(x[T])))


def densities(expr) -> list[Density]:
    return [e for e in parts(expr) if isinstance(e, Density)]
