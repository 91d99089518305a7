"""Proofs of equalities with symbols: definitions written out, expectations by their integrands, sums by induction."""

import sympy as sp

from ddpm.derivation.algebra import ALPHA, ALPHA_BAR, BETA, in_positive_symbols, positive_factors, vanishes
from ddpm.derivation.densities import Density, as_steps, log_density
from ddpm.derivation.expectation import Expectation, expand_kl, integrand, reparameterized
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.symbols import SquaredNorm


def find_proof(left, right, where):
    """("symbols",), ("induction", symbol, start), or None if no proof was found."""
    pair = _integrands(left, right)
    if pair is None:
        return None
    left, right = (_definitions(side) for side in pair)
    if _is_equal(left, right, where):
        return ("symbols",)
    over = {n for side in (left, right) for e in side.atoms(sp.Sum, sp.Product) for n in e.args[1][2].free_symbols}
    if len(over) == 1:
        n = over.pop()
        start = where.get(n, 1)
        if _is_equal(left.subs(n, start), right.subs(n, start), where) and _step(left, right, n, where):
            return "induction", str(n), start
    return None


def _integrands(left, right):
    """Both sides, or the bodies of the one expectation that each is."""
    if not (left.has(Expectation) or right.has(Expectation)):
        return left, right
    sides = [integrand(side) for side in (left, right)]
    if None in sides:
        return None
    (a, law), (b, other) = sides
    if law != other and None not in (law, other):  # one over q, one over x_0 and epsilon: the first is rewritten
        a, b = reparameterized(a), reparameterized(b)
    return a, b


def _definitions(expr):
    """What is defined, written out: norms, Normals and KLs of them, beta_t, products of alphas."""
    expr = expand_kl(expr).replace(Density, lambda *args: as_steps(Density(*args)))
    expr = expr.replace(SquaredNorm, lambda v: v**2)
    expr = expr.replace(BETA, lambda i: 1 - ALPHA(i))
    return expr.replace(sp.Product, lambda body, limits: _product(body, limits))


def _product(body, limits):
    index, first, last = limits
    return ALPHA_BAR(last) if body == ALPHA(index) and first == 1 else sp.Product(body, limits)


def _step(left, right, n, where):
    """From the equality at n follows the one at n + 1: the sides grow by the same summand, or by the same factor."""
    grown = [_peeled(side.subs(n, n + 1), n) for side in (left, right)]
    old = [_logs(side, where) for side in (left, right)]
    grown = [_logs(side, where) for side in grown]
    if vanishes((grown[0] - old[0]) - (grown[1] - old[1])):
        return True
    return vanishes(grown[0] * old[1] - grown[1] * old[0]) and all(side.is_positive for side in old)


def _peeled(expr, n):
    """`expr` with the last term of each sum and product that runs up to n + 1 or further split off."""
    def peel(kind, join):
        def split(body, limits):
            index, first, last = limits
            if n in last.free_symbols and (last - n).is_Integer and last - n >= 1:
                return join(_peeled(kind(body, (index, first, last - 1)), n), body.subs(index, last))
            return kind(body, limits)
        return split

    expr = expr.replace(sp.Sum, peel(sp.Sum, sp.Add))
    return expr.replace(sp.Product, peel(sp.Product, sp.Mul))


def _is_equal(left, right, where):
    left, right = in_positive_symbols(sp.Tuple(*(_logs(_unrolled(side), where) for side in (left, right))))
    if left.has(sp.exp) or right.has(sp.exp):
        logs = [_log(side) for side in (left, right)]
        return None not in logs and vanishes(logs[0] - logs[1])
    return vanishes(left - right)


def _unrolled(expr):
    """Sums and products between two numbers, written out."""
    def unroll(kind, join):
        def split(body, limits):
            index, first, last = limits
            if first.is_Integer and last.is_Integer and last >= first - 1:
                return join(*(body.subs(index, i) for i in range(int(first), int(last) + 1)))
            return kind(body, limits)
        return split

    return expr.replace(sp.Sum, unroll(sp.Sum, sp.Add)).replace(sp.Product, unroll(sp.Product, sp.Mul))


def _log(expr):
    """The log of a product of positive numbers and of exponentials of real ones; None for anything else."""
    if isinstance(expr, sp.exp):
        return expr.args[0]
    if expr.is_Mul:
        parts = [_log(arg) for arg in expr.args]
        return None if None in parts else sp.Add(*parts)
    if expr.is_Pow and expr.exp.is_Rational:
        inner = _log(expr.base)
        return None if inner is None else expr.exp * inner
    if expr.is_positive:
        return sp.log(expr)
    factors = positive_factors(expr)
    return None if factors is None else sp.Add(*(n * sp.log(f) for f, n in factors))


def _logs(expr, where):
    """Logs of products as sums of logs, named densities through the steps of their chain."""
    def inner(body, limits):
        index, first, _ = limits
        lowest = where | ({index: int(first)} if first.is_Integer else {})
        return sp.expand(sp.Sum(_logs(body, lowest), limits))

    expr = expr.replace(sp.Sum, lambda body, limits: inner(body, limits))
    expr = expr.replace(sp.log, lambda body: _log_of(body, where))
    expr = expr.replace(Density, lambda *args: sp.exp(log_density(Density(*args), where)))
    expr = expr.replace(Normal, lambda *args: Normal(*args).doit().replace(SquaredNorm, lambda v: v**2))
    return expr


def _log_of(body, where):
    found = sp.expand_log(sp.log(body))
    found = found.replace(lambda e: isinstance(e, sp.log) and isinstance(e.args[0], (Density, Normal, sp.Product)), lambda e: _log_single(e, where))
    return found


def _log_single(expr, where):
    body = expr.args[0]
    if isinstance(body, Density):
        return log_density(body, where)
    if isinstance(body, Normal):
        return body.log.replace(SquaredNorm, lambda v: v**2)
    inner = _log_of(body.args[0], where | ({body.args[1][0]: int(body.args[1][1])} if body.args[1][1].is_Integer else {}))
    return sp.Sum(inner, body.args[1])
