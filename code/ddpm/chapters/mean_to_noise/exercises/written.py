"""Problems 3.1 and 3.2: the mean through the noise, and the loss on the noise with its weight."""

from dataclasses import replace

import sympy as sp

from ddpm.derivation import formulas
from ddpm.derivation.expectation import E_noise, Expectation
from ddpm.derivation.symbols import (
    C,
    Quantity,
    SquaredNorm,
    alpha,
    alpha_bar,
    beta,
    beta_tilde,
    epsilon,
    epsilon_t,
    epsilon_theta,
    mu_theta,
    mu_tilde,
    sigma,
    sqrt,
    t,
    x,
)
from ddpm.grading.exercise import Slip
from ddpm.grading.verdict import Verdict
from ddpm.grading.written.about import claims_of, kind_of, part_of, placed
from ddpm.grading.written.claims import Claim, Target
from ddpm.grading.written.problem import Derivation
from ddpm.grading.written.sample import Sample
from ddpm.grading.written.too_large import Unreadable

MU, MODEL, GUESS = mu_tilde(t, x[t], x[0]), mu_theta(x[t], t), epsilon_theta(x[t], t)
REST, REST_BEFORE = formulas.noise_variance(), formulas.noise_variance(t - 1)
NOISED = formulas.noised()
POSTERIOR, POSTERIOR_VARIANCE = formulas.posterior_mean(), formulas.posterior_variance()

NOISE_HINT = "Solve the closed form for x_0. By what is the noise multiplied there?"
SCALE_HINT = "Collect what multiplies x_t, once x_0 is put in. What is alpha_t + beta_t?"
WHICH_HINT = "The noise in question is all that was added on the way from x_0 to x_t, not that of step t alone."
SIGN_HINT = "x_t has the noise in it. Does the step back put more in, or take some out?"
HALF_HINT = "What stands before the norm in the loss on the mean? It is still there."
SQUARE_HINT = "A factor inside the norm comes out squared. Which factor is it, and what is the square of a root?"
BAR_HINT = "Follow the factor of the noise from problem 3.1: what stands in it, and of what is the root taken?"
SIGMA_HINT = "sigma_t^2 stands once in the loss on the mean, below the line. What has problem 3.2 done to it?"
ROUND = "Compare with the loss on the mean: what has become smaller, what larger?"


def mean_with(factor=None, scale=None):
    """The mean through the noise with one of its parts replaced."""
    factor = formulas.noise_factor() if factor is None else factor
    scale = 1 / sqrt(alpha[t]) if scale is None else scale
    return scale * (x[t] - factor * epsilon)


def of_x_0_and_noise(expr) -> sp.Expr:
    """`expr` as a formula in x_0 and epsilon: definitions, means and x_t put in; of an expectation its integrand,
    without C."""
    expr = expr.replace(SquaredNorm, lambda v: v**2)
    expr = expr.xreplace({MU: POSTERIOR})
    expr = expr.replace(beta_tilde.function, lambda i: POSTERIOR_VARIANCE.subs(t, i))
    return integrand(expr).xreplace({x[t]: NOISED})


def integrand(expr):
    """The integrand of the expectations in `expr`, and of anything else `expr` itself; constants added are left out."""
    names = {e: sp.Dummy(real=True) for e in expr.atoms(Expectation)}
    if any(e.args[0].has(Expectation) for e in names):
        raise Unreadable("has an expectation inside of another")
    outside = expr.xreplace(names)
    if outside.has(C) and not (slope_of(outside, C).is_Number and slope_of(outside, C) != 0):
        raise Unreadable("has C in it as something else than a constant that is added")
    factors = {e: slope_of(outside, name) for e, name in names.items()}
    if any(factor.has(x.function, epsilon, C, *names.values()) for factor in factors.values()):
        raise Unreadable("is not a sum of expectations with constant factors")
    rest = outside.xreplace(dict.fromkeys((C, *names.values()), sp.Integer(0)))
    return sp.Add(*(factor * without_constant(e.args[0], factor) for e, factor in factors.items()), rest)


def without_constant(body, factor):
    """What an expectation is taken of, without C, whose expectation it is itself."""
    slope = slope_of(body, C)
    if slope != 0 and not (slope * factor).is_Number:
        raise Unreadable("has C in it as something else than a constant that is added")
    return body.xreplace({C: sp.Integer(0)})


