"""Derivatives along a path and over the place, for the chapter's proofs: in symbols, so that what is proved is algebra.

A path is known at one u by c_u, r_u and their derivatives; an unknown density by its value and slopes at one place.
"""

import sympy as sp

from ddpm.derivation.settle import prove
from ddpm.derivation.symbols import c_u, dc_u, dr_u, f_u, g_u, r_u, x_u

PLACE = sp.symbols("x_1 x_2", real=True)


def along_u(expr: sp.Expr) -> sp.Expr:
    """The derivative by u of a formula in c_u and r_u."""
    return sp.diff(expr, c_u) * dc_u + sp.diff(expr, r_u) * dr_u


def taylor(slopes, step: sp.Expr) -> sp.Expr:
    """phi(x + step) from phi and its derivatives at x."""
    return sum(slope * step**n / sp.factorial(n) for n, slope in enumerate(slopes))


def mean_over_noise(expr: sp.Expr, z: sp.Symbol) -> sp.Expr:
    """The mean of a polynomial in a standard normal z: E z^n is (n - 1)!! for even n, else 0."""
    powers = sp.Poly(sp.expand(expr), z).terms()
    return sp.expand(sum(factor * (sp.factorial2(n - 1) if n % 2 == 0 else 0) for (n,), factor in powers))


def of_unknown_density(name: str):
    """n -> the n-th derivative at x_u of a function of which nothing is known."""
    function = sp.Function(name)(x_u)
    return lambda n: sp.diff(function, x_u, n)


def slope(expr: sp.Expr) -> sp.Expr:
    """The derivative by the place x_u."""
    return sp.diff(expr, x_u)


def prove_of_unknown(left: sp.Expr, right: sp.Expr) -> None:
    """Prove what holds whatever the values of unknown functions and of their derivatives at one place are."""
    left, right = left.doit(), right.doit()
    parts = {*left.atoms(sp.Derivative), *right.atoms(sp.Derivative)}
    parts |= {e for side in (left, right) for e in side.atoms(sp.core.function.AppliedUndef)}
    ordered = sorted(parts, key=lambda e: (-e.derivative_count if e.is_Derivative else 1, str(e)))
    for i, part in enumerate(ordered):  # the highest derivatives first
        value = sp.Symbol(f"value_{i}", positive=True)
        left, right = left.subs(part, value), right.subs(part, value)
    prove(left, right)


class Mixture:
    """The density of c_u x_0 + r_u noise, x_0 from a Gaussian mixture with any shares, means and variances.

    A component is the symbol `densities[k]`, whose derivatives are those of its logarithm times itself. Of the path
    they need no more than how means and variances move: (c m)' = f c m and (c^2 v + r^2)' = 2 f (c^2 v + r^2) + g^2.

    Attributes:
        place: the coordinates.
        density: the sum over the components.
        densities: one symbol for each of them.
    """

    def __init__(self, components: int, dimensions: int):
        self.place = PLACE[:dimensions]
        names = [str(k) for k in range(1, components + 1)]
        shares, variances, self.densities = (
            [sp.Symbol(f"{letter}_{k}", positive=True) for k in names] for letter in ("pi", "V", "N")
        )
        means = [[sp.Symbol(f"mu_{k}{i}", real=True) for i in range(dimensions)] for k in names]
        self.moments = {mean: f_u * mean for row in means for mean in row}
        self.moments |= {variance: 2 * f_u * variance + g_u**2 for variance in variances}
        self.logs = [
            -sum((axis - mean) ** 2 for axis, mean in zip(self.place, row)) / (2 * variance)
            - sp.Rational(dimensions, 2) * sp.log(2 * sp.pi * variance)
            for row, variance in zip(means, variances)
        ]
        self.density = sum(share * density for share, density in zip(shares, self.densities))

    def by_u(self, expr: sp.Expr) -> sp.Expr:
        """The derivative by u at a fixed place."""
        return self._through(expr, lambda e: sum(sp.diff(e, name) * rate for name, rate in self.moments.items()))

    def by(self, axis: sp.Symbol, expr: sp.Expr) -> sp.Expr:
        """The derivative by one coordinate."""
        return self._through(expr, lambda e: sp.diff(e, axis))

    def divergence(self, field) -> sp.Expr:
        """Of a vector field with one entry for each coordinate."""
        return sum(self.by(axis, entry) for axis, entry in zip(self.place, field))

    def score(self) -> list[sp.Expr]:
        """The gradient of the log of the density."""
        return [self.by(axis, self.density) / self.density for axis in self.place]

    def _through(self, expr, derivative):
        inner = (sp.diff(expr, name) * name * derivative(log) for name, log in zip(self.densities, self.logs))
        return derivative(expr) + sum(inner)


def beta_of_a_step(f, slope_of_f, h) -> sp.Expr:
    """beta_t = 1 - (c_u / c_{u-h})^2 with log c_u - log c_{u-h} = f h - f' h^2 / 2 + O(h^3)."""
    return 1 - sp.exp(2 * (f * h - slope_of_f * h**2 / 2))
