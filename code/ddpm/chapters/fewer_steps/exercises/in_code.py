"""The exercises in code: a step of DDIM's family, and the second-order step of DPM-Solver++ 2M."""

import numpy as np

from ddpm.grading.cases import with_other_noise
from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

SHAPES = ((3, 3), (2, 4), (4, 2))
CASES = 16


def family_step_cases(seed: int) -> list[tuple]:
    """c^2 + r^2 is not 1, and sigma well below the spread after the step."""
    rng, cases = np.random.default_rng((seed, 132)), []
    for k in range(CASES):
        x, noise, z = rng.normal(size=(3, *SHAPES[k % 3]))
        numbers = (rng.uniform(*ends) for ends in ((0.25, 0.45), (0.95, 1.3), (0.5, 0.6), (0.65, 0.85), (0.25, 0.4)))
        cases.append((x, noise, *map(float, numbers), z))
    return with_other_noise(cases, place=7)


def _family(
    image=lambda x, e, c, r, c_next, r_next: (x - r * e) / c,
    signal=lambda c, c_next: c_next,
    kept=lambda r, c_next, r_next, s: np.sqrt(r_next**2 - s**2),
    fresh=lambda s: s,
    direction=lambda e, z: e,
):
    """The step with one of its parts replaced: x_0, its factor, the noise that is kept and which it is, the noise that
    is fresh."""

    def step(x, noise, c, r, c_next, r_next, sigma, z):
        x_0 = image(x, noise, c, r, c_next, r_next)
        old = kept(r, c_next, r_next, sigma) * direction(noise, z)
        return signal(c, c_next) * x_0 + old + fresh(sigma) * z

    return step


IMAGE_HINT = "x = c x_0 + r noise holds before the step, with c and r. Solve it for x_0."
SIGNAL_HINT = "How much of x_0 is in a state after the step?"
KEPT_HINT = "After the step the old and the fresh noise together have the variance r_next^2. They are independent."
FRESH_HINT = "sigma is the standard deviation of the fresh noise, and z is standard normal."
BOTH_HINT = "Two noises are in the state after the step: what is known of the old one, and a fresh one."