def slope_of(expr, symbol):
    """The factor of a symbol, simplified as far as it takes to see whether anything else is in it."""
    slope = sp.diff(expr, symbol)
    return slope if slope.is_Number else sp.simplify(slope)


def mean_form(expr) -> str:
    """What a right mean, as typed, lacks."""
    if expr.has(mu_tilde):
        return "still contains mu_tilde_t. Put its formula in, then x_0."
    if not expr.has(epsilon):
        return "equals mu_tilde_t, but there is no epsilon in it: it is still written with x_0."
    if expr.replace(mu_theta, lambda *args: sp.Integer(0)).has(x[0]):
        return "equals mu_tilde_t, but has x_0 in it. It is asked for with x_t and epsilon alone: remove x_0."
    return ""


def loss_form(expr) -> str:
    """What a right loss of problem 3.2, as typed, lacks."""
    for name in ("mu_tilde", "mu_theta"):
        if any(e.code == name for e in expr.atoms(Quantity)):
            return f"still contains {name}. Put its formula in."
    guess = sp.Dummy(real=True)
    bare = expr.replace(epsilon_theta, lambda *args: guess)
    if bare.has(x.function):
        return (
            "equals the loss on the noise, but x_t still stands outside of epsilon_theta. "
            "Subtract the two means: what cancels?"
        )
    for norm in bare.atoms(SquaredNorm):
        if abs(sp.expand(norm.args[0]).coeff(epsilon)) != 1:
            return (
                "equals the loss on the noise, but a factor still stands inside of the norm. "
                "What does it become in front of it?"
            )
    return ""


def _mean(name, hint, **parts):
    return Slip(name, hint, lambda: of_x_0_and_noise(mean_with(**parts)))


