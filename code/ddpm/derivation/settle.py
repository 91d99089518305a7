"""Is one expression equal to another? By symbols where they decide, else by numbers at many random points.

Both are first put to numbers: one point at which they differ refuses the step, and is shown. Then a proof is tried:

1. what the definitions tie together is written through alpha_t and one alpha_bar, named densities through the steps of their
   chain, squared norms through the pixel, expectations through their integrands;
2. the difference is brought to one fraction, whose numerator must vanish as a polynomial in the symbols, their roots and logs;
3. where a sum or product runs up to a symbol, by induction over that symbol: the base case and the step are proved as above.

If the proof does not succeed, the step counts as settled "numerically" after POINTS points; the chain says so.
"""

from dataclasses import dataclass

import sympy as sp
from sympy.polys.fields import sfield

from ddpm.derivation import symbols
from ddpm.derivation.densities import Density, LogAtom, Undecided, as_steps, log_density
from ddpm.derivation.expectation import Expectation, expand_kl, integrand
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.numbers import Point, Undefined, mp
from ddpm.derivation.symbols import Quantity, SquaredNorm, evaluated

FIRST, POINTS = 6, 60
SIMPLE = 150  # operations up to which SymPy's general simplification is tried; beyond it is slow
TOLERANCE = mp.mpf(10) ** -30
ALPHA, ALPHA_BAR, BETA = (f.function for f in (symbols.alpha, symbols.alpha_bar, symbols.beta))


class Different(Exception):
    """Two expressions differ. The attributes say where and by how much.

    Attributes:
        point: the values of the symbols, as text.
        left, right: the values of the two sides there.
    """

    def __init__(self, point: str, left, right):
        super().__init__(f"at {point}: left = {mp.nstr(left, 8)}, right = {mp.nstr(right, 8)}")
        self.point, self.left, self.right = point, left, right


@dataclass(frozen=True)
class Settled:
    """How an equality was settled.

    Attributes:
        by: "symbols", "induction" or "numbers".
        points: at how many random points the two sides were evaluated.
        over: the symbol of the induction.
        start: its base case.
    """

    by: str
    points: int
    over: str = ""
    start: int = 1

    def __str__(self):
        if self.by == "induction":
            return f"by induction over {self.over} from {self.start}, symbolically"
        return "symbolically" if self.by == "symbols" else f"numerically at {self.points} points"


def settle(left, right, where: dict | None = None, using: dict | None = None) -> Settled:
    """Decide whether `left` equals `right`.

    Args:
        where: the smallest value of integer symbols, such as {t: 2}; 1 where none is given.
        using: expressions and what may be put for them, each an equality known from elsewhere.

    Raises:
        Different: they are not equal; with a point at which they differ.
        Undecided: no point was found at which both have a value.
    """
    where = dict(where or {})
    left, right = (_replace(evaluated(side), using or {}) for side in (left, right))
    _compare(left, right, where, FIRST)
    try:
        found = _prove(left, right, where)
    except Undecided:
        found = None
    if found:
        return Settled(*found[:1], FIRST, *found[1:])
    _compare(left, right, where, POINTS)
    return Settled("numbers", POINTS)


def prove(left, right, where: dict | None = None, using: dict | None = None) -> Settled:
    """`settle`, where only a proof will do.

    Raises:
        Different: the two are not equal.
        Undecided: they agree at all points tried, but no proof was found.
    """
    how = settle(left, right, where, using)
    if how.by == "numbers":
        raise Undecided(f"equal at {how.points} points, but not proved: {left} and {right}")
    return how


def _replace(expr, using):
    for old, new in using.items():
        expr = expr.subs(evaluated(old), evaluated(new))
    return expr


# By numbers


def _compare(left, right, where, count):
    done, seed = 0, 0
    while done < count:
        if seed > 20 * count:
            raise Undecided(f"no values were found at which both sides are defined: {left} and {right}")
        point = Point(seed, where)
        seed += 1
        try:
            a, b = point.value(left), point.value(right)
        except Undefined:
            continue
        done += 1
        if abs(a - b) > TOLERANCE * (1 + abs(a) + abs(b)):
            raise Different(_describe(point, left, right), a, b)


