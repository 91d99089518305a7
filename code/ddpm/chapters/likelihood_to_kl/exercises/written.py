"""Problems 2.1, 2.2a and 2.2b: the bound as a sum over steps, a step turned round, the bound in KL divergences."""

from collections.abc import Callable

import sympy as sp

from ddpm.derivation.densities import Density, p_theta, q
from ddpm.derivation.expectation import KL, E_q, Expectation
from ddpm.derivation.formulas import FIRST, POSTERIOR, REVERSE, START, STEP, bound, bound_in_divergences, bound_in_steps
from ddpm.derivation.symbols import Path, T, log, t, x
from ddpm.grading.exercise import Slip
from ddpm.grading.verdict import Verdict
from ddpm.grading.written.notation import parts
from ddpm.grading.written.problem import Claim, Derivation, Target, in_form, solved
from ddpm.grading.written.states import POINT, SMALL, is_log_linear, is_product, point, refuse_foreign
from ddpm.grading.written.too_large import Unreadable

L = bound()
NOW, BEFORE = q(x[t] | x[0]), q(x[t - 1] | x[0])
PRIOR_TERM = KL(q(x[T] | x[0]), START)

SIGN = "L is a loss: a likely path makes it small. What sign does the log of a probability then have?"
PAIRS = "Count the factors of both path densities. Which one has no partner?"
RANGE = "For which t is there a step of this kind? Try T = 1, then T = 2."
MEAN = "L is a number. What is left of a path once it is a number?"
OVER = "Of which of the two densities is the log taken with a minus in L?"
BAYES = "Try it on numbers: three events of which you know all joint probabilities."
BEGINNING = "Keep the term t = 1 apart from the others, and follow what happens to it."
END = "After the sum has collapsed, two densities of x_T are left. What do they make together?"
FIRST_ARGUMENT = (
    "The mean in a KL divergence is taken under its first argument. From which process are the states drawn here?"
)
GIVEN = "Behind which bar does x_0 stand after Bayes' rule?"


def total(term, first=1, last=T):
    return sp.Sum(term, (t, first, last))


def claims_about(target: Target):
    """Each line, and each side of an equation, is to equal the target."""

    def claims(lines):
        found = []
        for i, line in enumerate(lines, start=1):
            place = f"line {i}" if len(lines) > 1 else ""
            if target is TURNED_TARGET and sp.Tuple(line.left or 0, line.right, *line.between).has(Expectation, KL):
                raise Unreadable(
                    f"holds an expectation or a KL divergence; {target.what} is a density, "
                    "for each pair of states a number"
                )
            expr, open_ = solved(line, target)
            sides = [line.left] if line.left is not None and not open_ and expr != line.left else []
            found += [Claim(target, in_one_way(side), side, place) for side in (*sides, *line.between)]
            found.append(Claim(target, in_one_way(expr), expr, place, open_))
        return found

    return claims


def in_one_way(expr):
    """`expr` with a short path as its states, and p(x_T) for the same as a density of p_theta."""

    def one(law, targets, given):
        if isinstance(targets[0], Path):
            first, last = targets[0].args[1:]
            if (last - first).is_Integer and 0 <= last - first <= SMALL:
                targets = [x[first + i] for i in range(int(last - first) + 1)]
        found = Density(law, sp.Tuple(*targets), given)
        return START if found == p_theta(x[T]) else found

    return expr.replace(Density, one)


def sound(claim: Claim) -> tuple[str, Slip | None]:
    """Why a line holds for chains of events and not for densities, or not for chains of every length."""
    where = dict(claim.target.where)
    try:
        refuse_foreign(claim.typed, where)
    except Unreadable as error:
        return str(error), None
    if found := point(claim.typed, where):
        return found, POINT
    if not claim.open and not (
        is_product(claim.typed) if claim.target is TURNED_TARGET else is_log_linear(claim.typed)
    ):
        return (
            "agrees in chains of events, but of densities this check can compare only "
            + (
                "products of their powers"
                if claim.target is TURNED_TARGET
                else "expectations and sums of their logs and of KL divergences"
            )
        ), None
    return "", None


def with_a_step(name: str, given: Callable):
    """A derivation has a line between what is given and the result, since the problem prints the result."""

    def missing(claims):
        if any(claim.target.form(claim.typed) and not given(claim.typed) for claim in claims):
            return ""
        return (
            f"{name} is what is to be shown, and the problem prints it. Type at least one line in between: a list "
            "[first line, ..., result], where each line follows from the one before."
        )

    return missing


