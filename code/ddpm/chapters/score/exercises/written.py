"""Problems 10.2 and 10.4: the best guess at the image through the score, and the variance of a Langevin chain at
rest."""

from ddpm.derivation.symbols import V_u, c_u, epsilon, h_u, r_u, score_u, sqrt, x, x_u
from ddpm.grading.exercise import Slip
from ddpm.grading.verdict import Verdict
from ddpm.grading.written.about import claims_of, kind_of, part_of, placed
from ddpm.grading.written.claims import Claim, Target
from ddpm.grading.written.problem import Derivation
from ddpm.grading.written.too_large import Unreadable

CLOSED_HINT = (
    "Solve x_u = c_u x_0 + r_u epsilon for x_0. What stands in the place of the noise, once its mean is taken?"
)
TWEEDIE_HINT = "Tweedie's formula gives the mean of the noise: the score times what, and with which sign?"
ALL_HINT = "What divides, divides both terms."
RECURSION_HINT = "At rest the variance before a step and after it is the same: which equation is that?"
PULL_HINT = "The score of N(0, r_u^2) is -y / r_u^2. By what is the state multiplied in a step, and its variance?"
NOISE_HINT = "Which variance does the noise of a step have?"
EXACT_HINT = "Solve the equation of the variance at rest, and leave nothing out."


def _slips(rows):
    return tuple(Slip(name, hint, lambda value=value: value) for name, hint, value in rows)


def _lacks(typed) -> str:
    """What the last line about the image still holds."""
    if typed.has(epsilon):
        return "still has epsilon in it, which is not known once x_u is seen. What is its mean?"
    if typed.has(x.function):
        return "has x_0 in it. Its mean is asked for, with x_u and the score alone."
    return ""


IMAGE_VALUE = (x_u + r_u**2 * score_u) / c_u
IMAGE = Target(
    "E[x_0 | x_u]",
    IMAGE_VALUE,
    _slips(
        (
            ("the sign of the score is turned.", TWEEDIE_HINT, (x_u - r_u**2 * score_u) / c_u),
            ("r_u in the place of r_u^2.", TWEEDIE_HINT, (x_u + r_u * score_u) / c_u),
            ("r_u in the place of r_u^2, and the sign is turned.", TWEEDIE_HINT, (x_u - r_u * score_u) / c_u),
            ("r_u^2 is missing: the score alone is added.", TWEEDIE_HINT, (x_u + score_u) / c_u),
            ("r_u^2 is missing, and the sign is turned.", TWEEDIE_HINT, (x_u - score_u) / c_u),
            ("c_u is missing: that is the mean of c_u x_0.", CLOSED_HINT, x_u + r_u**2 * score_u),
            ("multiplied by c_u where it divides.", CLOSED_HINT, c_u * (x_u + r_u**2 * score_u)),
            ("c_u^2 in the place of c_u.", CLOSED_HINT, (x_u + r_u**2 * score_u) / c_u**2),
            ("sqrt(c_u) in the place of c_u.", CLOSED_HINT, (x_u + r_u**2 * score_u) / sqrt(c_u)),
            ("c_u divides the score twice.", ALL_HINT, (x_u + r_u**2 * score_u / c_u) / c_u),
            ("r_u divides where r_u^2 multiplies.", TWEEDIE_HINT, (x_u + score_u / r_u) / c_u),
            ("c_u divides x_u alone.", ALL_HINT, x_u / c_u + r_u**2 * score_u),
            ("c_u divides the score alone.", ALL_HINT, x_u + r_u**2 * score_u / c_u),
            ("r_u^2 divides where it multiplies.", TWEEDIE_HINT, (x_u + score_u / r_u**2) / c_u),
            ("r_u^3 in the place of r_u^2.", TWEEDIE_HINT, (x_u + r_u**3 * score_u) / c_u),
            ("half of r_u^2.", TWEEDIE_HINT, (x_u + r_u**2 * score_u / 2) / c_u),
            (
                "1 - c_u^2 in the place of r_u^2: true only for a path that keeps the variance.",
                "Nothing says that c_u^2 and r_u^2 sum to 1. Which symbol belongs to the noise?",
                (x_u + (1 - c_u**2) * score_u) / c_u,
            ),
            ("the score is missing: x_u over c_u, as if there were no noise.", CLOSED_HINT, x_u / c_u),
            ("x_u itself, which still holds the noise.", CLOSED_HINT, x_u),
            (
                "the step from x_u is there, but not x_u.",
                "In which direction, and from where, does the score take x_u?",
                r_u**2 * score_u / c_u,
            ),
            ("that is the mean of the noise, not of the image.", CLOSED_HINT, -r_u * score_u),
            ("c_u and r_u are swapped.", CLOSED_HINT, (x_u + c_u**2 * score_u) / r_u),
        )
    ),
    form=_lacks,
)

