r"""Gaussian densities as symbols: `Normal(x, mean, variance)` is N(x; mean, variance) of one pixel.

    Normal(x[t], sqrt(alpha[t]) * x[t - 1], beta[t])    # prints \mathcal N(x_t; \sqrt{\alpha_t} x_{t-1}, \beta_t)
    Normal(x[t], ..., beta[t], "I")                     # the same for an image: the covariance beta_t I

Products and quotients are compared through their logs, which are quadratic: that is what completing the square is.
"""

import sympy as sp

from ddpm.derivation.images import PIXELS, is_image
from ddpm.derivation.rebuilt import evaluated
from ddpm.derivation.symbols import SquaredNorm


class Normal(sp.Expr):
    """The density of a Gaussian of one pixel; with a fourth argument "I" that of an image with as many independent
    pixels as it has."""

    is_commutative = is_real = is_finite = True

    def _eval_is_positive(self):
        return True if self.args[2].is_nonnegative else None

    def __new__(cls, variable, mean, variance, identity=None):
        args = [sp.sympify(arg) for arg in (variable, mean, variance)]
        if args[2].is_nonpositive or any(arg.has(sp.I) for arg in args):
            raise TypeError(
                f"the variance is above 0, and a density of real numbers; got {', '.join(map(str, args))} "
                "(the identity matrix is I of ddpm.derivation.symbols, and may be left out)"
            )
        if identity and any(map(is_image, sp.preorder_traversal(args[2]))):
            raise TypeError(f"the variance of an image is one number for all pixels; got {args[2]}")
        return super().__new__(cls, *args, *([sp.Symbol("I")] if identity else []))

    @property
    def log(self):
        """log N, a quadratic in the variable."""
        variable, mean, variance, *identity = self.args
        count, square = (PIXELS, SquaredNorm(variable - mean)) if identity else (1, (variable - mean) ** 2)
        return -square / (2 * variance) - count * sp.log(2 * sp.pi * variance) / 2

    def doit(self, **hints):
        return sp.exp(self.log)

    def _sympystr(self, printer):
        inside = [*map(printer._print, self.args[:3]), *['"I"'] * (len(self.args) - 3)]
        return f"Normal({', '.join(inside)})"


def has_images(expr) -> bool:
    """Whether several pixels make a difference to `expr`."""
    return expr.has(SquaredNorm, PIXELS) or any(len(normal.args) > 3 for normal in expr.atoms(Normal))


def mean_of_polynomial(body, variable, mean, variance):
    """E[body] for a Gaussian variable and a body that is a polynomial in it, from the moments of the standard normal.

    Raises:
        sympy.PolynomialError: body is no polynomial in the variable.
    """
    unit = sp.Dummy("unit", real=True)
    powers = sp.Poly(body.subs(variable, mean + sp.sqrt(variance) * unit), unit)
    # E[unit^k] is (k - 1)(k - 3)...1 for even k, else 0
    return sum(c * sp.factorial2(k - 1) for (k,), c in powers.terms() if k % 2 == 0)


def kl_by_moments(first: Normal, second: Normal):
    """KL(first || second) = E[log first - log second], the mean of a quadratic under the first; for images the sum
    over pixels."""
    if len(first.args) > 3:
        variable, mean, variance = first.args[:3]
        pixel = kl_by_moments(Normal(variable, mean, variance), Normal(variable, mean, second.args[2]))
        return PIXELS * pixel + SquaredNorm(mean - second.args[1]) / (2 * second.args[2])
    log_ratio = sp.expand_log(first.log - second.log)
    return mean_of_polynomial(log_ratio, *first.args[:3])


def mean_and_variance(expr, *noises):
    """Mean and variance of an affine function of independent standard normals.

    A sum of independent Gaussians is Gaussian (equation `eq-sum-of-gaussians`), so that they are the whole law.

    Args:
        noises: the symbols of the standard normals.

    Raises:
        ValueError: the expression is not affine in them.
    """
    poly = sp.Poly(sp.expand(evaluated(expr)), *noises)
    if poly.total_degree() > 1:
        raise ValueError(f"{expr} is not affine in {noises}")
    return poly.coeff_monomial(1), sum(poly.coeff_monomial(noise) ** 2 for noise in noises)
