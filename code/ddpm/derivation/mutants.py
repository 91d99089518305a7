"""Wrong equations made from right ones: each with one sign, factor, exponent, index, range or condition changed.

A check of equations that accepts one of them checks nothing there. `claims` listens to what a proof claims;
`mutants` makes the
wrong ones of a claim. That each is refused is tested; how many there are of each equation, the book shows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import sympy as sp

from ddpm.derivation.densities import Density, Undecided, factors
from ddpm.derivation.expectation import KL
from ddpm.derivation.symbols import Path, Quantity, alpha_bar
from ddpm.derivation.terms import put_in

_LISTENING = []


@dataclass(frozen=True)
class Claim:
    """An equality that was settled, with what it was settled under (see `settle`)."""

    left: sp.Basic
    right: sp.Basic
    where: dict
    using: tuple


@contextmanager
def claims():
    """What is settled inside, as a list that grows."""
    heard = []
    _LISTENING.append(heard)
    try:
        yield heard
    finally:
        _LISTENING.pop()


def tell(claim: Claim) -> None:
    """Called for each equality that is settled, and again where one that has been is used."""
    for heard in _LISTENING:
        if claim not in heard:
            heard.append(claim)


def mutants(claim: Claim) -> Iterator[Claim]:
    """All of one claim, in a fixed order, none twice."""
    for side in ("left", "right"):
        expr = getattr(claim, side)
        value = _value(expr, claim)
        for wrong in dict.fromkeys((-expr, 2 * expr, *changed(expr))):
            if _value(wrong, claim) != value:
                yield replace(claim, **{side: wrong})
    if any(_put_in(side, claim).has(Density) for side in (claim.left, claim.right)):
        for symbol, value in claim.where.items():
            if value > 1:
                yield replace(claim, where={**claim.where, symbol: value - 1})


def _value(expr, claim):
    """`expr` with what is put in, and densities by the Markov property: what is changed may be no other there."""
    try:
        expr = _put_in(expr, claim)
        if expr.has(Density) and not expr.has(KL, Path, sp.Sum):
            expr = expr.replace(Density, lambda *args: factors(Density(*args), claim.where))
    except Undecided:
        pass
    return expr.xreplace({alpha_bar[0]: sp.S.One})


def _put_in(expr, claim):
    for known in claim.using:
        expr = put_in(expr, known, claim.where)
    return expr


def changed(expr) -> Iterator[sp.Basic]:
    """`expr` with one thing in it changed."""
    yield from _here(expr)
    if isinstance(expr, Density):
        return
    for i, arg in enumerate(expr.args):
        if isinstance(arg, sp.Tuple) or arg.is_Atom:
            continue
        for wrong in changed(arg):
            try:
                yield _with(expr, i, wrong)
            except TypeError:  # a KL of densities of two variables
                continue


def _here(expr):
    if expr.is_Add:
        for i, term in enumerate(expr.args):
            yield _with(expr, i, -term)
            yield _with(expr, i, 2 * term)
    elif isinstance(expr, sp.log):
        yield sp.log(2 * expr.args[0])
    elif expr.is_Pow and expr.exp.is_Rational and expr.exp != -1:
        yield expr.base ** (expr.exp + 1)
    elif isinstance(expr, (sp.Sum, sp.Product)):
        index, first, last = expr.args[1]
        yield expr.func(expr.args[0], (index, first + 1, last))
        yield expr.func(expr.args[0], (index, first, last + 1))
    elif isinstance(expr, Quantity) and expr.func.indices == 1:
        yield _with(expr, 0, expr.args[0] + 1)
    elif isinstance(expr, Density):
        yield from _of_density(expr)
    elif isinstance(expr, KL) and expr.args[0].args[1:] != expr.args[1].args[1:]:
        yield KL(*reversed(expr.args))


def _of_density(density):
    law, *states = density.args
    for part, many in enumerate(states):
        for i, state in enumerate(many):
            for wrong in _shifted(state):
                yield density.func(law, *_with_part(states, part, [*many[:i], wrong, *many[i + 1 :]]))
    for i in range(len(states[1])):
        yield density.func(law, states[0], sp.Tuple(*states[1][:i], *states[1][i + 1 :]))


def _shifted(state):
    if isinstance(state, Path):
        yield Path(state.args[0], state.args[1] + 1, state.args[2])
        yield Path(state.args[0], state.args[1], state.args[2] + 1)
    else:
        yield state.func(state.args[0] + 1)


def _with_part(states, part, many):
    return [sp.Tuple(*many) if i == part else other for i, other in enumerate(states)]


def _with(expr, i, arg):
    return expr.func(*expr.args[:i], arg, *expr.args[i + 1 :])