MEAN_SLIPS = (
    _mean("the sign of the noise is turned.", SIGN_HINT, factor=-beta[t] / sqrt(REST)),
    _mean("sqrt(beta_t) in the place of beta_t.", NOISE_HINT, factor=sqrt(beta[t]) / sqrt(REST)),
    _mean("1 - alpha_bar_t without its square root.", NOISE_HINT, factor=beta[t] / REST),
    _mean(
        "1 - alpha_bar_t is missing, or a variance stands for a standard deviation where x_0 was put in.",
        NOISE_HINT,
        factor=beta[t],
    ),
    _mean("the factor 1 / sqrt(alpha_t) is missing.", SCALE_HINT, scale=1),
    _mean("multiplied by sqrt(alpha_t) where it divides.", SCALE_HINT, scale=sqrt(alpha[t])),
    _mean("1 / alpha_t without the square root.", SCALE_HINT, scale=1 / alpha[t]),
    _mean("alpha_bar_t in the place of alpha_t in the factor in front.", SCALE_HINT, scale=1 / sqrt(alpha_bar[t])),
    _mean(
        "sqrt(1 - alpha_t) in the place of sqrt(1 - alpha_bar_t): only the noise of step t is taken out.",
        WHICH_HINT,
        factor=sqrt(beta[t]),
    ),
    _mean("all of the noise is taken out of x_t, and the factor is that of one step.", WHICH_HINT, factor=sqrt(REST)),
    _mean(
        "that is x_0, not the mean of x_{t-1}.",
        "mu_tilde_t lies one step back. x_0 is one of two witnesses.",
        factor=sqrt(REST),
        scale=1 / sqrt(alpha_bar[t]),
    ),
    _mean("alpha_bar_{t-1} in the place of alpha_bar_t below the root.", BAR_HINT, factor=beta[t] / sqrt(REST_BEFORE)),
    _mean("sqrt(alpha_bar_t) in the place of sqrt(1 - alpha_bar_t).", NOISE_HINT, factor=beta[t] / sqrt(alpha_bar[t])),
    _mean("alpha_t in the place of beta_t.", NOISE_HINT, factor=alpha[t] / sqrt(REST)),
    _mean(
        "beta_tilde_t in the place of beta_t.",
        "That is the variance of the posterior. Does it stand in the mean?",
        factor=POSTERIOR_VARIANCE / sqrt(REST),
    ),
    _mean(
        "the noise is missing: x_t scaled up.",
        "x_0 was a mixture of x_t and the noise. Where has the noise gone?",
        factor=0,
    ),
    Slip(
        "the factor 1 / sqrt(alpha_t) stands before x_t alone.",
        SCALE_HINT,
        lambda: of_x_0_and_noise(x[t] / sqrt(alpha[t]) - beta[t] / sqrt(REST) * epsilon),
    ),
    Slip(
        "x_0 = (x_t - sqrt(1 - alpha_bar_t) epsilon) / alpha_bar_t was put in: the root is missing.",
        NOISE_HINT,
        lambda: of_x_0_and_noise(POSTERIOR.subs(x[0], (x[t] - sqrt(REST) * epsilon) / alpha_bar[t])),
    ),
    *(
        Slip(name, NOISE_HINT, lambda image=image: of_x_0_and_noise(POSTERIOR.subs(x[0], image)))
        for name, image in (
            (
                "x_0 = (x_t - sqrt(1 - alpha_t) epsilon) / sqrt(alpha_t) was put in: the bars are missing.",
                (x[t] - sqrt(beta[t]) * epsilon) / sqrt(alpha[t]),
            ),
            ("x_0 was put in without dividing by sqrt(alpha_bar_t).", x[t] - sqrt(REST) * epsilon),
            (
                "x_0 was put in with sqrt(alpha_bar_t) below x_t alone.",
                x[t] / sqrt(alpha_bar[t]) - sqrt(REST) * epsilon,
            ),
        )
    ),
    Slip(
        "epsilon_t, the noise of step t alone, in the place of epsilon.",
        WHICH_HINT,
        lambda: of_x_0_and_noise(formulas.mean_from_noise(epsilon_t[t])),
    ),
    *(
        Slip(
            "sigma_t times noise is added: that is a draw of x_{t-1}, not its mean.",
            "What is the mean of the noise that a step adds?",
            lambda z=z: of_x_0_and_noise(formulas.mean_from_noise() + sigma[t] * z),
        )
        for z in (epsilon, epsilon_t[t])
    ),
    Slip(
        "epsilon_theta, the network's prediction, in the place of the noise itself.",
        "The target of the network is asked for, not its answer.",
        lambda: of_x_0_and_noise(formulas.mean_from_noise(GUESS)),
    ),
    Slip(
        "the mean of the forward step, sqrt(alpha_t) x_t.",
        "mu_tilde_t is a mean of x_{t-1}, one step back.",
        lambda: of_x_0_and_noise(sqrt(alpha[t]) * x[t]),
    ),
    Slip(
        "the factors of x_0 and x_t in mu_tilde_t are swapped.",
        "Near t = 1, which of the two should mu_tilde_t resemble?",
        lambda: POSTERIOR.subs({x[0]: x[t], x[t]: x[0]}, simultaneous=True).subs(x[t], NOISED),
    ),
)
MEAN = Target("mu_tilde_t", of_x_0_and_noise(formulas.mean_from_noise()), MEAN_SLIPS, form=mean_form)


def _mean_loss(mean, weight=1 / (2 * sigma[t] ** 2)):
    return weight * (mean - MODEL.subs(x[t], NOISED)) ** 2


RIGHT_MEAN = MEAN.value
MEAN_LOSS = Target(
    "the loss of problem 3.1",
    _mean_loss(RIGHT_MEAN),
    (
        Slip("the factor 1/2 is missing.", HALF_HINT, lambda: _mean_loss(RIGHT_MEAN, 1 / sigma[t] ** 2)),
        Slip("sigma_t in the place of sigma_t^2.", SIGMA_HINT, lambda: _mean_loss(RIGHT_MEAN, 1 / (2 * sigma[t]))),
        Slip("the weight 1 / (2 sigma_t^2) is missing.", HALF_HINT, lambda: _mean_loss(RIGHT_MEAN, 1)),
        Slip(
            "multiplied by sigma_t^2 where it divides.", SIGMA_HINT, lambda: _mean_loss(RIGHT_MEAN, sigma[t] ** 2 / 2)
        ),
        *(Slip(slip.name, slip.hint, lambda slip=slip: _mean_loss(slip.make())) for slip in MEAN_SLIPS),
        Slip("the two means are added.", SIGN_HINT, lambda: _mean_loss(-RIGHT_MEAN)),
        Slip(
            "the network sees x_0 in the place of x_t.",
            "What does the network know when it is asked?",
            lambda: (RIGHT_MEAN - mu_theta(x[0], t)) ** 2 / (2 * sigma[t] ** 2),
        ),
    ),
    form=mean_form,
)