def from_either_end(given: Callable):
    """The result stands at the end of a derivation; or at its beginning, if what is given stands at the end."""

    def lacking(claims):
        first, last = claims[0], claims[-1]
        backwards = len(claims) > 1 and given(last.typed) and not first.open and not first.target.form(first.typed)
        return "" if backwards else in_form(claims)

    return lacking


def from_given_to_shown(name: str, problem: str, target: Target, given: Callable) -> Derivation:
    """A problem that prints what is to be shown.

    Args:
        given: a right line -> whether it is where the derivation starts from.
    """
    return Derivation(
        name, problem, claims_about(target), form=from_either_end(given), sound=sound, derived=with_a_step(name, given)
    )


def around_a_part(typed, sample) -> Slip | None:
    """E_q that stands around some of the terms alone, or inside of the log."""
    body = typed.replace(Expectation, lambda body, law: body)
    if body != typed and sample.equal(E_q(body), L):
        if any(e.has(Expectation) for e in typed.atoms(sp.log)):
            return Slip(
                "the log of a mean in the place of the mean of the log.",
                "Where did Jensen's inequality change something?",
                lambda: typed,
            )
        return Slip(
            "E_q stands around a part alone: what is outside of it still depends on the states.", MEAN, lambda: typed
        )
    return None


def key(density: Density):
    """A density, whatever the order in which its states are written."""
    law, targets, given = density.args
    return law.name, frozenset(targets), frozenset(given)


def steps(law: str):
    """Whether a density is a step of its chain: from a - 1 to a for q, from a to a - 1 for p_theta."""

    def is_one(density):
        if density.args[0].name != law or density.is_path or not len(density.args[1]) == len(density.args[2]) == 1:
            return False
        (to,), (since,) = density.times(1), density.times(2)
        return to - since == (1 if law == "q" else -1)

    return is_one


def is_prior(density):
    """Whether a density is that of x_T before the first step back; p_theta(x_T) is the same."""
    return key(density) in (key(START), key(p_theta(x[T])))


def densities(expr) -> list[Density]:
    return [e for e in parts(expr) if isinstance(e, Density)]


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


def is_split(expr) -> bool:
    """Whether one of the steps back stands apart from the others, as that of t = 1 where Bayes' rule is to come."""
    return len({key(d) for d in densities(expr) if steps("p_theta")(d)}) > 1


def is_given_in_2_2b(expr) -> bool:
    return expr == L or not sum_over_steps(expr) and not is_split(expr)


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
            "q(x_{t-1} | x_t, x_0) in the place of q(x_t | x_{t-1}): they are no equals.",
            "From where to where does q step?",
            lambda: bound_of(term=-log(REVERSE / POSTERIOR), first=2) + E_q(-log(FIRST / q(x[1] | x[0]))),
        ),
        Slip(
            "q(x_t | x_0) in the place of q(x_t | x_{t-1}).",
            "The product of what is q(x_{1:T} | x_0)?",
            lambda: bound_of(term=-log(REVERSE / NOW)),
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
        Slip(
            "-log p_theta(x_0): that is what L bounds, not L.",
            "Where did Jensen's inequality change something?",
            lambda: E_q(-log(p_theta(x[0]))),
        ),
    ),
    form=sum_over_steps,
    other=around_a_part,
)

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
            "the posterior of one step further, q(x_t | x_{t+1}, x_0).",
            RANGE,
            lambda: q(x[t] | (x[t + 1], x[0])) * q(x[t + 1] | x[0]) / NOW,
        ),
    ),
    where={t: 2},
    form=turned_round,
)


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

PROBLEM_2_1 = from_given_to_shown("answer_2_1", "2.1", SUM_TARGET, lambda line: line == L)
PROBLEM_2_2A = from_given_to_shown("answer_2_2a", "2.2a", TURNED_TARGET, lambda line: line == STEP)
PROBLEM_2_2B = from_given_to_shown("answer_2_2b", "2.2b", KL_TARGET, is_given_in_2_2b)


def check_answer_2_1(answer) -> Verdict:
    """Check the bound as a sum over steps (problem 2.1): a list of lines that each equal L, from L to the result."""
    return PROBLEM_2_1.check(answer)


def check_answer_2_2a(answer) -> Verdict:
    """Check q(x_t | x_{t-1}) by Bayes' rule given x_0 (problem 2.2a): a list of lines that each equal it."""
    return PROBLEM_2_2A.check(answer)


def check_answer_2_2b(answer) -> Verdict:
    """Check the bound in KL divergences (problem 2.2b): a list of lines that each equal L, from L to the result."""
    return PROBLEM_2_2B.check(answer)
