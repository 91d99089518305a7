r"""The symbols of the derivations, as in the paper and as in the code: the one place for notation.

    from ddpm.derivation.symbols import alpha, alpha_bar, as_written, x, t, T
    alpha_bar[t - 1]                        # prints \bar\alpha_{t-1}
    x[1:T]                                  # the path x_1, ..., x_T, both ends included as in the paper
    with as_written():                      # keeps sums, products and fractions as they are written
        sqrt(alpha[t]) * x[t - 1] + sqrt(1 - alpha[t]) * epsilon[t]

A family such as `alpha` is indexed by the paper's t. What a definition of the book ties together is tied together here:
beta_t = 1 - alpha_t, and alpha_bar_t = alpha_1 ... alpha_t with alpha_bar_0 = 1. Everything else is free.
"""

import sympy as sp

t, s, T = sp.symbols("t s T", integer=True, positive=True)
sqrt, log, Sum, Product = sp.sqrt, sp.log, sp.Sum, sp.Product


def as_written():
    """A context in which SymPy keeps an expression in the form and the order in which it is written."""
    return sp.evaluate(False)


def evaluated(expr):
    """`expr` rebuilt from its parts by SymPy's own rules, whatever form it was written in."""
    expr = sp.sympify(expr)
    with sp.evaluate(True):
        return _rebuilt(expr)


def _rebuilt(expr):
    if not expr.args:
        return expr
    return expr.func(*map(_rebuilt, expr.args))


class Quantity(sp.Function):
    """A real number for each value of its arguments.

    Attributes:
        tex: its name in TeX.
        code: its name in code and plain text.
        indices: how many of the first arguments are times, printed as an index; the others stand in brackets.
    """

    tex, code, indices = "", "", 1

    def _eval_is_real(self):
        return True

    def _eval_is_finite(self):
        return True

    def _eval_is_commutative(self):
        return True

    def _sympystr(self, printer):
        index = ", ".join(map(sp.sstr, self.args[: self.indices]))
        inside = ", ".join(map(printer._print, self.args[self.indices :]))
        return self.code + f"[{index}]" * bool(index) + f"({inside})" * bool(inside)

    def __or__(self, given):
        return Given((self,), given)


class PositiveQuantity(Quantity):
    """A quantity above 0."""

    def _eval_is_positive(self):
        return True


class Path(sp.Basic):
    """States at consecutive times `x[first:last]`, both ends included."""

    def _sympystr(self, printer):
        state, first, last = self.args
        return f"x[{sp.sstr(first)}:{sp.sstr(last)}]"

    def __or__(self, given):
        return Given((self,), given)


class Given:
    """`target | given`, what stands in the brackets of a conditional density."""

    def __init__(self, target, given):
        self.target, self.given = target, given if isinstance(given, tuple) else (given,)


class Family:
    """The values of a quantity over time; `family[t]` is one of them."""

    def __init__(self, function):
        self.function = function

    def __getitem__(self, index):
        if isinstance(index, slice):
            return Path(self.function(0), evaluated(index.start), evaluated(index.stop))
        with sp.evaluate(True):
            return self.function(evaluated(index))


def family(name: str, tex: str, positive: bool = False) -> Family:
    """A new family of numbers over time.

    Args:
        name: as in the code, for plain text.
        tex: its symbol in TeX, without the index.
        positive: whether every value is above 0; else it is any real number.
    """
    return Family(_new(name, PositiveQuantity if positive else Quantity, tex=tex))


def function(name: str, tex: str, indices: int = 0):
    """A function that nothing is known about, such as a network, `epsilon_theta(x[t], t)`.

    Args:
        indices: how many of its first arguments are printed as an index: 1 for mu_tilde(t, x[t], x[0]).
    """
    return _new(name, Quantity, tex=tex, indices=indices)


def _new(name, kind, **attributes):
    # a name of its own for the class, since SymPy has functions such as beta too and prints by the name of the class
    return type(f"Quantity_{name}", (kind,), {"code": name, "__module__": __name__, **attributes})


alpha = family("alpha", r"\alpha", positive=True)
beta = family("beta", r"\beta", positive=True)
alpha_bar = family("alpha_bar", r"\bar\alpha", positive=True)
sigma = family("sigma", r"\sigma", positive=True)
x = family("x", "x")
epsilon_t = family("epsilon", r"\epsilon")
epsilon = sp.Symbol("epsilon", real=True)
epsilon_theta = function("epsilon_theta", r"\epsilon_\theta")
mu_theta = function("mu_theta", r"\mu_\theta")
mu_tilde = function("mu_tilde", r"\tilde\mu", indices=1)
beta_tilde = family("beta_tilde", r"\tilde\beta", positive=True)
C = sp.Symbol("C", real=True)
TEX = {"epsilon": r"\epsilon", "epsilon'": r"\epsilon'", "distance": r"\lVert a - b \rVert"}  # of single symbols


class SquaredNorm(sp.Function):
    r"""\lVert v \rVert^2, the sum of v^2 over the pixels; proofs are for one pixel (equation `eq-one-pixel`)."""

    nargs = 1

    def _eval_is_nonnegative(self):
        return True

    def doit(self, **hints):
        return self.args[0] ** 2