RIGHT_WEIGHT = formulas.noise_weight()
WEIGHTS = (
    ("the factor 1/2 is missing.", HALF_HINT, 2 * RIGHT_WEIGHT),
    ("beta_t in the place of beta_t^2.", SQUARE_HINT, RIGHT_WEIGHT / beta[t]),
    ("sigma_t in the place of sigma_t^2.", SIGMA_HINT, RIGHT_WEIGHT * sigma[t]),
    ("sigma_t^2 squared once more.", SIGMA_HINT, RIGHT_WEIGHT / sigma[t] ** 2),
    ("sigma_t^2 is missing.", SIGMA_HINT, RIGHT_WEIGHT * sigma[t] ** 2),
    (
        "sqrt(alpha_t) in the place of alpha_t: the factor is not squared there.",
        SQUARE_HINT,
        RIGHT_WEIGHT * sqrt(alpha[t]),
    ),
    ("alpha_t squared.", SQUARE_HINT, RIGHT_WEIGHT / alpha[t]),
    ("alpha_t is missing.", SQUARE_HINT, RIGHT_WEIGHT * alpha[t]),
    ("multiplied by alpha_t where it divides.", SQUARE_HINT, RIGHT_WEIGHT * alpha[t] ** 2),
    ("alpha_bar_t in the place of alpha_t.", BAR_HINT, RIGHT_WEIGHT * alpha[t] / alpha_bar[t]),
    (
        "sqrt(1 - alpha_bar_t) in the place of 1 - alpha_bar_t: the factor is not squared there.",
        SQUARE_HINT,
        RIGHT_WEIGHT * sqrt(REST),
    ),
    ("1 - alpha_bar_t squared.", SQUARE_HINT, RIGHT_WEIGHT / REST),
    ("1 - alpha_bar_t is missing.", BAR_HINT, RIGHT_WEIGHT * REST),
    ("1 - alpha_bar_{t-1} in the place of 1 - alpha_bar_t.", BAR_HINT, RIGHT_WEIGHT * REST / REST_BEFORE),
    ("1 - alpha_t in the place of 1 - alpha_bar_t.", BAR_HINT, RIGHT_WEIGHT * REST / beta[t]),
    ("alpha_bar_t in the place of 1 - alpha_bar_t.", BAR_HINT, RIGHT_WEIGHT * REST / alpha_bar[t]),
    ("alpha_t in the place of 1 - alpha_bar_t.", BAR_HINT, RIGHT_WEIGHT * REST / alpha[t]),
    ("the factor is not squared at all.", SQUARE_HINT, beta[t] / (2 * sigma[t] ** 2 * sqrt(alpha[t]) * sqrt(REST))),
    (
        "the factor of the noise alone: neither squared nor with the weight of the loss on the mean.",
        SQUARE_HINT,
        beta[t] / (sqrt(alpha[t]) * sqrt(REST)),
    ),
    ("the factor squared, but 1 / (2 sigma_t^2) is missing.", HALF_HINT, beta[t] ** 2 / (alpha[t] * REST)),
    ("the weight of the loss on the mean, 1 / (2 sigma_t^2).", SQUARE_HINT, 1 / (2 * sigma[t] ** 2)),
    (
        "the weight is missing: that is the simple loss.",
        "The simple loss drops the weight afterwards. Which one does it drop?",
        sp.Integer(1),
    ),
    ("sigma_t^2 = beta_t was put in: true for that choice only.", SIGMA_HINT, beta[t] / (2 * alpha[t] * REST)),
    (
        "sigma_t^2 = beta_tilde_t was put in: true for that choice only.",
        SIGMA_HINT,
        RIGHT_WEIGHT * sigma[t] ** 2 / POSTERIOR_VARIANCE,
    ),
    ("alpha_t^2 in the place of beta_t^2.", BAR_HINT, RIGHT_WEIGHT * alpha[t] ** 2 / beta[t] ** 2),
    ("the sign is turned.", "A squared distance is never negative.", -RIGHT_WEIGHT),
    ("turned over.", ROUND, 1 / RIGHT_WEIGHT),
    *(
        (
            "brackets are missing below the line: what stands behind a / and a * multiplies.",
            "Python calculates a / b * c from left to right.",
            value,
        )
        for value in (
            beta[t] ** 2 / 2 * sigma[t] ** 2 * alpha[t] * REST,
            beta[t] ** 2 / (2 * sigma[t] ** 2) * alpha[t] * REST,
            beta[t] ** 2 / (2 * sigma[t] ** 2 * alpha[t]) * REST,
        )
    ),
    ("the weight is squared, or stands inside of the norm.", SQUARE_HINT, RIGHT_WEIGHT**2),
    (
        "1 - alpha_t^2 in the place of (1 - alpha_t)^2.",
        "Try alpha_t = 1/2.",
        RIGHT_WEIGHT * (1 - alpha[t] ** 2) / beta[t] ** 2,
    ),
    ("t - 1 in the place of t everywhere: L_{t-1} has the weight of step t.", BAR_HINT, RIGHT_WEIGHT.subs(t, t - 1)),
)
WEIGHT = Target("the weight", RIGHT_WEIGHT, tuple(Slip(name, hint, lambda w=w: w) for name, hint, w in WEIGHTS))


