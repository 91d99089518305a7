"""How large a typed expression may be. Looked at before anything is calculated with it: no bound is reached by an
honest answer, and
without them a few signs keep a computer busy for ever, as beta[t]**(10**9) does.
"""

import math

import sympy as sp

from ddpm.derivation.symbols import Kind, SquaredNorm

LARGEST = 1500  # parts of one expression; the book's own have fewer than 80
LAST = 100  # the largest number up to which a sum may run
DEEPEST = 60  # brackets inside of brackets
DIGITS = 9
POWER, DEGREE = 24, 64  # of one exponent, and of all that stand on one another
TERMS = 5000  # once it is multiplied out
MANY = 10**9  # where counting ends


class Unreadable(ValueError):
    """What makes an answer one that cannot be checked, as the rest of a sentence about it."""


class Undefined(Unreadable):
    """It holds a name, and nothing says what that is."""


def check(expr) -> None:
    """Refuse an expression that is too large; nothing in it is evaluated.

    Raises:
        Unreadable: it is.
    """
    if size(expr) > LARGEST:
        raise Unreadable(f"has more than {LARGEST} parts; the expression asked for fits on two lines")
    terms, degree = _counted(expr, 0)
    if degree > DEGREE:
        raise Unreadable(f"is of a degree above {DEGREE}: are the exponents what you mean?")
    if terms > TERMS:
        raise Unreadable(f"has more than {TERMS} terms once it is multiplied out; the expression asked for has few")


def size(expr, most: int = LARGEST) -> int:
    """The number of parts of `expr`, counted up to `most` + 1."""
    count, waiting = 0, [expr]
    while waiting and count <= most:
        count += 1
        part = waiting.pop()
        if isinstance(part, Kind):
            raise Unreadable(f"holds {part.code} alone; {part.how}")
        if not isinstance(part, sp.Basic):
            raise Unreadable(f"holds {type(part).__name__}, which is no expression")
        waiting += part.args
    return count


def _counted(expr, depth):
    """How many terms `expr` has once it is multiplied out, and its degree; both no more than a bound."""
    if depth > DEEPEST:
        raise Unreadable("is nested too deeply")
    if isinstance(expr, sp.Number):
        number(expr)
    if isinstance(expr, sp.Pow) or isinstance(expr, sp.exp):
        return _power(expr, depth)
    inside = [_counted(arg, depth + 1) for arg in expr.args]
    if not inside:
        return 1, 1
    terms, degrees = zip(*inside)
    if isinstance(expr, sp.Add):
        return min(sum(terms), MANY), max(degrees)
    if isinstance(expr, sp.Mul):
        return min(math.prod(terms), MANY), min(sum(degrees), MANY)
    if isinstance(expr, SquaredNorm):
        return min(terms[0] ** 2, MANY), 2 * degrees[0]
    if isinstance(expr, (sp.Sum, sp.Product)):
        return _run(expr, *inside[0])
    return 1, max(degrees)


def _run(expr, terms, degree):
    """A sum or a product: between two numbers it is written out."""
    limits = expr.args[1]
    if len(expr.args) != 2 or len(limits) != 3:
        raise Unreadable(f"holds {expr}; a sum has one index with both ends, as in Sum(term, (t, 1, T))")
    first, last = limits[1:]
    if any(end.is_Integer and abs(end) > LAST for end in (first, last)):
        raise Unreadable(f"holds a sum with more than {LAST} terms; sums run up to t or T")
    length = max(0, int(last) - int(first) + 1) if first.is_Integer and last.is_Integer else 1
    if isinstance(expr, sp.Sum):
        return min(terms * length, MANY), degree
    return min(terms**length, MANY), degree * max(1, length) if terms > 1 else degree


def _power(expr, depth):
    base, exponent = expr.as_base_exp() if isinstance(expr, sp.Pow) else (sp.E, expr.args[0])
    if isinstance(expr, sp.exp) or base is sp.E:
        _counted(exponent, depth + 1)
        if exponent.has(sp.exp) or any(abs(n) > 10**3 for n in exponent.atoms(sp.Number)):
            raise Unreadable("holds an exponential that no computer can write down")
        return 1, 1
    terms, degree = _counted(base, depth + 1)
    if not isinstance(exponent, sp.Number):  # such as t or t / 2
        if (
            size(exponent) > 12
            or any(abs(n) > POWER for n in exponent.atoms(sp.Number))
            or exponent.has(sp.Pow, sp.exp)
        ):
            raise Unreadable(f"holds a power whose exponent this check does not compare; whole ones go up to {POWER}")
        return terms, min(degree * 2, MANY)
    number(exponent)
    if abs(exponent) > POWER or isinstance(exponent, sp.Rational) and exponent.q > POWER:
        raise Unreadable(f"holds a power with the exponent {sp.sstr(exponent)}; exponents go up to {POWER}")
    n = math.ceil(abs(exponent))
    return min(math.comb(terms + n - 1, n), MANY), min(degree * max(n, 1), MANY)


def number(value: sp.Number) -> None:
    """Refuse a number with too many digits.

    Raises:
        Unreadable: it has.
    """
    if value in (sp.nan, sp.oo, -sp.oo):
        raise Unreadable("is not finite: there is a division by 0 in it")
    if isinstance(value, sp.Rational) and max(abs(value.p), value.q) > 10**DIGITS:
        raise Unreadable("holds a number of more than nine digits")
    if isinstance(value, sp.Float) and value and not 10**-DIGITS < abs(value) < 10**DIGITS:
        raise Unreadable("holds a number of more than nine digits")
