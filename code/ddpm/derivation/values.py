"""Do the parts of an expression have values? What cancels elsewhere may be 0/0 at one index of a range.

Looked at are divisors and logs that vanish, functions at their poles, quantities that begin later than the index, ends
of a range that are no whole numbers, and variances below 0.
"""

from itertools import product
from math import prod

import sympy as sp

from ddpm.derivation.algebra import is_nonnegative
from ddpm.derivation.densities import Undecided
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.lowest import is_at_least, least, lower, raised
from ddpm.derivation.poles import BELOW_1, NOT_0, POLES, is_unknown
from ddpm.derivation.rebuilt import evaluated, known_of
from ddpm.derivation.symbols import SCHEDULE, Quantity
from ddpm.derivation.terms import BINDING, exactly, put_all_in
from ddpm.derivation.zeros import leaves_0, of_whole_numbers, zeros

MOST_POINTS = 1000
LOOKED_AT = (sp.Pow, Quantity, Normal, *POLES, *NOT_0)


def terms_have_values(expr, lowest: dict, free: bool = False, using=()) -> None:
    """Refuse a part that is known to have no value where an index may run, or may well have none there.

    Args:
        lowest: the smallest value of each integer symbol, 1 where none is given.
        free: whether symbols that no sum binds are looked at too, from their least value on.
        using: what is put into the parts, which are looked at before and after.

    Raises:
        Undecided: with the part and the index.
    """
    with sp.evaluate(True):
        parts = dict.fromkeys(_parts(sp.sympify(expr), ()))
        parts |= dict.fromkeys(found for part, limits in parts for found in _put_into(part, limits, lowest, using))
        for part, limits in parts:
            if isinstance(part, (sp.Sum, sp.Product)):
                _ends_are_whole(part)
            if isinstance(part, Normal) and free and not is_nonnegative(part.args[2], lower(_known(limits), lowest)):
                raise Undecided(f"not decided: the variance {part.args[2]} may be below 0")
            if isinstance(part, Quantity) and free:
                _index_is_whole(part)
            for index in sorted(part.free_symbols, key=str) if _is_looked_at(part) else ():
                _look(part, index, limits, lowest, free)


def _put_into(part, limits, lowest, using):
    """What is looked at in a part once what is known is put in."""
    if using and not isinstance(part, (sp.Sum, sp.Product)):
        full = put_all_in(exactly(part), using, lower(_known(limits), lowest))
        yield from _parts(full, limits)


def lost_parts(written, expr) -> list:
    """The parts of what was `written` that may have no value and that are not left in `expr`, to which SymPy made it;
    where it has none, they are infinite."""
    left = set(sp.preorder_traversal(expr))
    parts = [part for part, _ in _parts(sp.sympify(written), ()) if not isinstance(part, (sp.Sum, sp.Product))]
    lost = [part for part in dict.fromkeys(parts) if part not in left and evaluated(part) not in left]
    return [sp.Pow(sp.prod(part.args), sp.S.NegativeOne) if isinstance(part, sp.log) else part for part in lost]


def _is_looked_at(part):
    return isinstance(part, LOOKED_AT) or is_unknown(part)


def _parts(expr, limits):
    """What is looked at in `expr`, each with the limits of the sums that it stands in, the innermost first."""
    if _is_looked_at(expr) or isinstance(expr, (sp.Sum, sp.Product)):
        yield expr, limits
    if isinstance(expr, (sp.Sum, sp.Product)):
        body, *own = expr.args
        yield from _parts(body, (*own, *limits))
        for i, (_, *ends) in enumerate(own):
            for end in ends:
                yield from _parts(end, (*own[i + 1 :], *limits))
        return
    if isinstance(expr, BINDING):  # a whole number that is bound there runs nowhere that is known
        limits = (*(sp.Tuple(symbol) for symbol in expr.atoms(sp.Symbol) - expr.free_symbols), *limits)
    for arg in expr.args:
        yield from _parts(arg, limits)


def _ends_are_whole(part):
    for _, *ends in part.args[1:]:
        for end in ends:
            if not (evaluated(end).is_integer or end.is_infinite or _is_whole(end)):
                raise Undecided(f"not decided: {end} may be no whole number, in {part}")


def _index_is_whole(part):
    for time in part.args[: part.func.indices]:
        if not (evaluated(time).is_integer or _is_whole(time)):
            raise Undecided(f"not decided: {time} may be no whole number, in {part}")


