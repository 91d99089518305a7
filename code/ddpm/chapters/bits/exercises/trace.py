"""Hutchinson's estimate of a trace, as an exercise."""

import numpy as np

from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

FORM_HINT = "For one probe e: which vector is J e, and how do e and J e make one number?"
MEAN_HINT = "Each probe gives one estimate. What do n of them give together?"
EXACT_HINT = "Where D is large, J is not there to be looked at: all that can be had is J e, for the probes."
LENGTH_HINT = "What is the mean of e_i^2? Is anything left to divide by?"

# pixels and probes; few, since what a reader compiles is compiled for each
SHAPES = ((3, 2), (4, 3), (5, 4), (6, 2))


def trace_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 122))
    cases = []
    for i in range(12):
        D, n = SHAPES[i % 4]
        probes = rng.normal(size=(n, D)) if i // 4 % 2 else rng.choice([-1.0, 1.0], (n, D))
        cases.append((rng.normal(size=(D, D)) + np.eye(D), probes))
    return cases


def _forms(J, probes):
    return np.einsum("ni,ij,nj->n", probes, J, probes)


TRACE = Compared(
    "trace_of",
    "12.2",
    ("J", "probes"),
    trace_cases,
    lambda J, probes: _forms(J, probes).mean(),
    (
        Slip("the sum over the probes in the place of their mean.", MEAN_HINT, lambda J, e: _forms(J, e).sum()),
        Slip("the first probe alone.", MEAN_HINT, lambda J, e: _forms(J, e)[0]),
        Slip("the last probe alone.", MEAN_HINT, lambda J, e: _forms(J, e)[-1]),
        Slip("one estimate for each probe, not averaged.", MEAN_HINT, _forms),
        Slip(
            "the mean of the probes is taken first, or probes were multiplied with each other.",
            MEAN_HINT,
            lambda J, e: e.mean(0) @ J @ e.mean(0),
        ),
        Slip(
            "probes were multiplied with each other, and all products added up: <e, J e> has the same e twice.",
            FORM_HINT,
            lambda J, e: (e @ J @ e.T).sum() / len(e),
        ),
        Slip(
            "all products of two probes, a matrix: <e, J e> has the same e twice, and the mean is one number.",
            FORM_HINT,
            lambda J, e: e @ J @ e.T,
        ),
        Slip(
            "added up over the probes, and the mean taken over the pixels: the two axes are swapped.",
            MEAN_HINT,
            lambda J, e: _forms(J, e).sum() / e.shape[1],
        ),
        Slip("the exact trace: the probes have no part in it.", EXACT_HINT, lambda J, e: np.trace(J)),
        Slip(
            "the diagonal of J alone, weighted with e_i^2: J e was not formed.",
            EXACT_HINT,
            lambda J, e: (e**2 @ np.diag(J)).mean(),
        ),
        Slip("J e is summed up without being multiplied by e.", FORM_HINT, lambda J, e: (e @ J.T).sum(1).mean()),
        Slip(
            "the squared length of J e: that estimates the sum of all J_ij^2.",
            FORM_HINT,
            lambda J, e: ((e @ J.T) ** 2).sum(1).mean(),
        ),
        Slip("<e, J e> is squared.", FORM_HINT, lambda J, e: (_forms(J, e) ** 2).mean()),
        Slip(
            "the mean over the pixels in the place of the sum.",
            "A trace is a sum. Which sum does <e, J e> hold?",
            lambda J, e: (_forms(J, e) / e.shape[1]).mean(),
        ),
        Slip(
            "e times J e pixel by pixel, not added up.",
            "A trace is one number. Which sum does <e, J e> hold?",
            lambda J, e: (e * (e @ J.T)).mean(0),
        ),
        Slip(
            "divided by the squared length of the probe.",
            LENGTH_HINT,
            lambda J, e: (_forms(J, e) / (e**2).sum(1)).mean(),
        ),
        Slip(
            "the length of the probe divides.", LENGTH_HINT, lambda J, e: (_forms(J, e) / np.sqrt((e**2).sum(1))).mean()
        ),
        Slip("the sign is wrong.", "For J = I every Rademacher probe gives D.", lambda J, e: -_forms(J, e).mean()),
        Slip(
            "the variance over the probes, not their mean.",
            MEAN_HINT,
            lambda J, e: _forms(J, e).var(),
        ),
    ),
)


def check_trace(student, seed: int | None = None) -> Verdict:
    """Check student(J, probes): Hutchinson's estimate of the trace of J by the probes, shape (n, D)."""
    return check(student, TRACE, seed)