def _describe(point, left, right):
    shown = [f"{key} = {value}" for key, value in sorted(point.shown.items(), key=lambda item: str(item[0])) if isinstance(key, sp.Basic)]
    if left.has(Density) or right.has(Density):
        shown.append(f"a random chain of {point.last} steps with two states (number {point.seed})")
        shown += [f"{symbols.x[key[1]]} = {v}" for key, v in point.cache.items() if isinstance(key, tuple) and key[0] == "state"]
    return ", ".join(shown) or "every point"


# By symbols


def _prove(left, right, where):
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
        from ddpm.derivation.expectation import reparameterized

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
    if _vanishes((grown[0] - old[0]) - (grown[1] - old[1])):
        return True
    return _vanishes(grown[0] * old[1] - grown[1] * old[0]) and all(side.is_positive for side in old)


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
    left, right = _plain(sp.Tuple(*(_logs(_unrolled(side), where) for side in (left, right))))
    if left.has(sp.exp) or right.has(sp.exp):
        logs = [_log(side) for side in (left, right)]
        return None not in logs and _vanishes(logs[0] - logs[1])
    return _vanishes(left - right)


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
    factors = _positive_factors(expr)
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
    expr = expr.replace(Normal, lambda *args: Normal(*args).doit())
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
        return body.log
    inner = _log_of(body.args[0], where | ({body.args[1][0]: int(body.args[1][1])} if body.args[1][1].is_Integer else {}))
    return sp.Sum(inner, body.args[1])


def _vanishes(difference):
    """Whether `difference` is 0 for all values of its symbols."""
    difference = _split_logs(_plain(difference))
    if difference == 0 or _numerator(difference) == 0:
        return True
    return difference.count_ops() < SIMPLE and sp.simplify(difference) == 0


def _split_logs(expr):
    """The log of a fraction of products as a sum of logs, each of a factor that does not split further and is positive."""
    def split(body):
        factors = _positive_factors(body)
        return sp.log(body) if factors is None else sp.Add(*(n * sp.log(f) for f, n in factors))

    expr = expr.replace(sp.log, lambda body: sp.expand_log(sp.log(body)))
    return expr.replace(sp.log, split)


def _positive_factors(expr):
    """`expr` as factors with exponents; None unless it is a fraction of polynomials whose every factor is positive."""
    try:
        parts = [(*sp.factor_list(part), sign) for part, sign in zip(sp.fraction(sp.cancel(expr)), (1, -1))]
    except sp.PolynomialError:
        return None
    factors = [(f, n * sign) for number, powers, sign in parts for f, n in [(number, 1), *powers] if f != 1]
    return factors if all(factor.is_positive for factor, _ in factors) else None


def _plain(expr):
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
        return (low, high) == (other_low, other_high) and _vanishes(a.args[0] - b.args[0].subs(m, n))
    return all(_vanishes(i - j) for i, j in zip(a.args, b.args))


def _numerator(expr):
    """The numerator of `expr` as a polynomial in symbols, roots of positive factors, and whatever else stands in it.

    A root is a symbol r with r^2 put back. So 0 means that `expr` is 0; anything else need not mean that it is not.
    """
    roots = {}

    def root(base, exponent):
        factors = _positive_factors(base) if exponent.is_Rational and exponent.q == 2 else None
        if factors is None:
            return sp.Pow(base, exponent)
        return sp.Mul(*(roots.setdefault(f, sp.Dummy("root", positive=True)) ** (2 * exponent * n) for f, n in factors))

    expr = expr.replace(lambda e: e.is_Pow, lambda e: root(e.base, e.exp))
    if expr.has(sp.exp):
        return expr
    for _ in range(2):  # what stood under a root may bring back squares in the numerator
        expr = sfield(expr)[1].numer.as_expr()
        for factor, symbol in roots.items():
            if expr.has(symbol):
                expr = sum(c * factor ** (n // 2) * symbol ** (n % 2) for (n,), c in sp.Poly(expr, symbol).terms())
    return sfield(expr)[1].numer.as_expr() if expr != 0 else expr
