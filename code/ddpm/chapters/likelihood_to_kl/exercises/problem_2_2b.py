"""Problem 2.2b: the bound in KL divergences."""

import sympy as sp

from ddpm.chapters.likelihood_to_kl.exercises.lines import (
    BEGINNING,
    GIVEN,
    RANGE,
    SIGN,
    L,
    around_a_part,
    densities,
    from_given_to_shown,
    key,
    steps,
    total,
)
from ddpm.chapters.likelihood_to_kl.exercises.problem_2_1 import sum_over_steps
from ddpm.derivation.densities import p_theta, q
from ddpm.derivation.expectation import KL, E_q
from ddpm.derivation.formulas import FIRST, POSTERIOR, REVERSE, START, bound_in_divergences
from ddpm.derivation.symbols import Path, T, log, t, x
from ddpm.grading.exercise import Slip
from ddpm.grading.verdict import Verdict
from ddpm.grading.written.claims import Target
from ddpm.grading.written.notation import parts

PRIOR_TERM = KL(q(x[T] | x[0]), START)
END = "After the sum has collapsed, two densities of x_T are left. What do they make together?"
FIRST_ARGUMENT = (
    "The mean in a KL divergence is taken under its first argument. From which process are the states drawn here?"
)


def is_split(expr) -> bool:
    """Whether one of the steps back stands apart from the others, as that of t = 1 where Bayes' rule is to come."""
    return len({key(d) for d in densities(expr) if steps("p_theta")(d)}) > 1


def is_given_in_2_2b(expr) -> bool:
    return expr == L or not sum_over_steps(expr) and not is_split(expr)


def in_divergences(expr) -> str:
    """What a right answer to 2.2b lacks."""
    if not expr.has(KL):
        return "equals L, but there is no KL divergence in it yet. The mean of which log ratio is one?"
    inside = [e for e in parts(expr) if isinstance(e, KL)]
    if expr.has(Path) or any(steps("q")(d) for d in densities(expr)):
        return (
            "equals L, but a step of the forward process, or a whole path, is still in it. Turn each step round first."
        )
    bare = [d for d in densities(expr.replace(KL, lambda *args: sp.Integer(0))) if key(d) != key(FIRST)]
    if bare:
        return f"equals L, but {bare[0]} stands outside of a KL divergence."
    return "" if len(inside) > 1 or expr.has(sp.Sum) else "equals L, but there is no sum over t in it."


def _kl_form(prior=PRIOR_TERM, term=None, first=2, last=T, end=-log(FIRST)):
    return E_q(prior + total(KL(POSTERIOR, REVERSE) if term is None else term, first, last) + end)


