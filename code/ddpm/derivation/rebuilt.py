"""Expressions by SymPy's own rules, but for the signs that these guess.

The sign of a sum, a product or an integral between numbers is to SymPy that of a few digits, which miss a peak; and the
sign of a sum's terms that of their index's name, which may run below 0. With a sign come Abs, Max, roots and cases.
Of other functions it knows wrong ones: atan(n) above 0 at n = 0, binomial(n, 3) below 0 for all n.
"""

from functools import cache

import sympy as sp


def _where_it_runs(kind, *without) -> dict:
    """What SymPy says of a class, said of the terms where their index runs."""
    rules = {name: rule for name, rule in vars(kind).items() if name.startswith("_eval_is_") and name not in without}
    return {name: lambda self, rule=rule: rule(fresh(self)) for name, rule in rules.items()}


class _Whole:
    """No number to be evaluated, and nothing to draw factors out of."""

    is_number = False

    def _eval_factor(self, **hints):
        return self


class Sum(_Whole, sp.Sum):
    """A sum with nothing guessed of it."""

    vars().update(_where_it_runs(sp.Sum))


class Product(_Whole, sp.Product):
    """A product with nothing guessed of it; without a factor it is 1, whatever its factors are."""

    vars().update(_where_it_runs(sp.Product, "_eval_is_zero"))

    def _eval_is_zero(self):
        found = sp.Product._eval_is_zero(fresh(self))
        return found if found is False or self.has_reversed_limits is False else None


class Integral(_Whole, sp.Integral):
    """An integral with nothing guessed of it."""


KINDS = {sp.Sum: Sum, sp.Product: Product, sp.Integral: Integral}
JUMPS = "Abs sign floor ceiling Max Min re im conjugate Piecewise KroneckerDelta Heaviside"
SMOOTH = "exp log sin cos tan sinh cosh tanh factorial gamma erf erfc"
KNOWN = {getattr(sp, name) for name in f"{JUMPS} {SMOOTH}".split()}  # functions whose signs SymPy knows right


@cache
def bare(kind):
    """A class of which SymPy knows no more than the name, in the place of one of its own functions."""
    own = issubclass(kind, sp.Function) and (kind.__module__ or "").startswith("sympy.functions") and kind not in KNOWN
    return type(kind.__name__, (sp.Function,), {"__module__": __name__}) if own else KINDS.get(kind, kind)


def evaluated(expr):
    """`expr` rebuilt from its parts by SymPy's own rules, whatever form it was written in."""
    expr = sp.sympify(expr)
    with sp.evaluate(True):
        return _rebuilt(expr)


def _rebuilt(expr):
    if not expr.args:
        return expr
    return bare(expr.func)(*map(_rebuilt, expr.args))


def fresh(expr):
    """`expr` with an index of its own for each sum and product, which is known to be no more than a whole number."""
    if not expr.args:
        return expr
    if isinstance(expr, (sp.Sum, sp.Product)):
        body, *limits = expr.args
        for i in reversed(range(len(limits))):  # the outermost first, since others may begin where it stands
            index, first, last = limits[i]
            new = sp.Dummy(index.name, **known_of(index, first, last))
            limits[i] = new, first, last
            for j in reversed(range(i)):
                inner, low, high = limits[j]
                limits[j] = inner, low.xreplace({index: new}), high.xreplace({index: new})
                if inner == index:  # the same name again, which is another index further inside
                    break
            else:
                body = body.xreplace({index: new})
        return expr.func(fresh(body), *(sp.Tuple(n, fresh(low), fresh(high)) for n, low, high in limits))
    return expr.func(*map(fresh, expr.args))


def known_of(index, *ends, whole: bool = True) -> dict:
    """What is known of an index between its ends, or of the variable of an integral."""
    if not whole:  # its ends have no part in it
        above_0 = len(ends) == 2 and all(evaluated(end).is_nonnegative for end in ends)
        return {"real": True} | ({"positive": True} if above_0 else {})
    first = evaluated(ends[0])
    positive, nonnegative = first.is_positive, first.is_nonnegative
    return {"integer": True} | ({"positive": True} if positive else {"nonnegative": True} if nonnegative else {})
