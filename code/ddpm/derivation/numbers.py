"""Expressions at random points: the numbers that refuse a wrong step. They prove nothing.

A point gives every free symbol a random rational number, of either sign and over many decades, unknown functions a random smooth
form that is no polynomial, images several pixels, and the two chains a world (`worlds`). Expectations over states are finite sums,
those over noise are taken by the trapezoidal rule. Nothing here uses the rules by which symbols are compared.
"""

import itertools
import random
from fractions import Fraction

import sympy as sp
from sympy.core.function import AppliedUndef

from ddpm.derivation import symbols
from ddpm.derivation.densities import STATE, Density
from ddpm.derivation.expectation import KL, LAW_Q, Expectation
from ddpm.derivation.gaussians import PIXELS, Normal
from ddpm.derivation.symbols import Path, Quantity, SquaredNorm, evaluated
from ddpm.derivation.worlds import Discrete, Gaussian, Outside, exact, mp

LEVELS = ((30, 0.8, 8), (50, 0.5, 12), (120, 0.35, 15), (300, 0.25, 18))  # digits; step and end of the trapezoidal rule
LARGEST = 10**6  # of exponents, and of terms in a sum 10^3
TERMS, PATHS = 1000, 300
PIXEL = "pixel"


class Undefined(Exception):
    """The expression has no finite value at this point, or it is not known precisely enough."""


