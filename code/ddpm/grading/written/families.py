"""Families of the reader's own, such as M in Eq(M[t], sqrt(alpha[t]) * M[t - 1]): what they are is put into the
lines that hold them."""

import dataclasses

import sympy as sp

from ddpm.derivation.symbols import Quantity, t
from ddpm.grading.written.lines import Line
from ddpm.grading.written.notation import FUNCTIONS
from ddpm.grading.written.too_large import Undefined


def own_families(items) -> frozenset:
    """The names of families that are not the book's, have an equation of their own, and stand elsewhere too or with
    a number as index."""
    equations = [item for item in items if isinstance(item, sp.Eq)]
    named = [
        e.lhs for e in equations if isinstance(e.lhs, Quantity) and e.lhs.code not in FUNCTIONS and len(e.lhs.args) == 1
    ]
    others = [item.rhs if isinstance(item, sp.Eq) else item for item in items if isinstance(item, (sp.Eq, sp.Expr))]
    used = {e.code for item in others for e in item.atoms(Quantity)}
    used |= {e.code for e in named if e.args[0].is_Integer}
    return frozenset(e.code for e in named) & used


def with_definitions(lines: list[Line], own: frozenset) -> tuple[Line, ...]:
    """The lines without families of one's own."""
    if not own:
        return tuple(lines)
    formulas = {}
    for line in lines:
        if is_of(line.left, own) and line.left.args[0] == t and not held(line.right, own):
            formulas[line.left.code] = line.right
    if missing := sorted(own - set(formulas)):
        raise Undefined(
            f"holds {missing[0]}[t], but no line says what it is: add Eq({missing[0]}[t], ...) with the book's symbols"
        )
    recurrent = {line.left.code for line in lines if is_of(line.left, own) and line.left.code in held(line.right, own)}

    def put_in(expr):
        return expr.replace(lambda e: is_of(e, own), lambda e: formulas[e.code].subs(t, e.args[0]))

    found = []
    for line in lines:
        if not is_of(line.left, own):
            found.append(
                dataclasses.replace(
                    line, right=put_in(line.right), left=None if line.left is None else put_in(line.left)
                )
            )
        elif line.right == formulas[line.left.code] and line.left.args[0] == t:
            found.append(Line(line.right, of="induction" if line.left.code in recurrent else "definition"))
        else:
            found.append(Line(put_in(line.right), put_in(line.left), "identity"))
    return tuple(found)


def is_of(expr, own) -> bool:
    return isinstance(expr, Quantity) and expr.code in own


def held(expr, own) -> set:
    return {e.code for e in expr.atoms(Quantity) if e.code in own}
