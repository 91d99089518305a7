"""The written exercises: drift and diffusion of a path, and the velocity through a pair of image and noise."""

from dataclasses import replace

import sympy as sp

from ddpm.derivation.symbols import c_u, dc_u, dr_u, epsilon, f_u, g_u, r_u, score_u, x, x_u
from ddpm.grading.exercise import Slip
from ddpm.grading.verdict import Verdict
from ddpm.grading.written.about import equation, kind_of, part_of, placed
from ddpm.grading.written.claims import Claim, Target
from ddpm.grading.written.problem import Derivation
from ddpm.grading.written.sample import Sample
from ddpm.grading.written.too_large import Unreadable

DRIFT, DIFFUSION_2 = dc_u / c_u, 2 * r_u * dr_u - 2 * dc_u / c_u * r_u**2
STATE = c_u * x[0] + r_u * epsilon
ALLOWED = {c_u, r_u, dc_u, dr_u, f_u, g_u}

MEAN_HINT = "The mean's factor obeys M' = f M, and it is c_u. Solve for f."
VARIANCE_HINT = "The variance obeys V' = 2 f V + g^2, and it is r_u^2. Solve for g^2."
SQUARE_HINT = "What is the derivative of r_u^2, by the chain rule?"
DRIFT_HINT = (
    "The drift changes the variance that is there already. By how much, and with which sign does it stand in g^2?"
)


def _slips(*rows):
    return tuple(Slip(name, hint, lambda value=value: value) for name, hint, value in rows)


F = Target(
    "f_u",
    DRIFT,
    _slips(
        ("the derivative of c_u alone: it is not divided by c_u.", MEAN_HINT, dc_u),
        ("turned over.", MEAN_HINT, c_u / dc_u),
        ("the sign is turned.", "Does the drift make the image smaller or larger, where c_u falls?", -DRIFT),
        ("a factor 2: that is the derivative of log c_u^2.", MEAN_HINT, 2 * DRIFT),
        ("a factor 1/2.", MEAN_HINT, DRIFT / 2),
        ("divided by c_u^2.", MEAN_HINT, dc_u / c_u**2),
        ("c_u' c_u: multiplied where it is to be divided.", MEAN_HINT, dc_u * c_u),
        ("that is (log r_u)'. The drift belongs to the image.", MEAN_HINT, dr_u / r_u),
        ("-c_u' c_u / r_u^2: that takes the noise for the image.", MEAN_HINT, -dc_u * c_u / r_u**2),
        (
            "-r_u' r_u / c_u^2: that is so only where c_u^2 + r_u^2 = 1.",
            "c_u and r_u are any. Use the mean alone.",
            -r_u * dr_u / c_u**2,
        ),
        ("that is g_u^2.", MEAN_HINT, DIFFUSION_2),
        ("no drift: that is so for paths with c_u = 1 alone.", MEAN_HINT, sp.Integer(0)),
    ),
)
G_2 = Target(
    "g_u^2",
    DIFFUSION_2,
    _slips(
        ("what the drift does to the variance is missing.", DRIFT_HINT, 2 * r_u * dr_u),
        ("the sign before 2 f_u r_u^2 is turned.", DRIFT_HINT, 2 * r_u * dr_u + 2 * DRIFT * r_u**2),
        ("the sign before 2 r_u r_u' is turned.", VARIANCE_HINT, -2 * r_u * dr_u - 2 * DRIFT * r_u**2),
        ("f_u r_u^2 without the 2: a variance is a square.", DRIFT_HINT, 2 * r_u * dr_u - DRIFT * r_u**2),
        ("half of it: r_u r_u' in the place of (r_u^2)', and f_u r_u^2 without the 2.", SQUARE_HINT, DIFFUSION_2 / 2),
        ("r_u r_u' in the place of (r_u^2)' = 2 r_u r_u'.", SQUARE_HINT, r_u * dr_u - 2 * DRIFT * r_u**2),
        ("r_u' in the place of (r_u^2)'.", SQUARE_HINT, dr_u - 2 * DRIFT * r_u**2),
        ("(r_u')^2 in the place of (r_u^2)'.", SQUARE_HINT, dr_u**2 - 2 * DRIFT * r_u**2),
        ("2 r_u' in the place of (r_u^2)'.", SQUARE_HINT, 2 * dr_u - 2 * DRIFT * r_u**2),
        (
            "2 r_u in the place of (r_u^2)': the inner derivative r_u' is missing.",
            SQUARE_HINT,
            2 * r_u - 2 * DRIFT * r_u**2,
        ),
        (
            "r_u' - 2 f_u r_u: the standard deviation put in for the variance.",
            VARIANCE_HINT,
            dr_u - 2 * DRIFT * r_u,
        ),
        (
            "2 r_u' r_u / c_u^2: that is so only where c_u^2 + r_u^2 = 1.",
            "c_u and r_u are any. Put c_u = 1 + u and r_u = u in.",
            2 * r_u * dr_u / c_u**2,
        ),
        ("r_u in the place of r_u^2 behind the drift.", VARIANCE_HINT, 2 * r_u * dr_u - 2 * DRIFT * r_u),
        ("f_u^2 in the place of f_u.", DRIFT_HINT, 2 * r_u * dr_u - 2 * DRIFT**2 * r_u**2),
        ("c_u' in the place of f_u = c_u' / c_u.", DRIFT_HINT, 2 * r_u * dr_u - 2 * dc_u * r_u**2),
        ("the standard deviation where the variance belongs: r_u' - f_u r_u.", VARIANCE_HINT, dr_u - DRIFT * r_u),
        ("2 (r_u' - f_u r_u): r_u is missing before it.", VARIANCE_HINT, 2 * dr_u - 2 * DRIFT * r_u),
        (
            "-2 f_u: that is so only where c_u^2 + r_u^2 = 1.",
            "Put c_u = 1 and r_u = u in. What is g_u^2 then?",
            -2 * DRIFT,
        ),
        ("the sign is turned.", "A variance is not negative. Try c_u = 1 and r_u = u.", -DIFFUSION_2),
        (
            "that is (r_u^2 / c_u^2)': the factor c_u^2 is missing.",
            "In which units is the noise measured there?",
            DIFFUSION_2 / c_u**2,
        ),
        ("that is f_u.", VARIANCE_HINT, DRIFT),
        (
            "multiplied by c_u: f_u = c_u' / c_u divides by it.",
            DRIFT_HINT,
            c_u * DIFFUSION_2,
        ),
        ("that is g_u: asked for is its square.", VARIANCE_HINT, sp.sqrt(DIFFUSION_2)),
        ("squared once more.", VARIANCE_HINT, DIFFUSION_2**2),
    ),
)


