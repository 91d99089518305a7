r"""Formal expectations and KL divergences.

    E_q(log(q(x[1] | x[0]) / p(x[1])))              # over all states of the forward chain
    E_noise(epsilon_theta(x_t, t) ** 2)             # over x_0 and epsilon, where x_t = sqrt(alpha_bar_t) x_0 + ...
    epsilon
    KL(q(x[T] | x[0]), p(x[T]))

What is used of an expectation: it is linear; equal integrands have equal expectations; the expectation of a conditional
expectation is the whole expectation (the tower rule), so that inside E_q a KL from a conditional density of q stands
for the log
ratio; and the law of x_t given x_0 is that of sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) epsilon (equation
`eq-q-sample`).
"""

import sympy as sp

from ddpm.derivation.densities import STATE, Density, Undecided
from ddpm.derivation.gaussians import Normal, kl_by_moments, mean_of_polynomial
from ddpm.derivation.lowest import lower, raised
from ddpm.derivation.symbols import SCHEDULE, Path, Quantity, alpha_bar, epsilon, epsilon_t, x


class Expectation(sp.Expr):
    """`Expectation(body, law)`, the law being the symbol q or "x_0, epsilon"."""

    is_commutative = is_finite = True

    def _eval_is_real(self):
        return True if self.args[0].is_real else None

    def _sympystr(self, printer):
        return f"{'E_q' if self.args[1] == LAW_Q else 'E_noise'}({printer._print(self.args[0])})"


class KL(sp.Expr):
    """The Kullback-Leibler divergence of two named densities, or of two `Normal`s of one variable."""

    is_commutative = is_real = is_nonnegative = is_finite = True

    def __new__(cls, first, second):
        kinds = {type(first), type(second)}
        if kinds not in ({Density}, {Normal}):
            raise TypeError(f"KL takes two named densities or two Normals; got {first} and {second}")
        if kinds == {Normal} and first.args[0] != second.args[0]:
            raise TypeError(f"KL compares densities of one variable; got {first.args[0]} and {second.args[0]}")
        if isinstance(first.args[0], SCHEDULE):
            raise TypeError(f"{first.args[0]} is fixed, and no variable of a density")
        if kinds == {Normal} and len(first.args) != len(second.args):
            raise TypeError(f"KL compares two densities of one pixel, or two of an image; got {first} and {second}")
        if kinds == {Density} and first.args[1] != second.args[1]:
            raise TypeError(f"KL compares densities of one variable; got {first} and {second}")
        return super().__new__(cls, first, second)

    def _sympystr(self, printer):
        return f"KL({printer._print(self.args[0])}, {printer._print(self.args[1])})"


LAW_Q, LAW_NOISE = sp.Symbol("q"), sp.Symbol("x_0,epsilon")
NOISES = epsilon, epsilon_t.function


class Mean:
    """`E_q(body)`, or as on paper `E_q[body]`."""

    def __init__(self, law: sp.Symbol):
        self.law = law

    def __call__(self, body):
        return Expectation(sp.sympify(body), self.law)

    __getitem__, __iter__ = __call__, None


E_q = Mean(LAW_Q)  # over the states of the forward chain, x_0 from the data
E_noise = Mean(
    LAW_NOISE
)  # over x_0 from the data and epsilon; x[t] is short for sqrt(alpha_bar[t]) x[0] + sqrt(1 - alpha_bar[t]) epsilon


def laws(left, right) -> list:
    """The laws under which two sides with expectations can be compared: q where all are over q, then x_0 and
    epsilon."""
    return (
        [LAW_Q, LAW_NOISE]
        if {e.args[1] for side in (left, right) for e in side.atoms(Expectation)} == {LAW_Q}
        else [LAW_NOISE]
    )


def integrand(expr, law):
    """The body of the one expectation that a linear combination of expectations and constants is.

    One over q becomes one over x_0 and epsilon, if that is the law, where its body is a function of x_0 and one x_t.

    Raises:
        Undecided: `expr` is not of this form.
    """
    if isinstance(expr, Expectation):
        inside, own = expr.args
        if inside.has(Expectation):
            raise Undecided(f"not decided: an expectation in an expectation: {expr}")
        if own == LAW_Q and _is_linear_in_kl(inside):
            inside = inside.replace(KL, _log_ratio)
        if law == LAW_Q:
            return inside
        if inside.has(Density) or (own == LAW_Q and inside.has(*NOISES)):
            raise Undecided(f"not decided: no expectation over x_0 and epsilon: {expr}")
        return reparameterized(inside) if own == LAW_NOISE else one_state_at_a_time(inside)
    if not expr.has(Expectation):
        return _free_of_states(expr)
    if isinstance(expr, sp.Add):
        return sp.Add(*(integrand(arg, law) for arg in expr.args))
    if isinstance(expr, sp.Mul):
        rest = [arg for arg in expr.args if arg.has(Expectation)]
        if len(rest) == 1:
            (mean,) = rest
            return sp.Mul(*(_free_of_states(arg) for arg in expr.args if arg != mean), integrand(mean, law))
    if isinstance(expr, sp.Sum):
        return expr.func(integrand(expr.args[0], law), *(_free_of_states(limit) for limit in expr.args[1:]))
    raise Undecided(f"not decided: no linear combination of expectations: {expr}")


