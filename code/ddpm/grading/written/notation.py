"""What stands in a written answer, brought to the book's notation, or refused with a reason."""

import sympy as sp
from sympy.core.function import AppliedUndef

from ddpm.derivation import symbols
from ddpm.derivation.densities import Density
from ddpm.derivation.expectation import KL, Expectation
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.symbols import C, Path, Quantity, SquaredNorm, T, epsilon, evaluated, t, x

LARGEST = 1500  # parts of one expression; the book's own have fewer than 80
LAST = 100  # the largest number up to which a sum may run
NAMES = {"t": t, "T": T, "s": symbols.s, "epsilon": epsilon, "eps": epsilon, "ε": epsilon, "C": C}
FUNCTIONS = {f.code: f for f in (
    *(f.function for f in (symbols.alpha, symbols.beta, symbols.alpha_bar, symbols.sigma, symbols.x, symbols.epsilon_t, symbols.beta_tilde)),
    symbols.epsilon_theta, symbols.mu_theta, symbols.mu_tilde)}
PLAIN = (sp.Add, sp.Mul, sp.Pow, sp.Rational, sp.NumberSymbol, sp.Symbol, sp.Tuple, sp.log, sp.exp, sp.Abs, sp.Sum, sp.Product, Density,
         Normal, Expectation, KL, SquaredNorm, Path)
AT_T = {"epsilon_theta": (x[t], t), "mu_theta": (x[t], t), "mu_tilde": (t, x[t], x[0])}


class Unreadable(ValueError):
    """What makes an answer one that cannot be checked, as the rest of a sentence about it."""


def in_notation(expr: sp.Expr) -> sp.Expr:
    """`expr` evaluated, with exact numbers, and with the book's symbols wherever names are theirs.

    Raises:
        Unreadable: it holds something else.
    """
    if size(expr) > LARGEST:
        raise Unreadable(f"has more than {LARGEST} parts; the expression asked for fits on two lines")
    expr = evaluated(expr)
    expr = expr.xreplace({number: exact(number) for number in expr.atoms(sp.Float)})
    expr = expr.xreplace({e: FUNCTIONS[e.func.__name__](*e.args) for e in expr.atoms(AppliedUndef) if e.func.__name__ in FUNCTIONS})
    bound = {e.args[1][0] for e in expr.atoms(sp.Sum, sp.Product)}
    expr = expr.xreplace({e: NAMES.get(e.name, sp.Symbol(e.name, integer=True)) for e in bound})
    expr = expr.xreplace({e: NAMES[e.name] for e in variables(expr) if e.name in NAMES})
    constants = {e for e in expr.atoms(Quantity) if e.code == "C"}
    expr = expr.xreplace(dict.fromkeys(constants, C))
    expr = expr.replace(lambda e: isinstance(e, Quantity) and e.code in AT_T, with_all_arguments)
    refuse_others(expr)
    return expr


def size(expr, most: int = LARGEST) -> int:
    """The number of parts of `expr`, counted up to `most` + 1."""
    count, waiting = 0, [expr]
    while waiting and count <= most:
        count += 1
        waiting += waiting.pop().args
    return count


def exact(number: sp.Float) -> sp.Rational:
    """0.5 is a half, and 0.333333333333 a third."""
    near = sp.Rational(str(number)).limit_denominator(1000)
    return near if abs(near - number) <= 1e-11 * abs(number) else sp.Rational(str(number))


def parts(expr):
    """`expr` and all that is in it, but for the names of laws and the mark of an identity matrix."""
    yield expr
    inside = {Density: expr.args[1:], Expectation: expr.args[:1], Normal: expr.args[:3]}.get(expr.func, expr.args)
    for arg in inside:
        yield from parts(arg)


def variables(expr) -> set:
    """The symbols in `expr`."""
    return {e for e in parts(expr) if isinstance(e, sp.Symbol)}


def with_all_arguments(e):
    """epsilon_theta(x[t]) means epsilon_theta(x[t], t), and the order of arguments is as in the book."""
    full = AT_T[e.code]
    times = [arg for arg in e.args if arg == t]
    rest = [arg for arg in e.args if arg != t]
    if len(rest) == 1 and len(times) < 2 and e.code != "mu_tilde":
        return e.func(rest[0], t)
    if e.code == "mu_tilde" and set(e.args) <= set(full) and set(rest) in ({x[t], x[0]}, set()):
        return e.func(*full)
    raise Unreadable(f"holds {e}; write {e.code}({', '.join(map(str, full))})")


def refuse_others(expr):
    bound = {e.args[1][0] for e in expr.atoms(sp.Sum, sp.Product)}
    for e in parts(expr):
        if e in (sp.nan, sp.zoo, sp.oo, -sp.oo):
            raise Unreadable("is not finite: there is a division by 0 in it")
        if e is sp.I:
            raise Unreadable("holds the root of a negative number")
        if isinstance(e, sp.Rational) and max(abs(e.p), e.q) > 10**9:
            raise Unreadable("holds a number of more than nine digits")
        if isinstance(e, Quantity) and e.code not in FUNCTIONS or isinstance(e, AppliedUndef):
            raise Unreadable(f"holds {e}, which is not a symbol of the book; {KNOWN}")
        if not isinstance(e, (*PLAIN, Quantity)):
            raise Unreadable(f"holds {type(e).__name__}, which this check does not know")
        if isinstance(e, Quantity) and len(e.args) < 1 + 2 * (e.code == "mu_tilde"):
            raise Unreadable(f"holds {e} without what belongs in its brackets")
        if isinstance(e, (sp.Sum, sp.Product)):
            if len(e.args) != 2 or len(e.args[1]) != 3:
                raise Unreadable(f"holds {e}; a sum has one index with both ends, as in Sum(term, (t, 1, T))")
            if any(end.is_Integer and abs(end) > LAST for end in e.args[1][1:]):
                raise Unreadable(f"holds a sum with more than {LAST} terms; sums run up to t or T")
    if unknown := sorted(e.name for e in variables(expr) - bound - set(NAMES.values())):
        raise Unreadable(f"holds {', '.join(unknown)}, not {'a symbol' if len(unknown) == 1 else 'symbols'} of the book; {KNOWN}")


KNOWN = "those are in ddpm.derivation.symbols, as alpha[t], alpha_bar[t], x[t], epsilon"
