"""Proofs of equalities with symbols: definitions written out, expectations by their integrands, sums by induction.

Each rule is sound: what it calls equal is equal wherever both sides have a value, for all values of the symbols from
their least
ones on. A rule that does not reach proves nothing.
"""

import sympy as sp

from ddpm.derivation.algebra import ALPHA, ALPHA_BAR, BETA, is_positive, vanishes
from ddpm.derivation.densities import Density, Undecided, as_steps, factors
from ddpm.derivation.expectation import (
    KL,
    LAW_NOISE,
    Expectation,
    by_moments,
    expand_kl,
    integrand,
    laws,
    outside_as_mean,
)
from ddpm.derivation.gaussians import PIXELS, Normal
from ddpm.derivation.images import images, is_image, is_linear
from ddpm.derivation.lowest import is_at_least, lower
from ddpm.derivation.rebuilt import Product, Sum, evaluated, fresh
from ddpm.derivation.symbols import SquaredNorm
from ddpm.derivation.terms import exactly
from ddpm.derivation.values import terms_have_values

HYPERBOLIC = [sp.sinh, sp.cosh, sp.tanh]
LONGEST = 60  # sums between two numbers are written out up to so many terms


def find_proof(left, right, where):
    """("symbols",), ("induction", symbol, start), or None if no proof was found.

    Raises:
        Undecided: no proof was found, with a reason.
    """
    for side in (left, right):
        terms_have_values(side, where)
    left, right = (exactly(side).rewrite(HYPERBOLIC, sp.exp) for side in (left, right))
    if left == right and not left.has(sp.nan, sp.zoo) and left.is_finite is not False:
        return ("symbols",)
    of_images = images(left, right)
    left, right = (fresh(expand_kl(side, where)) for side in (left, right))
    if not (left.has(Expectation) or right.has(Expectation)):
        return _find(left, right, None, where, of_images)
    left, right = outside_as_mean(left), outside_as_mean(right)
    found, why = None, None
    for law in laws(left, right):
        try:
            found = found or _find(integrand(left, law), integrand(right, law), law, where, of_images)
        except Undecided as error:
            why = why or error
    if why and not found:
        raise why
    return found


def _find(left, right, law, where, of_images):
    left, right = (_definitions(side, where) for side in (left, right))
    if _is_equal(left, right, where, of_images):
        return ("symbols",)
    if law == LAW_NOISE and _vanishes_by_moments(left, right, where, of_images):
        return ("symbols",)
    return _by_induction(left, right, where, of_images)


def _vanishes_by_moments(left, right, where, of_images):
    difference = _pixelwise(left - right, of_images)
    mean = None if difference is None else by_moments(difference)
    return mean is not None and vanishes(mean, where)


def _definitions(expr, where):
    """What is defined, written out: densities of paths, beta_t, products of alphas; a KL is one thing."""
    closed = {kl: sp.Dummy("KL", nonnegative=True) for kl in expr.atoms(KL)}
    expr = expr.xreplace(closed)
    expr = expr.replace(Density, lambda *args: as_steps(Density(*args), where))
    expr = expr.replace(BETA, lambda i: 1 - ALPHA(i))
    expr = expr.replace(sp.Product, lambda *args: _product(where, *args))
    return expr.xreplace({symbol: kl for kl, symbol in closed.items()})


def _product(where, body, *limits):
    index, first, last = limits[0]
    known = len(limits) == 1 and first.is_Integer and not last.is_Integer
    if known and body == ALPHA(index) and is_at_least(last, first - 1, where):
        return ALPHA_BAR(last) / ALPHA_BAR(first - 1) if first > 1 else ALPHA_BAR(last)
    return Product(body, *limits)


def _by_induction(left, right, where, of_images):
    over = {n for side in (left, right) for e in side.atoms(sp.Sum, sp.Product) for n in e.args[-1][2].free_symbols}
    over = {n for n in over if _runs_through_all(n) and not isinstance(n, sp.Dummy)}
    if len(over) != 1:
        return None
    n = over.pop()
    if not (n.is_positive or n in where):
        return None
    start = max(where.get(n, 1), 1) if n.is_positive else where[n]
    if _is_equal(left.subs(n, start), right.subs(n, start), where, of_images) and _step(
        left, right, n, where, of_images
    ):
        return "induction", str(n), start
    return None


def _runs_through_all(n) -> bool:
    """Whether a symbol may be every whole number from its least one on, so that after n comes n + 1."""
    gaps = n.is_even, n.is_prime, n.is_composite, n.is_zero if not n.is_positive else None
    return bool(n.is_integer) and gaps == (None,) * 4


def _step(left, right, n, where, of_images):
    """From the equality at n follows the one at n + 1: the sides grow by the same summand, or by the same factor."""
    old = [_logs(side, where) for side in (left, right)]
    grown = [_logs(_peeled(side.subs(n, n + 1), n, where), where) for side in (left, right)]
    growth = _pixelwise((grown[0] - old[0]) - (grown[1] - old[1]), of_images)
    if growth is not None and vanishes(growth, where):
        return True
    if any(side.has(SquaredNorm, PIXELS) for side in old):
        return False
    return vanishes(grown[0] * old[1] - grown[1] * old[0], where) and all(is_positive(side, where) for side in old)


