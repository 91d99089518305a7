"""What stands in a written answer, brought to the book's notation, or refused with a reason."""

import sympy as sp
from sympy.core.function import AppliedUndef

from ddpm.derivation import symbols
from ddpm.derivation.densities import Density
from ddpm.derivation.expectation import KL, Expectation
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.images import is_image
from ddpm.derivation.rebuilt import evaluated
from ddpm.derivation.symbols import C, I, Path, Quantity, SquaredNorm, T, epsilon, t, x
from ddpm.grading.written import too_large
from ddpm.grading.written.too_large import Undefined, Unreadable

FARTHEST = 9  # how far an index may lie from its symbol, and the largest index without one
NAMES = {"t": t, "T": T, "s": symbols.s, "epsilon": epsilon, "eps": epsilon, "ε": epsilon, "C": C} | {
    symbol.name: symbol for symbol in (*symbols.AT_U, *symbols.OF_A_STEP)
}
FUNCTIONS = {
    f.code: f
    for f in (
        *(
            f.function
            for f in (
                symbols.alpha,
                symbols.beta,
                symbols.alpha_bar,
                symbols.sigma,
                symbols.x,
                symbols.epsilon_t,
                symbols.beta_tilde,
            )
        ),
        symbols.epsilon_theta,
        symbols.mu_theta,
        symbols.mu_tilde,
    )
}
HEADS = (
    sp.Add,
    sp.Mul,
    sp.Pow,
    sp.Tuple,
    sp.log,
    sp.exp,
    sp.Abs,
    sp.Sum,
    sp.Product,
    Density,
    Normal,
    Expectation,
    KL,
    SquaredNorm,
    Path,
)
PLAIN = (*HEADS, sp.Rational, type(sp.pi), type(sp.E), sp.Symbol)
AT_T = {"epsilon_theta": (x[t], t), "mu_theta": (x[t], t), "mu_tilde": (t, x[t], x[0])}
COMPLEX = (  # SymPy's I alone may be meant for the matrix; with a decimal it is what it makes of Python's 1j
    "holds an imaginary number, as 1j; the identity matrix is I of ddpm.derivation.symbols, and may be left out"
)
KNOWN = "are in ddpm.derivation.symbols, as alpha[t], alpha_bar[t], x[t], epsilon"


def in_notation(expr: sp.Expr, own: frozenset = frozenset()) -> sp.Expr:
    """`expr` evaluated, with exact numbers, and with the book's symbols wherever names are theirs.

    Args:
        own: names of families of the reader's, which may stand in it.

    Raises:
        Unreadable: it holds something else, or is too large.
    """
    too_large.check(expr)
    if any(e.args.count(sp.I) and any(arg.is_Float for arg in e.args) for e in expr.atoms(sp.Mul)):
        raise Unreadable(COMPLEX)
    expr = expr.xreplace({number: exact(number) for number in expr.atoms(sp.Float)})
    expr = without_identity(evaluated(expr))
    expr = expr.xreplace(
        {e: FUNCTIONS[e.func.__name__](*e.args) for e in expr.atoms(AppliedUndef) if e.func.__name__ in FUNCTIONS}
    )
    bound = {e.args[1][0] for e in expr.atoms(sp.Sum, sp.Product)}
    expr = expr.xreplace({e: NAMES.get(e.name, sp.Symbol(e.name, integer=True)) for e in bound})
    expr = expr.xreplace({e: NAMES[e.name] for e in variables(expr) if e.name in NAMES})
    constants = {e for e in expr.atoms(Quantity) if e.code == "C"}
    expr = expr.xreplace(dict.fromkeys(constants, C))
    expr = expr.replace(lambda e: isinstance(e, Quantity) and e.code in AT_T, with_all_arguments)
    too_large.check(expr)
    refuse_others(expr, own)
    return expr