def drift_claims(lines) -> list[Claim]:
    """What the lines say of f_u and of g_u^2: by their names, or in this order."""
    found, plain = [], []
    for said in placed(lines):
        line, place = said.line, said.place
        sides = [line.right] if line.left is None else [line.left, line.right]
        if any((side.atoms(sp.Symbol) | {part for part in side.atoms(sp.Function)}) - ALLOWED for side in sides):
            raise Unreadable("holds other symbols; asked for are f_u and g_u^2, from c_u, r_u, dc_u and dr_u")
        named = (
            next(((a, b) for a, b in (sides, sides[::-1]) if a in (f_u, g_u, g_u**2)), None)
            if len(sides) == 2
            else None
        )
        if named:
            name, value = named
            target = F if name == f_u else G_2
            value = value**2 if name == g_u else value
            found.append(_claim(target, value, place))
        elif len(sides) == 2:
            found.append(equation(said, _put_in))
        else:
            plain.append((line, place))
    for (line, place), target in zip(plain, _targets(plain, found)):
        root = line.name and target is G_2 and not any(square in line.name for square in ("2", "²", "sq"))
        if root and Sample({}, DIFFUSION_2).equal(_put_in(line.right) ** 2, DIFFUSION_2):
            line = replace(line, right=line.right**2)
        found.append(_claim(target, line.right, place))
    asked = {id(claim.target) for claim in found if not claim.step}
    if not asked and not any(claim.typed.has(f_u, g_u) for claim in found):
        raise Unreadable("says neither what f_u is nor what g_u^2 is")
    return found