FAMILY_STEP = Compared(
    "family_step",
    "13.2",
    ("x", "noise", "c", "r", "c_next", "r_next", "sigma", "z"),
    family_step_cases,
    _family(),
    (
        Slip("x_0 is x - r noise: it is not divided by c.", IMAGE_HINT, _family(lambda x, e, c, r, cn, rn: x - r * e)),
        Slip("x_0 with a plus before the noise.", IMAGE_HINT, _family(lambda x, e, c, r, cn, rn: (x + r * e) / c)),
        Slip(
            "x_0 by r_next and c: two levels in one.", IMAGE_HINT, _family(lambda x, e, c, r, cn, rn: (x - rn * e) / c)
        ),
        Slip(
            "x_0 by the level after the step, c_next and r_next. x is a state before it.",
            IMAGE_HINT,
            _family(lambda x, e, c, r, cn, rn: (x - rn * e) / cn),
        ),
        Slip("x_0 = x / c: the noise is not taken out.", IMAGE_HINT, _family(lambda x, e, c, r, cn, rn: x / c)),
        Slip("x_0 = x - noise, without c and r.", IMAGE_HINT, _family(lambda x, e, c, r, cn, rn: x - e)),
        Slip(
            "x_0 = x - r noise / c: c divides the noise alone.",
            IMAGE_HINT,
            _family(lambda x, e, c, r, cn, rn: x - r * e / c),
        ),
        Slip(
            "x_0 = x / c - r noise: c divides x alone.", IMAGE_HINT, _family(lambda x, e, c, r, cn, rn: x / c - r * e)
        ),
        Slip("x in the place of x_0.", IMAGE_HINT, _family(lambda x, e, c, r, cn, rn: x)),
        Slip(
            "c and c_next are taken for alpha_bar: their roots, and 1 less them, stand in the answer.",
            "c is the factor of the image itself. Which of the arguments are the spreads?",
            lambda x, e, c, r, cn, rn, s, z: (
                np.sqrt(cn) * (x - np.sqrt(1 - c) * e) / np.sqrt(c) + np.sqrt(1 - cn - s**2) * e + s * z
            ),
        ),
        Slip(
            "the image alone: no state of the level after the step is made of it.",
            BOTH_HINT,
            lambda x, e, c, r, cn, rn, s, z: (x - r * e) / c,
        ),
        Slip("c in the place of c_next before x_0.", SIGNAL_HINT, _family(signal=lambda c, cn: c)),
        Slip("x_0 is not multiplied by c_next.", SIGNAL_HINT, _family(signal=lambda c, cn: 1)),
        Slip("c_next / c before x_0: that factor belongs to x.", SIGNAL_HINT, _family(signal=lambda c, cn: cn / c)),
        Slip(
            "r_next before the old noise: with the fresh noise there is too much.",
            KEPT_HINT,
            _family(kept=lambda r, cn, rn, s: rn),
        ),
        Slip(
            "r_next - sigma before the old noise: variances add up, not deviations.",
            KEPT_HINT,
            _family(kept=lambda r, cn, rn, s: rn - s),
        ),
        Slip(
            "r_next^2 - sigma^2 before the old noise: the root is missing.",
            KEPT_HINT,
            _family(kept=lambda r, cn, rn, s: rn**2 - s**2),
        ),
        Slip(
            "sqrt(r_next^2 + sigma^2) before the old noise.",
            KEPT_HINT,
            _family(kept=lambda r, cn, rn, s: np.sqrt(rn**2 + s**2)),
        ),
        Slip(
            "sqrt(r_next^2 - sigma): sigma is not squared.",
            KEPT_HINT,
            _family(kept=lambda r, cn, rn, s: np.sqrt(rn**2 - s)),
        ),
        Slip(
            "sqrt(r^2 - sigma^2), with the spread before the step.",
            KEPT_HINT,
            _family(kept=lambda r, cn, rn, s: np.sqrt(r**2 - s**2)),
        ),
        Slip(
            "sqrt(1 - c_next^2 - sigma^2): so only where c^2 + r^2 = 1.",
            "c and r are any. Which of the arguments is the spread after the step?",
            _family(kept=lambda r, cn, rn, s: np.sqrt(1 - cn**2 - s**2)),
        ),
        Slip(
            "divided by r: the predicted noise has variance 1 already.",
            KEPT_HINT,
            _family(kept=lambda r, cn, rn, s: np.sqrt(rn**2 - s**2) / r),
        ),
        Slip(
            "multiplied by r, as in x - c x_0: the old noise is not brought to variance 1.",
            KEPT_HINT,
            _family(kept=lambda r, cn, rn, s: np.sqrt(rn**2 - s**2) * r),
        ),
        Slip(
            "the old and the fresh noise have each other's factors.",
            BOTH_HINT,
            lambda x, e, c, r, cn, rn, s, z: cn * (x - r * e) / c + s * e + np.sqrt(rn**2 - s**2) * z,
        ),
        Slip("the old noise is missing.", BOTH_HINT, _family(kept=lambda r, cn, rn, s: 0)),
        Slip("the old noise is subtracted.", BOTH_HINT, _family(kept=lambda r, cn, rn, s: -np.sqrt(rn**2 - s**2))),
        Slip(
            "all noise is fresh: what is predicted of the old one is thrown away.",
            BOTH_HINT,
            _family(kept=lambda r, cn, rn, s: rn - s, direction=lambda e, z: z),
        ),
        Slip(
            "no fresh noise, and the old one still reduced for it.",
            FRESH_HINT,
            _family(fresh=lambda s: 0),
        ),
        Slip(
            "no noise is fresh: the step with sigma = 0, whatever sigma is.",
            FRESH_HINT,
            _family(kept=lambda r, cn, rn, s: rn, fresh=lambda s: 0),
        ),
        Slip("sigma^2 before z.", FRESH_HINT, _family(fresh=lambda s: s**2)),
        Slip("sqrt(sigma) before z.", FRESH_HINT, _family(fresh=np.sqrt)),
        Slip("z without a factor.", FRESH_HINT, _family(fresh=lambda s: 1)),
        Slip(
            "the fresh noise is subtracted: samples of the same law, but not this step.",
            FRESH_HINT,
            _family(fresh=lambda s: -s),
        ),
    ),
    noise="z",
)


