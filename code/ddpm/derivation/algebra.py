"""Does a formula in alpha_t, alpha_bar_t, unknown functions, roots and logs vanish for all values of its symbols?

True only if a chain of rules says so; False means that they do not, not that it does not vanish. The rules: a
fraction of
polynomials vanishes if its numerator does; a root or a log of a product of positive factors is the product of the
roots, the sum
of the logs; functions of equal arguments, and sums of equal terms, are equal; a sum is linear in its terms.
"""

import math
from itertools import pairwise

import sympy as sp
from sympy.polys.fields import FracField

from ddpm.derivation import symbols
from ddpm.derivation.lowest import is_at_least, least, lower
from ddpm.derivation.rebuilt import Sum, evaluated
from ddpm.derivation.symbols import Quantity

ALPHA, ALPHA_BAR, BETA = (f.function for f in (symbols.alpha, symbols.alpha_bar, symbols.beta))
MOST = 8  # alphas, and products of them, that are written as 1 / (1 + a): a product of more is too long
HIGHEST = 1000  # exponent in what is factored: it takes minutes above
NONSENSE = (sp.nan, sp.zoo, sp.oo, sp.S.NegativeInfinity)
OPEN = (sp.Function, sp.Sum, sp.Product)  # equal where their arguments are


class Stretch(sp.Function):
    """alpha_(a+1) ... alpha_b, of the times a and b."""


def vanishes(difference, lowest: dict) -> bool:
    """Whether `difference` is 0 for all values of its symbols.

    Args:
        lowest: the smallest value of integer symbols, 1 where none is given.
    """
    if difference.has(*NONSENSE):
        return False
    return _vanishes(difference, lowest) or (
        difference.has(sp.exp) and _vanishes(_split_exponentials(difference), lowest)
    )


def _vanishes(difference, lowest):
    difference = _linear_sums(difference, lowest)
    known = []
    difference = _opaque(difference, known, lowest)
    difference = in_positive_symbols(difference, lowest)
    difference = _named(_split_logs(difference), known, lowest)
    try:
        return _numerator(difference) == 0
    except (sp.PolynomialError, ZeroDivisionError):  # a root inside an exponential, a denominator that is 0
        return False


def is_positive(expr, lowest: dict) -> bool:
    """Whether `expr` is above 0 for all values of its symbols, as far as can be told."""
    expr = in_positive_symbols(expr, lowest)
    return bool(expr.is_positive) or positive_factors(expr) is not None


def is_nonnegative(expr, lowest: dict) -> bool:
    """Whether `expr` is never below 0, as far as can be told."""
    expr = in_positive_symbols(expr, lowest)
    return bool(expr.is_nonnegative) or _factors(expr, "is_nonnegative") is not None


# Sums


def _linear_sums(expr, lowest):
    """Each sum as a combination of sums whose terms have no factor free of the index."""
    if not expr.has(sp.Sum):
        return expr
    if not isinstance(expr, sp.Sum):
        return (
            expr.func(*(_linear_sums(arg, lowest) if isinstance(arg, sp.Expr) else arg for arg in expr.args))
            if _is_open(expr)
            else expr
        )
    body, *inner, (index, first, last) = expr.args
    body = evaluated(sp.expand(_linear_sums(Sum(body, *inner) if inner else body, lower([expr.args[-1]], lowest))))
    parts = []
    for term in sp.Add.make_args(body):
        free, bound = term.as_independent(index, as_Add=False)
        counted = bound == 1 and is_at_least(last, first - 1, lowest)
        parts.append(free * (last - first + 1 if counted else Sum(bound, (index, first, last))))
    return sp.Add(*parts)


def _opaque(expr, known, lowest):
    """Quantities, sums and products as symbols; two with equal arguments get the same."""
    if isinstance(expr, (Quantity, sp.Sum, sp.Product)) and not isinstance(expr, (ALPHA, ALPHA_BAR)):
        return _name(expr, known, lowest)
    if isinstance(expr, (ALPHA, ALPHA_BAR)) or not expr.args:
        return expr
    if not _is_open(expr):  # a derivative, an integral, cases: one thing, which no rule enters
        return _name(expr, known, lowest)
    return expr.func(*(_opaque(arg, known, lowest) if isinstance(arg, sp.Expr) else arg for arg in expr.args))