OF_NOISE = -r_u * score_u  # the mean of the noise, given x_u
NOISE = Target(
    "the mean of the noise, given x_u",
    OF_NOISE,
    _slips(
        (
            ("the sign of Tweedie's formula is turned.", TWEEDIE_HINT, r_u * score_u),
            ("r_u is missing in Tweedie's formula.", TWEEDIE_HINT, -score_u),
            ("r_u^2 in the place of r_u in Tweedie's formula.", TWEEDIE_HINT, -(r_u**2) * score_u),
            ("r_u divides where it multiplies in Tweedie's formula.", TWEEDIE_HINT, -score_u / r_u),
        )
    ),
)
REST_VALUE = r_u**2 / (1 - h_u / (2 * r_u**2))


def _fixed(factor, noise):
    """The variance V with factor^2 V + noise = V."""
    return noise / (1 - factor**2)


REST = Target(
    "the variance at rest",
    REST_VALUE,
    _slips(
        (
            ("r_u^2, the variance of the target: as if the steps did no harm.", RECURSION_HINT, r_u**2),
            ("the first order in h_u alone.", EXACT_HINT, r_u**2 + h_u / 2),
            ("the sign of h_u is turned.", EXACT_HINT, r_u**2 / (1 + h_u / (2 * r_u**2))),
            ("the 2 below h_u is missing.", EXACT_HINT, r_u**2 / (1 - h_u / r_u**2)),
            ("the 2 stands above h_u.", EXACT_HINT, r_u**2 / (1 - 2 * h_u / r_u**2)),
            ("the score of N(0, 1) was used, -y whatever r_u is, or r_u = 1 put in.", PULL_HINT, 1 / (1 - h_u / 2)),
            ("h_u is compared with 1, not with r_u^2.", PULL_HINT, r_u**2 / (1 - h_u / 2)),
            (
                "the factor of the state is not squared in its variance.",
                PULL_HINT,
                _fixed(sqrt(1 - h_u / r_u**2), 2 * h_u),
            ),
            ("the noise has variance h_u: the 2 is missing.", NOISE_HINT, _fixed(1 - h_u / r_u**2, h_u)),
            (
                "sqrt(2 h_u), its standard deviation, as the variance of the noise.",
                NOISE_HINT,
                _fixed(1 - h_u / r_u**2, sqrt(2 * h_u)),
            ),
            ("the 2 h_u of the noise is squared.", NOISE_HINT, _fixed(1 - h_u / r_u**2, 4 * h_u**2)),
            ("the h_u of the noise is squared.", NOISE_HINT, _fixed(1 - h_u / r_u**2, 2 * h_u**2)),
            ("r_u in the place of r_u^2 in the score.", PULL_HINT, _fixed(1 - h_u / r_u, 2 * h_u)),
            ("the score points away from 0: its sign is turned.", PULL_HINT, _fixed(1 + h_u / r_u**2, 2 * h_u)),
            ("the pull is that of half a step.", PULL_HINT, _fixed(1 - h_u / (2 * r_u**2), 2 * h_u)),
            ("the pull is that of two steps.", PULL_HINT, _fixed(1 - 2 * h_u / r_u**2, 2 * h_u)),
            ("the standard deviation at rest.", "A variance is asked for.", sqrt(REST_VALUE)),
            (
                "the variance at rest over that of the target.",
                "What is it times, and what is it itself?",
                REST_VALUE / r_u**2,
            ),
            ("turned over.", "For small steps, near what must the variance be?", 1 / REST_VALUE),
            ("2 h_u is added: the pull of the step is forgotten.", RECURSION_HINT, r_u**2 + 2 * h_u),
            ("h_u is added, without its half, and to first order.", EXACT_HINT, r_u**2 + h_u),
            (
                "what one step makes of the variance r_u^2.",
                RECURSION_HINT,
                (1 - h_u / r_u**2) ** 2 * r_u**2 + 2 * h_u,
            ),
            ("2 h_u, what one step adds.", RECURSION_HINT, 2 * h_u),
            ("1 - a^2 in the place of (1 - a)^2.", "(1 - a)^2 has three terms.", 2 * r_u**4 / h_u),
            (
                "brackets are missing: h_u / 2 * r_u**2 is h_u r_u^2 / 2.",
                "Python calculates a / b * c from left to right.",
                r_u**2 / (1 - h_u * r_u**2 / 2),
            ),
            (
                "what the chain has after two steps from a point.",
                RECURSION_HINT,
                ((1 - h_u / r_u**2) ** 2 + 1) * 2 * h_u,
            ),
        )
    ),
    form=lambda typed: "still has V_u in it. Solve for it." if typed.has(V_u) else "",
)


