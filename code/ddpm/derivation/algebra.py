"""Does a formula in alpha_t, alpha_bar_t, unknown functions, roots and logs vanish for all values of its symbols?"""

import math

import sympy as sp
from sympy.polys.fields import FracField

from ddpm.derivation import symbols
from ddpm.derivation.densities import LogAtom
from ddpm.derivation.symbols import Quantity

SIMPLE = 150  # operations up to which SymPy's general simplification is tried; beyond it is slow
ALPHA, ALPHA_BAR, BETA = (f.function for f in (symbols.alpha, symbols.alpha_bar, symbols.beta))


def vanishes(difference):
    """Whether `difference` is 0 for all values of its symbols."""
    difference = _split_logs(in_positive_symbols(difference))
    try:
        if _numerator(difference) == 0:
            return True
    except (sp.PolynomialError, ZeroDivisionError):  # a root inside an exponential, a denominator that is 0
        return False
    return difference.count_ops() < SIMPLE and sp.simplify(difference) == 0


def _split_logs(expr):
    """The log of a fraction of products as a sum of logs, each of a factor that does not split further and is positive."""
    def split(body):
        factors = positive_factors(body)
        return sp.log(body) if factors is None else sp.Add(*(n * sp.log(f) for f, n in factors))

    expr = expr.replace(sp.log, lambda body: sp.expand_log(sp.log(body)))
    return expr.replace(sp.log, split)


def positive_factors(expr):
    """`expr` as factors with exponents; None unless it is a fraction of polynomials whose every factor is positive."""
    try:
        parts = [(*sp.factor_list(part), sign) for part, sign in zip(sp.fraction(sp.cancel(expr)), (1, -1))]
    except sp.PolynomialError:
        return None
    factors = [(f, n * sign) for number, powers, sign in parts for f, n in [(number, 1), *powers] if f != 1]
    return factors if all(factor.is_positive for factor, _ in factors) else None


def in_positive_symbols(expr):
    """Positive symbols for alpha_t and alpha_bar_t that make 1 - alpha_t, 1 - alpha_bar_t positive too, and for all else its own."""
    bars = sorted({e.args[0] for e in expr.atoms(ALPHA_BAR)}, key=sp.default_sort_key)
    alphas = {e.args[0] for e in expr.atoms(ALPHA)}
    base = {}
    for index in bars:  # the smallest index of each family of indices that differ by whole numbers
        near = [i for i in bars if (i - index).is_Integer] + [i - 1 for i in alphas if (i - index).is_Integer and i - index <= 0]
        base[index] = min(near, key=lambda i: int(i - index))
        if index.is_Integer:
            base[index] = sp.S.Zero
    expr = expr.replace(ALPHA_BAR, lambda i: _bar_from(base[i], i) if i in base else ALPHA_BAR(i))
    named = {e: 1 / (1 + sp.Dummy("a", positive=True)) for e in expr.atoms(ALPHA, ALPHA_BAR) if isinstance(e, (ALPHA, ALPHA_BAR))}
    expr = expr.xreplace(named)
    return _opaque(expr)


def _bar_from(start, index):
    steps = [ALPHA(start + k) for k in range(1, int(index - start) + 1)]
    return sp.Mul(*steps, ALPHA_BAR(start) if start != 0 else 1)


def _opaque(expr):
    """Unknown functions, sums and logs of densities as symbols; two with equal arguments get the same."""
    known = []

    def name(e):
        for other, symbol in known:
            if _same(e, other):
                return symbol
        known.append((e, sp.Dummy(e.func.__name__, real=True, positive=e.is_positive or None)))
        return known[-1][1]

    kinds = (Quantity, LogAtom, sp.Sum, sp.Product)
    return _replace_outermost(expr, kinds, name)


def _replace_outermost(expr, kinds, name):
    if isinstance(expr, kinds):
        return name(expr)
    if not expr.args:
        return expr
    return expr.func(*(_replace_outermost(arg, kinds, name) for arg in expr.args))


def _same(a, b):
    if a == b:
        return True
    if a.func != b.func or len(a.args) != len(b.args):
        return False
    if isinstance(a, (sp.Sum, sp.Product)):
        (n, low, high), (m, other_low, other_high) = a.args[1], b.args[1]
        return (low, high) == (other_low, other_high) and vanishes(a.args[0] - b.args[0].subs(m, n))
    return all(vanishes(i - j) for i, j in zip(a.args, b.args))


def _numerator(expr):
    """The numerator of `expr` as a polynomial in symbols, roots of positive factors, and whatever else stands in it.

    A root is a symbol r with r^2 put back. So 0 means that `expr` is 0; anything else need not mean that it is not.
    """
    roots = {}

    def root(base, exponent):
        factors = positive_factors(base) if exponent.is_Rational and exponent.q == 2 else None
        if factors is None:
            return sp.Pow(base, exponent)
        return sp.Mul(*(roots.setdefault(f, sp.Dummy("root", positive=True)) ** (2 * exponent * n) for f, n in factors))

    expr = expr.replace(lambda e: e.is_Pow, lambda e: root(e.base, e.exp))
    for _ in range(2):  # what stood under a root may bring back squares in the numerator
        expr = _cleared(expr)
        for factor, symbol in roots.items():
            if expr.has(symbol):
                expr = sum(c * factor ** (n // 2) * symbol ** (n % 2) for (n,), c in sp.Poly(expr, symbol).terms())
    return _cleared(expr)


def _cleared(expr):
    """The numerator of `expr` as a fraction of polynomials; what is neither sum, product nor whole power counts as a symbol."""
    opaque = {}

    def is_rational_power(e):
        return e.is_Pow and e.exp.is_Integer

    def find(e):
        if e.is_Add or e.is_Mul or is_rational_power(e):
            for arg in e.args:
                find(arg)
        elif not e.is_Rational:
            opaque.setdefault(e, sp.Dummy())

    find(expr)
    if not opaque:
        opaque[sp.Dummy()] = sp.Dummy()
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