def without_identity(expr):
    """The variance v of a covariance v I. The matrix is the book's symbol, or SymPy's I that was taken for it."""
    marked = {e: I for e in expr.atoms(sp.Symbol) if e.name == "I"} | {sp.I: I}
    if isinstance(expr, Normal):
        return Normal(*expr.args[:2], without_identity(expr.args[2]), *expr.args[3:])
    named = expr.xreplace(marked)
    if not named.has(I) or named.has(Normal):
        return expr
    factor = named.subs(I, 1)
    if expr.has(sp.I) and (
        any(not e.exp.is_Integer for e in factor.atoms(sp.Pow)) or any(map(is_image, sp.preorder_traversal(factor)))
    ):
        return expr  # the root of a negative number, or no covariance
    return factor if sp.expand(named - I * factor) == 0 else expr


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
    raise Unreadable(f"holds {e}; write {e.typed}")


def refuse_others(expr, own):
    bound = {e.args[1][0] for e in expr.atoms(sp.Sum, sp.Product)}
    for e in parts(expr):
        if e is sp.zoo:  # the others that are not finite are numbers, which `too_large` has refused
            raise Unreadable("is not finite: there is a division by 0 in it")
        if e is sp.I:
            raise Unreadable(
                "holds the root of a negative number (or SymPy's I, where the identity matrix may be left out)"
            )
        if isinstance(e, Quantity) and e.code not in (*FUNCTIONS, *own) or isinstance(e, AppliedUndef):
            raise Undefined(f"holds {e}, which is not a symbol of the book; those {KNOWN}")
        if not isinstance(e, (*PLAIN, Quantity)):
            raise Unreadable(f"holds {type(e).__name__}, which this check does not know")
        if isinstance(e, Quantity) and not e.args:  # of too few `with_all_arguments` has told
            raise Unreadable(f"holds {e} without what belongs in its brackets")
        for index in indices(e):
            refuse_index(index, e)
    if unknown := sorted(e.name for e in variables(expr) - bound - set(NAMES.values())):
        word = "a symbol" if len(unknown) == 1 else "symbols"
        raise Undefined(
            f"holds {', '.join(unknown)}, not {word} of the book: say what it is in a line "
            f'Eq(Symbol("{unknown[0]}"), ...), or write it with the symbols that {KNOWN}'
        )


def counted(expr) -> set:
    """The symbols in `expr` that stand for numbers, in no index and no limit, and the names of laws."""
    if isinstance(expr, sp.Symbol):
        return {expr}
    if isinstance(expr, (sp.Sum, sp.Product)):
        return {t if n == expr.args[1][0] else n for n in counted(expr.args[0])}
    if isinstance(expr, (Density, Path)) or isinstance(expr, Quantity):
        return set()
    return set().union(*map(counted, expr.args))


def indices(e) -> tuple:
    """What stands as a time or a limit in `e` itself."""
    if isinstance(e, Quantity):
        return e.args if len(e.args) == 1 else ()
    if isinstance(e, (sp.Sum, sp.Product)):
        return tuple(e.args[1][1:])
    return tuple(e.args[1:]) if isinstance(e, Path) else ()


def refuse_index(index, e):
    """An index is a whole number, or symbols added or subtracted and a whole number: x[0], x[t - 1], x[T - s + 1]."""
    constant, terms = sp.expand(index).as_coeff_add()
    if not (
        constant.is_Integer
        and abs(constant) <= (too_large.LAST if isinstance(e, (sp.Sum, sp.Product)) else FARTHEST)
        and all(term.is_Symbol or (-term).is_Symbol for term in terms)
    ):
        raise Unreadable(
            f"holds {sp.sstr(e)[:60]} with the index {sp.sstr(index)}; indices are as in x[0], x[t - 1], x[T - s + 1]"
        )


def earliest(expr) -> int:
    """The smallest t, 1 or more, for which no state of `expr` lies before x_0."""
    back = [-e.args[0].as_coeff_add()[0] for e in expr.atoms(x.function) if (e.args[0] - t).is_Integer]
    return max([1, *map(int, back)])
