"""Problem 15.3: the weight with which the noise's error stands in the loss of flow matching."""

import sympy as sp

from ddpm.derivation.symbols import Quantity, c_u, dc_u, dr_u, epsilon, f_u, g_u, r_u, x, x_u
from ddpm.grading.exercise import Slip
from ddpm.grading.verdict import Verdict
from ddpm.grading.written.about import claims_of, kind_of, part_of, placed
from ddpm.grading.written.claims import Claim, Target
from ddpm.grading.written.problem import Derivation
from ddpm.grading.written.too_large import Unreadable

SLOPE = dc_u / c_u
FACTOR = dr_u - r_u * SLOPE  # of the noise in the velocity
VALUE = FACTOR**2
DIFFUSION_2 = 2 * r_u * FACTOR

FACTOR_HINT = "Write the velocity with the noise and the state alone: what stands before the noise?"
SQUARE_HINT = "The loss is a square. What becomes of a factor inside?"
IMAGE_HINT = "x_0 follows from the noise: x_0 = (x - r_u epsilon) / c_u. Put it into c_u' x_0 + r_u' epsilon."
ANY_HINT = "c_u and r_u are any. Try c_u = 1 and r_u = u."


def _slips(*rows):
    return tuple(Slip(name, hint, lambda value=value: value) for name, hint, value in rows)


def _lacks(typed) -> str:
    left = next((name for symbol, name in ((f_u, "f_u"), (g_u, "g_u")) if typed.has(symbol)), "")
    return f"equals the weight, but still contains {left}. Put c_u, r_u and their derivatives in." if left else ""


