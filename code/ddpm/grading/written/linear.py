"""Draws: what is linear in independent standard normal noises, also in those of all steps under a sum, as mean and
variance."""

import dataclasses
import itertools

import sympy as sp

from ddpm.derivation.symbols import alpha_bar, epsilon, epsilon_t, sqrt, x
from ddpm.grading.written.notation import parts
from ddpm.grading.written.too_large import Unreadable

STATE, NOISE = x.function, epsilon_t.function
n = sp.Symbol("n", integer=True)


@dataclasses.dataclass(frozen=True)
class Run:
    """The sum of coefficient(n) epsilon_t[n] for n from first to last."""

    coefficient: sp.Expr
    first: sp.Expr
    last: sp.Expr


def noises(expr) -> list:
    return sorted({e for e in parts(expr) if e == epsilon or isinstance(e, NOISE)}, key=sp.default_sort_key)


def mean_and_variance(draw, where) -> tuple:
    """The mean and the variance of a draw, an earlier state in it put in as a draw from x_0.

    Args:
        where: the smallest value of integer symbols.

    Raises:
        Unreadable: it is not linear in the noise, or it cannot be told which noises are the same.
    """
    mean, found = _collected(earlier_state_put_in(draw, where))
    single = {}
    for coefficient, noise in (part for part in found if not isinstance(part, Run)):
        single[noise] = single.get(noise, 0) + coefficient
    runs = [part for part in found if isinstance(part, Run)]
    for time, run in itertools.product(earlier_times(draw), runs):
        if not _ordered(time, run.first, where):
            raise Unreadable(
                f"has noise of the steps {run.first} to {run.last} beside x[{time}], which holds it already"
            )
    variance = sp.Add(*(coefficient**2 for coefficient in single.values()))
    for a, b in itertools.product(runs, repeat=2):
        variance += _both(a, b, where)
    for (noise, coefficient), run in itertools.product(single.items(), runs):
        if isinstance(noise, NOISE) and _is_in(noise.args[0], run, where):
            variance += 2 * coefficient * run.coefficient.subs(n, noise.args[0])
    return mean, variance


def earlier_times(draw) -> list:
    return sorted({e.args[0] for e in parts(draw) if isinstance(e, STATE) and e != x[0]}, key=sp.sstr)


def earlier_state_put_in(draw, where):
    times = earlier_times(draw)
    if len(times) > 1:
        raise Unreadable(
            f"has the states {' and '.join(sp.sstr(x[time]) for time in times)} in one draw, "
            "which are not independent; put one of them in"
        )
    for time in times:
        state = x[time]
        for noise in noises(draw):
            if (
                noise != epsilon
                and not (noise.args[0].free_symbols - time.free_symbols)
                and not _ordered(time, noise.args[0], where)
            ):
                raise Unreadable(f"has {noise} beside {state}; that noise is in {state} already")
        draw = draw.subs(state, sqrt(alpha_bar[time]) * x[0] + sqrt(1 - alpha_bar[time]) * NOISE(-1))
    return draw


def _collected(expr):
    """`expr` without its noise, and the noise as (coefficient, noise) or a `Run`."""
    if not noises(expr):
        return expr, []
    if expr == epsilon or isinstance(expr, NOISE):
        return sp.Integer(0), [(sp.Integer(1), expr)]
    if isinstance(expr, sp.Add):
        rest, found = zip(*map(_collected, expr.args))
        return sp.Add(*rest), list(itertools.chain(*found))
    if isinstance(expr, sp.Mul):
        noisy = [arg for arg in expr.args if noises(arg)]
        if len(noisy) == 1:
            factor = expr / noisy[0]
            rest, found = _collected(noisy[0])
            return factor * rest, [
                dataclasses.replace(part, coefficient=factor * part.coefficient)
                if isinstance(part, Run)
                else (factor * part[0], part[1])
                for part in found
            ]
    if isinstance(expr, sp.Sum):
        rest, found = _collected(expr.args[0])
        return rest and sp.Sum(rest, expr.args[1]), [_summed(part, *expr.args[1]) for part in found]
    raise Unreadable("is not linear in the noise, so it is no Gaussian")


def _summed(part, index, first, last):
    if isinstance(part, Run):
        raise Unreadable("has noise inside of a sum of sums; put the inner sum in front")
    coefficient, noise = part
    if not noise.has(index):
        return sp.Sum(coefficient, (index, first, last)), noise
    time = noise.args[0]
    slope = sp.diff(time, index)
    at = slope * (n - time.subs(index, 0))  # the index at which the noise is that of step n
    first, last = (time.subs(index, end) for end in ((first, last) if slope == 1 else (last, first)))
    return Run(coefficient.subs(index, at), first, last)


def _ordered(a, b, where) -> bool:
    """Whether a < b for every t, or a >= b for every t.

    Raises:
        Unreadable: neither.
    """
    difference = sp.sympify(b - a)
    raised = {n: where.get(n, 1) + sp.Dummy(integer=True, nonnegative=True) for n in difference.free_symbols}
    difference = sp.expand(difference.subs(raised))
    if not (difference.is_positive or difference.is_nonpositive):
        raise Unreadable(f"has noise of the steps {a} and {b}: for some t they are in this order, for others not")
    return bool(difference.is_positive)


def _is_in(time, run, where) -> bool:
    return not _ordered(time, run.first, where) and not _ordered(run.last, time, where)


def _both(a, b, where):
    """The covariance of two runs: what both have in common, a sum that may be empty."""
    if a == b:
        return sp.Sum(a.coefficient**2, (n, a.first, a.last))
    first = b.first if _ordered(a.first, b.first, where) else a.first
    last = b.last if _ordered(b.last, a.last, where) else a.last
    return (
        sp.Sum(a.coefficient * b.coefficient, (n, first, last))
        if not _ordered(last, first - 1, where)
        else sp.Integer(0)
    )
