"""Problem 2.1: the bound as a sum over steps."""

import sympy as sp

from ddpm.chapters.likelihood_to_kl.exercises.lines import (
    MEAN,
    RANGE,
    SIGN,
    L,
    around_a_part,
    densities,
    from_given_to_shown,
    is_prior,
    steps,
    total,
)
from ddpm.derivation.densities import p_theta, q
from ddpm.derivation.expectation import KL, E_q
from ddpm.derivation.formulas import FIRST, POSTERIOR, REVERSE, START, STEP, bound_in_steps
from ddpm.derivation.symbols import Path, T, log, t, x
from ddpm.grading.exercise import Slip
from ddpm.grading.verdict import Verdict
from ddpm.grading.written.claims import Target
from ddpm.grading.written.notation import parts

PAIRS = "Count the factors of both path densities. Which one has no partner?"
OVER = "Of which of the two densities is the log taken with a minus in L?"


def sum_over_steps(expr) -> str:
    """What a right answer to 2.1 lacks."""
    if any(isinstance(e, Path) for e in parts(expr)):
        return "equals L, but the density of a whole path is still in it. What is it the product of?"
    if expr.has(KL):
        return "equals L, but with KL divergences. They come in problem 2.2b; here the sum of the logs is asked for."
    if expr.has(sp.Product):
        return "equals L, but there is a product in it. What is the log of a product?"
    others = [d for d in densities(expr) if not (is_prior(d) or steps("q")(d) or steps("p_theta")(d))]
    if others:
        return f"equals L, but with {others[0]} in it. Only p(x_T) and the steps of both processes are asked for."
    return "" if expr.has(sp.Sum) else "equals L, but there is no sum over t in it."


def bound_of(prior=-log(START), term=-log(REVERSE / STEP), first=1, last=T):
    return E_q(prior + total(term, first, last))


SUM_TARGET = Target(
    "L",
    L,
    (
        Slip(
            "the sign of the sum is turned, or its fraction upside down.",
            OVER,
            lambda: bound_of(term=log(REVERSE / STEP)),
        ),
        Slip("the sign of log p(x_T) is turned.", SIGN, lambda: bound_of(prior=log(START))),
        Slip("all signs are turned: that is -L, the lower bound (ELBO).", SIGN, lambda: -bound_in_steps()),
        Slip("log p(x_T) is missing.", PAIRS, lambda: bound_of(prior=0)),
        Slip("the sum begins at t = 2: the step between x_0 and x_1 is missing.", RANGE, lambda: bound_of(first=2)),
        Slip("the sum ends at T - 1: the last step is missing.", RANGE, lambda: bound_of(last=T - 1)),
        Slip(
            "the steps of q are missing.",
            "Which density stands below the line in L?",
            lambda: bound_of(term=-log(REVERSE)),
        ),
        Slip("the steps of q are multiplied where they divide.", OVER, lambda: bound_of(term=-log(REVERSE * STEP))),
        Slip(
            "the steps of p_theta are missing.",
            "Which density stands above the line in L?",
            lambda: bound_of(term=log(STEP)),
        ),
        Slip(
            "q(x_{t-1} | x_t) where q(x_t | x_{t-1}) belongs: the forward process steps forward.",
            "From where to where does q step?",
            lambda: bound_of(term=-log(REVERSE / q(x[t - 1] | x[t]))),
        ),
        Slip(
            "p_theta(x_t | x_{t-1}) where p_theta(x_{t-1} | x_t) belongs: the reverse process steps back.",
            "From where to where does p_theta step?",
            lambda: bound_of(term=-log(p_theta(x[t] | x[t - 1]) / STEP)),
        ),
        Slip(
            "q(x_{t-1} | x_t, x_0) in the place of q(x_t | x_{t-1}): they are no equals.",
            "From where to where does q step?",
            lambda: bound_of(term=-log(REVERSE / POSTERIOR), first=2) + E_q(-log(FIRST / q(x[1] | x[0]))),
        ),
        Slip(
            "q(x_t | x_0) in the place of q(x_t | x_{t-1}).",
            "The product of what is q(x_{1:T} | x_0)?",
            lambda: bound_of(term=-log(REVERSE / q(x[t] | x[0]))),
        ),
        Slip(
            "q(x_T) in the place of p(x_T).",
            "Where does the reverse process start?",
            lambda: bound_of(prior=-log(q(x[T]))),
        ),
        Slip(
            "q(x_T | x_0) in the place of p(x_T).",
            "Where does the reverse process start?",
            lambda: bound_of(prior=-log(q(x[T] | x[0]))),
        ),
        Slip(
            "p(x_T) stands inside of the sum, so it counts T times.",
            PAIRS,
            lambda: E_q(total(-log(START) - log(REVERSE / STEP))),
        ),
        Slip(
            "the sum over t is missing: that is one step alone.", RANGE, lambda: E_q(-log(START) - log(REVERSE / STEP))
        ),
        Slip("the expectation is missing.", MEAN, lambda: bound_in_steps().args[0]),
        Slip(
            "a product in the place of the sum.",
            "What is the log of a product?",
            lambda: E_q(-log(START) - sp.Product(log(REVERSE / STEP), (t, 1, T))),
        ),
        Slip("divided by T: that is a mean over the steps.", MEAN, lambda: bound_of(term=-log(REVERSE / STEP) / T)),
        Slip(
            "q(x_{0:T}) in the place of q(x_{1:T} | x_0): the density of x_0 is in it.",
            "Behind which bar does x_0 stand in L?",
            lambda: E_q(-log(p_theta(x[0:T]) / q(x[0:T]))),
        ),
        Slip(
            "x_0 is missing behind the bar: q(x_{1:T}).",
            "Behind which bar does x_0 stand in L?",
            lambda: E_q(-log(p_theta(x[0:T]) / q(x[1:T]))),
        ),
        Slip(
            "the log of a fraction is taken for the quotient of the logs.",
            "What is log(8 / 2), what log(8) / log(2)?",
            lambda: bound_of(term=-log(REVERSE) / log(STEP)),
        ),
        Slip(
            "the steps of p_theta end at T - 1, those of q at T.",
            RANGE,
            lambda: E_q(-log(START) - total(log(REVERSE), last=T - 1) + total(log(STEP))),
        ),
        Slip(
            "q(x_{t-1} | x_t) where p_theta(x_{t-1} | x_t) belongs: L compares the model with q.",
            "Which density stands above the line in L?",
            lambda: bound_of(term=-log(q(x[t - 1] | x[t]) / STEP)),
        ),
        Slip(
            "-log p_theta(x_0): that is what L bounds, not L.",
            "Where did Jensen's inequality change something?",
            lambda: E_q(-log(p_theta(x[0]))),
        ),
    ),
    form=sum_over_steps,
    other=around_a_part,
)

PROBLEM_2_1 = from_given_to_shown("answer_2_1", "2.1", SUM_TARGET, lambda line: line == L)


def check_answer_2_1(answer) -> Verdict:
    """Check the bound as a sum over steps (problem 2.1): a list of lines that each equal L, from L to the result."""
    return PROBLEM_2_1.check(answer)
