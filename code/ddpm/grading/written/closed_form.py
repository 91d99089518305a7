"""Problem 1.4: the distribution of x_t given x_0."""

import sympy as sp

from ddpm.derivation.densities import Density
from ddpm.derivation.gaussians import Normal, mean_and_variance
from ddpm.derivation.symbols import Product, Sum, alpha, alpha_bar, beta, epsilon, epsilon_t, s, sqrt, t, x
from ddpm.grading.exercise import Slip
from ddpm.grading.verdict import Verdict
from ddpm.grading.written.notation import Unreadable, parts
from ddpm.grading.written.problem import Claim, Derivation, Target
from ddpm.grading.written.sample import Sample

STATE, NOISE = x.function, epsilon_t.function
ROOT = "Each step multiplies the image by a root. What is the product of roots?"
BAR = "alpha_t belongs to one step. Which symbol collects all steps up to t?"
PRODUCT = "What is multiplied up: what a step adds, or what it keeps?"
INDEX = "How many steps lead from x_0 to x_t? Try t = 1."
CHECK_1 = "Try t = 1: one step, whose mean and variance you know."
VARIANCE = "Noise is multiplied by a standard deviation, and a Gaussian is written with its variance. Which is which here?"
SHRINK = "What becomes of the noise of the first step in the second one? Try two steps with numbers."
EDGE = "At t = 0 nothing has happened yet: what are mean and variance there?"
PRODUCT_OF_BETA, SUM_OF_BETA = Product(beta[s], (s, 1, t)), Sum(beta[s], (s, 1, t))

