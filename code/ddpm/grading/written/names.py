"""Names of the reader's own for a part, such as F in Eq(F, dr_u - r_u * dc_u / c_u): what they stand for is put into
the lines that hold them."""

import sympy as sp

from ddpm.derivation.symbols import I, Quantity
from ddpm.grading.written import too_large
from ddpm.grading.written.notation import NAMES


def without_names(items: list) -> tuple[list, set[int]]:
    """The items with what its name stands for in the place of each part, and the places of those that only say it.

    A name says what a part is if the right side of another name, or an expression, holds it. If only an equation does
    that names nothing, as Eq(F**2, ...), it is one of the answer.
    """
    items = _solved_for_names(items)
    named = {i: found for i, item in enumerate(items) if (found := _named(item)) is not None}
    formulas, parts = {}, set()
    for i, (name, formula) in named.items():
        if name not in _names(formula):
            formulas[name] = formula
            if any(_is_built_of(name, named[j][1] if j in named else item) for j, item in enumerate(items)):
                parts.add(i)
    if not formulas:
        return items, set()
    for _ in formulas:  # names in what names stand for
        formulas = {name: _put_in(formula, formulas) for name, formula in formulas.items()}
    found = []
    last = {name: i for i, (name, _) in named.items()}
    for i, item in enumerate(items):
        if i in named:
            name, formula = named[i]
            of_part = i in parts and i != last[name]  # it is a part twice: both are equal
            parts -= {i} if of_part else set()
            left = formulas[name] if of_part else sp.Symbol(name)
            found.append(sp.Eq(left, _put_in(formula, formulas), evaluate=False))
        elif isinstance(item, sp.Eq):
            found.append(sp.Eq(*(_put_in(side, formulas) for side in item.args), evaluate=False))
        else:
            found.append(_put_in(item, formulas) if isinstance(item, sp.Basic) else item)
    return found, parts


def _named(item) -> tuple[str, sp.Expr] | None:
    """The name that is one side of an equation, and the other side."""
    if isinstance(item, sp.Eq):
        for side, other in (item.args, item.args[::-1]):
            if is_name(side):
                return side.name, other
    return None


def _solved_for_names(items: list) -> list:
    """The items with g = sqrt(...) in the place of g**2 = ..., where g stands in other lines and none says more of
    it."""
    alone = {found[0] for item in items if (found := _named(item))}
    items = list(items)
    for i, item in enumerate(items):
        for side, other in (item.args, item.args[::-1]) if isinstance(item, sp.Eq) else ():
            if is_square(side) and side.base.name not in alone | _names(other):
                name = side.base.name
                others = [one for k, one in enumerate(items) if k != i and isinstance(one, sp.Basic)]
                if any(_is_built_of(name, one) for one in others):
                    items[i] = sp.Eq(side.base, sp.sqrt(other), evaluate=False)
                    alone.add(name)
    return items


def is_square(e) -> bool:
    """Whether it is a name of the reader's, squared."""
    return isinstance(e, sp.Pow) and e.exp == 2 and is_name(e.base)


def is_name(e) -> bool:
    """Whether a symbol may be a name of the reader's: `s` of the book is no more than an index."""
    return isinstance(e, sp.Symbol) and e != I and (e.name not in NAMES or e.name == "s")


def _names(expr) -> set[str]:
    too_large.check(expr)
    bound = {n.name for e in expr.atoms(sp.Sum, sp.Product) for n in e.bound_symbols}
    return {e.name for e in expr.free_symbols if is_name(e)} - bound


def _is_built_of(name, item) -> bool:
    if isinstance(item, sp.Eq):
        sides = item.args, item.args[::-1]
        return any(isinstance(a.as_base_exp()[0], (sp.Symbol, Quantity)) and name in _names(b) for a, b in sides)
    return isinstance(item, sp.Basic) and name in _names(item)


def _put_in(expr, formulas):
    names = _names(expr) & set(formulas)
    found = expr.xreplace({e: formulas[e.name] for e in expr.free_symbols if getattr(e, "name", "") in names})
    too_large.check(found)
    return found
