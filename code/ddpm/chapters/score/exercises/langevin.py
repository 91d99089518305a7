"""One step of Langevin dynamics (problem 10.3)."""

import numpy as np

from ddpm.grading.cases import with_other_noise
from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

SHAPES = ((3, 3), (2,), (4, 2))
NOISE_HINT = "A step adds noise of variance 2 h. By what is standard normal noise multiplied to have that variance?"
PULL_HINT = "How far does one step follow the score?"
PAIR_HINT = "Take p normal with variance 1. Which pairs of factors leave the variance at 1 when h is small?"
SIGN_HINT = "The score points to where the density is higher. Does the sampler go there, or away?"


def langevin_step_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 103))
    cases = []
    for i in range(16):
        x, score, noise = rng.normal(size=(3, *SHAPES[i % 3]))
        cases.append((x, float(rng.uniform(0.02, 0.4)), 1.5 * score, noise))
    return with_other_noise(cases, place=3)


def _step(pull=lambda h: h, push=lambda h: np.sqrt(2 * h), keep=1):
    """The step with one of its factors replaced."""
    return lambda x, h, score, noise: keep * x + pull(h) * score + push(h) * noise


LANGEVIN_STEP = Compared(
    "langevin_step",
    "10.3",
    ("x", "h", "score", "noise"),
    langevin_step_cases,
    _step(),
    (
        Slip("sqrt(h) as the factor of the noise: the 2 is missing.", NOISE_HINT, _step(push=np.sqrt)),
        Slip("the variance 2 h in the place of the standard deviation.", NOISE_HINT, _step(push=lambda h: 2 * h)),
        Slip("the noise is multiplied by h, as the score is.", NOISE_HINT, _step(push=lambda h: h)),
        Slip(
            "sqrt(2) h as the factor of the noise: h stands outside of the root.",
            NOISE_HINT,
            _step(push=lambda h: np.sqrt(2) * h),
        ),
        Slip(
            "2 sqrt(h) as the factor of the noise: the 2 stands outside of the root.",
            NOISE_HINT,
            _step(push=lambda h: 2 * np.sqrt(h)),
        ),
        Slip("the noise has variance 1, whatever h is.", NOISE_HINT, _step(push=lambda h: 1)),
        Slip("half of h under the root, not twice.", NOISE_HINT, _step(push=lambda h: np.sqrt(h / 2))),
        Slip("h divides under the root.", NOISE_HINT, _step(push=lambda h: np.sqrt(2 / h))),
        Slip("sqrt(2 h) with the score too.", PULL_HINT, _step(pull=lambda h: np.sqrt(2 * h))),
        Slip(
            "the noise is inside the brackets that h multiplies.", NOISE_HINT, _step(push=lambda h: h * np.sqrt(2 * h))
        ),
        Slip("both signs are turned.", SIGN_HINT, _step(pull=lambda h: -h, push=lambda h: -np.sqrt(2 * h))),
        Slip("there is no noise: that climbs to a peak.", NOISE_HINT, _step(push=lambda h: 0)),
        Slip("against the score: the sign is turned.", SIGN_HINT, _step(pull=lambda h: -h)),
        Slip(
            "the noise is subtracted: samples of the same law, but not this step.",
            SIGN_HINT,
            _step(push=lambda h: -np.sqrt(2 * h)),
        ),
        Slip("the whole score in the place of h times the score.", PULL_HINT, _step(pull=lambda h: 1)),
        Slip("half of h with the score, and the noise of a whole step.", PAIR_HINT, _step(pull=lambda h: h / 2)),
        Slip("2 h with the score.", PAIR_HINT, _step(pull=lambda h: 2 * h)),
        Slip(
            "x + (h/2) score + sqrt(h) noise: other texts write the step so. It is this one with half of h.",
            "Which h goes into the step x + h score + sqrt(2 h) noise to make it yours?",
            _step(lambda h: h / 2, np.sqrt),
        ),
        Slip("x itself is missing: only the way is there.", "Where does the step start?", _step(keep=0)),
        Slip(
            "x is multiplied by 1 - h: the pull of a standard normal is added to that of the score.",
            "What pulls x to where the density is high? Is it in the step already?",
            lambda x, h, score, noise: (1 - h) * x + h * score + np.sqrt(2 * h) * noise,
        ),
    ),
    noise="noise",
)


def check_langevin_step(student, seed: int | None = None) -> Verdict:
    """Check student(x, h, score, noise): one unadjusted Langevin step of size h (problem 10.3)."""
    return check(student, LANGEVIN_STEP, seed)