KL_TARGET = Target(
    "L",
    L,
    (
        Slip("L_0 has the wrong sign: + log p_theta(x_0 | x_1).", SIGN, lambda: _kl_form(end=log(FIRST))),
        Slip("L_0 = -log p_theta(x_0 | x_1) is missing.", BEGINNING, lambda: _kl_form(end=0)),
        Slip("L_T = KL(q(x_T | x_0) || p(x_T)) is missing.", END, lambda: _kl_form(prior=0)),
        Slip(
            "the KL divergences stand with a minus.",
            "A KL divergence is never negative. Can a loss fall by the model getting worse?",
            lambda: _kl_form(prior=-PRIOR_TERM, term=-KL(POSTERIOR, REVERSE)),
        ),
        Slip(
            "the KL divergences of the steps stand with a minus.",
            "A KL divergence is never negative. Can a loss fall by the model getting worse?",
            lambda: _kl_form(term=-KL(POSTERIOR, REVERSE)),
        ),
        Slip(
            "L_T stands with a minus.",
            "A KL divergence is never negative. Can a loss fall by the model getting worse?",
            lambda: _kl_form(prior=-PRIOR_TERM),
        ),
        Slip("all signs are turned: that is -L, the lower bound (ELBO).", SIGN, lambda: -bound_in_divergences()),
        Slip(
            "the KL divergences of the steps are the wrong way round: the model comes first.",
            FIRST_ARGUMENT,
            lambda: _kl_form(term=KL(REVERSE, POSTERIOR)),
        ),
        Slip(
            "all KL divergences are the wrong way round: the model comes first.",
            FIRST_ARGUMENT,
            lambda: _kl_form(prior=KL(START, q(x[T] | x[0])), term=KL(REVERSE, POSTERIOR)),
        ),
        Slip(
            "L_T is the wrong way round: p(x_T) comes first.",
            FIRST_ARGUMENT,
            lambda: _kl_form(prior=KL(START, q(x[T] | x[0]))),
        ),
        Slip(
            "the sum begins at t = 1: there q(x_0 | x_1, x_0) is no density but a point, and L_0 counts twice.",
            BEGINNING,
            lambda: _kl_form(first=1),
        ),
        Slip(
            "the sum begins at t = 1 and L_0 is left out: at t = 1 the posterior is no density but a point.",
            BEGINNING,
            lambda: _kl_form(first=1, end=0),
        ),
        Slip("the sum ends at T - 1: a step is missing.", RANGE, lambda: _kl_form(last=T - 1)),
        Slip("the sum begins at t = 3: a step is missing.", RANGE, lambda: _kl_form(first=3)),
        Slip(
            "x_0 is missing in the posterior: q(x_{t-1} | x_t).",
            GIVEN,
            lambda: _kl_form(term=KL(q(x[t - 1] | x[t]), REVERSE)),
        ),
        Slip(
            "x_t is missing in the posterior: q(x_{t-1} | x_0).",
            GIVEN,
            lambda: _kl_form(term=KL(q(x[t - 1] | x[0]), REVERSE)),
        ),
        Slip("x_0 is missing in L_T: KL(q(x_T) || p(x_T)).", GIVEN, lambda: _kl_form(prior=KL(q(x[T]), START))),
        Slip(
            "x_0 is missing behind both bars.",
            GIVEN,
            lambda: _kl_form(prior=KL(q(x[T]), START), term=KL(q(x[t - 1] | x[t]), REVERSE)),
        ),
        Slip(
            "-log p(x_T) in the place of L_T: half of the log ratio is missing.",
            END,
            lambda: _kl_form(prior=-log(START)),
        ),
        Slip(
            "-log p_theta(x_0) in the place of -log p_theta(x_0 | x_1).",
            BEGINNING,
            lambda: _kl_form(end=-log(p_theta(x[0]))),
        ),
        Slip(
            "L_0 = -log p_theta(x_0 | x_1) stands inside of the sum, so it counts more than once.",
            BEGINNING,
            lambda: E_q(PRIOR_TERM + total(KL(POSTERIOR, REVERSE) - log(FIRST), 2)),
        ),
        Slip(
            "q(x_T | x_0) multiplies p(x_T) where it divides.",
            END,
            lambda: _kl_form(prior=-log(START * q(x[T] | x[0]))),
        ),
        Slip(
            "q(x_1 | x_0) still stands below p_theta(x_0 | x_1): it cancels against the end of the sum.",
            "After the sum has collapsed, what is left of its first term?",
            lambda: _kl_form(end=-log(FIRST / q(x[1] | x[0]))),
        ),
        Slip(
            "Bayes' rule is used upside down: the marginals are swapped.",
            "Compare with problem 2.2a: which marginal stands above the line?",
            lambda: E_q(
                -log(START * q(x[T] | x[0])) + total(KL(POSTERIOR, REVERSE), 2) - log(FIRST / q(x[1] | x[0]) ** 2)
            ),
        ),
        Slip(
            "the sum over t is missing: that is one step alone.",
            RANGE,
            lambda: E_q(PRIOR_TERM + KL(POSTERIOR, REVERSE) - log(FIRST)),
        ),
        Slip(
            "the expectation is missing.",
            "The KL divergences still depend on x_0 and x_t. L is a number.",
            lambda: bound_in_divergences().args[0],
        ),
    ),
    form=in_divergences,
    other=around_a_part,
)

PROBLEM_2_2B = from_given_to_shown("answer_2_2b", "2.2b", KL_TARGET, is_given_in_2_2b)


def check_answer_2_2b(answer) -> Verdict:
    """Check the bound in KL divergences (problem 2.2b): a list of lines that each equal L, from L to the result."""
    return PROBLEM_2_2B.check(answer)