def _is_open(expr) -> bool:
    """Whether parts of `expr` may be replaced by equal ones, since it binds no variable."""
    return (
        expr.is_Add
        or expr.is_Mul
        or expr.is_Pow
        or (isinstance(expr, sp.Function) and not isinstance(expr, sp.Piecewise))
    )


def _named(expr, known, lowest):
    """Functions of any kind as symbols; roots of rational exponent stay."""
    if isinstance(expr, OPEN):
        return _name(expr, known, lowest)
    if expr.is_Pow and not expr.exp.is_Rational:
        base, exponent = (1 / expr.base, -expr.exp) if expr.base.is_Rational and expr.base < 1 else expr.args
        whole, rest = exponent.as_coeff_Add()
        times, rest = rest.as_coeff_Mul()
        if not (whole.is_Integer and times.is_Integer and base.is_positive):
            return _name(expr, known, lowest)
        return _named(base, known, lowest) ** whole * _name(sp.Pow(base, rest), known, lowest) ** times
    if not (expr.is_Add or expr.is_Mul or expr.is_Pow):
        return expr
    return expr.func(*(_named(arg, known, lowest) for arg in expr.args))


def _name(expr, known, lowest):
    for other, symbol in known:
        if _same(expr, other, lowest):
            return symbol
    sign = {"positive": True} if expr.is_positive else {"nonnegative": True} if expr.is_nonnegative else {}
    real = {"real": True} if expr.is_real else {}
    known.append((expr, sp.Dummy(type(expr).__name__, **real, **sign)))
    return known[-1][1]


def _same(a, b, lowest) -> bool:
    if a == b:
        return True
    if (
        a.func != b.func
        or len(a.args) != len(b.args)
        or isinstance(a, sp.Piecewise)
        or not (isinstance(a, OPEN) or a.is_Pow)
    ):
        return False
    if isinstance(a, (sp.Sum, sp.Product)):
        names = {m: n for (n, *_), (m, *_) in zip(a.args[1:], b.args[1:])}
        ends = [
            (i, j.xreplace(names))
            for (_, *mine), (_, *others) in zip(a.args[1:], b.args[1:])
            for i, j in zip(mine, others)
        ]
        inside = lower(a.args[1:], lowest)
        return all(vanishes(i - j, inside) for i, j in ends) and vanishes(a.args[0] - b.args[0].xreplace(names), inside)
    return all(
        i == j or (isinstance(i, sp.Expr) and isinstance(j, sp.Expr) and vanishes(i - j, lowest))
        for i, j in zip(a.args, b.args)
    )


# Logs and roots


def _split_logs(expr):
    """The log of a fraction of products as a sum of logs, each of a factor that does not split further and is
    positive."""

    def split(body):
        factors = positive_factors(body)
        return sp.log(body) if factors is None else sp.Add(*(n * sp.log(f) for f, n in factors))

    expr = expr.replace(sp.log, lambda body: sp.expand_log(sp.log(body)))
    return expr.replace(sp.log, split)


def _split_exponentials(expr):
    """The exponential of a sum as a product, of a whole multiple as a power, each of a symbol that stands for one
    exponential."""
    known = {}

    def split(exponent):
        factors = []
        for term in sp.Add.make_args(sp.expand(exponent)):
            times, rest = term.as_coeff_Mul()
            unit = known.setdefault(rest / times.q, sp.Dummy("exp", positive=True if rest.is_real else None))
            factors.append(unit**times.p)
        return sp.Mul(*factors)

    def visit(part):
        if isinstance(part, sp.exp):
            return split(part.args[0])
        return part.func(*map(visit, part.args)) if part.is_Add or part.is_Mul or part.is_Pow else part

    return visit(expr)


def positive_factors(expr):
    """`expr` as factors with exponents; None unless it is a fraction of polynomials whose every factor is positive."""
    return _factors(expr, "is_positive")


