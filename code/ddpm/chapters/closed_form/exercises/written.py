"""Problem 1.4: the distribution of x_t given x_0."""

from dataclasses import dataclass, replace

import sympy as sp

from ddpm.derivation.densities import Density
from ddpm.derivation.formulas import image_factor, noise_variance
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.symbols import Product, Quantity, Sum, alpha, alpha_bar, beta, s, sqrt, t, x
from ddpm.grading.exercise import Slip
from ddpm.grading.verdict import Verdict
from ddpm.grading.written.about import equation, kind_of, placed
from ddpm.grading.written.claims import Claim, Target
from ddpm.grading.written.linear import STATE, mean_and_variance, noises
from ddpm.grading.written.notation import earliest, parts
from ddpm.grading.written.problem import Derivation
from ddpm.grading.written.sample import Sample
from ddpm.grading.written.too_large import Unreadable

ROOT = "Each step multiplies the image by a root. What is the product of roots?"
BAR = "alpha_t belongs to one step. Which symbol collects all steps up to t?"
PRODUCT = "What is multiplied up: what a step adds, or what it keeps?"
INDEX = "How many steps lead from x_0 to x_t? Try t = 1."
CHECK_1 = "Try t = 1: one step, whose mean and variance you know."
VARIANCE = (
    "Noise is multiplied by a standard deviation, and a Gaussian is written with its variance. Which is which here?"
)
SHRINK = "What becomes of the noise of the first step in the second one? Try two steps with numbers."
ORDER = "In a Gaussian the mean stands first, then the variance. Which of your two has x_0 in it?"
EDGE = "At t = 0 nothing has happened yet: what are mean and variance there?"
FROM_2 = Product(alpha[s], (s, 2, t))
PRODUCT_OF_BETA, SUM_OF_BETA = Product(beta[s], (s, 1, t)), Sum(beta[s], (s, 1, t))

