"""Signs that come naturally and mean something else in Python: they are understood, or answered with what works.

Importing this module adds methods to SymPy's expressions that these do not have: NumPy's functions ask for them. JAX
takes an object apart before it calculates with it, and Python asks it for a float: both are told what to write instead.

A power of a plain number that would take for ever is refused where SymPy calculates it, as in (2 * alpha[t])**(10**9).
Where it is typed apart, as in 3**(10**9) * alpha[t], Python calculates it before anything here can see it: such a cell
goes on until it is interrupted. NumPy asks an array of formulas for methods with the names of its functions: `sqrt` and
`log` are there, and `np.exp` of an array fails with NumPy's own words.
"""

import contextlib

import jax
import numpy as np
import sympy as sp
from sympy.logic.boolalg import Boolean

from ddpm.derivation.densities import Density
from ddpm.derivation.symbols import Noise, exp, log, sqrt
from ddpm.grading.written.notation import FUNCTIONS

HOW = "a formula is no number: its roots, logarithms and exponentials are sqrt, log and exp of ddpm.derivation.symbols"
FORMULAS = {np.sqrt: sqrt, np.log: log, np.exp: exp}  # what a function of NumPy means
BITS = 10**6  # of a power of a plain number; it takes a fraction of a second
KINDS = (sp.Add, sp.Mul, sp.Pow, sp.Symbol, Noise, sp.log, sp.exp, sp.Sum, sp.Product, Density, *FUNCTIONS.values())


def _power(self, other):
    if isinstance(self, Boolean) and isinstance(other, Boolean):
        return Boolean.__xor__(self, other)
    raise TypeError("a power is typed with two stars: a**2, not a^2")


def _index(self):
    raise TypeError(
        f"{self} is no number yet; a sum and a product over t are typed Sum(a, (t, 1, T)) and Product(a, (t, 1, T))"
    )


def _no_number(formula):
    raise TypeError(HOW)


def _float(self):
    try:
        return _float_of_a_number(self)
    except TypeError:
        raise TypeError(HOW) from None


def _numpy(self, function, method, *inputs, **options):
    """What a function of NumPy makes of formulas: one of `FORMULAS`, or what it makes of any object, as in 2.0 * f."""
    if function in FORMULAS and method == "__call__" and len(inputs) == 1:
        return FORMULAS[function](*inputs)
    try:
        return getattr(function, method)(*map(_boxed, inputs), **options)
    except TypeError as error:
        if "loop of ufunc" in str(error):  # it has none for formulas
            raise TypeError(HOW) from None
        raise


def _boxed(value):
    if not isinstance(value, sp.Basic):
        return value
    box = np.empty((), object)
    box[()] = value
    return box


def _bounded(power):
    """The power of a rational number, as SymPy's `power` makes it, but for one that is too large."""

    def raised(self, exponent):
        length = max(abs(self.p), self.q).bit_length()
        if exponent.is_Rational and abs(exponent.p) * length > BITS * exponent.q:
            typed = sp.sstr(sp.Pow(self, exponent, evaluate=False))
            raise ValueError(f"{typed} has hundreds of thousands of digits, or more: is the exponent what you mean?")
        return power(self, exponent)

    return raised


for kind in (sp.Integer, sp.Rational):
    kind._eval_power = _bounded(kind.__dict__["_eval_power"])
sp.Expr.__array_ufunc__ = _numpy
sp.Symbol.__index__ = _index  # range(1, T)
_float_of_a_number, sp.Expr.__float__ = sp.Expr.__float__, _float
sp.Expr.__xor__ = sp.Expr.__rxor__ = _power
sp.Expr.sqrt = lambda self: sqrt(self)  # np.sqrt([alpha_bar[t], alpha[t]])
sp.Expr.log = lambda self: log(self)
for kind in KINDS:
    with contextlib.suppress(ValueError):  # it has been registered before
        jax.tree_util.register_pytree_node(kind, _no_number, lambda *parts: None)
