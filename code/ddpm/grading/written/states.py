"""Which states a line about the two chains speaks of: inside of the chain, each density with one, and none both
given and asked for."""

import functools
import itertools

import sympy as sp

from ddpm.derivation.densities import Density
from ddpm.derivation.expectation import KL, LAW_Q, Expectation
from ddpm.derivation.symbols import Path, Quantity, T, x
from ddpm.grading.exercise import Slip
from ddpm.grading.written.notation import indices
from ddpm.grading.written.too_large import Unreadable

STATE = x.function
LONGEST, SMALL = 5, 6  # steps of the chains that are looked at, or two more; the largest number in an index
POINT = Slip(
    "Bayes' rule is used where its left side holds x_0: given x_0, x_0 is a point and has no density.",
    "Keep the term t = 1 apart from the others, and follow what happens to it.",
    lambda: sp.Integer(0),
)


def refuse_foreign(expr, where) -> None:
    """Refuse what no line about the two chains holds.

    Args:
        where: the smallest value of integer symbols.

    Raises:
        Unreadable: something of the kind is in it.
    """
    for e in sp.preorder_traversal(expr):
        if isinstance(e, Density):
            law, targets, given = e.args
            if law.name == "p" and (given or tuple(targets) != (x[T],)):
                raise Unreadable(
                    f"holds {e}, but p is the density of x_T alone, where the reverse process starts: "
                    "write p(x[T]), and p_theta for its steps and paths"
                )
        if isinstance(e, Expectation) and e.args[1] != LAW_Q:
            raise Unreadable(
                "holds E_noise, the mean over x_0 and epsilon; "
                "the states here are those of the forward process: write E_q"
            )
        if isinstance(e, sp.Abs) or isinstance(e, Quantity) and not isinstance(e, STATE):
            raise Unreadable(
                f"holds {sp.sstr(e)}; here only densities, their logs, KL divergences and expectations are compared"
            )
    if found := sorted(map(sp.sstr, bare(expr))):
        raise Unreadable(
            f"holds {found[0]} as a number; here it belongs into a density, an index or the limits of a sum"
        )
    for e in sp.preorder_traversal(expr):
        for index in indices(e):
            if abs(index.as_coeff_add()[0]) > SMALL + isinstance(e, (sp.Sum, sp.Product)):
                raise Unreadable(
                    f"holds {sp.sstr(e)}; this check compares lines that keep states up to x[{SMALL}] apart"
                )
    refuse_outside(expr, where)


def bare(expr) -> set:
    """The symbols and states in `expr` that stand neither in a density nor in an index nor in a limit."""
    if isinstance(expr, (sp.Symbol, STATE)):
        return {expr}
    if isinstance(expr, (sp.Sum, sp.Product)):
        return bare(expr.args[0])
    if isinstance(expr, (Density, Path)):
        return set()
    inside = expr.args[:1] if isinstance(expr, Expectation) else expr.args
    return set().union(*map(bare, inside))


def refuse_outside(expr, where) -> None:
    """Refuse states before x_0 and after x_T."""
    for density, values in every(expr, where):
        for state in (*density.args[1], *density.args[2]):
            for time in span(state, values):
                if 0 <= time <= values[T]:
                    continue
                if isinstance(state, Path):
                    hint = "a path has both ends in it, so x[0:T] is x_0, ..., x_T"
                else:
                    hint = (
                        "the first step leads from x[0] to x[1], the last one to x[T], "
                        "and a sum over all runs over (t, 1, T)"
                    )
                outside = f"x[{time if time < 0 else 'T + 1'}]"
                raise Unreadable(f"holds {sp.sstr(state)}, and with it {outside}, which does not exist: {hint}")


def point(expr, where) -> str:
    """Where `expr` holds a density of a state that is given, as q(x[0] | (x[1], x[0])), in words; "" if nowhere."""
    for density, values in every(expr, where):
        targets, given = ([i for state in part for i in span(state, values)] for part in density.args[1:])
        twice = [i for i in targets if i in given or targets.count(i) > 1]
        if twice:
            steps = {n: value for n, value in values.items() if n != T and density.has(n)}
            at = ", ".join(f"{n} = {value}" for n, value in steps.items())
            return (
                f"holds {sp.sstr(density)}{f'. At {at} that is {sp.sstr(density.subs(steps))}' if at else ''}: "
                f"x_{twice[0]} is known there, so it is a point and has no density"
            )
    return ""


def every(expr, where):
    """(density, values of its symbols) for all densities in `expr`, in chains of every length up to a few steps."""
    times = {n for e in expr.atoms(STATE, Path, sp.Sum, sp.Product) for i in indices(e) for n in i.free_symbols}
    free = sorted(times & expr.free_symbols - {T}, key=str)
    shortest = max(where.values(), default=1)
    for last in range(shortest, max(LONGEST, shortest + 2) + 1):
        for numbers in itertools.product(*(range(where.get(n, 1), last + 1) for n in free)):
            yield from _inside(expr, {T: last, **dict(zip(free, numbers))})


def _inside(expr, values):
    if isinstance(expr, Density):
        yield expr, values
    elif isinstance(expr, (sp.Sum, sp.Product)):
        body, (index, first, last) = expr.args
        for i in range(at(first, values), at(last, values) + 1):
            yield from _inside(body, {**values, index: i})
    else:
        for arg in expr.args:
            yield from _inside(arg, values)


def at(index, values) -> int:
    """The value of an index: a whole number, and symbols added or subtracted."""
    constant, terms = as_terms(index)
    return constant + sum(factor * values[n] for n, factor in terms)


@functools.cache
def as_terms(index):
    constant, terms = index.as_coeff_add()
    return int(constant), tuple((n, int(factor)) for factor, n in (term.as_coeff_Mul() for term in terms))


def span(state, values):
    first, last = (indices(state) * 2)[:2]
    return range(at(first, values), at(last, values) + 1)


def is_log_linear(expr) -> bool:
    """Whether `expr` is built from logs of products of densities and KL divergences by sums, numbers as factors, and
    expectations.

    Of such a line it can be said from chains of events what holds for densities.
    """
    if isinstance(expr, (Expectation, sp.Sum)):
        return is_log_linear(expr.args[0])
    if isinstance(expr, sp.log):
        return is_product(expr.args[0])
    if isinstance(expr, sp.Add):
        return all(map(is_log_linear, expr.args))
    if isinstance(expr, sp.Mul):
        rest = [arg for arg in expr.args if not arg.is_Rational]
        return len(rest) <= 1 and all(map(is_log_linear, rest))
    return isinstance(expr, KL) or expr.is_Rational


def is_product(expr) -> bool:
    """Whether `expr` is a product of powers of densities."""
    if isinstance(expr, sp.Mul):
        return all(map(is_product, expr.args))
    if isinstance(expr, sp.Pow):
        return is_product(expr.base) and expr.exp.is_Rational
    if isinstance(expr, sp.exp):
        return is_log_linear(expr.args[0])
    if isinstance(expr, sp.Product):
        return is_product(expr.args[0])
    return isinstance(expr, Density) or expr.is_Rational and expr.is_positive