MEAN = Target("the mean of q(x_t | x_0)", sqrt(alpha_bar[t]) * x[0], (
    Slip("one step alone: the mean starts from x_{t-1}, not from x_0.", INDEX, lambda: sqrt(alpha[t]) * x[t - 1]),
    *(Slip(name, hint, lambda f=f: f * x[0]) for name, hint, f in (
        ("alpha_bar_t without its square root in the mean.", ROOT, alpha_bar[t]),
        ("the mean of one step: alpha_t in the place of alpha_bar_t.", BAR, sqrt(alpha[t])),
        ("alpha_t, without root and bar, in the mean.", BAR, alpha[t]),
        ("the cumulative product of beta where that of alpha = 1 - beta belongs.", PRODUCT, sqrt(PRODUCT_OF_BETA)),
        ("1 - the cumulative product of beta where the product of alpha = 1 - beta belongs.", PRODUCT, sqrt(1 - PRODUCT_OF_BETA)),
        ("1 - alpha_bar_t in the place of alpha_bar_t: mean and variance are mixed up.", EDGE, sqrt(1 - alpha_bar[t])),
        ("alpha_bar_{t-1} in the place of alpha_bar_t: one step too few.", INDEX, sqrt(alpha_bar[t - 1])),
        ("alpha_bar_{t+1} in the place of alpha_bar_t: one step too many.", INDEX, sqrt(alpha_bar[t + 1])),
        ("beta_t in the place of 1 - beta_t in the mean.", CHECK_1, sqrt(beta[t])),
        ("the image is not scaled at all.", CHECK_1, sp.Integer(1)),
        ("alpha_t to the power t, as if all steps had the same variance.", BAR, alpha[t] ** (sp.Rational(1, 2) * t)),
        ("1 - the sum of the betas: losses multiply.", SHRINK, sqrt(1 - SUM_OF_BETA)),
        ("the mean is 0: that is true in the end only.", EDGE, sp.Integer(0)),
    )),
))
SPREAD = Target("the variance of q(x_t | x_0)", 1 - alpha_bar[t], tuple(Slip(name, hint, lambda v=v: v) for name, hint, v in (
    ("the standard deviation where the variance belongs.", VARIANCE, sqrt(1 - alpha_bar[t])),
    ("the variance where the standard deviation belongs: it is squared once more.", VARIANCE, (1 - alpha_bar[t]) ** 2),
    ("beta_t, the variance of one step alone.", BAR, beta[t]),
    ("beta_t squared.", VARIANCE, beta[t] ** 2),
    ("the sum of the betas: the noise of earlier steps is not shrunk by the later ones.", SHRINK, SUM_OF_BETA),
    ("the cumulative product of beta where that of alpha = 1 - beta belongs.", PRODUCT, 1 - PRODUCT_OF_BETA),
    ("the cumulative product of beta as the variance.", PRODUCT, PRODUCT_OF_BETA),
    ("alpha_bar_t in the place of 1 - alpha_bar_t.", EDGE, alpha_bar[t]),
    ("the root of alpha_bar_t in the variance: 1 - sqrt(alpha_bar_t).", CHECK_1, 1 - sqrt(alpha_bar[t])),
    ("(1 - sqrt(alpha_bar_t))^2: the square of a difference is not the difference of the squares.", CHECK_1, (1 - sqrt(alpha_bar[t])) ** 2),
    ("1 - alpha_bar_{t-1}: one step too few.", INDEX, 1 - alpha_bar[t - 1]),
    ("1 - alpha_bar_{t+1}: one step too many.", INDEX, 1 - alpha_bar[t + 1]),
    ("1 - alpha_bar_t^2: alpha_bar_t is a square already.", CHECK_1, 1 - alpha_bar[t] ** 2),
    ("the variance is 1: that is true in the end only.", EDGE, sp.Integer(1)),
    ("no noise at all.", "Every step adds some.", sp.Integer(0)),
    ("t times beta_t: the noise of earlier steps is not shrunk by the later ones.", SHRINK, t * beta[t]),
    ("1 - alpha_t to the power t, as if all steps had the same variance.", BAR, 1 - alpha[t] ** t),
    ("alpha_t in the place of 1 - alpha_t.", CHECK_1, alpha[t]),
    ("one epsilon for two steps: each step has noise of its own.", "Variances of independent noises add. Do standard deviations?",
     (sqrt(alpha[t] * (1 - alpha_bar[t - 1])) + sqrt(beta[t])) ** 2),
    ("that is the variance of q(x_{t-1} | x_t, x_0).", "Here x_t is not known.", (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * beta[t]),
)))

DENSITY = Target("the density q(x_t | x_0)", Normal(x[t], MEAN.value, SPREAD.value).doit(), (
    Slip("the standard deviation where the variance belongs.", VARIANCE, lambda: Normal(x[t], MEAN.value, sqrt(SPREAD.value)).doit()),
    Slip("alpha_bar_t without its square root in the mean.", ROOT, lambda: Normal(x[t], alpha_bar[t] * x[0], SPREAD.value).doit()),
    Slip("the factor before the exponential is missing: a density integrates to 1.", "By what is it divided?",
         lambda: DENSITY.value * sqrt(2 * sp.pi * SPREAD.value)),
    Slip("one step alone, from x_{t-1}.", INDEX, lambda: Normal(x[t], sqrt(alpha[t]) * x[t - 1], beta[t]).doit()),
))


def claims(lines) -> list[Claim]:
    """What the lines say of mean and variance: draws, densities, or a mean and a variance one after the other."""
    found, plain = [], []
    for line in lines:
        kind, expr = _said(line)
        if kind == "nothing":
            continue
        if kind == "number":
            plain.append((expr, line.of))
            continue
        if kind == "density":
            found.append(Claim(DENSITY, expr, expr))
            continue
        found += _of_law(expr, f"line {lines.index(line) + 1}" if len(lines) > 1 else "")
    if plain and found:
        raise Unreadable("has both a density and a mean or variance by itself; give one of them")
    if len(plain) > 2:
        raise Unreadable(f"has {len(plain)} lines without noise; expected a mean and a variance, a Normal, or a draw with epsilon")
    if len(plain) == 1:
        expr = plain[0][0]
        return [Claim(MEAN if expr.has(STATE) else SPREAD, expr, expr)]
    if len(plain) == 2 and plain[1][0].has(STATE) and not plain[0][0].has(STATE):
        plain.reverse()
    for (expr, of), target in zip(plain, (MEAN, SPREAD)):
        is_factor = target is MEAN and not expr.has(STATE)
        open_ = "gives the factor of x_0. The mean is that times x_0." if is_factor and of != "induction" else ""
        place = "" if is_factor or target is MEAN else "the variance"
        found.append(Claim(target, expr * x[0] if is_factor else expr, expr, place, open_))
    if not found:
        raise Unreadable("says nothing of mean and variance; give a Normal, a draw with epsilon, or a pair of both")
    return found


def _said(line):
    """What a line is about: a law (a `Normal` or a draw), a density as a formula, a mean or variance ("number"), or nothing."""
    sides = [line.right] if line.left is None else [line.left, line.right]
    sides = [side for side in sides if not (isinstance(side, Density) or side == x[t])] if len(sides) == 2 else sides
    if len(sides) == 2 and not Sample({}).equal(*sides):
        raise Unreadable(f"has an equation whose sides differ: {sides[0]} and {sides[1]}")
    expr = sides[-1] if sides else line.right
    if expr == x[t] or isinstance(expr, Density):
        return "nothing", expr
    if any(isinstance(e, Density) for e in parts(expr)):
        raise Unreadable("still holds named densities; asked for are the mean and the variance of q(x_t | x_0)")
    inside = [e for e in parts(expr) if isinstance(e, Normal)]
    if inside and expr != inside[0]:
        raise Unreadable("is a formula with a Normal in it; q(x_t | x_0) is one Normal alone")
    if not inside and not noises(expr) and expr.has(sp.exp) and x[t] in expr.atoms(STATE):
        return "density", expr
    return ("law" if inside or noises(expr) else "number"), expr


def noises(expr) -> list:
    return sorted({e for e in parts(expr) if e == epsilon or isinstance(e, NOISE)}, key=sp.default_sort_key)


def _of_law(expr, place):
    if isinstance(expr, Normal):
        variable, mean, variance = expr.args[:3]
        if variable != x[t]:
            raise Unreadable(f"is a density of {variable}; asked for is that of x[t]")
        of_mean, of_spread = (f"the {word} in {place}" if place else f"the {word}" for word in ("mean", "variance"))
        return [Claim(MEAN, mean, mean, of_mean), Claim(SPREAD, variance, variance, of_spread)]
    draw = earlier_states_put_in(expr)
    try:
        mean, variance = mean_and_variance(draw, *noises(draw))
    except (ValueError, sp.PolynomialError):
        raise Unreadable("is not linear in the noise, so it is no Gaussian") from None
    of_mean, of_spread = (f"the {word} of {place or 'the draw'}" for word in ("mean", "variance"))
    return [Claim(MEAN, mean, expr, of_mean), Claim(SPREAD, sp.expand(variance), expr, of_spread)]


def earlier_states_put_in(draw):
    """A draw from x_{t-1} or x_{t-2}, with these as draws from x_0, with noise of their own."""
    earlier = [e for e in draw.atoms(STATE) if e not in (x[0], x[t])]
    put_in = {e: sqrt(alpha_bar[e.args[0]]) * x[0] + sqrt(1 - alpha_bar[e.args[0]]) * NOISE(-1 - i) for i, e in enumerate(earlier)}
    return draw.subs(put_in)


def form(found) -> str:
    """What a right answer lacks."""
    targets = {id(claim.target) for claim in found}
    if targets == {id(DENSITY)}:
        return ""
    if len(targets) == 1:
        given, missing = ("mean", "variance") if found[0].target is MEAN else ("variance", "mean")
        return f"is the {given} of q(x_t | x_0). What is the {missing}?"
    states = {e for claim in found[-2:] for e in parts(claim.typed) if isinstance(e, STATE)} - {x[0]}
    if open_ := next((claim.open for claim in found if claim.open), ""):
        return open_
    if states:
        return f"is true, but {states.pop()} is still in it. Go on until x_0 is reached."
    return ""


PROBLEM_1_4 = Derivation("answer_1_4", "1.4", claims, form)


def check_answer_1_4(answer) -> Verdict:
    """Check q(x_t | x_0) (problem 1.4): a `Normal`, a draw with epsilon, mean and variance, an equation, or a list of steps."""
    return PROBLEM_1_4.check(answer)
