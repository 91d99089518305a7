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
from sympy.core.function import FunctionClass

from ddpm.derivation.rebuilt import evaluated

t, s, T = sp.symbols("t s T", integer=True, positive=True)
sqrt, log, exp, pi = sp.sqrt, sp.log, sp.exp, sp.pi


def Sum(term, *limits):
    """`Sum(term, (t, 1, T))`, or without the inner brackets."""
    return sp.Sum(term, *_bracketed(limits))


def Product(factor, *limits):
    """`Product(factor, (t, 1, T))`, or without the inner brackets."""
    return sp.Product(factor, *_bracketed(limits))


def _bracketed(limits):
    return (
        [limits]
        if len(limits) == 3 and not any(isinstance(part, (tuple, list, sp.Tuple)) for part in limits)
        else limits
    )


def as_written():
    """A context in which SymPy keeps an expression in the form and the order in which it is written."""
    return sp.evaluate(False)


class Unfinished:
    """What is a number only with its index or arguments; arithmetic without them is refused. `how` says what to
    write."""

    def _refuse(self, *others):
        raise TypeError(self.how)

    _sympy_ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __pow__ = __rpow__ = __neg__ = __pos__ = __abs__ = __xor__ = __rxor__ = _refuse


class Kind(Unfinished, FunctionClass):
    """The class of the classes of quantities: `mu_theta - x[t]` and `mu_theta[t]` say what is missing."""

    _sympy_ = None  # the classes are used as such inside of SymPy
    __getitem__, __iter__ = Unfinished._refuse, None

    @property
    def how(cls):
        return f"{cls.code} is a number only with its arguments: write {cls.typed or cls.code + '(...)'}"


class Quantity(sp.Function, metaclass=Kind):
    """A real number for each value of its arguments.

    Attributes:
        tex: its name in TeX.
        code: its name in code and plain text.
        typed: how it is written at time t.
        indices: how many of the first arguments are times, printed as an index; the others stand in brackets.
    """

    tex, code, typed, indices = "", "", "", 1

    def _eval_is_real(self):
        return True

    def _eval_is_finite(self):
        return True

    def _eval_is_commutative(self):
        return True

    def _sympystr(self, printer):
        inside = ", ".join([*map(sp.sstr, self.args[: self.indices]), *map(printer._print, self.args[self.indices :])])
        return f"{self.code}[{inside}]" if len(self.args) <= self.indices else f"{self.code}({inside})"

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

    def __or__(self, further):
        raise TypeError("there is one bar, and behind it all that is given: write q(x[t - 1] | (x[t], x[0]))")

    def __repr__(self):
        return f"{', '.join(map(sp.sstr, self.target))} | {', '.join(map(sp.sstr, self.given))}"


class Family(Unfinished):
    """The values of a quantity over time; `family[t]` is one of them."""

    __iter__ = None  # it has no end

    def __init__(self, function):
        self.function = function

    @property
    def how(self):
        return f"{self.function.code} is a number only with its index: write {self.function.code}[t]"

    def __getitem__(self, index):
        if isinstance(index, slice):
            if index.start is None or index.stop is None or index.step is not None:
                raise TypeError("a path has both ends, the last one included: write x[0:T] for x_0, ..., x_T")
            first, last = evaluated(index.start), evaluated(index.stop)
            with sp.evaluate(True):
                backward = (last - first).is_negative
            if backward:
                raise TypeError(
                    f"a path is written from its first state to its last, also for p_theta: x[{last}:{first}]"
                )
            return Path(self.function(0), first, last)
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


class Noise(sp.Symbol):
    """The noise of a whole way; with an index the noise of one step, `epsilon[t]` for `epsilon_t[t]`."""

    __iter__ = None

    def __getitem__(self, index):
        return epsilon_t[index]


class Constant(sp.Symbol):
    """Any constant, at every t another if need be: `C[t]` says the same."""

    __iter__ = None

    def __getitem__(self, index):
        return self


def function(name: str, tex: str, indices: int = 0, typed: str = ""):
    """A function that nothing is known about, such as a network, `epsilon_theta(x[t], t)`.

    Args:
        typed: how it is written at time t, for whoever leaves the arguments out.
        indices: how many of its first arguments are printed as an index: 1 for mu_tilde(t, x[t], x[0]).
    """
    return _new(name, Quantity, tex=tex, indices=indices, typed=typed)


def _new(name, kind, **attributes):
    # a name of its own for the class, since SymPy has functions such as beta too and prints by the name of the class
    return type(f"Quantity_{name}", (kind,), {"code": name, "__module__": __name__, **attributes})


alpha = family("alpha", r"\alpha", positive=True)
beta = family("beta", r"\beta", positive=True)
alpha_bar = family("alpha_bar", r"\bar\alpha", positive=True)
SCHEDULE = alpha.function, beta.function, alpha_bar.function  # tied together, and between 0 and 1
sigma = family("sigma", r"\sigma", positive=True)
x = family("x", "x")
epsilon_t = family("epsilon_t", r"\epsilon")
epsilon = Noise("epsilon", real=True)
epsilon_theta = function("epsilon_theta", r"\epsilon_\theta", typed="epsilon_theta(x[t], t)")
mu_theta = function("mu_theta", r"\mu_\theta", typed="mu_theta(x[t], t)")
mu_tilde = function("mu_tilde", r"\tilde\mu", indices=1, typed="mu_tilde(t, x[t], x[0])")
beta_tilde = family("beta_tilde", r"\tilde\beta", positive=True)
C = Constant("C", real=True)
I = sp.Symbol("I")  # noqa: E741  (the identity matrix, of a covariance such as beta[t] * I)
# At one time u of a continuous path: signal and spread with their derivatives, drift and diffusion, state and score;
# the step of Langevin dynamics and the variance of its chain.
c_u, r_u, g_u, h_u, V_u = sp.symbols("c_u r_u g_u h_u V_u", positive=True)
dc_u, dr_u, f_u, x_u, score_u = sp.symbols("dc_u dr_u f_u x_u score_u", real=True)
AT_U = (c_u, r_u, g_u, h_u, V_u, dc_u, dr_u, f_u, x_u, score_u)
# One step of a sampler, from the time u_i of its grid to the next: signal and spread before and after, what it keeps of
# the predicted noise, the deviation of its fresh noise; the states before and after.
c_i, r_i, c_next, r_next, sigma_i = sp.symbols("c_i r_i c_next r_next sigma_i", positive=True)
A_i, x_i, x_next = sp.symbols("A_i x_i x_next", real=True)
OF_A_STEP = (c_i, r_i, c_next, r_next, sigma_i, A_i, x_i, x_next)
TEX = {  # of single symbols
    "epsilon": r"\epsilon",
    "epsilon'": r"\epsilon'",
    "distance": r"\lVert a - b \rVert",
    "dc_u": "c_u'",
    "dr_u": "r_u'",
    "score_u": r"\nabla \log q_u(x_u)",
    "c_next": "c_{i+1}",
    "r_next": "r_{i+1}",
    "x_i": "x_{u_i}",
    "x_next": "x_{u_{i+1}}",
}


class SquaredNorm(sp.Function):
    r"""\lVert v \rVert^2, the sum of v^2 over the pixels; proofs are for one pixel (equation `eq-one-pixel`)."""

    nargs = 1

    def _eval_is_nonnegative(self):
        return True if self.args[0].is_real else None

    def doit(self, **hints):
        return self.args[0] ** 2
