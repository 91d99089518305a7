"""Expressions at random points: the numbers that refuse a wrong step, and settle what symbols leave open.

A point gives every free symbol a random rational number, and the two chains a small world: for named densities a chain with two
states, random transition probabilities and a random reverse process, in which every conditional density and every expectation is
a finite sum; for expectations of formulas a data distribution of three values and Gaussian noise by quadrature. Nothing here
uses the rules by which symbols are compared.
"""

import itertools
import random
from fractions import Fraction

import mpmath
import sympy as sp

from ddpm.derivation import densities, symbols
from ddpm.derivation.densities import Density
from ddpm.derivation.expectation import KL, LAW_Q, Expectation
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.symbols import Path, Quantity, SquaredNorm, evaluated

mp = mpmath.MPContext()
mp.dps = 50
STATES = (0, 1)


class Undefined(Exception):
    """The expression has no finite value at this point."""


class Point:
    """A random choice of all numbers; the same seed gives the same point.

    Args:
        lowest: smallest value of each integer symbol, 1 where none is given.
    """

    def __init__(self, seed: int, lowest: dict):
        self.random, self.lowest, self.seed = random.Random(seed), lowest, seed
        self.last = max([2, *lowest.values()]) + self.random.randint(0, 2)
        if all(value <= 1 for value in lowest.values()):
            self.last = self.random.randint(1, 4)
        self.shown, self.cache = {}, {}

    def value(self, expr, env=None):
        """The value of `expr`, with the values of bound symbols and of random states in `env`.

        Raises:
            Undefined: it is infinite or not a number.
        """
        try:
            found = self._value(sp.sympify(expr), env or {})
        except (ZeroDivisionError, ValueError, OverflowError) as error:
            raise Undefined(str(error)) from None
        if not mp.isfinite(found):
            raise Undefined(f"{expr} is {found}")
        return found

    def _value(self, expr, env):
        if expr in env:
            return env[expr]
        if expr.is_Rational:
            return mp.mpf(expr.p) / expr.q
        if expr.is_Symbol:
            return self._free(expr, expr)
        if expr in (sp.zoo, sp.nan, sp.oo, -sp.oo):
            raise Undefined(str(expr))
        if expr.is_Add:
            return mp.fsum(self._value(arg, env) for arg in expr.args)
        if expr.is_Mul:
            return mp.fprod(self._value(arg, env) for arg in expr.args)
        if expr.is_Pow:
            return mp.power(self._value(expr.base, env), self._value(expr.exp, env))
        for kind, method in METHODS.items():
            if isinstance(expr, kind):
                return method(self, expr, env)
        if expr.is_NumberSymbol:
            return mp.mpmathify(expr.evalf(mp.dps))
        name = {"Abs": "fabs"}.get(expr.func.__name__, expr.func.__name__)
        if expr.is_Function and hasattr(mp, name):
            return getattr(mp, name)(*(self._value(arg, env) for arg in expr.args))
        raise TypeError(f"no numbers for {expr.func.__name__}: {expr}")

    def _free(self, key, symbol):
        if key not in self.cache:
            if symbol == symbols.T:
                number = Fraction(max(self.last, self.lowest.get(symbol, 1)))
            elif symbol.is_integer:
                low = self.lowest.get(symbol, 1)
                number = Fraction(self.random.randint(low, max(low, self.last)))
            elif symbol.is_positive or symbol.is_nonnegative:
                number = Fraction(self.random.randint(1, 40), self.random.randint(7, 19))
            else:
                number = Fraction(self.random.randint(-40, 40) or 1, self.random.randint(7, 19))
            self.cache[key] = mp.mpf(number.numerator) / number.denominator
            self.shown[key] = number
        return self.cache[key]

    def _share(self, key):
        """A random number between 0 and 1 that belongs to `key`."""
        if key not in self.cache:
            number = Fraction(self.random.randint(2, 17), 19)
            self.cache[key], self.shown[key] = mp.mpf(number.numerator) / number.denominator, number
        return self.cache[key]

    def _index(self, expr, env):
        number = self._value(expr, env)
        if number != int(number):
            raise Undefined(f"{expr} is not an integer")
        return int(number)

    def _quantity(self, expr, env):
        kind = expr.func
        if kind.indices == 0 or len(expr.args) > kind.indices:
            return self._function(expr, env)
        index = self._index(expr.args[0], env)
        if index < 0:
            raise Undefined(f"{expr} at time {index}")
        key = kind(index)
        if key in env:
            return env[key]
        if kind == symbols.alpha.function:
            return mp.one if index == 0 else self._share(key)
        if kind == symbols.beta.function:
            return mp.zero if index == 0 else 1 - self._share(symbols.alpha[index])
        if kind == symbols.alpha_bar.function:
            return mp.fprod(self._share(symbols.alpha[i]) for i in range(1, index + 1))
        return self._free(key, key)

    def _function(self, expr, env):
        """An unknown function is a random cubic, so that its quadrature against a Gaussian is exact."""
        arguments = [self._value(arg, env) for arg in expr.args]
        real = [a for a, arg in zip(arguments, expr.args) if not arg.is_integer]
        times = tuple(a for a, arg in zip(arguments, expr.args) if arg.is_integer)
        key = (expr.func, times, len(real))
        if key not in self.cache:
            self.cache[key] = [[mp.mpf(self.random.randint(-9, 9) or 1) / 7 for _ in range(4)] for _ in real]
        weights = self.cache[key]
        u = mp.fsum((i + 1) * w[0] * a for i, (w, a) in enumerate(zip(weights, real)))
        return sum(w[1] for w in weights) + u + sum(w[2] for w in weights) * u**2 / 5 + u**3 / 11

    def _sum(self, expr, env):
        terms = list(self._terms(expr, env))
        return mp.fsum(terms) if isinstance(expr, sp.Sum) else mp.fprod(terms)

    def _terms(self, expr, env):
        body, (index, first, last) = expr.args[0], expr.args[1]
        if len(expr.args) > 2:
            raise TypeError(f"one index for each sum: {expr}")
        first, last = self._index(first, env), self._index(last, env)
        if last < first - 1:
            raise Undefined(f"{expr} runs from {first} to {last}")
        for i in range(first, last + 1):
            yield self._value(body, {**env, index: mp.mpf(i)})

    # The world of two states

    def _density(self, expr, env):
        law, target, given = expr.args
        target, given = self._states(target, env), self._states(given, env)
        for state in {**target, **given}:
            if state > self.last:
                raise Undefined(f"the chain ends at {self.last}")
        key = (law, tuple(sorted(target.items())), tuple(sorted(given.items())))
        if key not in self.cache:
            if law.name == "p":
                (time, state), *_ = target.items()
                found = self._prior()[state]
            else:
                found = self._weight(law.name, {**target, **given}) / (self._weight(law.name, given) if given else 1)
            self.cache[key] = mp.mpf(found.numerator) / found.denominator
        return self.cache[key]

    def _states(self, parts, env):
        times = []
        for part in parts:
            if isinstance(part, Path):
                times += range(self._index(part.args[1], env), self._index(part.args[2], env) + 1)
            else:
                times.append(self._index(part.args[0], env))
        return {time: self._state(time, env) for time in times}

    def _state(self, time, env):
        key = densities.STATE(time)
        if key in env:
            return env[key]
        return self.cache.setdefault(("state", time), self.random.choice(STATES))

    def _prior(self):
        return self._distribution("prior")

    def _distribution(self, key):
        if key not in self.cache:
            share = Fraction(self.random.randint(2, 17), 19)
            self.cache[key] = (share, 1 - share)
        return self.cache[key]

    def _paths(self, law):
        """The probability of every path (x_0, ..., x_last)."""
        if ("paths", law) not in self.cache:
            table = {}
            for path in itertools.product(STATES, repeat=self.last + 1):
                if law == "q":
                    weight = self._distribution("data")[path[0]]
                    for i in range(1, self.last + 1):
                        weight *= self._distribution(("q", i, path[i - 1]))[path[i]]
                else:
                    weight = self._prior()[path[-1]]
                    for i in range(1, self.last + 1):
                        weight *= self._distribution(("p_theta", i, path[i]))[path[i - 1]]
                table[path] = weight
            self.cache["paths", law] = table
        return self.cache["paths", law]

    def _weight(self, law, fixed):
        return sum(w for path, w in self._paths(law).items() if all(path[i] == state for i, state in fixed.items()))

    def _expectation(self, expr, env):
        body, law = expr.args
        if body.has(Density):
            if law != LAW_Q:
                raise TypeError(f"named densities stand in an expectation over q; got {expr}")
            return mp.fsum(
                mp.mpf(w.numerator) / w.denominator * self._value(body, env | {densities.STATE(i): v for i, v in enumerate(path)})
                for path, w in self._paths("q").items())
        return self._quadrature(body, law, env)

    def _quadrature(self, body, law, env):
        """x_0 takes three values; x_t, if there is one, and epsilon by Gauss-Hermite quadrature."""
        times = {self._index(state.args[0], env) for state in body.atoms(densities.STATE)} - {0}
        if len(times) > 1:
            raise TypeError(f"an expectation of a formula in more than one noised state: {body}")
        total = mp.zero
        for i in range(3):
            x_0 = self._free(("data", i), densities.STATE(0))
            weight = (mp.mpf(1) / 6, mp.mpf(1) / 3, mp.mpf(1) / 2)[i]
            for node, share in GAUSS:
                drawn = {densities.STATE(0): x_0} | ({symbols.epsilon: node} if law != LAW_Q else {})
                for time in times:
                    bar = self._value(symbols.alpha_bar[time], env)
                    drawn[densities.STATE(time)] = mp.sqrt(bar) * x_0 + mp.sqrt(1 - bar) * node
                total += weight * share * self._value(body, env | drawn)
        return total

    def _kl(self, expr, env):
        first, second = expr.args
        if isinstance(first, Normal):
            variable, mean, variance = first.args[:3]
            mean, scale = self._value(mean, env), mp.sqrt(self._value(variance, env))
            ratio = first.log - second.log
            return mp.fsum(w * self._value(ratio, env | {variable: mean + scale * node}) for node, w in GAUSS)
        times = list(self._states(first.args[1], env))
        total = mp.zero
        for values in itertools.product(STATES, repeat=len(times)):
            here = env | {densities.STATE(i): v for i, v in zip(times, values)}
            mass = self._density(first, here)
            total += mass * mp.log(mass / self._density(second, here))
        return total


