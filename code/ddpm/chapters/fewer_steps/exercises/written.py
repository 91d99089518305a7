"""The written exercises: how much of the old noise a step keeps, and DDIM's step without the image in it."""

from dataclasses import replace

import sympy as sp

from ddpm.derivation.symbols import A_i, c_i, c_next, epsilon, r_i, r_next, sigma_i, sqrt, x, x_i, x_next
from ddpm.grading.exercise import Slip
from ddpm.grading.verdict import Verdict
from ddpm.grading.written.about import equation, kind_of, part_of, placed
from ddpm.grading.written.claims import Claim, Target
from ddpm.grading.written.problem import Derivation
from ddpm.grading.written.sample import Sample
from ddpm.grading.written.too_large import Unreadable

VARIANCE_HINT = (
    "Given x_0, the state after the step has two independent noises in it. Which variance do they have together, and "
    "which are they to have?"
)
UNIT_HINT = "What is the variance of (x_u - c_i x_0) / r_i, given x_0?"
LEVEL_HINT = "Which spread is asked for, that before the step or that after it?"
ANY_HINT = "Nothing says that c^2 + r^2 = 1. Which symbol is the spread?"
ROOT_HINT = "A variance is a square. Which of the two is A?"


def _slips_in_range(*rows):
    return _slips(*((name, hint, _in_range(value)) for name, hint, value in rows))


def _slips(*rows):
    return tuple(Slip(name, hint, lambda value=value: value) for name, hint, value in rows)


KEPT_VALUE = sqrt(r_next**2 - sigma_i**2)
ABOVE = sp.Symbol("r_next/sigma_i - 1", positive=True)


def _in_range(expr) -> sp.Expr:
    """`expr` with sigma_i as a part of r_next: numbers drawn for the two then have sigma_i below r_next."""
    return expr.subs(sigma_i, r_next / (1 + ABOVE))


KEPT = Target(
    "A_i",
    _in_range(KEPT_VALUE),
    _slips_in_range(
        ("r_{i+1} - sigma_i: deviations do not add up, variances do.", VARIANCE_HINT, r_next - sigma_i),
        ("sigma_i is left out: then the fresh noise makes the variance too large.", VARIANCE_HINT, r_next),
        ("A_i^2: the root is missing.", ROOT_HINT, r_next**2 - sigma_i**2),
        ("sigma_i^2 is added.", VARIANCE_HINT, sqrt(r_next**2 + sigma_i**2)),
        ("sigma_i is not squared under the root.", VARIANCE_HINT, sqrt(r_next**2 - sigma_i)),
        ("r_{i+1} is not squared under the root.", VARIANCE_HINT, sqrt(r_next - sigma_i**2)),
        ("neither is squared under the root.", VARIANCE_HINT, sqrt(r_next - sigma_i)),
        ("r_i in the place of r_{i+1}.", LEVEL_HINT, sqrt(r_i**2 - sigma_i**2)),
        ("c_{i+1} in the place of r_{i+1}.", LEVEL_HINT, sqrt(c_next**2 - sigma_i**2)),
        (
            "divided by r_i: the noise is that already, and has variance 1.",
            UNIT_HINT,
            KEPT_VALUE / r_i,
        ),
        ("multiplied by r_i.", UNIT_HINT, KEPT_VALUE * r_i),
        ("divided by r_i^2.", UNIT_HINT, sqrt(r_next**2 - sigma_i**2) / r_i**2),
        (
            "sqrt(1 - c_{i+1}^2 - sigma_i^2): so only where c^2 + r^2 = 1.",
            ANY_HINT,
            sqrt(1 - c_next**2 - sigma_i**2),
        ),
        (
            "the difference of the spreads before and after, with sigma_i.",
            VARIANCE_HINT,
            sqrt(r_i**2 - r_next**2 - sigma_i**2),
        ),
        ("r_{i+1} / r_i in the place of r_{i+1}.", UNIT_HINT, sqrt(r_next**2 / r_i**2 - sigma_i**2)),
        ("r_i^2 is taken off, too.", VARIANCE_HINT, sqrt(r_next**2 - r_i**2 - sigma_i**2)),
        ("1 in the place of r_{i+1}^2: the state would have variance 1.", LEVEL_HINT, sqrt(1 - sigma_i**2)),
        (
            "the old noise is brought to r_{i+1} / r_i, as if sigma_i were a share of 1.",
            UNIT_HINT,
            r_next / r_i * sqrt(1 - sigma_i**2),
        ),
        (
            "sigma_i is not divided by r_{i+1} under the root, as if it were a share of r_{i+1}.",
            VARIANCE_HINT,
            r_next * sqrt(1 - sigma_i**2),
        ),
        ("r_{i+1} / r_i: what shrinks the old noise if none is fresh.", UNIT_HINT, r_next / r_i),
        ("the sign is turned: A_i is not negative.", VARIANCE_HINT, -KEPT_VALUE),
        ("the signs under the root are turned.", VARIANCE_HINT, sqrt(sigma_i**2 - r_next**2)),
        (
            "the variance of both noises is left at r_i^2 for the old one: r_i A_i.",
            UNIT_HINT,
            sqrt(r_next**2 - sigma_i**2 * r_i**2),
        ),
    ),
    form=lambda typed: "still has A_i in it. Solve for it." if typed.has(A_i) else "",
)
SQUARES = Target("A_i^2", _in_range(KEPT_VALUE**2)), Target("the variance after the step", r_next**2)