class Point:
    """A random choice of all numbers; the same seed gives the same point. Odd seeds choose far apart and over many decades.

    Args:
        lowest: smallest value of each integer symbol, 1 where none is given.
        pixels: of an image.
        images: symbols that have a value for each pixel; states, noise and unknown functions always do.
    """

    def __init__(self, seed: int, lowest: dict, pixels: int = 1, images: frozenset = frozenset()):
        self.random, self.lowest, self.seed, self.pixels, self.images = random.Random(seed), lowest, seed, pixels, images
        self.wide = seed % 2 == 1
        low = max([1, *lowest.values()])
        self.size = self.random.choice([2, 2, 3])
        self.last = low + self.random.randint(0, 3 if low > 1 or self.size == 3 else 4) - (self.size == 3 and low > 1)
        self.last = max(self.last, low)
        self.far = low + self.random.choice([self.random.randint(4, 9), self.random.randint(10, 40)])
        self.world, self.level, self.named, self.begun, self.shown, self.drawn, self.means = None, LEVELS[0], None, False, {}, {}, {}

    def value(self, expr, env=None, level: int = 1):
        """The value of `expr`, with the values of bound symbols and of random states in `env`.

        Args:
            level: of precision, 0 to 3.

        Raises:
            Undefined: it is infinite or not a number.
        """
        expr = sp.sympify(expr)
        self._begin(expr)
        self.level = LEVELS[level]
        with mp.workdps(self.level[0]):
            try:
                found = self._value(expr, env or {})
            except (ZeroDivisionError, ValueError, OverflowError, MemoryError, TypeError, Outside) as error:
                raise Undefined(str(error)) from None
            if not mp.isfinite(found):
                raise Undefined(f"{expr} is {found}")
            return found

    def difference(self, left, right):
        """The values of both sides if they differ, else None.

        They differ if two levels of precision give the same difference; if it shrinks with the precision, none is seen.

        Raises:
            Undefined: a side has no value here, or the difference does neither.
        """
        left, right = sp.sympify(left), sp.sympify(right)
        self._begin(sp.Tuple(left, right))
        before = None
        for level in range(1, len(LEVELS)):
            a, b = self.value(left, level=level), self.value(right, level=level)
            with mp.workdps(LEVELS[level][0]):
                now = a - b
                if before is not None:
                    if now == 0 or abs(now) <= abs(before) * mp.mpf("1e-8"):
                        return None
                    if abs(now - before) <= abs(now) * mp.mpf("1e-6"):
                        return a, b
            before = now
        if before == 0:
            return None
        raise Undefined("the two sides are too close to be told apart")

    def near(self, left, right, bound, level: int = 1) -> bool:
        """Whether both sides agree within `bound`, relative to the larger, at one level of precision."""
        self._begin(sp.Tuple(sp.sympify(left), sp.sympify(right)))
        a, b = self.value(left, level=level), self.value(right, level=level)
        return abs(a - b) <= bound * max(abs(a), abs(b))

    def _begin(self, expr):
        if self.named is None:
            self.named = expr.has(Density)
            self.pure = not expr.has(Expectation, KL) and not expr.atoms(Path)

    def _value(self, expr, env):
        if expr in env:
            found = env[expr]
            if isinstance(found, list):
                found = found[env.get(PIXEL, 0)]
            return exact(found) if isinstance(found, Fraction) else found
        if expr.is_Rational:
            return mp.mpf(expr.p) / expr.q
        if expr.is_Float:
            return exact(Fraction(str(expr)))
        if expr.is_Symbol:
            return self._free(expr, env)
        if expr.is_Add:
            return mp.fsum(self._value(arg, env) for arg in expr.args)
        if expr.is_Mul:
            return mp.fprod([self._value(arg, env) for arg in expr.args])
        if expr.is_Pow:
            return self._power(self._value(expr.base, env), self._value(expr.exp, env))
        if expr is sp.I:
            return mp.j
        if expr.is_NumberSymbol:
            return mp.mpmathify(expr.evalf(mp.dps + 5))
        for kind, method in METHODS.items():
            if isinstance(expr, kind):
                return method(self, expr, env)
        if type(expr) in FUNCTIONS:
            found = FUNCTIONS[type(expr)](*(self._value(arg, env) for arg in expr.args))
            if not mp.isfinite(found):
                raise Undefined(f"{expr} is {found}")
            return found
        raise Undefined(f"no numbers for {type(expr).__name__}")

    def _power(self, base, exponent):
        if base == 0 and (exponent == 0 or mp.re(exponent) < 0):
            raise Undefined("0 to this power")
        if base != 0 and abs(exponent * mp.log(abs(base))) > LARGEST:
            raise Undefined("a power too large")
        return mp.power(base, exponent)

    # Symbols, families, unknown functions

    def _free(self, key, env):
        pixel = env.get(PIXEL, 0) if key in self.images or is_image(key) else 0
        place = (key, pixel) if pixel else key
        if place not in self.drawn:
            self.drawn[place] = self.shown[place] = self._draw(key)
        return exact(self.drawn[place])

    def _draw(self, symbol):
        if symbol == PIXELS:
            return Fraction(self.pixels)
        if symbol == symbols.T:
            return Fraction(self._last())
        for _ in range(200):
            number = self._integer(symbol) if symbol.is_integer else self._real(symbol)
            if fits(symbol, number):
                return number
        raise Undefined(f"no number for {symbol}")

    def _last(self) -> int:
        """T, the last time: small where chains are enumerated, else far away for odd seeds."""
        if not self.begun:
            self.begun, far = True, self.wide and (self.pure or not self.named)
            self.last = max(self.lowest.get(symbols.T, 1), self.far if far else self.last)
        return self.last

    def _integer(self, symbol):
        low, last = self.lowest.get(symbol, 1), self._last()
        high = last if symbol == symbols.t or self.named else max(last, low + 3) * (1 + self.wide)
        if high < low:
            raise Undefined(f"{symbol} begins at {low}, and T is {self.last}")
        number = self.random.randint(low, high)
        return Fraction(number if symbol.is_positive or symbol in self.lowest else number * self.random.choice([-1, 0, 1]))

    def _real(self, symbol):
        number = Fraction(self.random.randint(1, 40), self.random.randint(7, 19))
        if self.wide:
            number *= Fraction(10) ** self.random.choice([-7, -3, -1, 0, 0, 1, 3, 6])
        return number if symbol.is_nonnegative else number * self.random.choice([-1, 1])

    def _share(self, key):
        """A random number between 0 and 1 that belongs to `key`."""
        if key not in self.drawn:
            number = Fraction(self.random.randint(2, 17), 19)
            if self.wide:
                number = self.random.choice([number, number / 10**4, 1 - number / 1000, 1 - number / 10**6])
            self.drawn[key] = self.shown[key] = number
        return exact(self.drawn[key])

    def _index(self, expr, env):
        number = self._value(expr, env)
        if number != mp.floor(mp.re(number)) or abs(number) > 10**9:
            raise Undefined(f"{expr} is not an integer")
        return int(mp.re(number))

    def _quantity(self, expr, env):
        kind = expr.func
        if kind.indices == 0 or len(expr.args) > kind.indices:
            return self._function(expr, env)
        index = self._index(expr.args[0], env)
        key = kind(index)
        if key in env:
            return self._value(key, env)
        if index < (1 if kind in (symbols.alpha.function, symbols.beta.function) else 0):
            raise Undefined(f"{expr} at time {index}")
        if kind == symbols.alpha.function:
            return self._share(key)
        if kind == symbols.beta.function:
            return 1 - self._share(symbols.alpha[index])
        if kind == symbols.alpha_bar.function:
            if index > TERMS:
                raise Undefined("a product too long")
            return mp.fprod([self._share(symbols.alpha[i]) for i in range(1, index + 1)])
        if kind == STATE and self.named:
            return exact(self._state(index, env))
        return self._free(key, env)

    def _function(self, expr, env):
        """An unknown function is a sum of waves with random frequencies: smooth, bounded, no polynomial; positive ones its exp."""
        values = [self._value(arg, env) for arg in expr.args]
        key = expr.func, len(values), env.get(PIXEL, 0)
        if key not in self.drawn:
            def number(low, high):
                return Fraction(self.random.randint(low, high), 97)
            self.drawn[key] = [
                (number(20, 90), number(-60, 60), [number(30, 140) * self.random.choice([-1, 1]) for _ in values]) for _ in range(2)]
        found = mp.fsum(
            exact(size) * mp.sin(exact(shift) + mp.fsum(exact(w) * v for w, v in zip(waves, values)))
            for size, shift, waves in self.drawn[key])
        return mp.exp(found) if expr.is_positive else found

    # Sums, norms, cases

    def _sum(self, expr, env):
        terms = [self._value(expr.args[0], inner) for inner in self._envs(expr.args[1:], env)]
        return mp.fsum(terms) if isinstance(expr, sp.Sum) else mp.fprod(terms)

    def _envs(self, limits, env):
        """`env` with the values of the indices, the last of which is the outermost."""
        if not limits:
            yield env
            return
        if len(limits[-1]) != 3:
            raise Undefined("a sum without bounds")
        index, first, last = limits[-1]
        first, last = self._index(first, env), self._index(last, env)
        if last < first - 1 or last - first > TERMS:
            raise Undefined(f"a sum from {first} to {last}")
        for i in range(first, last + 1):
            yield from self._envs(limits[:-1], {**env, index: mp.mpf(i)})

    def _norm(self, expr, env):
        return mp.fsum(self._value(expr.args[0], {**env, PIXEL: pixel}) ** 2 for pixel in range(self.pixels))

    def _cases(self, expr, env):
        for part, condition in expr.args:
            if self._truth(condition, env):
                return self._value(part, env)
        raise Undefined("no case holds")

    def _truth(self, condition, env):
        if condition in (sp.true, sp.false):
            return condition == sp.true
        if isinstance(condition, (sp.And, sp.Or)):
            return (all if isinstance(condition, sp.And) else any)(self._truth(arg, env) for arg in condition.args)
        if isinstance(condition, sp.Not):
            return not self._truth(condition.args[0], env)
        if isinstance(condition, sp.core.relational.Relational):
            a, b = (self._value(side, env) for side in condition.args)
            return {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[condition.rel_op]
        raise Undefined(f"no truth for {type(condition).__name__}")

    def _done(self, expr, env):
        """A derivative or an integral that SymPy can do; an integral between two ends else by quadrature."""
        if isinstance(expr, sp.Derivative):
            found = expr.doit()
            if not found.has(sp.Derivative, sp.Subs):
                return self._value(found, env)
        elif len(expr.args) == 2 and len(expr.args[1]) == 3 and not expr.args[0].has(Expectation, sp.Integral):
            variable, *ends = expr.args[1]
            ends = [mp.inf * int(sp.sign(end)) if end.is_infinite else self._value(end, env) for end in ends]
            return mp.quad(lambda u: self._value(expr.args[0], {**env, variable: u}), ends)
        raise Undefined(f"no numbers for {type(expr).__name__}")

    # Named densities

    def _world(self):
        if self.world is None:
            self._last()
            continuous = self.pure and self.seed % 4 in (2, 3)
            self.world = Gaussian(self.seed, self.last) if continuous else Discrete(self.seed, self.last, self.size)
        return self.world

    def _density(self, expr, env):
        target = self._states(expr.args[1], env)
        if len(target) < sum(len(self._states((part,), env)) for part in expr.args[1]):
            raise Undefined(f"{expr}: a state twice")
        return self._law(expr, target, env)

    def _law(self, expr, target, env):
        """The density of states given those of `expr`; of a state given itself it is that of a cell that is certain."""
        world, law, given = self._world(), expr.args[0].name, self._states(expr.args[2], env)
        if law == "p":
            if len(target) != 1 or given:
                raise Undefined("of p only the density of one state is known")
            return world.prior(*target.values())
        both = set(target) & set(given)
        if any(target[time] != given[time] for time in both):
            return mp.zero
        found = world.density(law, {**target, **given}) / world.density(law, given)
        return found / mp.fprod([world.cell(target[time]) for time in both])

    def _states(self, parts, env):
        times = []
        for part in parts:
            if isinstance(part, Path):
                first, last = (self._index(end, env) for end in part.args[1:])
                if last < first - 1:
                    raise Undefined(f"a path from {first} to {last}")
                times += range(first, last + 1)
            else:
                times.append(self._index(part.args[0], env))
        return {time: self._state(time, env) for time in times}

    def _state(self, time, env):
        key = STATE(time)
        if key in env:
            return env[key]
        if time < 0:
            raise Undefined(f"x[{time}]")
        if ("state", time) not in self.drawn:
            self.drawn["state", time] = self._world().draw(time)
        return self.drawn["state", time]

    def _expectation(self, expr, env):
        """A number for each value of what the expectation does not bind, found once."""
        body, law = expr.args
        free = expr.free_symbols - ({symbols.epsilon} if law != LAW_Q else set())
        key = expr, self.level, env.get(PIXEL, 0), tuple((symbol, env[symbol]) for symbol in sorted(free & set(env), key=str))
        if key not in self.means:
            self.means[key] = self._mean(body, law, env)
        return self.means[key]

    def _mean(self, body, law, env):
        if not self.named:
            return self._over_noise(body, law, env)
        if law != LAW_Q or self.pixels > 1:
            raise Undefined("named densities stand in an expectation over q")
        return self._over_states(body, env)

    def _over_states(self, body, env):
        if body.is_Add:
            return mp.fsum(self._over_states(arg, env) for arg in body.args)
        if isinstance(body, sp.Sum):
            return mp.fsum(self._over_states(body.args[0], inner) for inner in self._envs(body.args[1:], env))
        times = sorted(self._times(body, env))
        world = self._world()
        if len(world.values) ** len(times) > PATHS:
            raise Undefined("too many paths")
        total = []
        for states in itertools.product(world.values, repeat=len(times)):
            drawn = dict(zip(times, states))
            mass = world.density("q", drawn) * mp.fprod([world.cell(state) for state in states])
            total.append(mass * self._value(body, {**env, **{STATE(i): state for i, state in drawn.items()}}))
        return mp.fsum(total)

    def _times(self, expr, env) -> set:
        """The times of the states that `expr` depends on."""
        if isinstance(expr, (sp.Sum, sp.Product)):
            return {time for inner in self._envs(expr.args[1:], env) for time in self._times(expr.args[0], inner)}
        if isinstance(expr, Path):
            return set(range(self._index(expr.args[1], env), self._index(expr.args[2], env) + 1))
        if isinstance(expr, STATE):
            return {self._index(expr.args[0], env)}
        args = [density.args[2] for density in expr.args] if isinstance(expr, KL) and isinstance(expr.args[0], Density) else expr.args
        if isinstance(expr, Expectation):
            return set()
        return {time for arg in args for time in self._times(arg, env)}

    def _kl(self, expr, env):
        first, second = expr.args
        if isinstance(first, Normal):
            return self._kl_of_normals(first, second, env)
        world, times = self._world(), list(self._states(first.args[1], env))
        if not isinstance(world, Discrete) or len(world.values) ** len(times) > PATHS:
            raise Undefined("too many paths")
        total = []
        for states in itertools.product(world.values, repeat=len(times)):
            drawn = dict(zip(times, states))
            density = self._law(first, drawn, env)
            if density:
                mass = density * mp.fprod([world.cell(state) for state in states])
                total.append(mass * mp.log(density / self._law(second, drawn, env)))
        return mp.fsum(total)

    def _kl_of_normals(self, first, second, env):
        """The log ratio is a quadratic, so that the mean of two points is exact."""
        variable, mean, variance = first.args[:3]
        if any(part.has(variable) for normal in (first, second) for part in normal.args[1:3]):
            raise Undefined("a mean that depends on the variable")
        whole = len(first.args) > 3
        total = []
        for pixel in range(self.pixels if whole else 1):
            here = {**env, PIXEL: pixel} if whole else env
            centre, spread = self._value(mean, here), mp.sqrt(self._value(variance, here))
            for node in (-1, 1):
                at = {**here, variable: centre + node * spread}
                total.append((self._log_normal(first, at) - self._log_normal(second, at)) / 2)
        return mp.fsum(total)

    def _log_normal(self, normal, env):
        variable, mean, variance = (self._value(arg, env) for arg in normal.args[:3])
        if mp.im(variance) or variance <= 0:
            raise Undefined("a variance that is not positive")
        return -((variable - mean) ** 2) / (2 * variance) - mp.log(2 * mp.pi * variance) / 2

    def _normal(self, expr, env):
        pixels = self.pixels if len(expr.args) > 3 else 1
        log = mp.fsum(self._log_normal(expr, {**env, PIXEL: pixel} if pixels > 1 else env) for pixel in range(pixels))
        return mp.exp(log)

    # Noise

    def _over_noise(self, body, law, env):
        """x_0 takes two values; x_t, if there is one, and epsilon by the trapezoidal rule.

        In images all pixels run through the same noise: right for a body that is a sum of functions of one pixel.
        """
        if self.pixels > 1 and not is_linear(body, SquaredNorm):
            raise Undefined("an expectation that is no sum over pixels")
        if body.is_Add and law == LAW_Q:
            return mp.fsum(self._over_noise(arg, law, env) for arg in body.args)
        times = self._times(body, env) - {0}
        if len(times) > 1 and law == LAW_Q:
            raise Undefined("an expectation of a formula in more than one noised state")
        share = Fraction(self.random.randint(2, 17), 19) if "share" not in self.drawn else self.drawn["share"]
        self.drawn["share"] = share
        total, _, step, end = [], *self.level
        bars = {time: self._value(symbols.alpha_bar[time], env) for time in times}
        count = int(end / step)
        step = mp.mpf(step)
        for i, weight in ((0, exact(share)), (1, 1 - exact(share))):
            data = [self._datum(i, pixel) for pixel in range(self.pixels)]
            for k in range(-count, count + 1):
                noise = k * step
                here = {**env, STATE(sp.S.Zero): data}
                if law != LAW_Q:
                    here[symbols.epsilon] = noise
                for time, bar in bars.items():
                    here[STATE(time)] = [mp.sqrt(bar) * x_0 + mp.sqrt(1 - bar) * noise for x_0 in data]
                density = step * mp.exp(-(noise**2) / 2) / mp.sqrt(2 * mp.pi)
                total.append(weight * density * self._value(body, here))
        return mp.fsum(total)

    def _datum(self, i, pixel):
        key = "data", i, pixel
        if key not in self.drawn:
            self.drawn[key] = Fraction(self.random.randint(-40, 40) or 1, self.random.randint(7, 19))
        return exact(self.drawn[key])


def is_image(symbol) -> bool:
    """States, noise and unknown functions have a value for each pixel."""
    if symbol == symbols.epsilon or isinstance(symbol, (STATE, symbols.epsilon_t.function)):
        return True
    return isinstance(symbol, Quantity) and len(symbol.args) > symbol.func.indices


def is_linear(expr, kind) -> bool:
    """Whether `expr` is a combination of `kind`s and of terms without, with factors that are no images."""
    if isinstance(expr, kind) or not expr.has(kind):
        return True
    if isinstance(expr, (sp.Add, sp.Sum)):
        return all(is_linear(arg, kind) for arg in expr.args if not isinstance(arg, sp.Tuple))
    if isinstance(expr, sp.Mul):
        inside = [arg for arg in expr.args if arg.has(kind)]
        others = [arg for arg in expr.args if not arg.has(kind)]
        return len(inside) == 1 and is_linear(inside[0], kind) and not any(is_image(e) for o in others for e in sp.preorder_traversal(o))
    return False


def images(*sides) -> frozenset:
    """What stands inside a squared norm only, and so may be an image: no number of the schedule, nothing positive or whole."""
    inside, outside = set(), set()

    def visit(expr, place):
        if isinstance(expr, SquaredNorm):
            place = inside
        if expr.is_Symbol or isinstance(expr, Quantity):
            place.add(expr)
        if not isinstance(expr, Quantity):
            for arg in expr.args:
                visit(arg, place)

    for side in sides:
        visit(side, outside)
    return frozenset(e for e in inside - outside if not e.is_positive and not e.is_integer and e != symbols.C)


def has_images(expr) -> bool:
    """Whether several pixels make a difference to `expr`."""
    return expr.has(SquaredNorm, PIXELS) or any(len(normal.args) > 3 for normal in expr.atoms(Normal))


def fits(symbol, number) -> bool:
    """Whether a number has the properties that a symbol is assumed to have."""
    known = sp.Rational(number.numerator, number.denominator)
    return all(getattr(known, f"is_{name}") == wanted for name in ("positive", "negative", "zero", "even", "prime", "integer")
               if (wanted := getattr(symbol, f"is_{name}")) is not None)


def number(expr, values: dict) -> float:
    """The value of a formula for the given values of its symbols, in double precision.

    Raises:
        TypeError: a symbol is left without a value.
    """
    return float(evaluated(expr).subs(values).doit().subs(values))


def _exp(value):
    if abs(value) > LARGEST:
        raise Undefined("an exponent too large")
    return mp.exp(value)


METHODS = {
    sp.Sum: Point._sum,
    sp.Product: Point._sum,
    sp.Piecewise: Point._cases,
    sp.Derivative: Point._done,
    sp.Integral: Point._done,
    Density: Point._density,
    Expectation: Point._expectation,
    KL: Point._kl,
    Normal: Point._normal,
    SquaredNorm: Point._norm,
    Quantity: Point._quantity,
    AppliedUndef: Point._function,
}
FUNCTIONS = {
    sp.exp: _exp, sp.log: mp.log, sp.sin: mp.sin, sp.cos: mp.cos, sp.tan: mp.tan, sp.sinh: mp.sinh, sp.cosh: mp.cosh, sp.tanh: mp.tanh,
    sp.asin: mp.asin, sp.acos: mp.acos, sp.atan: mp.atan, sp.gamma: mp.gamma, sp.loggamma: mp.loggamma, sp.factorial: mp.factorial,
    sp.factorial2: mp.fac2, sp.binomial: mp.binomial, sp.beta: mp.beta, sp.erf: mp.erf, sp.erfc: mp.erfc, sp.Abs: mp.fabs, sp.sign: mp.sign,
    sp.floor: mp.floor, sp.ceiling: mp.ceil, sp.re: mp.re, sp.im: mp.im, sp.Max: max, sp.Min: min, sp.harmonic: mp.harmonic,
    sp.digamma: mp.digamma, sp.zeta: mp.zeta, sp.Heaviside: lambda u, at_0: mp.mpf(1 if u > 0 else 0) if u else at_0,
    sp.KroneckerDelta: lambda a, b: mp.mpf(a == b), sp.cot: mp.cot, sp.asinh: mp.asinh, sp.acosh: mp.acosh, sp.atanh: mp.atanh,
    sp.conjugate: mp.conj,
}