def noise_loss_of(weight, distance=(epsilon - GUESS) ** 2):
    return (weight * distance).subs(x[t], NOISED)


NOISE_LOSS = Target(
    "the loss on the noise",
    noise_loss_of(RIGHT_WEIGHT),
    (
        *(Slip(name, hint, lambda w=w: noise_loss_of(w)) for name, hint, w in WEIGHTS),
        Slip("the two noises are added.", SIGN_HINT, lambda: noise_loss_of(RIGHT_WEIGHT, (epsilon + GUESS) ** 2)),
        Slip(
            "the distance is not squared.",
            "Look at the bars: which power has the length in the loss on the mean?",
            lambda: noise_loss_of(RIGHT_WEIGHT, epsilon - GUESS),
        ),
        Slip(
            "the distance is not squared.",
            "Look at the bars: which power has the length in the loss on the mean?",
            lambda: noise_loss_of(RIGHT_WEIGHT, sp.Abs(epsilon - GUESS)),
        ),
        *(
            Slip(name, hint, lambda distance=distance: noise_loss_of(RIGHT_WEIGHT, distance))
            for name, hint, distance in (
                (
                    "epsilon_t, the noise of step t alone, in the place of epsilon.",
                    WHICH_HINT,
                    (epsilon_t[t] - GUESS) ** 2,
                ),
                ("x_0 in the place of epsilon.", "What does epsilon_theta predict?", (x[0] - GUESS) ** 2),
                (
                    "the squared norm is squared once more.",
                    "SquaredNorm(v) is the square of the length of v already.",
                    (epsilon - GUESS) ** 4,
                ),
            )
        ),
        Slip(
            "epsilon_theta is missing.",
            "What is epsilon compared with?",
            lambda: noise_loss_of(RIGHT_WEIGHT, epsilon**2),
        ),
        Slip(
            "the network sees x_0 in the place of x_t.",
            "What does the network know when it is asked?",
            lambda: noise_loss_of(RIGHT_WEIGHT, (epsilon - epsilon_theta(x[0], t)) ** 2),
        ),
    ),
    form=loss_form,
)


LOSSES = MEAN_LOSS, NOISE_LOSS
OF_MODEL = of_x_0_and_noise(formulas.mean_from_noise(GUESS))
FACTOR = formulas.noise_factor() / sqrt(alpha[t])
ON_THE_WAY = (
    *(Target("the factor of the noise", factor) for factor in (FACTOR, -FACTOR)),
    Target("the square of the factor of the noise", FACTOR**2),
    Target("mu_tilde_t", MEAN.value),
    Target("the mean of the model", OF_MODEL),
    Target("the difference of the means", MEAN.value - OF_MODEL),
    Target("the difference of the means", OF_MODEL - MEAN.value),
    Target("x_0", x[0]),
)
ERROR = Target("the squared error of the noise", noise_loss_of(1))