OF_IMAGE, OF_REST = {epsilon: OF_NOISE, x[0]: IMAGE_VALUE}, {V_u: REST_VALUE}  # what lines on the way may hold


def _with_image(side):
    return side.subs(OF_IMAGE)


def _with_rest(side):
    return side.subs(OF_REST)


def _kind(line, target, known, compared) -> str:
    """What a line is about. An equation with something known on both sides, as V_u, is not solved for it."""
    both = line.left is not None and all(side.has(*known) for side in (line.left, line.right))
    return kind_of(line, () if both else (target,), compared)


def _image_claims(lines):
    """Lines about the mean of the noise, and lines about that of the image; the answer without either."""
    found = []
    for said in placed(lines, lambda line: _kind(line, IMAGE, OF_IMAGE, _with_image)):
        left, right = said.line.left, said.line.right
        if left is not None and epsilon in (left, right):
            other = right if left == epsilon else left
            found.append(Claim(NOISE, other, other, said.place, step=True))
        else:
            found += part_of(said, (NOISE,)) or claims_of(said, IMAGE, _with_image, (x.function,), (NOISE,))
    last = next((claim for claim in reversed(found) if not claim.step), None)
    if last is None and all(claim.target is NOISE for claim in found):
        raise Unreadable("says nothing of the mean of x_0 yet")
    if last is not None and not last.open and (lack := _lacks(last.typed)):
        raise Unreadable(lack)
    return found


def _rest_claims(lines):
    said = placed(lines, lambda line: _kind(line, REST, OF_REST, _with_rest))
    return [claim for one in said for claim in claims_of(one, REST, _with_rest, (V_u,))]


PROBLEM_10_2 = Derivation("answer_10_2", "10.2", _image_claims)
PROBLEM_10_4 = Derivation("answer_10_4", "10.4", _rest_claims)


def check_answer_10_2(answer) -> Verdict:
    """Check E[x_0 | x_u] through x_u and the score (problem 10.2): an expression, an equation, or a list of steps."""
    return PROBLEM_10_2.check(answer)


def check_answer_10_4(answer) -> Verdict:
    """Check the variance at rest of a Langevin chain on N(0, r_u^2 I) (problem 10.4): an expression, or a list of
    steps that all equal it."""
    return PROBLEM_10_4.check(answer)