def _is_whole(expr) -> bool:
    """Whether a polynomial in whole numbers is one for all of them, as n (n + 1) / 2 is: by Newton's formula it is if
    it is one at 0, 1, ... up to its degree in each of them. If these are too many points, that is not known."""
    symbols = list(expr.free_symbols)
    if not (symbols and expr.is_polynomial() and all(symbol.is_integer for symbol in symbols)):
        return False
    counts = [_degree(expr, symbol) + 1 for symbol in symbols]
    if prod(counts) > MOST_POINTS:
        return False
    points = product(*map(range, counts))
    return all(expr.xreplace(dict(zip(symbols, map(sp.Integer, point)))).is_integer for point in points)


def _degree(expr, symbol) -> int:
    """The degree of a polynomial as it is written, of which terms may cancel."""
    if expr.is_Pow:
        return int(expr.exp * _degree(expr.base, symbol))
    return int(expr == symbol) + (sum if expr.is_Mul else max)([_degree(arg, symbol) for arg in expr.args] or [0])


def _look(part, index, limits, lowest, free):
    place = next((i for i, limit in enumerate(limits) if limit[0] == index), None)
    if place is None:
        begin = least(index, lowest) if free and index.is_integer else None
        if begin is None:
            return
        first, last, outer, within = sp.Integer(begin), sp.oo, lowest, {limit[0] for limit in limits}
    elif len(limits[place]) == 3:
        _, first, last = limits[place]
        outer, within = lower(_known(limits[place + 1 :]), lowest), {limit[0] for limit in limits[:place]}
    else:
        return
    inside = lower([(index, first, last)], outer)
    for at in (*_without_value(part, index, first, last, inside), *_poles(part, index, first, last, outer, inside)):
        if at is None:
            raise Undecided(f"not decided: {part} may have no value at some {index}")
        outside = is_at_least(first - at, 1, outer) or (last != sp.oo and is_at_least(at - last, 1, outer))
        if not (outside or at.free_symbols & within):  # the indices within are looked at by themselves
            raise Undecided(f"not decided: {part} has no value where {index} = {at}")


def _known(limits):
    return [limit for limit in limits if len(limit) == 3]


def _without_value(part, index, first, last, inside):
    """The values of the index at which `part` has none, whether it runs there or not; None if that is not known."""
    if isinstance(part, Quantity):
        begin = 1 if isinstance(part, SCHEDULE[:2]) else 0
        for time in part.args[: part.indices]:
            end, least_time = _smallest(time, index, first, last)
            if end is None and time.has(index) and not is_at_least(time, begin, inside):
                yield None
            elif least_time.is_Integer and least_time < begin:
                yield end
        return
    if is_unknown(part):
        yield None
        return
    if isinstance(part, sp.Pow):
        base = part.base if evaluated(part.exp).is_nonpositive else None
    elif isinstance(part, Normal):
        base = part.args[2]
    else:
        base = next((rule(*part.args) for kind, rule in NOT_0.items() if isinstance(part, kind)), None)
    if base == 0:
        yield None
    elif base is not None and base.has(index) and not leaves_0(base, index, first):
        yield from zeros(base, index, tuple(known_of(index, first).items()))


def _poles(part, index, first, last, outer, inside):
    """The end of the range at which the argument of a function with poles at whole numbers may be one."""
    if not isinstance(part, POLES):
        return
    args = part.args[1:] if isinstance(part, sp.polygamma) else part.args  # polygamma's first is its order
    for arg in args:
        if not of_whole_numbers(arg) or evaluated(arg).is_integer is False:
            continue
        end, value = _smallest(arg, index, first, last)
        highest = 0 if isinstance(part, BELOW_1) else -1
        if not raised(value - highest, inside if end is None else outer).is_positive:
            yield None if end == sp.oo else end


def _smallest(arg, index, first, last):
    """The end of its range at which an argument is the smallest, and what it is there, if it grows or falls steadily
    with the index; or else None, and all of it."""
    run = sp.Dummy(index.name, **known_of(index, first))
    arg = evaluated(arg.xreplace({index: run}))
    growth = arg.diff(run) if arg.is_polynomial(run) else sp.S.Zero
    if not (growth.is_positive or growth.is_negative):
        return None, arg.xreplace({run: index})
    end = first if growth.is_positive else last
    return end, evaluated(arg.xreplace({run: end}))