def claims_3_1(lines) -> list[Claim]:
    """Lines about the mean, or about the loss with the mean in it."""

    def target_of(side):
        of_loss = side.has(Expectation, SquaredNorm, mu_theta) or side.has(sigma.function) and side.has(epsilon_theta)
        return MEAN_LOSS if of_loss else MEAN

    return _claims(lines, target_of)


def claims_3_2(lines) -> list[Claim]:
    """Lines about the weight, or about the loss."""
    of_loss = (epsilon, epsilon_theta, epsilon_t.function, Expectation, SquaredNorm, mu_theta)
    return _claims(lines, lambda side: NOISE_LOSS if side.has(*of_loss) else WEIGHT)


def _claims(lines, target_of):
    def target_in(line):
        return max(map(target_of, (line.left or line.right, line.right)), key=lambda target: target in LOSSES)

    def kind(line):
        target = target_in(line)
        return "aside" if line in errors else kind_of(line, (target,), of_target(target))

    errors = [line for line in lines if line.left is None and _is_error(line.right)]
    others = {target_in(line).what for line in lines if line.of != "definition" and line not in errors}
    if others != {WEIGHT.what}:  # beside the weight alone stands what it weights
        errors = []
    found = []
    for said in placed(lines, kind):
        target = target_in(said.line)
        parts = () if said.line.right.has(Expectation, sigma.function) else (*ON_THE_WAY, *([ERROR] if errors else ()))
        if part := part_of(said, parts, of_target(target) if target is NOISE_LOSS else of_x_0_and_noise):
            found += part
        else:
            found += [
                _as_asked(claim, said) for claim in claims_of(said, target, of_target(target), (mu_tilde,), ON_THE_WAY)
            ]
    return found


def _is_error(side) -> bool:
    return not side.has(Expectation, C) and Sample({}).equal(of_x_0_and_noise(side), ERROR.value)


def of_target(target):
    """How sides are put so that they can be compared with a target."""

    def compared(side):
        if target in (MEAN, WEIGHT) and side.has(C):
            raise Unreadable(f"has C in it; to {target.what} no constant is added, only to the loss")
        formula = of_x_0_and_noise(side)
        return (
            formula.xreplace({MODEL.xreplace({x[t]: NOISED}): formulas.mean_from_noise(GUESS).xreplace({x[t]: NOISED})})
            if target is NOISE_LOSS
            else formula
        )

    return compared


def _as_asked(claim, said) -> Claim:
    """The claim; of a loss with the right expectation that its integrand is another."""
    target, sample = claim.target, Sample({})
    if not claim.typed.has(Expectation) or target not in LOSSES:
        return claim
    if not sample.equal(claim.compared, target.value) and sample.equal(E_noise(claim.compared), E_noise(target.value)):
        lack = (
            f"has the expectation of {target.what}, but another integrand. "
            "Asked for is one squared distance with its weight."
        )
        step = claim.step or said.line.left is not None and not said.last
        claim = replace(claim, compared=target.value, open=lack, step=step)
    return replace(claim, inside=True)


def one_draw(claims) -> str:
    """A loss without its expectation is that of one draw."""
    losses = [claim for claim in claims if claim.target in LOSSES]
    if losses and not losses[-1].typed.has(Expectation):
        return "This is the loss of one x_0 and one epsilon; L_{t-1} is its expectation over both, plus a constant."
    return ""


PROBLEM_3_1 = Derivation("answer_3_1", "3.1", claims_3_1, remark=one_draw)
PROBLEM_3_2 = Derivation("answer_3_2", "3.2", claims_3_2, remark=one_draw)


def check_answer_3_1(answer) -> Verdict:
    """Check mu_tilde_t through x_t and epsilon (problem 3.1): the mean, the loss with it, an equation, or a list of
    steps."""
    return PROBLEM_3_1.check(answer)


def check_answer_3_2(answer) -> Verdict:
    """Check the loss on the noise (problem 3.2): the weight, the loss, both as a pair, an equation, or a list of
    steps."""
    return PROBLEM_3_2.check(answer)