def kept_claims(lines) -> list[Claim]:
    """Lines that give A_i, and equations on the way, such as that for its square."""
    found = []
    for said in placed(lines):
        line, place = said.line, said.place
        if part := part_of(said, SQUARES, _known):
            found += part
        elif line.left is None and line.name.endswith("**2") and _is_square(line.right):
            found.append(equation(said._replace(line=replace(line, left=A_i**2)), _known))
        elif line.left is None:
            found.append(_about_kept(line.right, place))
        elif A_i in (line.left, line.right):
            given = line.right if line.left == A_i else line.left
            found += [_about_kept(part, place, step=True) for part in line.between]
            found.append(_about_kept(given, place))
        else:
            found.append(equation(said, _known))
    if not any(claim.target is KEPT for claim in found) and not any(claim.typed.has(A_i) for claim in found):
        raise Unreadable("does not say what A_i is yet")
    return found


def _known(expr) -> sp.Expr:
    """`expr` with A_i put in, as it is compared."""
    return _in_range(expr.subs(A_i, KEPT_VALUE))


def _is_square(expr) -> bool:
    return Sample({}).equal(_known(expr), SQUARES[0].value)


def _about_kept(typed, place, step=False) -> Claim:
    return Claim(
        KEPT, _known(typed), typed, place, KEPT.form(typed), step=step, put=_known, parts=SQUARES if place else ()
    )


def kept_form(found) -> str:
    """What a right answer lacks: that A_i stands alone."""
    last = next((claim for claim in reversed(found) if claim.target is KEPT and not claim.step), None)
    return "is not solved for A_i yet." if last is None else last.open


X_0 = (x_i - r_i * epsilon) / c_i
EULER_VALUE = c_next / c_i * x_i + (r_next - c_next * r_i / c_i) * epsilon
IMAGE_HINT = "Solve the state before the step, c_i x_0 + r_i epsilon, for x_0, and put it in."
FACTOR_HINT = "What is the factor of epsilon, once all terms with it are put together?"
SCALE_HINT = "Which factor makes c_i of the image c_{i+1}? It stands before the whole state."


def _step(image=X_0, signal=c_next, spread=r_next):
    return sp.expand(signal * image + spread * epsilon)


