"""Values of quantities, unknown functions, sums, norms, cases, derivatives and integrals at a point.

Each function takes the point, an expression, and the values of what is bound in it.
"""

from fractions import Fraction

import sympy as sp

from ddpm.derivation import symbols
from ddpm.derivation.densities import STATE
from ddpm.derivation.draws import PIXEL, Undefined, fits
from ddpm.derivation.expectation import Expectation
from ddpm.derivation.gaussians import has_images
from ddpm.derivation.named import at_index, state
from ddpm.derivation.rebuilt import bare
from ddpm.derivation.symbols import SCHEDULE
from ddpm.derivation.worlds import exact, mp, precision

LARGEST = 10**6  # of exponents
TERMS = 1000  # of a sum
WORK = 1_350_000  # nodes of a quadrature, times their digits


def quantity(point, expr, env):
    kind = expr.func
    if kind.indices == 0 or len(expr.args) > kind.indices:
        return unknown(point, expr, env)
    index = point.index(expr.args[0], env)
    key = at_index(kind, index)
    if key in env:
        return point.evaluate(key, env)
    if index < (1 if kind in SCHEDULE[:2] else 0):
        raise Undefined(f"{expr} at time {index}")
    if kind in SCHEDULE:
        place = key, precision()
        if place not in point.known:
            point.known[place] = of_schedule(point, kind, index)
        return point.known[place]
    if kind == STATE and point.named:
        return exact(state(point, index, env))
    return point.free(key, env)


def of_schedule(point, kind, index):
    first = 1 if kind == symbols.alpha_bar.function else index
    if index - first >= TERMS:
        raise Undefined("a product too long")
    alphas = [point.share(symbols.alpha[i]) for i in range(first, index + 1)]
    return 1 - alphas[0] if kind == symbols.beta.function else mp.fprod(alphas)


def unknown(point, expr, env):
    """An unknown function is a sum of waves with random frequencies, smooth and bounded, or made from one."""
    if expr.is_real is False or (expr.is_rational is not None and not expr.is_integer):
        raise Undefined(f"no wave has the properties of {expr}")
    values = [point.evaluate(arg, env) for arg in expr.args]
    key = expr.func, len(values), env.get(PIXEL, 0)
    if key not in point.drawn:

        def number(low, high):
            return Fraction(point.random.randint(low, high), 97)

        point.drawn[key] = [
            (number(20, 90), number(-60, 60), [number(30, 140) * point.random.choice([-1, 1]) for _ in values])
            for _ in range(2)
        ]
    place = key, precision()
    if place not in point.known:
        point.known[place] = [(exact(size), exact(shift), [*map(exact, w)]) for size, shift, w in point.drawn[key]]
    found = mp.fsum(
        size * mp.sin(shift + mp.fsum(w * v for w, v in zip(waves, values)))
        for size, shift, waves in point.known[place]
    )
    return as_declared(point, expr, found, env)


def as_declared(point, expr, wave, env):
    """A value with the sign and of the kind that a function is declared to have."""
    side = 1 if expr.is_nonnegative else -1 if expr.is_nonpositive else 0
    if expr.is_zero or not expr.is_integer:
        return mp.zero if expr.is_zero else side * mp.exp(wave) if side else wave
    whole = mp.floor(4 * wave)
    whole = side * (abs(whole) + 1) if side else whole
    whole = 2 * whole + bool(expr.is_odd) if expr.is_even or expr.is_odd else whole
    if not fits(expr, Fraction(int(whole))):
        raise Undefined(f"no wave has the properties of {expr}")
    point.sure = point.sure and not env  # it jumps
    return whole


def add_up(point, expr, env):
    terms = [point.evaluate(expr.args[0], inner) for inner in runs(point, expr.args[1:], env)]
    return mp.fsum(terms) if isinstance(expr, sp.Sum) else mp.fprod(terms)


def runs(point, limits, env):
    """`env` with the values of the indices, the last of which is the outermost."""
    if not limits:
        yield env
        return
    index, first, last = limits[-1]
    first, last = point.index(first, env), point.index(last, env)
    if last < first - 1 or last - first > TERMS:
        raise Undefined(f"a sum from {first} to {last}")
    for i in range(first, last + 1):
        yield from runs(point, limits[:-1], {**env, index: mp.mpf(i)})


def norm(point, expr, env):
    return mp.fsum(point.evaluate(expr.args[0], {**env, PIXEL: pixel}) ** 2 for pixel in range(point.pixels))


def cases(point, expr, env):
    for part, condition in expr.args:
        if truth(point, condition, env):
            return point.evaluate(part, env)
    raise Undefined("no case holds")


