"""A typed expression with one mistake undone: everywhere, in one part, or by what is missing.

If it is right then, that is the mistake; see `naming.one_change`.
"""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import NamedTuple

import sympy as sp

from ddpm.derivation import symbols
from ddpm.derivation.densities import Density, p, q
from ddpm.derivation.expectation import Expectation
from ddpm.derivation.symbols import Path, Quantity, T, epsilon, t, x
from ddpm.grading.written.mistakes import (
    FACTOR,
    HALF,
    INDEX,
    KINDS,
    SCHEDULE,
    STATE,
    TERM,
    WHICH,
    alike,
    bare,
    is_family,
    said,
    with_one,
)

TOGETHER = (  # swapped at once
    ((symbols.c_u, symbols.r_u), (symbols.dc_u, symbols.dr_u)),
    ((symbols.c_i, symbols.c_next), (symbols.r_i, symbols.r_next)),
    ((symbols.c_i, symbols.r_i), (symbols.c_next, symbols.r_next)),
)
PARTNERS = p(x[T]), q(x[0]), q(x[1] | x[0]), q(x[T] | x[0]), q(x[t] | x[0]), q(x[t - 1] | x[0])


class Change(NamedTuple):
    """An expression with one mistake undone.

    Attributes:
        rank: lower for a mistake that is likelier.
        name: of the mistake.
        make: takes no arguments and gives the expression; it may raise anything.
    """

    rank: tuple
    name: str
    hint: str
    make: Callable[[], sp.Basic]


def changes(expr: sp.Expr, wanted: sp.Expr, whole: bool = True) -> Iterator[Change]:
    """`expr` with one mistake undone.

    Args:
        wanted: what it is to equal; its factors and terms are what may be missing.
        whole: whether `expr` is all of what is typed, so that all times may be shifted in it.
    """
    for k, (name, hint, make) in enumerate(_everywhere(expr, whole)):
        yield Change((0, k), name, hint, make)
    places = list(_places(expr))
    for rank, kind in enumerate(KINDS, start=1):
        for path, node in places:
            for name, hint, make in _known(kind, node):
                yield Change((rank, 0), name, hint, lambda path=path, make=make: _put(expr, path, make()))
    for rank, name, hint, make in _missing(expr, wanted, places):
        yield Change((len(KINDS) + 1, rank), name, hint, make)


def _known(kind, node) -> list:
    try:
        return list(kind(node))
    except Exception:  # SymPy may raise anything on what makes no sense
        return []


def _places(expr, path=()):
    """The parts of an expression, each with the way that leads to it; none inside of densities, indices and limits."""
    yield path, expr
    if isinstance(expr, (Quantity, Density, Path)) or expr.is_Atom:
        return
    inside = expr.args[:1] if isinstance(expr, (sp.Sum, sp.Product, Expectation)) else expr.args
    for i, arg in enumerate(inside):
        yield from _places(arg, (*path, i))


def _put(expr, path, new):
    return with_one(expr, path[0], _put(expr.args[path[0]], path[1:], new)) if path else new


def _everywhere(expr, whole):
    """One symbol in the place of another wherever it stands, two that are swapped, and all times shifted."""
    atoms = [e for e in sp.ordered(expr.atoms(Quantity, sp.Symbol)) if not (expr.has(Density) and isinstance(e, STATE))]
    for e in atoms:
        for hint, other in alike(e):
            yield f"{said(e)} in the place of {said(other)}.", hint, lambda e=e, other=other: expr.xreplace({e: other})
    for a, b in _pairs(atoms):
        yield f"{said(a)} and {said(b)} are swapped.", WHICH, lambda a=a, b=b: expr.xreplace({a: b, b: a})
    for pairs in TOGETHER:
        both = {a: b for pair in pairs for a, b in (pair, pair[::-1])}
        names = " and ".join(f"{a} with {b}" for a, b in pairs)
        yield f"{names}: they are swapped.", WHICH, lambda both=both: expr.xreplace(both)
    if whole and expr.has(t):
        for new, word in ((t - 1, "late"), (t + 1, "early")):
            yield f"all times are one step too {word}.", INDEX, lambda new=new: expr.subs(t, new)
    if whole and expr.has(T) and not expr.has(Density):
        yield "T in the place of t, everywhere.", INDEX, lambda: expr.subs(T, t)


def _pairs(atoms):
    """Those that may be swapped: of one step, or of one family."""
    for a, b in combinations(atoms, 2):
        known = any(other == b for _, other in alike(a))
        if known or is_family(a) and is_family(b) and a.func == b.func:
            yield a, b


def _missing(expr, wanted, places):
    """Factors that are missing before a term, before all, or inside of a log; and a term that is missing."""
    terms = [(path, node) for path, node in places if not path or _is_held_by(expr, path, (sp.Add, sp.log))]
    for rank, factor in enumerate(_factors(expr, wanted)):
        lack = f"a division by {said(1 / factor)}" if _divides(factor) else f"a factor {said(factor)}"
        for path, node in terms:
            before = (
                f" of {said(bare(node))}" if path and _divides(factor) else f" before {said(bare(node))}" * bool(path)
            )
            make = lambda path=path, new=factor * node: _put(expr, path, new)  # noqa: E731
            yield rank, f"{lack} is missing{before}.", FACTOR, make
    for sign in (1, -1):
        for term in sp.Add.make_args(sp.expand(wanted)):
            name = "a term is missing; those that are there are right."
            yield 1000, name, TERM, lambda more=sign * term: expr + more


def _is_held_by(expr, path, kinds) -> bool:
    for i in path[:-1]:
        expr = expr.args[i]
    return isinstance(expr, kinds)


def _factors(expr, wanted) -> list:
    """What may be missing as a factor: numbers, and what is in the wanted expression."""
    if expr.has(Density):
        return [2, HALF, *(e for density in PARTNERS for e in (density, 1 / density))]
    bases = [base for base, _ in (part.as_base_exp() for part in sp.Mul.make_args(wanted)) if base.is_Add]
    atoms = [e for e in sp.ordered(wanted.atoms(Quantity, sp.Symbol)) if e not in (t, T, symbols.s, symbols.C)]
    families = tuple(f.function for f in SCHEDULE)
    scales = [e for e in atoms if isinstance(e, (sp.Symbol, *families)) and e != epsilon]
    known = [base**n for base in (*scales, *bases) for n in (1, HALF, -1, -HALF)] + [
        e**n for e in scales for n in (2, -2)
    ]
    return [2, HALF, *known, *(e for e in atoms if e not in scales)]


def _divides(factor) -> bool:
    return isinstance(factor, sp.Pow) and factor.exp.is_negative