def _factors(expr, sign):
    if any(abs(n) > HIGHEST for power in expr.atoms(sp.Pow, sp.exp) for n in power.exp.atoms(sp.Integer)):
        return None
    try:
        parts = [(*sp.factor_list(part), power) for part, power in zip(sp.fraction(sp.cancel(expr)), (1, -1))]
    except (sp.PolynomialError, TypeError):  # SymPy cannot tell whether one exponent is larger than another
        return None
    factors = [(f, n * power) for number, powers, power in parts for f, n in [(number, 1), *powers] if f != 1]
    return factors if all(getattr(factor, sign) for factor, _ in factors) else None


def in_positive_symbols(expr, lowest: dict):
    """Symbols for alpha_t and alpha_bar_t that make 1 - alpha_t, 1 - alpha_bar_t positive too (for t = 0 only no
    less than 0)."""
    bars, alphas = ({e.args[0] for e in expr.atoms(family)} for family in (ALPHA_BAR, ALPHA))
    times = {i for i in bars | alphas if not i.is_nonpositive}
    times |= {i - 1 for i in alphas & times}
    expr = expr.replace(ALPHA_BAR, lambda i: _in_stretches(i, {i, *times}))
    parts = expr.atoms(ALPHA, ALPHA_BAR, Stretch)
    if len(parts) > MOST:  # a product of so many sums is too long
        return expr.xreplace({e: sp.Dummy("alpha", positive=True) for e in parts})
    return expr.xreplace({e: 1 / (1 + _above_zero(e, lowest)) for e in parts})


def _above_zero(e, lowest):
    begins = least(e.args[0], lowest)
    strictly = isinstance(e, (ALPHA, Stretch)) or (begins is not None and begins >= 1)
    return sp.Dummy("a", positive=True) if strictly else sp.Dummy("a", nonnegative=True)


def _in_stretches(index, times):
    """alpha_bar at an index through the earliest of the times that lie a whole number before it, and what the alphas
    between each two of these make."""
    back = sorted(int(index - i) for i in times if (index - i).is_Integer and index - i >= 0)
    stretches = [
        ALPHA(index - late) if early - late == 1 else Stretch(index - early, index - late)
        for late, early in pairwise(back)
    ]
    start = index - back[-1]
    return sp.Mul(*stretches, ALPHA_BAR(start) if start != 0 else 1)


def _numerator(expr):
    """The numerator of `expr` as a polynomial in symbols, roots of factors that are not negative, and whatever else
    stands in it.

    A root is a symbol r with r^2 put back. So 0 means that `expr` is 0; anything else need not mean that it is not.
    """
    roots = {}

    def root(base, exponent):
        factors = _factors(base, "is_nonnegative") if exponent.is_Rational and exponent.q == 2 else None
        if factors is None:
            return sp.Pow(base, exponent)
        return sp.Mul(
            *(roots.setdefault(f, sp.Dummy("root", nonnegative=True)) ** (2 * exponent * n) for f, n in factors)
        )

    expr = expr.replace(lambda e: e.is_Pow, lambda e: root(e.base, e.exp))
    for _ in range(2):  # what stood under a root may bring back squares in the numerator
        expr = _cleared(expr)
        for factor, symbol in roots.items():
            if expr.has(symbol):
                expr = sum(c * factor ** (n // 2) * symbol ** (n % 2) for (n,), c in sp.Poly(expr, symbol).terms())
    return _cleared(expr)


def _cleared(expr):
    """The numerator of `expr` as a fraction of polynomials; what is neither sum, product nor whole power counts as a
    symbol."""
    opaque = {}

    def is_rational_power(e):
        return e.is_Pow and e.exp.is_Integer and abs(e.exp) <= HIGHEST

    def find(e):
        if e.is_Add or e.is_Mul or is_rational_power(e):
            for arg in e.args:
                find(arg)
        elif not e.is_Rational:
            opaque.setdefault(e, sp.Dummy())

    find(expr)
    space = FracField(list(opaque.values()), sp.QQ)
    known = dict(zip(opaque, space.gens))

    def build(e):
        if e in known:
            return known[e]
        if e.is_Add:
            return sum(map(build, e.args), space.zero)
        if e.is_Mul:
            return math.prod(map(build, e.args), start=space.one)
        if is_rational_power(e):
            return build(e.base) ** int(e.exp)
        return space.one * sp.QQ(e.p, e.q)

    return build(expr).numer.as_expr().xreplace(dict(zip(opaque.values(), opaque)))