MEAN = Target(
    "the mean of q(x_t | x_0)",
    image_factor() * x[0],
    (
        Slip("one step alone: the mean starts from x_{t-1}, not from x_0.", INDEX, lambda: sqrt(alpha[t]) * x[t - 1]),
        Slip("x_{t-1} in the place of x_0.", INDEX, lambda: image_factor() * x[t - 1]),
        *(
            Slip(name, hint, lambda f=f: f * x[0])
            for name, hint, f in (
                ("alpha_bar_t without its square root in the mean.", ROOT, alpha_bar[t]),
                ("the mean of one step: alpha_t in the place of alpha_bar_t.", BAR, sqrt(alpha[t])),
                ("alpha_t, without root and bar, in the mean.", BAR, alpha[t]),
                (
                    "the cumulative product of beta where that of alpha = 1 - beta belongs.",
                    PRODUCT,
                    sqrt(PRODUCT_OF_BETA),
                ),
                (
                    "1 - the cumulative product of beta where the product of alpha = 1 - beta belongs.",
                    PRODUCT,
                    sqrt(1 - PRODUCT_OF_BETA),
                ),
                (
                    "1 - alpha_bar_t in the place of alpha_bar_t: mean and variance are mixed up.",
                    EDGE,
                    sqrt(1 - alpha_bar[t]),
                ),
                ("alpha_bar_{t-1} in the place of alpha_bar_t: one step too few.", INDEX, sqrt(alpha_bar[t - 1])),
                ("alpha_bar_{t+1} in the place of alpha_bar_t: one step too many.", INDEX, sqrt(alpha_bar[t + 1])),
                ("the product begins at 2: the first step is missing.", CHECK_1, sqrt(FROM_2)),
                ("beta_t in the place of 1 - beta_t in the mean.", CHECK_1, sqrt(beta[t])),
                ("the image is not scaled at all.", CHECK_1, sp.Integer(1)),
                (
                    "alpha_t to the power t, as if all steps had the same variance.",
                    BAR,
                    alpha[t] ** (sp.Rational(1, 2) * t),
                ),
                ("1 - the sum of the betas: losses multiply.", SHRINK, sqrt(1 - SUM_OF_BETA)),
                ("the mean is 0: that is true in the end only.", EDGE, sp.Integer(0)),
            )
        ),
        Slip("mean and variance are swapped: the variance stands in the place of the mean.", ORDER, noise_variance),
        Slip("alpha_t in the place of its root in step t.", ROOT, lambda: alpha[t] * sqrt(alpha_bar[t - 1]) * x[0]),
    ),
)
SPREAD = Target(
    "the variance of q(x_t | x_0)",
    noise_variance(),
    tuple(
        Slip(name, hint, lambda v=v: v)
        for name, hint, v in (
            ("the standard deviation where the variance belongs.", VARIANCE, sqrt(1 - alpha_bar[t])),
            (
                "the variance where the standard deviation belongs: it is squared once more.",
                VARIANCE,
                (1 - alpha_bar[t]) ** 2,
            ),
            ("beta_t, the variance of one step alone.", BAR, beta[t]),
            ("beta_t squared.", VARIANCE, beta[t] ** 2),
            ("the sum of the betas: the noise of earlier steps is not shrunk by the later ones.", SHRINK, SUM_OF_BETA),
            ("the cumulative product of beta where that of alpha = 1 - beta belongs.", PRODUCT, 1 - PRODUCT_OF_BETA),
            ("the cumulative product of beta as the variance.", PRODUCT, PRODUCT_OF_BETA),
            ("alpha_bar_t in the place of 1 - alpha_bar_t.", EDGE, alpha_bar[t]),
            ("the root of alpha_bar_t in the variance: 1 - sqrt(alpha_bar_t).", CHECK_1, 1 - sqrt(alpha_bar[t])),
            (
                "(1 - sqrt(alpha_bar_t))^2: the square of a difference is not the difference of the squares.",
                CHECK_1,
                (1 - sqrt(alpha_bar[t])) ** 2,
            ),
            ("1 - alpha_bar_{t-1}: one step too few.", INDEX, 1 - alpha_bar[t - 1]),
            ("the product begins at 2: the first step is missing.", CHECK_1, 1 - FROM_2),
            ("1 - alpha_bar_{t+1}: one step too many.", INDEX, 1 - alpha_bar[t + 1]),
            ("1 - alpha_bar_t^2: alpha_bar_t is a square already.", CHECK_1, 1 - alpha_bar[t] ** 2),
            ("1 + alpha_bar_t: the sign is turned.", EDGE, 1 + alpha_bar[t]),
            ("the variance is 1: that is true in the end only.", EDGE, sp.Integer(1)),
            ("no noise at all.", "Every step adds some.", sp.Integer(0)),
            ("t times beta_t: the noise of earlier steps is not shrunk by the later ones.", SHRINK, t * beta[t]),
            ("1 - alpha_t to the power t, as if all steps had the same variance.", BAR, 1 - alpha[t] ** t),
            ("alpha_t in the place of 1 - alpha_t.", CHECK_1, alpha[t]),
            (
                "one epsilon for two steps: each step has noise of its own.",
                "Variances of independent noises add. Do standard deviations?",
                (sqrt(alpha[t] * (1 - alpha_bar[t - 1])) + sqrt(beta[t])) ** 2,
            ),
            (
                "mean and variance are swapped: the mean stands in the place of the variance.",
                ORDER,
                image_factor() * x[0],
            ),
            (
                "what step t itself adds is missing.",
                "How large is the variance of x_t if x_{t-1} has none?",
                alpha[t] * (1 - alpha_bar[t - 1]),
            ),
            ("the noise of earlier steps is not shrunk by step t.", SHRINK, 1 - alpha_bar[t - 1] + beta[t]),
            (
                "the noise of earlier steps is shrunk by sqrt(alpha_t): that is the factor of a standard deviation.",
                VARIANCE,
                sqrt(alpha[t]) * (1 - alpha_bar[t - 1]) + beta[t],
            ),
            (
                "the noise of earlier steps is shrunk by alpha_t^2: x_{t-1} has the factor sqrt(alpha_t) in step t.",
                SHRINK,
                alpha[t] ** 2 * (1 - alpha_bar[t - 1]) + beta[t],
            ),
            (
                "beta_t in the place of its root in step t.",
                VARIANCE,
                alpha[t] * (1 - alpha_bar[t - 1]) + beta[t] ** 2,
            ),
            (
                "that is the variance of q(x_{t-1} | x_t, x_0).",
                "Here x_t is not known.",
                (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * beta[t],
            ),
        )
    ),
)

DENSITY = Target(
    "the density q(x_t | x_0)",
    Normal(x[t], MEAN.value, SPREAD.value).doit(),
    (
        Slip(
            "the standard deviation where the variance belongs.",
            VARIANCE,
            lambda: Normal(x[t], MEAN.value, sqrt(SPREAD.value)).doit(),
        ),
        Slip(
            "alpha_bar_t without its square root in the mean.",
            ROOT,
            lambda: Normal(x[t], alpha_bar[t] * x[0], SPREAD.value).doit(),
        ),
        Slip(
            "the factor before the exponential is missing: a density integrates to 1.",
            "By what is it divided?",
            lambda: DENSITY.value * sqrt(2 * sp.pi * SPREAD.value),
        ),
        Slip(
            "brackets are missing below the line: x**2 / 2 * v is v x^2 / 2.",
            "Python calculates a / b * c from left to right.",
            lambda: sp.exp(-((x[t] - MEAN.value) ** 2) / 2 * SPREAD.value) / sqrt(2 * sp.pi * SPREAD.value),
        ),
        Slip("one step alone, from x_{t-1}.", INDEX, lambda: Normal(x[t], sqrt(alpha[t]) * x[t - 1], beta[t]).doit()),
    ),
)


FACTOR = image_factor()
ASKED = MEAN, Target("the factor of x_0", FACTOR), SPREAD, DENSITY
KINDS = {  # words in the name of a line
    "mean": ("mean", "expect"),
    "variance": ("var",),
    "deviation": ("std", "dev", "sd", "spread"),
    "either": ("sigma", "scale"),  # as some write for a variance, too
}


def claims(lines) -> list[Claim]:
    """What the lines say of mean and variance: draws, densities, or a mean and a variance one after the other."""
    found, plain = {}, {}
    for k, here in enumerate(placed(lines, kind)):
        line, place = here.line, here.place
        if here.kind != "answer":
            found[k] = [equation(here)]
            continue
        said = said_by(line)
        if said.kind == "number":
            plain[k] = said.expr, line.of, place, kind_of_number(line.name)
        elif said.kind == "noise" and len(lines) > 1:
            plain[k] = mean_and_variance(said.expr, {})[1], line.of, place, "variance"
        elif said.kind == "density":
            found[k] = [Claim(DENSITY, said.expr, said.expr, place)]
        elif said.kind != "nothing":
            found[k] = of_law(said, place, here.last)
    found |= {k: [claim] for k, claim in zip(plain, of_numbers([*plain.values()]))}
    found = [claim for k in sorted(found) for claim in found[k]]
    if not found:
        raise Unreadable("says nothing of mean and variance; give a Normal, a draw with epsilon, or a pair of both")
    return found


@dataclass(frozen=True)
class Said:
    """What a line is about.

    Attributes:
        kind: "law" (a Normal or a draw), "noise" (of a draw, without its mean), "density" (its formula), "number" (a
            mean or a variance), or "nothing".
        time, given: of the state whose law it is, and of the state that is given.
        open: what is still to be done, "" if nothing.
    """

    kind: str
    expr: sp.Expr
    time: sp.Expr = t
    given: sp.Expr = sp.Integer(0)
    open: str = ""


def said_by(line) -> Said:
    sides = [line.right] if line.left is None else [line.left, line.right]
    names = [side for side in sides if isinstance(side, (Density, STATE))] if len(sides) == 2 else []
    if sides[-1] == x[t] or len(sides) == 1 and isinstance(sides[0], Density):
        names = sides[-1:]
    sides = [side for side in sides if side not in names]
    if len(sides) == 2 and (draw := solved_for_state(*sides)) is not None:
        return Said("law", draw, open="is a true equation, but not yet solved for x_t.")
    sample = Sample({})
    if len(sides) == 2 and not sample.equal(*sides):
        sides = [side for side in sides if not any(sample.equal(side, target.value) for target in ASKED)]
    if len(sides) == 2 and not sample.equal(*sides):
        raise Unreadable(f"has an equation whose sides differ: {sides[0]} and {sides[1]}")
    if not sides:
        return Said("nothing", names[0])
    expr, (time, given) = sides[-1], named(names[0]) if names else (t, sp.Integer(0))
    if any(isinstance(e, Density) for e in parts(expr)):
        raise Unreadable("still holds named densities; asked for are the mean and the variance of q(x_t | x_0)")
    inside = [e for e in parts(expr) if isinstance(e, Normal)]
    if inside and expr != inside[0]:
        raise Unreadable("is a formula with a Normal in it; q(x_t | x_0) is one Normal alone")
    if inside:
        return Said("law", expr, expr.args[0].args[0] if isinstance(expr.args[0], STATE) else time, given)
    if not noises(expr) and expr.has(sp.exp) and x[t] in expr.atoms(STATE):
        return Said("density", expr)
    if not names and not expr.has(t):  # a small case: x_1, or x_2
        times = [e.args[0] for e in expr.atoms(Quantity) if not isinstance(e, STATE) and e.args[0].is_Integer]
        time = max(times, default=t)
    kind = "law" if noises(expr) or names or time != t else "number"
    if noises(expr) and not names and not expr.has(STATE):
        kind = "noise"
    return Said(kind, expr, time, given)


def solved_for_state(left, right) -> sp.Expr | None:
    """The draw of x_t that an equation with noise gives, if it is linear in x_t."""
    rest = sp.expand(left - right)
    factor = rest.coeff(x[t])
    if factor == 0 or not noises(rest) or noises(factor) or (rest := rest - sp.expand(factor * x[t])).has(x[t]):
        return None
    return -rest / factor


def kind(line) -> str:
    """What a line is about. An equation with noise, a state or a density alone on a side is about x_t."""
    sides = [side for side in (line.left, line.right) if side is not None]
    if line.of == "identity":
        return kind_of(line, ())
    of_law = any(isinstance(side, (Density, STATE, Normal)) or noises(side) for side in sides)
    return "answer" if of_law else kind_of(line, ASKED)


def named(side) -> tuple:
    """The times of the state, and of the state that is given, of x[t] or q(x[t] | x[s])."""
    if isinstance(side, STATE):
        return side.args[0], sp.Integer(0)
    law, targets, given = side.args
    if law.name != "q" or side.is_path or len(targets) != 1 or len(given) != 1:
        raise Unreadable(f"has {side} on one side; asked for is q(x[t] | x[0])")
    return targets[0].args[0], given[0].args[0]


def of_law(said, place, is_last) -> list[Claim]:
    """The claims of a Normal or a draw."""
    expr, where = said.expr, {t: earliest(said.expr)}
    if isinstance(expr, Normal):
        variable, mean, variance = expr.args[:3]
        if not isinstance(variable, STATE):
            raise Unreadable(f"is a density of {variable}; asked for is that of x[t]")
        before = mean.atoms(STATE) - {x[0], variable}
        if len(before) == 1 and not is_last and said.given == 0:  # a line on the way says from where it starts
            said = replace(said, given=before.pop().args[0])
    elif not noises(expr):
        return [_small(said, place)]
    else:
        mean, variance = mean_and_variance(expr, where)
    about = [
        f"the {word}{f' of {place}' if place else ' of the draw' if not isinstance(expr, Normal) else ''}"
        for word in ("mean", "variance")
    ]
    if (said.time, said.given) == (t, 0):
        return [
            Claim(target, compared, expr if not isinstance(expr, Normal) else compared, words, said.open, where)
            for target, compared, words in ((MEAN, mean, about[0]), (SPREAD, sp.expand(variance), about[1]))
        ]
    targets = targets_of(said)
    return [
        Claim(target, compared, compared, words, where=where, step=True)
        for target, compared, words in zip(targets, (mean, variance), about)
    ]


def _small(said, place) -> Claim:
    """A mean or a variance of a small t, or what an equation says of one."""
    mean, spread = targets_of(said)
    return Claim(mean if said.expr.has(STATE) else spread, said.expr, said.expr, place, step=True)


def targets_of(said) -> tuple[Target, Target]:
    """Mean and variance of q(x_t | x_s) for the times of a line."""
    a, b = said.time, said.given
    if (a - b).is_nonpositive or a == 0:
        raise Unreadable(
            f"is about x[{a}] given x[{b}]; asked for is q(x[t] | x[0]), of the later state given the first"
        )
    share = alpha_bar[a] / alpha_bar[b] if b != 0 else alpha_bar[a]
    what = f"q(x[{a}] | x[{b}])"
    whole = [
        Slip(
            "that holds given x_0, and the line says: given a later state.", INDEX, lambda v=target.value: v.subs(t, a)
        )
        for target in (MEAN, SPREAD)
    ]
    slips = [
        tuple(Slip(slip.name, slip.hint, lambda slip=slip: slip.make().subs(t, a)) for slip in target.slips)
        if b == 0
        else (given_first,)
        for target, given_first in zip((MEAN, SPREAD), whole)
    ]
    return (
        Target(f"the mean of {what}", sqrt(share) * x[b], slips[0]),
        Target(f"the variance of {what}", 1 - share, slips[1]),
    )


def kind_of_number(name: str) -> str:
    """What a name says that a number is: one of `KINDS`, or ""."""
    found = [kind for kind, words in KINDS.items() if any(word in name.lower() for word in words)]
    kind = found[0] if len(found) == 1 else ""
    squared = any(square in name for square in ("2", "²", "sq", "Sigma"))
    return "variance" if squared and kind in ("deviation", "either") else kind


def of_numbers(plain) -> list[Claim]:
    """The claims of lines without noise: means with x_0 in them, variances, and factors of x_0 in the place of a
    mean."""
    sample, found = Sample({}), []
    plain = [
        (expr**2, of, place, "variance")
        if kind == "deviation" or kind == "either" and not sample.equal(expr, SPREAD.value)
        else (expr, of, place, kind.replace("either", "variance"))
        for expr, of, place, kind in plain
    ]
    kinds = [
        "factor"
        if kind != "variance" and sample.equal(expr, FACTOR)
        else kind or ("mean" if expr.has(STATE) else "variance" if sample.equal(expr, SPREAD.value) else "")
        for expr, _, _, kind in plain
    ]
    for i, (expr, of, place, _) in enumerate(plain):
        kind = kinds[i]
        if not kind:  # a wrong one: what has not been said yet
            kind = "factor" if len(plain) > 1 and i == 0 and not {"mean", "factor"} & set(kinds) else "variance"
        if kind == "factor":
            open_ = "" if of == "induction" else "gives the factor of x_0. The mean is that times x_0."
            if open_ and place and "variance" in kinds[:i]:
                open_ = f"gives the variance first and, in {place}, the factor of x_0. The mean is that times x_0."
            found.append(Claim(MEAN, expr * x[0], expr, place, open_))
        else:
            found.append(
                Claim(
                    MEAN if kind == "mean" else SPREAD,
                    expr,
                    expr,
                    place or ("the variance" if kind == "variance" and len(plain) > 1 else ""),
                )
            )
    return found


def form(found) -> str:
    """What a right answer lacks."""
    asked = [claim for claim in found if not claim.step]
    targets = {id(claim.target) for claim in asked}
    if not targets:
        return "says nothing yet of q(x[t] | x[0])."
    if id(DENSITY) in targets:
        return ""
    if len(targets) == 1:
        given, missing = ("mean", "variance") if asked[0].target is MEAN else ("variance", "mean")
        return f"is the {given} of q(x_t | x_0). What is the {missing}?"
    last = {id(claim.target): claim for claim in sorted(asked, key=lambda claim: not claim.open)}.values()
    states = {e for claim in last for e in parts(claim.typed) if isinstance(e, STATE)} - {x[0]}
    if open_ := next((claim.open for claim in last if claim.open), ""):
        return open_
    if states:
        return f"is true, but {states.pop()} is still in it. Go on until x_0 is reached."
    return ""


PROBLEM_1_4 = Derivation("answer_1_4", "1.4", claims, form)


def check_answer_1_4(answer) -> Verdict:
    """Check q(x_t | x_0) (problem 1.4): a `Normal`, a draw with epsilon, mean and variance, an equation, or a list
    of steps."""
    return PROBLEM_1_4.check(answer)
