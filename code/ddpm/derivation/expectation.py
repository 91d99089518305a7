r"""Formal expectations and KL divergences.

    E_q(log(q(x[1] | x[0]) / p(x[1])))              # over all states of the forward chain
    E_noise(epsilon_theta(x_t, t) ** 2)             # over x_0 and epsilon, where x_t = sqrt(alpha_bar_t) x_0 + ... epsilon
    KL(q(x[T] | x[0]), p(x[T]))

What is used of an expectation: it is linear; equal integrands have equal expectations; the expectation of a conditional
expectation is the whole expectation (the tower rule), so that inside E_q a KL from a conditional density of q stands for the log
ratio; and the law of x_t given x_0 is that of sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) epsilon (equation `eq-q-sample`).
"""

import sympy as sp

from ddpm.derivation.densities import STATE, Density
from ddpm.derivation.gaussians import Normal, kl_by_moments
from ddpm.derivation.symbols import alpha_bar, epsilon, x


class Expectation(sp.Expr):
    """`Expectation(body, law)`, the law being the symbol q or "x_0, epsilon"."""

    is_commutative = is_real = is_finite = True

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
        if kinds == {Normal} and len(first.args) != len(second.args):
            raise TypeError(f"KL compares two densities of one pixel, or two of an image; got {first} and {second}")
        if kinds == {Density} and first.args[1] != second.args[1]:
            raise TypeError(f"KL compares densities of one variable; got {first} and {second}")
        return super().__new__(cls, first, second)

    def _sympystr(self, printer):
        return f"KL({printer._print(self.args[0])}, {printer._print(self.args[1])})"


LAW_Q, LAW_NOISE = sp.Symbol("q"), sp.Symbol("x_0,epsilon")


class Mean:
    """`E_q(body)`, or as on paper `E_q[body]`."""

    def __init__(self, law: sp.Symbol):
        self.law = law

    def __call__(self, body):
        return Expectation(sp.sympify(body), self.law)

    __getitem__, __iter__ = __call__, None


E_q = Mean(LAW_Q)  # over the states of the forward chain, x_0 from the data
E_noise = Mean(LAW_NOISE)  # over x_0 from the data and epsilon; x[t] is short for sqrt(alpha_bar[t]) x[0] + sqrt(1 - alpha_bar[t]) epsilon


def integrand(expr):
    """`expr`, a linear combination of expectations and constants, as (body, law) of one expectation; law None without any.

    None if it is not of this form.
    """
    laws = {e.args[1] for e in expr.atoms(Expectation)}
    if not laws:
        return expr, None
    law = LAW_Q if laws == {LAW_Q} else LAW_NOISE
    body = _body(expr, law)
    return None if body is None else (body, law)


def _body(expr, law):
    if isinstance(expr, Expectation):
        inside = expr.args[0]
        if inside.has(Expectation):
            return None
        if expr.args[1] == LAW_Q and _is_linear_in_kl(inside):
            inside = inside.replace(KL, _log_ratio)
        return reparameterized(inside) if law == LAW_NOISE else inside
    if not expr.has(Expectation):
        return None if expr.has(STATE) or expr.has(epsilon) or expr.has(Density) and law == LAW_NOISE else expr
    if isinstance(expr, sp.Add):
        parts = [_body(arg, law) for arg in expr.args]
        return None if None in parts else sp.Add(*parts)
    if isinstance(expr, sp.Mul):
        constants = [arg for arg in expr.args if not arg.has(Expectation)]
        rest = [arg for arg in expr.args if arg.has(Expectation)]
        if len(rest) == 1 and not any(c.has(STATE, epsilon, Density) for c in constants):
            body = _body(rest[0], law)
            return None if body is None else sp.Mul(*constants, body)
    if isinstance(expr, sp.Sum):
        body = _body(expr.args[0], law)
        return None if body is None else sp.Sum(body, *expr.args[1:])
    return None


def _is_linear_in_kl(expr) -> bool:
    if isinstance(expr, KL) or not expr.has(KL):
        return True
    if isinstance(expr, (sp.Add, sp.Sum)):
        return all(_is_linear_in_kl(part) for part in expr.args if not isinstance(part, sp.Tuple))
    if isinstance(expr, sp.Mul):
        with_kl = [arg for arg in expr.args if arg.has(KL)]
        return len(with_kl) == 1 and _is_linear_in_kl(with_kl[0]) and not any(a.has(STATE) for a in expr.args if a not in with_kl)
    return False


def _log_ratio(first, second):
    """The log ratio whose conditional mean under q the KL is; the KL itself where that is not so."""
    if isinstance(first, Density) and first.args[0] == LAW_Q and set(second.args[2]) <= set(first.args[2]):
        return sp.log(first) - sp.log(second)
    return KL(first, second)


def reparameterized(body):
    """`body`, a function of x_0 and of one x_t, with sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) epsilon for x_t."""
    times = {state.args[0] for state in body.atoms(STATE)} - {sp.S.Zero}
    if len(times) > 1:
        return body
    return body.subs({x[i]: sp.sqrt(alpha_bar[i]) * x[0] + sp.sqrt(1 - alpha_bar[i]) * epsilon for i in times})


def expand_kl(expr):
    """`expr` with the KL of two Normals written out."""
    return expr.replace(KL, lambda first, second: kl_by_moments(first, second) if isinstance(first, Normal) else KL(first, second))
