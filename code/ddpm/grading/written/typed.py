"""Signs that come naturally and mean something else in Python: they are understood, or answered with the one that works.

Importing this module adds methods to SymPy's expressions that these do not have: NumPy's functions ask for them by name.
"""

import sympy as sp
from sympy.logic.boolalg import Boolean

from ddpm.derivation.symbols import log, sqrt


def _power(self, other):
    if isinstance(self, Boolean) and isinstance(other, Boolean):
        return Boolean.__xor__(self, other)
    raise TypeError("a power is typed with two stars: a**2, not a^2")


def _index(self):
    raise TypeError(f"{self} is no number yet; a sum and a product over t are typed Sum(a, (t, 1, T)) and Product(a, (t, 1, T))")


sp.Symbol.__index__ = _index  # range(1, T)
sp.Expr.__xor__ = sp.Expr.__rxor__ = _power
sp.Expr.sqrt = lambda self: sqrt(self)  # np.sqrt(alpha_bar[t])
sp.Expr.log = lambda self: log(self)