def second_order_step_cases(seed: int) -> list[tuple]:
    """Three levels, falling by factors of their own."""
    rng, cases = np.random.default_rng((seed, 134)), []
    for k in range(CASES):
        x, x_0, earlier = rng.normal(size=(3, *SHAPES[k % 3]))
        sigma, before, after = (float(rng.uniform(*ends)) for ends in ((0.7, 1.4), (1.25, 1.6), (1.8, 2.6)))
        cases.append((x, x_0, earlier, sigma * before, sigma, sigma / after))
    return cases


def _share(before, now, after):
    """Half of the next step over the last one, both in log-SNR."""
    return np.log(now / after) / (2 * np.log(before / now))


def _second(
    share=_share,
    taken=lambda x_0, earlier, share: x_0 + share * (x_0 - earlier),
    step=lambda x, D, now, after: after / now * x + (1 - after / now) * D,
):
    """The step with one of its parts replaced: how far it looks ahead, the image it takes, the step with it."""

    def answer(x, x_0, earlier, before, now, after):
        return step(x, taken(x_0, earlier, share(before, now, after)), now, after)

    return answer


AHEAD_HINT = "D is x_0 where it will be in the middle of the coming step, if it goes on as in the last one."
LOG_HINT = "In which variable does the image go on in a straight line? What is the log-SNR of x_0 + sigma noise?"
STEP_HINT = "With D for x_0, the noise in x is (x - D) / sigma. What is the state with this noise at sigma_next?"