def _targets(plain, found) -> list[Target]:
    """Of lines without an equation: f_u, then g_u^2, unless one of them has been given or their names tell."""
    by_name = [
        G_2
        if line.name[:1].lower() == "g" or "diff" in line.name.lower()
        else F
        if line.name[:1].lower() in ("f", "d")
        else None
        for line, _ in plain
    ]
    open_ = [target for target in (F, G_2) if all(claim.target is not target for claim in found)]
    open_ = [target for target in open_ if target not in by_name] or [G_2]
    if len(plain) == 1 and not found and by_name == [None]:
        return [G_2 if plain[0][0].right.has(r_u, dr_u) else F]
    if by_name == [None, None] and not found and [line.right.has(r_u, dr_u) for line, _ in plain] == [True, False]:
        return [G_2, F]
    return [target or (open_.pop(0) if len(open_) > 1 else open_[0]) for target in by_name]


def _claim(target, value, place) -> Claim:
    open_ = "still contains g_u. Write g_u^2 with c_u, r_u and their derivatives." if value.has(g_u) else ""
    if target is F and value.has(f_u):
        open_ = "still contains f_u. Write it with c_u and its derivative."
    return Claim(target, _put_in(value), value, place, open_, put=_put_in)


def _put_in(expr):
    return expr.subs(g_u, sp.sqrt(DIFFUSION_2)).subs(f_u, DRIFT)


def drift_form(found) -> str:
    """What a right answer lacks."""
    for claim in found:
        if claim.open:
            return claim.open
    given = {id(claim.target) for claim in found if not claim.step}
    if not given:
        return "is not solved for f_u and g_u^2 yet."
    missing = next((target.what for target in (F, G_2) if id(target) not in given), "")
    return f"says nothing of {missing} yet." if missing else ""


def of_pair(expr) -> sp.Expr:
    """`expr` as a formula in x_0, epsilon and the path: drift, diffusion, score and state put in."""
    expr = _put_in(expr.subs(score_u, -epsilon / r_u))
    return expr.subs(x_u, STATE)


def _velocity(drift=1, spreading=sp.Rational(1, 2), score=-epsilon / r_u):
    """The velocity with one of its parts replaced."""
    return sp.expand(of_pair(drift * f_u * x_u - spreading * g_u**2 * score))


PAIR = dc_u * x[0] + dr_u * epsilon
SCORE_HINT = "The score of a prediction is the noise, scaled. With which sign, and by what?"
HALF_HINT = "What stands before the score in the velocity: g_u^2, or half of it?"
SLOPE_HINT = "The state is c_u x_0 + r_u epsilon. How does it move, if x_0 and epsilon stay what they are?"
VELOCITY = Target(
    "the velocity",
    PAIR,
    _slips(
        ("g_u^2 in the place of g_u^2 / 2: that is the drift of the reverse SDE.", HALF_HINT, _velocity(spreading=1)),
        ("the sign of the score is turned.", SCORE_HINT, _velocity(score=epsilon / r_u)),
        ("the sign of the score is turned, and the factor 1/2 is missing.", SCORE_HINT, _velocity(1, 1, epsilon / r_u)),
        ("-epsilon in the place of the score: it is not divided by r_u.", SCORE_HINT, _velocity(score=-epsilon)),
        ("-epsilon / r_u^2 in the place of the score.", SCORE_HINT, _velocity(score=-epsilon / r_u**2)),
        ("f_u x alone: the score is missing.", HALF_HINT, _velocity(spreading=0)),
        ("the part of the score alone: f_u x is missing.", SLOPE_HINT, _velocity(drift=0)),
        ("the sign of f_u x is turned.", SLOPE_HINT, _velocity(drift=-1)),
        ("the state itself, not how it moves.", SLOPE_HINT, STATE),
        ("the derivatives are swapped.", SLOPE_HINT, dr_u * x[0] + dc_u * epsilon),
        ("the noise has a minus.", SLOPE_HINT, dc_u * x[0] - dr_u * epsilon),
        ("the image has a minus.", SLOPE_HINT, dr_u * epsilon - dc_u * x[0]),
        (
            "f_u c_u x_0 in the place of f_u x_u: the state has its noise, too.",
            "What is the state, written with x_0 and epsilon?",
            sp.expand(PAIR - DRIFT * r_u * epsilon),
        ),
        ("both signs are turned: that is the velocity against the direction of u.", "Which way does u run?", -PAIR),
        ("epsilon - x_0: that is so for the straight path c_u = 1 - u, r_u = u alone.", SLOPE_HINT, epsilon - x[0]),
        (
            "x_0 - epsilon: that is so for the straight path alone, with the time that runs to the data.",
            SLOPE_HINT,
            x[0] - epsilon,
        ),
        ("x_u in the place of x_0.", "What is the state, written with x_0 and epsilon?", dc_u * STATE + dr_u * epsilon),
        ("f_u r_u epsilon is left over.", "Which terms with c_u' / c_u cancel?", PAIR + DRIFT * r_u * epsilon),
        ("f_u and r_u' / r_u as factors.", SLOPE_HINT, DRIFT * x[0] + dr_u / r_u * epsilon),
        ("the noise is missing.", SLOPE_HINT, dc_u * x[0]),
        ("the image is missing.", SLOPE_HINT, dr_u * epsilon),
        (
            "that is the v prediction.",
            "Its factors are c_u and r_u. Which are the velocity's?",
            c_u * epsilon - r_u * x[0],
        ),
    ),
)