def truth(point, condition, env):
    if condition in (sp.true, sp.false):
        return condition == sp.true
    if isinstance(condition, (sp.And, sp.Or)):
        return (all if isinstance(condition, sp.And) else any)(truth(point, arg, env) for arg in condition.args)
    if isinstance(condition, sp.Not):
        return not truth(point, condition.args[0], env)
    if isinstance(condition, sp.core.relational.Relational):
        a, b = (point.evaluate(side, env) for side in condition.args)
        _look_at_jump(point, condition.lhs - condition.rhs, a - b)
        return {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[condition.rel_op]
    raise Undefined(f"no truth for {type(condition).__name__}")


def jump(point, expr, env):
    """The value of a function that jumps: not to be relied on at a jump, where rounding decides on which side it is."""
    values = [point.evaluate(arg, env) for arg in expr.args]
    if isinstance(expr, sp.KroneckerDelta):
        _look_at_jump(point, expr.args[0] - expr.args[1], values[0] - values[1])
    else:
        whole = mp.nint(mp.re(values[0])) if isinstance(expr, (sp.floor, sp.ceiling)) else 0
        _look_at_jump(point, expr.args[0], values[0] - whole)
    return FUNCTIONS[expr.func](*values)


def _look_at_jump(point, expr, distance):
    near = abs(distance) <= mp.mpf(10) ** (-mp.dps // 2)
    point.sure = point.sure and not (near and not expr.is_integer)


def derivative_or_integral(point, expr, env):
    """A derivative or an integral that SymPy can do; an integral between two ends else by quadrature."""
    if isinstance(expr, sp.Derivative) and not has_images(expr):  # of a norm it would be that of one pixel
        found = expr.doit()
        if not found.has(sp.Derivative, sp.Subs):
            return point.evaluate(found, env)
    elif len(expr.args) == 2 and len(expr.args[1]) == 3 and not expr.args[0].has(Expectation, sp.Integral):
        variable, *ends = expr.args[1]
        ends = [mp.inf * int(sp.sign(end)) if end.is_infinite else point.evaluate(end, env) for end in ends]
        sizes = []

        def body(u):
            if len(sizes) * mp.dps > WORK:
                raise Undefined("a quadrature too long")
            found = point.evaluate(expr.args[0], {**env, variable: u})
            sizes.append(abs(found))
            return found

        found = mp.quad(body, ends)
        # a peak between the nodes, or a jump, is not seen in how two precisions differ
        point.sure = point.sure and not expr.args[0].has(*JUMPS) and is_spread(sizes)
        return found
    raise Undefined(f"no numbers for {type(expr).__name__}")


JUMPS = sp.Piecewise, sp.Heaviside, sp.floor, sp.ceiling, sp.sign, sp.KroneckerDelta
FEWEST = 4  # nodes of a rule that see as much as a thousandth of what the one sees that sees most


def is_spread(sizes: list) -> bool:
    """Whether what is integrated is seen at more than a few nodes of a rule."""
    most = max(sizes)
    return bool(most) and sum(size > most / 1000 for size in sizes) >= FEWEST


def _exp(value):
    if abs(value) > LARGEST:
        raise Undefined("an exponent too large")
    return mp.exp(value)


FUNCTIONS = {
    sp.exp: _exp,
    sp.log: mp.log,
    sp.sin: mp.sin,
    sp.cos: mp.cos,
    sp.tan: mp.tan,
    sp.cot: mp.cot,
    sp.sinh: mp.sinh,
    sp.cosh: mp.cosh,
    sp.tanh: mp.tanh,
    sp.asin: mp.asin,
    sp.acos: mp.acos,
    sp.atan: mp.atan,
    sp.asinh: mp.asinh,
    sp.acosh: mp.acosh,
    sp.atanh: mp.atanh,
    sp.erf: mp.erf,
    sp.erfc: mp.erfc,
    sp.gamma: mp.gamma,
    sp.loggamma: mp.loggamma,
    sp.factorial: mp.factorial,
    sp.factorial2: mp.fac2,
    sp.binomial: lambda n, k: mp.zero if mp.isint(k) and k < 0 else mp.binomial(n, k),  # as SymPy defines it
    sp.beta: mp.beta,
    sp.harmonic: mp.harmonic,
    sp.polygamma: mp.psi,
    sp.zeta: mp.zeta,
    sp.Abs: mp.fabs,
    sp.sign: mp.sign,
    sp.floor: mp.floor,
    sp.ceiling: mp.ceil,
    sp.Max: max,
    sp.Min: min,
    sp.re: mp.re,
    sp.im: mp.im,
    sp.conjugate: mp.conj,
    sp.KroneckerDelta: lambda a, b: mp.mpf(a == b),
    sp.Heaviside: lambda u, at_0: mp.mpf(1 if u > 0 else 0) if u else at_0,
}
FUNCTIONS |= {bare(kind): found for kind, found in FUNCTIONS.items()}