def _peeled(expr, n, where):
    """`expr` with the last term of each sum and product that runs up to n + 1 or further split off, where there is
    one."""

    def peel(kind, join):
        def split(body, *limits):
            *inner, (index, first, last) = limits
            if not (n in last.free_symbols and (last - n).is_Integer) or n in first.free_symbols:
                return kind(body, *limits)
            if not is_at_least(last - 1, first - 1, where):  # the sum up to n, for the least n
                return kind(body, *limits)
            one = {index: last}
            term = kind(body, *inner).xreplace(one) if inner else body.xreplace(one)
            return join(kind(body, *inner, (index, first, last - 1)), term)

        return split

    expr = expr.replace(sp.Sum, peel(Sum, sp.Add))
    return expr.replace(sp.Product, peel(Product, sp.Mul))


def _is_equal(left, right, where, of_images):
    """By the difference, or by the difference of the logs of two products of positive numbers."""
    left, right = (_unrolled(side) for side in (left, right))
    if left.has(Density, Normal, sp.exp) or right.has(Density, Normal, sp.exp):
        logs = [_log(_logs(side, where), where) for side in (left, right)]
        if None not in logs:
            difference = _pixelwise(logs[0] - logs[1], of_images)
            if difference is not None and vanishes(difference, where):
                return True
    difference = _pixelwise(_logs(left, where) - _logs(right, where), of_images)
    return difference is not None and vanishes(difference, where)


def _pixelwise(difference, of_images):
    """An equation between squared norms, each a sum over pixels, by one between pixels; None if it is no such equation.

    It has to be linear in the norms, with factors that are the same for all pixels; what is no norm is shared out
    among the pixels.
    """
    if not difference.has(SquaredNorm, PIXELS):
        return difference
    difference = sp.expand(difference, deep=False)
    norms, others = [], []
    for term in sp.Add.make_args(difference):
        (norms if term.has(SquaredNorm) else others).append(term)
    if not norms:
        return difference
    rest = sp.Add(*others)
    parts = [
        part for term in (*norms, rest) for part in sp.preorder_traversal(term.replace(SquaredNorm, lambda v: sp.S.One))
    ]

    def is_whole(norm):  # each term of it an image, and no sum over pixels in it
        if norm.args[0].has(SquaredNorm, PIXELS):
            return False
        terms = sp.Add.make_args(sp.expand(norm.args[0]))
        return all(
            term == 0 or any(is_image(part) or part in of_images for part in sp.preorder_traversal(term))
            for term in terms
        )

    if not all(is_linear(term, SquaredNorm) and all(map(is_whole, term.atoms(SquaredNorm))) for term in norms):
        return None
    if any(is_image(part) or part in of_images for part in parts):
        return None
    return sp.Add(*norms).replace(SquaredNorm, lambda v: v**2) + rest / PIXELS


def _unrolled(expr):
    """Sums and products between two numbers, written out."""

    def unroll(kind, join):
        def split(body, *limits):
            *inner, (index, first, last) = limits
            if first.is_Integer and last.is_Integer and first - 1 <= last <= first + LONGEST:
                terms = kind(body, *inner) if inner else body
                return join(
                    *(_unrolled(terms.xreplace({index: sp.Integer(i)})) for i in range(int(first), int(last) + 1))
                )
            return kind(body, *limits)

        return split

    return expr.replace(sp.Sum, unroll(Sum, sp.Add)).replace(sp.Product, unroll(Product, sp.Mul))


def _log(expr, where):
    """The log of a product of positive numbers and of exponentials; None for anything else."""
    if isinstance(expr, sp.exp):
        return expr.exp
    if expr.is_Mul:
        parts = [_log(arg, where) for arg in expr.args]
        return None if None in parts else sp.Add(*parts)
    if expr.is_Pow and expr.exp.is_real and is_positive(expr.base, where):
        inner = _log(expr.base, where)
        return None if inner is None else expr.exp * inner
    if isinstance(expr, sp.Product) and len(expr.args) == 2:
        body, limit = expr.args
        inner = _log(body, lower([limit], where))
        return None if inner is None else Sum(inner, limit)
    return sp.log(expr) if is_positive(expr, where) else None


def _logs(expr, where):
    """Densities through the steps of their chain, the log of a product of positive numbers as a sum of logs."""
    if not expr.args or isinstance(expr, (KL, Expectation)):
        return expr
    if isinstance(expr, Density):
        return factors(expr, where)
    if isinstance(expr, Normal):
        return sp.exp(expr.log)
    if isinstance(expr, (sp.Sum, sp.Product)):
        return expr.func(_logs(expr.args[0], lower(expr.args[1:], where)), *expr.args[1:])
    if not (expr.is_Add or expr.is_Mul or expr.is_Pow or isinstance(expr, sp.Function)):
        return expr
    expr = expr.func(*(_logs(arg, where) if isinstance(arg, sp.Expr) else arg for arg in expr.args))
    if not isinstance(expr, sp.log):
        return expr
    expr = evaluated(sp.expand_log(expr))
    return expr.replace(
        lambda e: isinstance(e, sp.log) and isinstance(e.args[0], sp.Product), lambda e: _of_product(e, where)
    )


def _of_product(expr, where):
    """log(Product) as the sum of logs, if every factor is positive."""
    body, *limits = expr.args[0].args
    if len(limits) > 1 or not is_positive(body, lower(limits, where)):
        return expr
    return Sum(_logs(sp.log(body), lower(limits, where)), *limits)