EULER = Target(
    "the state after the step",
    EULER_VALUE,
    _slips(
        ("x_0 put in with a plus before the noise.", IMAGE_HINT, _step((x_i + r_i * epsilon) / c_i)),
        ("x_0 put in without dividing by c_i.", IMAGE_HINT, _step(x_i - r_i * epsilon)),
        ("x_0 put in with c_i below x alone.", IMAGE_HINT, _step(x_i / c_i - r_i * epsilon)),
        ("x_0 put in with c_i below the noise alone.", IMAGE_HINT, _step(x_i - r_i * epsilon / c_i)),
        ("x_0 put in with r_{i+1}.", IMAGE_HINT, _step((x_i - r_next * epsilon) / c_i)),
        ("x_0 put in with the level after the step.", IMAGE_HINT, _step((x_i - r_next * epsilon) / c_next)),
        ("x_0 put in as x / c_i: with its noise.", IMAGE_HINT, _step(x_i / c_i)),
        (
            "c_i in the place of c_{i+1} before x_0: so only where c stays 1.",
            SCALE_HINT,
            _step(signal=c_i),
        ),
        ("r_i in the place of r_{i+1}.", FACTOR_HINT, _step(spread=r_i)),
        ("the noise of the state after the step is missing.", FACTOR_HINT, _step(spread=0)),
        ("the noise of the state before the step is left in.", FACTOR_HINT, _step(x_i / c_i, spread=0)),
        ("the sign before the noise is turned.", FACTOR_HINT, _step(X_0, spread=-r_next)),
        (
            "the factor of the noise has its sign turned.",
            FACTOR_HINT,
            c_next / c_i * x_i - (r_next - c_next * r_i / c_i) * epsilon,
        ),
        (
            "r_{i+1} - r_i as the factor of the noise: so only where c stays 1.",
            FACTOR_HINT,
            c_next / c_i * x_i + (r_next - r_i) * epsilon,
        ),
        (
            "c_{i+1} / c_i is missing before x_u.",
            SCALE_HINT,
            x_i + (r_next - c_next * r_i / c_i) * epsilon,
        ),
        (
            "the difference of the ratios r / c: c_{i+1} is missing before it.",
            SCALE_HINT,
            c_next / c_i * x_i + (r_next / c_next - r_i / c_i) * epsilon,
        ),
        (
            "x_u / c_i and the difference of the ratios: that is the state over c_{i+1}.",
            SCALE_HINT,
            EULER_VALUE / c_next,
        ),
        (
            "c_i / c_{i+1} in the place of c_{i+1} / c_i.",
            SCALE_HINT,
            c_i / c_next * x_i + (r_next - c_i / c_next * r_i) * epsilon,
        ),
        (
            "the step for x / c, with x in its place.",
            SCALE_HINT,
            x_i + (r_next / c_next - r_i / c_i) * epsilon,
        ),
        (
            "the noise itself is missing behind its factor.",
            FACTOR_HINT,
            c_next / c_i * x_i + r_next - c_next * r_i / c_i,
        ),
        (
            "c_{i+1} / c_i before all of it: r_{i+1} has its size already.",
            FACTOR_HINT,
            c_next / c_i * (x_i + (r_next - r_i) * epsilon),
        ),
        ("c_{i+1} is missing before x_0.", SCALE_HINT, _step(signal=1)),
        (
            "c_i / c_{i+1} in the factor of the noise.",
            SCALE_HINT,
            c_next / c_i * x_i + (r_next - c_i / c_next * r_i) * epsilon,
        ),
        ("c_{i+1} is missing before r_i / c_i.", SCALE_HINT, c_next / c_i * x_i + (r_next - r_i / c_i) * epsilon),
        ("the image itself.", IMAGE_HINT, X_0),
    ),
    form=lambda typed: "still has x_0 in it. Put in what x_0 is." if typed.has(x.function) else "",
)


IMAGE = Target("the image", X_0)


def euler_claims(lines) -> list[Claim]:
    """Lines that give the state after the step, and equations on the way, such as that for x_0."""
    found = []
    for said in placed(lines):
        line, place = said.line, said.place
        if part := part_of(said, (IMAGE,), _put_in):
            found += part
        elif line.left is None or x_next in (line.left, line.right):
            given = line.right if line.left in (None, x_next) else line.left
            found += [_about_state(part, place, step=True) for part in line.between]
            found.append(_about_state(given, place))
        elif line.left.has(x_next) or line.right.has(x_next) or _is_beside(line):
            found.append(equation(said, _put_in))
        else:
            found += [_about_state(part, place, step=True) for part in (line.left, *line.between)]
            found.append(_about_state(line.right, place))
    if not any(claim.target is EULER for claim in found) and not any(claim.typed.has(x_next) for claim in found):
        raise Unreadable("does not say what the state after the step is yet")
    return found


def _put_in(expr) -> sp.Expr:
    return expr.subs({x_next: EULER_VALUE, x[0]: X_0})


def _is_beside(line) -> bool:
    """Whether the line is a true equation between other things than the state after the step, as for x_0; or a wrong
    one for x_0, for the noise, or for the state before."""
    of_other = any(side in (x[0], x_i, epsilon) for side in (line.left, line.right))
    return of_other or kind_of(line, (EULER,), _put_in) == "aside"


def _about_state(typed, place, step=False) -> Claim:
    lack = "" if step else EULER.form(typed)
    return Claim(
        EULER, typed.subs(x[0], X_0), typed, place, lack, step=step, put=_put_in, parts=(IMAGE,) if place else ()
    )


def euler_form(found) -> str:
    """What a right answer lacks: the state after the step alone on a side, and no image."""
    last = next((claim for claim in reversed(found) if claim.target is EULER and not claim.step), None)
    return "is not solved for the state after the step yet." if last is None else last.open


PROBLEM_13_1 = Derivation("answer_13_1", "13.1", kept_claims, form=kept_form)
PROBLEM_13_3 = Derivation("answer_13_3", "13.3", euler_claims, form=euler_form)


def check_answer_13_1(answer) -> Verdict:
    """Check A_i, the factor of the old noise in a step of DDIM's family (problem 13.1): an expression, an equation, or
    a list of steps."""
    return PROBLEM_13_1.check(answer)


def check_answer_13_3(answer) -> Verdict:
    """Check DDIM's step through the state before it and the noise (problem 13.3): an expression, an equation, or a list
    of steps."""
    return PROBLEM_13_3.check(answer)