def number(expr, values: dict) -> float:
    """The value of a formula for the given values of its symbols, in double precision.

    Raises:
        TypeError: a symbol is left without a value.
    """
    return float(evaluated(expr).subs(values).doit().subs(values))


METHODS = {
    sp.Sum: Point._sum,
    sp.Product: Point._sum,
    Density: Point._density,
    Expectation: Point._expectation,
    KL: Point._kl,
    Normal: lambda point, expr, env: point._value(expr.doit(), env),
    SquaredNorm: lambda point, expr, env: point._value(expr.args[0], env) ** 2,
    Quantity: Point._quantity,
}


def _gauss_hermite(n: int):
    """Nodes and weights for the standard normal, exact for polynomials up to degree 2 n - 1."""
    u = sp.Symbol("u")
    hermite = sp.Poly(sp.hermite_prob(n, u), u)
    nodes = [mp.mpmathify(root) for root in mp.polyroots([int(c) for c in hermite.all_coeffs()], maxsteps=500, extraprec=400)]
    before = sp.Poly(sp.hermite_prob(n - 1, u), u)
    value = [mp.polyval([int(c) for c in before.all_coeffs()], node) for node in nodes]
    return [(mp.re(node), mp.mpf(sp.factorial(n)) / (n * v) ** 2) for node, v in zip(nodes, value)]


GAUSS = _gauss_hermite(8)
