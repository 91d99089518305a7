"""Problem 2.2a: a step of the forward process turned round."""

from ddpm.chapters.likelihood_to_kl.exercises.lines import GIVEN, RANGE, densities, from_given_to_shown, key
from ddpm.derivation.densities import q
from ddpm.derivation.formulas import POSTERIOR, REVERSE, STEP
from ddpm.derivation.symbols import t, x
from ddpm.grading.exercise import Slip
from ddpm.grading.verdict import Verdict
from ddpm.grading.written.claims import Target

NOW, BEFORE = q(x[t] | x[0]), q(x[t - 1] | x[0])
MARKOV = "A step depends on the state before it. Which one may be left out behind the bar, x_0 or x_{t-1}?"
BAYES = "Try it on numbers: three events of which you know all joint probabilities."


def turned_round(expr) -> str:
    """What a right answer to 2.2a lacks."""
    wanted = {key(d) for d in (POSTERIOR, NOW, BEFORE)}
    others = [d for d in densities(expr) if key(d) not in wanted]
    if others:
        return (
            f"equals q(x_t | x_{{t-1}}), but with {others[0]} in it. Asked for are q(x_{{t-1}} | x_t, x_0), "
            "q(x_t | x_0) and q(x_{t-1} | x_0)."
        )
    return ""


TURNED_TARGET = Target(
    "q(x_t | x_{t-1})",
    STEP,
    (
        Slip(
            "the two marginals are swapped: q(x_{t-1} | x_0) over q(x_t | x_0).",
            BAYES,
            lambda: POSTERIOR * BEFORE / NOW,
        ),
        Slip("the divisor q(x_{t-1} | x_0) is missing.", BAYES, lambda: POSTERIOR * NOW),
        Slip("the factor q(x_t | x_0) is missing.", BAYES, lambda: POSTERIOR / BEFORE),
        Slip("q(x_t | x_0) is missing and q(x_{t-1} | x_0) multiplied.", BAYES, lambda: POSTERIOR * BEFORE),
        Slip("the posterior alone: turned round, but without Bayes' factor.", BAYES, lambda: POSTERIOR),
        Slip("both marginals multiplied.", BAYES, lambda: POSTERIOR * BEFORE * NOW),
        Slip("everything turned over.", BAYES, lambda: BEFORE / (POSTERIOR * NOW)),
        Slip("x_0 is missing in the posterior: q(x_{t-1} | x_t).", GIVEN, lambda: q(x[t - 1] | x[t]) * NOW / BEFORE),
        Slip(
            "x_0 is missing in the marginals: q(x_t) over q(x_{t-1}).", GIVEN, lambda: POSTERIOR * q(x[t]) / q(x[t - 1])
        ),
        Slip("x_0 is missing in the marginal above the line: q(x_t).", GIVEN, lambda: POSTERIOR * q(x[t]) / BEFORE),
        Slip(
            "x_0 is missing in the marginal below the line: q(x_{t-1}).", GIVEN, lambda: POSTERIOR * NOW / q(x[t - 1])
        ),
        Slip("that is the marginal q(x_t | x_0).", MARKOV, lambda: NOW),
        Slip(
            "q(x_t | x_0) counts twice: the joint density q(x_{t-1}, x_t | x_0) holds it already.",
            BAYES,
            lambda: q(x[t - 1], x[t] | x[0]) * NOW / BEFORE,
        ),
        Slip(
            "x_0 is missing below the line: q(x_{t-1}, x_t, x_0) over q(x_{t-1}).",
            GIVEN,
            lambda: q(x[t - 1], x[t], x[0]) / q(x[t - 1]),
        ),
        Slip(
            "the posterior of the model, p_theta(x_{t-1} | x_t), in the place of that of q.",
            "Bayes' rule stays within one process.",
            lambda: REVERSE * NOW / BEFORE,
        ),
        Slip(
            "joint densities in the place of conditional ones in the fraction.",
            "What is q(x_t, x_0) more than q(x_t | x_0)? Does it cancel?",
            lambda: POSTERIOR * q(x[t], x[0]) / q(x[t - 1] | x[0]),
        ),
        Slip(
            "the step after this one: that is q(x_{t+1} | x_t), as it comes of the posterior q(x_t | x_{t+1}, x_0).",
            RANGE,
            lambda: q(x[t] | (x[t + 1], x[0])) * q(x[t + 1] | x[0]) / NOW,
        ),
    ),
    where={t: 2},
    form=turned_round,
)

PROBLEM_2_2A = from_given_to_shown("answer_2_2a", "2.2a", TURNED_TARGET, lambda line: line == STEP)


def check_answer_2_2a(answer) -> Verdict:
    """Check q(x_t | x_{t-1}) by Bayes' rule given x_0 (problem 2.2a): a list of lines that each equal it."""
    return PROBLEM_2_2A.check(answer)