WEIGHT = Target(
    "the weight",
    VALUE,
    _slips(
        ("that is the factor of the noise, not yet squared.", SQUARE_HINT, FACTOR),
        ("that is the factor of the noise, not yet squared, with a minus.", SQUARE_HINT, -FACTOR),
        ("that is the absolute value of the factor, not yet squared.", SQUARE_HINT, sp.Abs(FACTOR)),
        (
            "that is the square of the derivative of log(r_u / c_u): a factor r_u^2 is missing.",
            FACTOR_HINT,
            (FACTOR / r_u) ** 2,
        ),
        ("(r_u')^2: x_0 is taken as if it were known.", IMAGE_HINT, dr_u**2),
        ("r_u', neither squared nor with x_0 put in.", IMAGE_HINT, dr_u),
        ("the sign before r_u c_u' / c_u is turned.", IMAGE_HINT, (dr_u + r_u * SLOPE) ** 2),
        ("c_u does not divide c_u'.", IMAGE_HINT, (dr_u - r_u * dc_u) ** 2),
        ("multiplied by c_u^2: the factor is to be divided by c_u.", IMAGE_HINT, (c_u * dr_u - r_u * dc_u) ** 2),
        (
            "that is the square of the derivative of r_u / c_u: a factor c_u^2 is missing.",
            FACTOR_HINT,
            (FACTOR / c_u) ** 2,
        ),
        ("that is the derivative of r_u / c_u.", f"{FACTOR_HINT} {SQUARE_HINT}", FACTOR / c_u),
        ("upside down.", "Where is the velocity sensitive to the noise?", 1 / VALUE),
        ("squared once more.", SQUARE_HINT, VALUE**2),
        ("half of it.", "Is there a 1/2 in the loss?", VALUE / 2),
        ("four times as much: g_u^2 / r_u in the place of g_u^2 / (2 r_u).", FACTOR_HINT, 4 * VALUE),
        ("that is g_u^2.", "The factor of the noise is g_u^2 / (2 r_u).", DIFFUSION_2),
        ("that is g_u^4: it is not divided by 4 r_u^2.", FACTOR_HINT, DIFFUSION_2**2),
        ("the weight of the score's error, not of the noise's.", "The score is -epsilon / r_u.", VALUE * r_u**2),
        ("the weight of the image's error, not of the noise's.", IMAGE_HINT, (dc_u - c_u * dr_u / r_u) ** 2),
        ("c_u and r_u are swapped.", IMAGE_HINT, (dc_u * r_u - c_u * dr_u) ** 2 / r_u**2),
        ("1 / c_u^2: that is so on the straight path alone.", ANY_HINT, 1 / c_u**2),
        ("1 / (1 - r_u)^2: that is so on the straight path alone.", ANY_HINT, 1 / (1 - r_u) ** 2),
        ("1 / r_u^2: that is the weight of the image's error, on the straight path.", ANY_HINT, 1 / r_u**2),
        (
            "(c_u' / (c_u r_u))^2: that is so only where c_u^2 + r_u^2 = 1.",
            ANY_HINT,
            (dc_u / (c_u * r_u)) ** 2,
        ),
        (
            "(r_u' / c_u^2)^2: that is so only where c_u^2 + r_u^2 = 1.",
            ANY_HINT,
            (dr_u / c_u**2) ** 2,
        ),
        (
            "the square is taken term by term, and the sign kept.",
            "(a - b)^2 has three terms.",
            dr_u**2 - (r_u * SLOPE) ** 2,
        ),
        ("the square is taken term by term.", "(a - b)^2 has three terms.", dr_u**2 + (r_u * SLOPE) ** 2),
        ("that is the square of what stands before x.", FACTOR_HINT, SLOPE**2),
        ("the velocity's factors, added and squared: x_0 is not put in.", IMAGE_HINT, (dc_u + dr_u) ** 2),
        ("the velocity's factors, subtracted and squared: x_0 is not put in.", IMAGE_HINT, (dr_u - dc_u) ** 2),
        ("the sum of the squares of the velocity's factors: x_0 is not put in.", IMAGE_HINT, dc_u**2 + dr_u**2),
        ("r_u is missing beside c_u' / c_u.", IMAGE_HINT, (dr_u - SLOPE) ** 2),
        ("1: a weight there is.", FACTOR_HINT, sp.Integer(1)),
    ),
    form=_lacks,
)
VELOCITY = Target("the velocity", dc_u * x[0] + dr_u * epsilon)
FACTORS = Target("the factor of the noise", FACTOR), Target("the factor of the noise", -FACTOR)
OF_PATH, OF_STATE = {c_u, r_u, dc_u, dr_u, f_u, g_u}, {x_u, x[0], epsilon}


def _put_in(expr):
    expr = expr.subs(g_u, sp.sqrt(DIFFUSION_2)).subs(f_u, SLOPE)
    return expr.subs(x_u, c_u * x[0] + r_u * epsilon)


def _claims(lines) -> list[Claim]:
    """Each line is the weight. One before the last may be the factor of which it is the square, the velocity, or a
    true equation between other things."""
    found = []
    for said in placed(lines, lambda line: kind_of(line, (WEIGHT,), _put_in)):
        line = said.line
        sides = [side for side in (line.left, *line.between, line.right) if side is not None]
        used = set().union(*(side.atoms(sp.Symbol) | side.atoms(Quantity) for side in sides)) - OF_PATH
        if used - OF_STATE or used and said.last and said.kind == "answer":
            raise Unreadable("holds other symbols; asked for is the weight, from c_u, r_u, dc_u and dr_u")
        if used and line.left is None:
            found.append(Claim(VELOCITY, _put_in(line.right), line.right, said.place, step=True))
        else:
            found += part_of(said, FACTORS, _put_in) or claims_of(said, WEIGHT, _put_in, parts=FACTORS)
    return found


PROBLEM_15_3 = Derivation("answer_15_3", "15.3", _claims)


def check_answer_15_3(answer) -> Verdict:
    """Check the weight of the noise's error in the loss of flow matching: an expression, an equation, or steps."""
    return PROBLEM_15_3.check(answer)
