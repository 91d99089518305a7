"""Signs that come naturally and mean something else in Python: they are understood, or answered with the one that
works.

Importing this module adds methods to SymPy's expressions that these do not have: NumPy's functions ask for them by
name. JAX takes
an object apart before it calculates with it, and Python asks it for a float: both are told what to write instead.
"""

import contextlib

import jax
import sympy as sp
from sympy.logic.boolalg import Boolean

from ddpm.derivation.densities import Density
from ddpm.derivation.symbols import Noise, log, sqrt
from ddpm.grading.written.notation import FUNCTIONS

HOW = "a formula is no number: its roots and logarithms are sqrt and log of ddpm.derivation.symbols"
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


sp.Symbol.__index__ = _index  # range(1, T)
_float_of_a_number, sp.Expr.__float__ = sp.Expr.__float__, _float
sp.Expr.__xor__ = sp.Expr.__rxor__ = _power
sp.Expr.sqrt = lambda self: sqrt(self)  # np.sqrt(alpha_bar[t])
sp.Expr.log = lambda self: log(self)
for kind in KINDS:
    with contextlib.suppress(ValueError):  # it has been registered before
        jax.tree_util.register_pytree_node(kind, _no_number, lambda *parts: None)