def _free_of_states(expr):
    """`expr`, which stands outside of all expectations: states and noise there are not those that an expectation is
    taken over."""
    if expr.has(STATE, Density, Path, *NOISES):
        raise Undecided(f"not decided: a state or a noise outside of expectations: {expr}")
    return expr


def _is_linear_in_kl(expr) -> bool:
    if isinstance(expr, KL) or not expr.has(KL):
        return True
    if isinstance(expr, (sp.Add, sp.Sum)):
        return all(_is_linear_in_kl(part) for part in expr.args if not isinstance(part, sp.Tuple))
    if isinstance(expr, sp.Mul):
        with_kl = [arg for arg in expr.args if arg.has(KL)]
        return (
            len(with_kl) == 1
            and all(map(_is_linear_in_kl, with_kl))
            and not any(a.has(STATE, *NOISES) for a in expr.args if a not in with_kl)
        )
    return False


def _log_ratio(first, second):
    """The log ratio whose conditional mean under q the KL is; the KL itself where that is not so."""
    if isinstance(first, Density) and first.args[0] == LAW_Q and set(second.args[2]) <= set(first.args[2]):
        return sp.log(first) - sp.log(second)
    return KL(first, second)


def reparameterized(body):
    """`body` with sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) epsilon for each x_t, which inside E_noise is short
    for it."""
    return body.replace(
        STATE, lambda i: sp.sqrt(alpha_bar[i]) * x[0] + sp.sqrt(1 - alpha_bar[i]) * epsilon if i else x[0]
    )


def one_state_at_a_time(body):
    """`body` of E_q, reparameterized: right where each of its terms is a function of x_0 and of one x_t.

    Raises:
        Undecided: a term has more than one, or a state in a sum that is not a sum of terms.
    """
    if isinstance(body, sp.Add):
        return sp.Add(*map(one_state_at_a_time, body.args))
    if isinstance(body, sp.Sum):
        return body.func(one_state_at_a_time(body.args[0]), *body.args[1:])
    states = body.atoms(STATE) - {x[0]}
    if len(states) > 1 or any(part.has(STATE) for part in body.atoms(sp.Sum, sp.Product, sp.Integral)):
        raise Undecided(f"not decided: several states in one term: {body}")
    return reparameterized(body)


def by_moments(body):
    """The mean over epsilon of a `body` that is a polynomial in it, sums of such too; x_0 stays. None for any other.

    None too where a noise of one step stands beside it: epsilon is made of these.
    """
    if body.has(*NOISES[1:]):
        return None
    sums = [term for term in sp.Add.make_args(body) if any(part.has(epsilon) for part in term.atoms(sp.Sum))]
    unit = sp.Dummy("unit", real=True)
    rest = (body - sp.Add(*sums)).subs(epsilon, unit)
    try:
        means = [sp.sympify(mean_of_polynomial(rest, unit, sp.S.Zero, sp.S.One)), *map(_mean_of_sum, sums)]
    except sp.PolynomialError:
        return None
    return None if None in means else sp.Add(*means)


def _mean_of_sum(term):
    """The mean over epsilon of a sum, times what may go into it: its index is its own."""
    sums = [arg for arg in sp.Mul.make_args(term) if isinstance(arg, sp.Sum)]
    if len(sums) != 1:
        return None
    (found,) = sums
    inside = by_moments(term / found * found.args[0])
    return None if inside is None else found.func(inside, *found.args[1:])


def expand_kl(expr, lowest: dict):
    """`expr` with the KL of two Normals written out."""
    if isinstance(expr, KL):
        first, second = expr.args
        means = [part for normal in (first, second) for part in normal.args[1:3]]
        if isinstance(first, Normal) and not any(_may_depend(part, first.args[0], lowest) for part in means):
            return kl_by_moments(first, second)
        return expr
    if not expr.has(KL):
        return expr
    inside = lower(expr.args[1:], lowest) if isinstance(expr, (sp.Sum, sp.Product)) else lowest
    return expr.func(*(expand_kl(arg, inside) for arg in expr.args))


def _may_depend(part, variable, lowest) -> bool:
    """Whether a mean or a variance may depend on the variable, be it as a term of a sum or by an index of its own."""
    if isinstance(variable, sp.Symbol):
        return part.has(variable)
    if not isinstance(variable, Quantity) or any(big.has(variable.func) for big in part.atoms(sp.Sum, sp.Product)):
        return True
    apart = [raised(one.args[0] - variable.args[0], lowest) for one in part.atoms(variable.func)]
    return any(distance.is_zero is not False for distance in apart)


def outside_as_mean(expr):
    """`expr` with E_q of the log ratio for a KL of q that stands outside of expectations and is given nothing."""
    if isinstance(expr, Expectation):
        return expr
    if isinstance(expr, KL):
        first, second = expr.args
        free = isinstance(first, Density) and first.args[0] == LAW_Q and not first.args[2] and not second.args[2]
        return E_q(sp.log(first) - sp.log(second)) if free else expr
    return expr.func(*map(outside_as_mean, expr.args)) if expr.is_Add or expr.is_Mul else expr