SECOND_ORDER_STEP = Compared(
    "second_order_step",
    "13.4",
    ("x", "x_0", "x_0_earlier", "sigma_earlier", "sigma", "sigma_next"),
    second_order_step_cases,
    _second(),
    (
        Slip(
            "log(sigma / sigma_next) / 2 times the last length: it is to divide, too.",
            AHEAD_HINT,
            _second(lambda b, n, a: np.log(n / a) / 2 * np.log(b / n)),
        ),
        Slip(
            "lengths in 1 / sigma^2, the SNR without its log.",
            LOG_HINT,
            _second(lambda b, n, a: (1 / a**2 - 1 / n**2) / (2 * (1 / n**2 - 1 / b**2))),
        ),
        Slip(
            "x_0_earlier is prolonged, not x_0.", AHEAD_HINT, _second(taken=lambda x_0, old, s: old + s * (x_0 - old))
        ),
        Slip(
            "sigma_next (x - D): the noise is not divided by sigma.",
            STEP_HINT,
            _second(step=lambda x, D, n, a: D + a * (x - D)),
        ),
        Slip(
            "1 - (sigma_next / sigma)^2 before D: in exp(-h) stands half of the length in log-SNR.",
            STEP_HINT,
            _second(step=lambda x, D, n, a: a / n * x + (1 - (a / n) ** 2) * D),
        ),
        Slip("no look ahead: that is DDIM's step.", AHEAD_HINT, _second(lambda b, n, a: 0)),
        Slip("the 1/2 is missing: D at the end of the step.", AHEAD_HINT, _second(lambda b, n, a: 2 * _share(b, n, a))),
        Slip(
            "half of 1/2: the log-SNR is twice the log, in both steps alike.",
            "The factor 2 stands in both lengths. What is left of it in their ratio?",
            _second(lambda b, n, a: _share(b, n, a) / 2),
        ),
        Slip(
            "1/2, whatever the lengths are: so only for steps that are alike.",
            AHEAD_HINT,
            _second(lambda b, n, a: 0.5),
        ),
        Slip("the lengths of the steps are swapped.", AHEAD_HINT, _second(lambda b, n, a: 1 / (4 * _share(b, n, a)))),
        Slip("back in the place of ahead: the sign is turned.", AHEAD_HINT, _second(lambda b, n, a: -_share(b, n, a))),
        Slip("lengths in sigma, not in log-SNR.", LOG_HINT, _second(lambda b, n, a: (n - a) / (2 * (b - n)))),
        Slip(
            "lengths in 1 / sigma, not in log-SNR.",
            LOG_HINT,
            _second(lambda b, n, a: (1 / a - 1 / n) / (2 * (1 / n - 1 / b))),
        ),
        Slip(
            "lengths in sigma^2, not in log-SNR.",
            LOG_HINT,
            _second(lambda b, n, a: (n**2 - a**2) / (2 * (b**2 - n**2))),
        ),
        Slip(
            "the last step is measured from sigma_earlier to sigma_next.",
            AHEAD_HINT,
            _second(lambda b, n, a: np.log(n / a) / (2 * np.log(b / a))),
        ),
        Slip("the mean of the two images.", AHEAD_HINT, _second(taken=lambda x_0, old, s: (x_0 + old) / 2)),
        Slip("x_0 and x_0_earlier are swapped.", AHEAD_HINT, _second(taken=lambda x_0, old, s: old + s * (old - x_0))),
        Slip(
            "the look ahead alone: x_0 is missing in D.", AHEAD_HINT, _second(taken=lambda x_0, old, s: s * (x_0 - old))
        ),
        Slip(
            "(1 + ratio) x_0, without taking off the earlier image: the weights do not add up to 1.",
            AHEAD_HINT,
            _second(taken=lambda x_0, old, s: (1 + s) * x_0),
        ),
        Slip("D alone, as at the last step to sigma = 0.", STEP_HINT, _second(step=lambda x, D, n, a: D)),
        Slip(
            "sigma / sigma_next in the place of sigma_next / sigma.",
            STEP_HINT,
            _second(step=lambda x, D, n, a: n / a * x + (1 - n / a) * D),
        ),
        Slip("x is not made smaller.", STEP_HINT, _second(step=lambda x, D, n, a: x + (1 - a / n) * D)),
        Slip("the sign before D is turned.", STEP_HINT, _second(step=lambda x, D, n, a: a / n * x - (1 - a / n) * D)),
        Slip(
            "D whole: it is not multiplied by 1 - sigma_next / sigma.",
            STEP_HINT,
            _second(step=lambda x, D, n, a: a / n * x + D),
        ),
        Slip(
            "x and D have each other's factors.",
            STEP_HINT,
            _second(step=lambda x, D, n, a: (1 - a / n) * x + a / n * D),
        ),
        Slip(
            "the noise is that of x_0, and the image D: the step takes D for both.",
            STEP_HINT,
            lambda x, x_0, old, b, n, a: x_0 + _share(b, n, a) * (x_0 - old) + a * (x - x_0) / n,
        ),
        Slip(
            "the noise is that of D, and the image x_0: the step takes D for both.",
            STEP_HINT,
            lambda x, x_0, old, b, n, a: x_0 + a * (x - x_0 - _share(b, n, a) * (x_0 - old)) / n,
        ),
    ),
)


def check_family_step(student, seed: int | None = None) -> Verdict:
    """Check student(x, noise, c, r, c_next, r_next, sigma, z): one step of DDIM's family (problem 13.2)."""
    return check(student, FAMILY_STEP, seed)


def check_second_order_step(student, seed: int | None = None) -> Verdict:
    """Check student(x, x_0, x_0_earlier, sigma_earlier, sigma, sigma_next): one step of DPM-Solver++ 2M on states
    x_0 + sigma noise (problem 13.4)."""
    return check(student, SECOND_ORDER_STEP, seed)