PARTS = F, G_2, Target("the score", -epsilon / r_u), Target("the state", STATE)


def velocity_form(expr) -> str:
    """What a right velocity, as typed, lacks."""
    names = {f_u: "f_u", g_u: "g_u", score_u: "the score", x_u: "x_u", c_u: "c_u", r_u: "r_u"}
    left = next((name for symbol, name in names.items() if expr.has(symbol)), "")
    return f"equals the velocity, but still contains {left}. Put it in, and let cancel what cancels." if left else ""


def velocity_claims(lines) -> list[Claim]:
    """Every line is the velocity, on the way from f_u x - g_u^2 / 2 times the score to the end, and the last of them
    counts; or it is an equation that says what is put in, such as the score or f_u."""
    found = []
    for said in placed(lines, _kind):
        line = said.line
        if part := part_of(said, PARTS, of_pair):
            found += part
            continue
        if said.kind != "answer" and (_is_put_in(line) or not said.last):
            found.append(equation(said, of_pair))
            continue
        steps = [line.right] if line.left is None else [line.left, *line.between, line.right]
        for k, expr in enumerate(steps, start=1):
            last = said.last and k == len(steps)
            lack = velocity_form(sp.expand(expr)) if last else ""
            found.append(Claim(VELOCITY, of_pair(expr), expr, said.place, lack, step=not last, put=of_pair))
    if not any(claim.target is VELOCITY for claim in found):
        raise Unreadable("does not say what the velocity is yet")
    return found


def _kind(line) -> str:
    """What a line is about; one that differs from the velocity is a wrong one, but for what is put in."""
    if _is_put_in(line):
        return kind_of(line, (), of_pair)
    return "aside" if kind_of(line, (VELOCITY,), of_pair) == "aside" else "answer"


def _is_put_in(line) -> bool:
    """Whether the line is an equation for one of the parts: of the path alone, or for the drift, the score, the
    state."""
    if line.left is None or line.between:
        return False
    sides = line.left, line.right
    return (
        any(side in (f_u, g_u, g_u**2, score_u, x_u) for side in sides)
        or not any(side.has(x[0], epsilon, x_u, score_u) for side in sides)
        or not (line.left - line.right).has(dc_u, dr_u, f_u)
    )


PROBLEM_11_1 = Derivation("answer_11_1", "11.1", drift_claims, form=drift_form)
PROBLEM_11_5 = Derivation("answer_11_5", "11.5", velocity_claims)


def check_answer_11_1(answer) -> Verdict:
    """Check f_u and g_u^2 of the path c_u, r_u."""
    return PROBLEM_11_1.check(answer)


def check_answer_11_5(answer) -> Verdict:
    """Check the velocity, written with x_0, epsilon and the derivatives of the path."""
    return PROBLEM_11_5.check(answer)
