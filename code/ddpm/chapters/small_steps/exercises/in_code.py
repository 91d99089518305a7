"""The exercises in code: a step back of the reverse SDE, the velocity of the flow, an EDM denoiser from a noise
predictor."""

import numpy as np

from ddpm.grading.cases import LevelWave, with_other_noise
from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

SHAPES = ((3, 3), (2, 4), (4, 2))
CASES = 16


def _numbers(seed: int, kind: int):
    """A generator, and the shapes of the cases, one after the other."""
    rng = np.random.default_rng((seed, 10, kind))
    return rng, [SHAPES[i % 3] for i in range(CASES)]


def step_back_cases(seed: int) -> list[tuple]:
    rng, shapes = _numbers(seed, 1)
    cases = [
        (
            rng.normal(size=shape),
            rng.normal(size=shape),
            float(rng.uniform(-1.5, -0.4)),
            float(rng.uniform(1.3, 2.5)),
            float(rng.uniform(0.1, 0.4)),
            rng.normal(size=shape),
        )
        for shape in shapes
    ]
    return with_other_noise(cases, place=5)


def _step(drift=lambda x, s, f, g: f * x - g**2 * s, size=lambda g, h: g * np.sqrt(h), direction=-1, noise=lambda z: z):
    """The step with one of its parts replaced."""

    def back(x, score, f, g, h, z):
        return x + direction * h * drift(x, score, f, g) + size(g, h) * noise(z)

    return back


DIRECTION_HINT = "The step goes from u to u - h. Which sign has the drift, if time runs back?"
SCORE_HINT = "Where should the score push a state on the way back: up the density, or down?"
SIZE_HINT = (
    "Variances of independent steps add up, to g^2 for each unit of time. Which variance has a step of length h?"
)
HALF_HINT = "One of the two ways back has the factor 1/2 before g^2, and no noise. Which one is asked for?"

STEP_BACK = Compared(
    "step_back",
    "11.3",
    ("x", "score", "f", "g", "h", "noise"),
    step_back_cases,
    _step(),
    (
        Slip(
            "g^2 / 2 before the score: the drift of the ODE, with noise.",
            HALF_HINT,
            _step(lambda x, s, f, g: f * x - g**2 / 2 * s),
        ),
        Slip("the sign of the score is turned.", SCORE_HINT, _step(lambda x, s, f, g: f * x + g**2 * s)),
        Slip("h times the drift is added: a step forward in time.", DIRECTION_HINT, _step(direction=1)),
        Slip(
            "the forward SDE: the drift without its score, and added.",
            "Without the score nothing knows where the data lie.",
            _step(lambda x, s, f, g: f * x, direction=1),
        ),
        Slip(
            "the score is missing.",
            "Without the score nothing knows where the data lie.",
            _step(lambda x, s, f, g: f * x),
        ),
        Slip(
            "f x is missing.",
            "What does the forward process do to the mean? It has to be undone.",
            _step(lambda x, s, f, g: -(g**2) * s),
        ),
        Slip(
            "the sign of f x is turned: it is taken with the score.",
            DIRECTION_HINT,
            _step(lambda x, s, f, g: -f * x - g**2 * s),
        ),
        Slip("g in the place of g^2 before the score.", SIZE_HINT, _step(lambda x, s, f, g: f * x - g * s)),
        Slip("h in the place of sqrt(h) before the noise.", SIZE_HINT, _step(size=lambda g, h: g * h)),
        Slip("g^2 h before the noise: that is the variance.", SIZE_HINT, _step(size=lambda g, h: g**2 * h)),
        Slip("g^2 sqrt(h) before the noise.", SIZE_HINT, _step(size=lambda g, h: g**2 * np.sqrt(h))),
        Slip(
            "sqrt(2 h) before the noise, as in a Langevin step.", SIZE_HINT, _step(size=lambda g, h: g * np.sqrt(2 * h))
        ),
        Slip("sqrt(h) before the noise: g is missing.", SIZE_HINT, _step(size=lambda g, h: np.sqrt(h))),
        Slip("g before the noise: the step's length is missing.", SIZE_HINT, _step(size=lambda g, h: g)),
        Slip(
            "h before the noise, where sqrt(h) belongs: the noise stands inside the bracket with the drift.",
            SIZE_HINT,
            lambda x, s, f, g, h, z: x - h * (f * x - g**2 * s + g * z),
        ),
        Slip(
            "sqrt(h) before the drift, too.",
            "Which of the two goes with h, which with sqrt(h)?",
            lambda x, s, f, g, h, z: x - np.sqrt(h) * (f * x - g**2 * s) + g * np.sqrt(h) * z,
        ),
        Slip(
            "f in the place of f x.", "The drift is proportional to the state.", _step(lambda x, s, f, g: f - g**2 * s)
        ),
        Slip(
            "-g^2 / 2 in the place of f: that is so only where c^2 + r^2 = 1.",
            "f is given. Which path has which drift?",
            _step(lambda x, s, f, g: -(g**2) / 2 * x - g**2 * s),
        ),
        Slip("no noise.", HALF_HINT, _step(size=lambda g, h: 0)),
        Slip(
            "no noise, and g^2 / 2 before the score: a step of the ODE.",
            HALF_HINT,
            _step(lambda x, s, f, g: f * x - g**2 / 2 * s, size=lambda g, h: 0),
        ),
        Slip("the noise is subtracted.", "The noise is as given, with a plus.", _step(noise=lambda z: -z)),
        Slip(
            "the noise is multiplied by itself, as when the diffusion coefficient holds a draw of its own.",
            "How many standard normal numbers does a step need for each pixel?",
            _step(noise=lambda z: z * z),
        ),
        Slip(
            "the drift is not multiplied by h.",
            "How far does a drift of 1 carry in a step of length h?",
            lambda x, s, f, g, h, z: x - (f * x - g**2 * s) + g * np.sqrt(h) * z,
        ),
        Slip(
            "the change alone: x is missing.",
            "The drift says how x changes. Where does the step begin?",
            lambda x, s, f, g, h, z: -h * (f * x - g**2 * s) + g * np.sqrt(h) * z,
        ),
    ),
    noise="noise",
)


def flow_velocity_cases(seed: int) -> list[tuple]:
    rng, shapes = _numbers(seed, 2)
    return [
        (
            rng.normal(size=shape),
            rng.normal(size=shape),
            float(rng.uniform(-1.5, -0.4)),
            float(rng.uniform(1.3, 2.5)),
            float(rng.uniform(0.3, 0.8)),
        )
        for shape in shapes
    ]


def _velocity(factor, drift=lambda f, x: f * x):
    return lambda x, noise, f, g, r: drift(f, x) + factor(g, r) * noise


TO_SCORE_HINT = "First the score: how does it follow from the noise, and what is its sign?"
UNIT_HINT = "The score is the noise, scaled. By r, by its square, or by one over r?"

FLOW_VELOCITY = Compared(
    "flow_velocity",
    "11.4",
    ("x", "noise", "f", "g", "r"),
    flow_velocity_cases,
    _velocity(lambda g, r: g**2 / (2 * r)),
    (
        Slip(
            "the factor 1/2 is missing: that is the drift of the reverse SDE.",
            HALF_HINT,
            _velocity(lambda g, r: g**2 / r),
        ),
        Slip("the sign of the noise is turned.", TO_SCORE_HINT, _velocity(lambda g, r: -(g**2) / (2 * r))),
        Slip(
            "the sign of the noise is turned, and the factor 1/2 is missing.",
            TO_SCORE_HINT,
            _velocity(lambda g, r: -(g**2) / r),
        ),
        Slip(
            "the noise stands for the score: it is not divided by -r.",
            TO_SCORE_HINT,
            _velocity(lambda g, r: -(g**2) / 2),
        ),
        Slip("the noise is not divided by r.", UNIT_HINT, _velocity(lambda g, r: g**2 / 2)),
        Slip("divided by r^2 in the place of r.", UNIT_HINT, _velocity(lambda g, r: g**2 / (2 * r**2))),
        Slip("multiplied by r where it divides.", UNIT_HINT, _velocity(lambda g, r: g**2 * r / 2)),
        Slip(
            "g in the place of g^2.",
            "Which of g and g^2 stands in the Fokker-Planck equation?",
            _velocity(lambda g, r: g / (2 * r)),
        ),
        Slip("g^2 is missing.", "What does the score have before it?", _velocity(lambda g, r: 1 / (2 * r))),
        Slip(
            "f x is missing.",
            "A path that shrinks the image moves every state.",
            _velocity(lambda g, r: g**2 / (2 * r), lambda f, x: 0),
        ),
        Slip(
            "the sign of f x is turned.",
            "Which way does f x push, forward in time?",
            _velocity(lambda g, r: g**2 / (2 * r), lambda f, x: -f * x),
        ),
        Slip(
            "both signs are turned: the velocity against the direction of u.",
            "Which way does u run?",
            _velocity(lambda g, r: -(g**2) / (2 * r), lambda f, x: -f * x),
        ),
        Slip(
            "f in the place of f x.",
            "The drift is proportional to the state.",
            _velocity(lambda g, r: g**2 / (2 * r), lambda f, x: f),
        ),
        Slip(
            "f x / 2: the factor 1/2 belongs to g^2 alone.",
            HALF_HINT,
            _velocity(lambda g, r: g**2 / (2 * r), lambda f, x: f * x / 2),
        ),
        Slip(
            "g^2 times the noise: the factor 1/2 is missing, and the noise is not divided by r.",
            f"{HALF_HINT} {UNIT_HINT}",
            _velocity(lambda g, r: g**2),
        ),
        Slip(
            "f x + g noise: that is the forward SDE, with the predicted noise for a fresh one.",
            "The velocity of a flow has no fresh noise in it. What stands before the score?",
            _velocity(lambda g, r: g),
        ),
        Slip("f x alone: the mean's velocity, without the spreading.", HALF_HINT, _velocity(lambda g, r: 0)),
    ),
)


def edm_denoiser_cases(seed: int) -> list[tuple]:
    rng, shapes = _numbers(seed, 3)
    return [
        (LevelWave.draw(rng), np.sqrt(1 + sigma**2) * rng.normal(size=shape), float(sigma))
        for shape, sigma in zip(shapes, rng.uniform(0.5, 2.5, CASES))
    ]


def _share(sigma):
    return 1 / (1 + sigma**2)


def _denoiser(scale=lambda s: np.sqrt(_share(s)), asked=_share, answer=lambda x, s, noise: x - s * noise):
    """The denoiser with one of its parts replaced: how x is scaled, at which level it is asked, what is made of it."""
    return lambda predict, x, sigma: answer(x, sigma, predict(scale(sigma) * x, asked(sigma)))


SCALE_HINT = (
    "The network knows states with signal^2 + spread^2 = 1. Which factor makes x = x_0 + sigma noise one of those?"
)
LEVEL_HINT = "Which alpha_bar has the same ratio of spread to signal, sigma?"
ANSWER_HINT = "The noise is the same in both dialects. Solve x = x_0 + sigma noise for x_0."

EDM_DENOISER = Compared(
    "edm_denoiser",
    "11.2",
    ("predict_noise", "x", "sigma"),
    edm_denoiser_cases,
    _denoiser(),
    (
        Slip("the network is asked about x as it is, not scaled to its own level.", SCALE_HINT, _denoiser(lambda s: 1)),
        Slip("x is scaled by alpha_bar, without the root.", SCALE_HINT, _denoiser(_share)),
        Slip(
            "x is divided by sqrt(alpha_bar) where it is to be multiplied.",
            SCALE_HINT,
            _denoiser(lambda s: np.sqrt(1 + s**2)),
        ),
        Slip("x is divided by 1 + sigma: that is flow matching's scale.", SCALE_HINT, _denoiser(lambda s: 1 / (1 + s))),
        Slip("x is divided by sigma.", SCALE_HINT, _denoiser(lambda s: 1 / s)),
        Slip(
            "alpha_bar = 1 / (1 + sigma): that is flow matching's time.",
            LEVEL_HINT,
            _denoiser(asked=lambda s: 1 / (1 + s)),
        ),
        Slip(
            "alpha_bar = 1 / (1 + sigma), and x scaled to it.",
            LEVEL_HINT,
            _denoiser(lambda s: np.sqrt(1 / (1 + s)), lambda s: 1 / (1 + s)),
        ),
        Slip("the network is asked at sigma, in the place of alpha_bar.", LEVEL_HINT, _denoiser(asked=lambda s: s)),
        Slip("the network is asked at 1 - alpha_bar.", LEVEL_HINT, _denoiser(asked=lambda s: 1 - _share(s))),
        Slip("the network is asked at sqrt(alpha_bar).", LEVEL_HINT, _denoiser(asked=lambda s: np.sqrt(_share(s)))),
        Slip(
            "that is the noise. A denoiser gives the image.", ANSWER_HINT, _denoiser(answer=lambda x, s, noise: noise)
        ),
        Slip("the noise is added.", ANSWER_HINT, _denoiser(answer=lambda x, s, noise: x + s * noise)),
        Slip(
            "sigma^2 in the place of sigma before the noise.",
            ANSWER_HINT,
            _denoiser(answer=lambda x, s, noise: x - s**2 * noise),
        ),
        Slip("sigma is missing before the noise.", ANSWER_HINT, _denoiser(answer=lambda x, s, noise: x - noise)),
        Slip(
            "sqrt(1 - alpha_bar) before the noise: that is the spread in the other dialect.",
            ANSWER_HINT,
            _denoiser(answer=lambda x, s, noise: x - np.sqrt(1 - _share(s)) * noise),
        ),
        Slip(
            "x_0 is still scaled by sqrt(alpha_bar).",
            ANSWER_HINT,
            _denoiser(answer=lambda x, s, noise: np.sqrt(_share(s)) * (x - s * noise)),
        ),
        Slip(
            "the scaled x, less sigma times the noise: two dialects in one formula.",
            ANSWER_HINT,
            _denoiser(answer=lambda x, s, noise: np.sqrt(_share(s)) * x - s * noise),
        ),
        Slip(
            "(x - sqrt(1 - alpha_bar) noise) / sqrt(alpha_bar) on the x of EDM: that is solved for a scaled state.",
            ANSWER_HINT,
            _denoiser(answer=lambda x, s, noise: np.sqrt(1 + s**2) * x - s * noise),
        ),
        Slip(
            "Part I's formula on the x of EDM, in the network and after it: x is scaled nowhere.",
            SCALE_HINT,
            _denoiser(lambda s: 1, answer=lambda x, s, noise: np.sqrt(1 + s**2) * x - s * noise),
        ),
        Slip(
            "alpha_bar = 1 / sigma^2: the 1 in 1 + sigma^2 is missing.",
            LEVEL_HINT,
            _denoiser(lambda s: 1 / s, lambda s: 1 / s**2),
        ),
        Slip(
            "alpha_bar = sigma^2 / (1 + sigma^2), and x scaled to it: that is 1 - alpha_bar.",
            LEVEL_HINT,
            _denoiser(lambda s: np.sqrt(1 - _share(s)), lambda s: 1 - _share(s)),
        ),
        Slip("that is the score, -noise / sigma.", ANSWER_HINT, _denoiser(answer=lambda x, s, noise: -noise / s)),
        Slip("x itself: the network has no part in the answer.", ANSWER_HINT, _denoiser(answer=lambda x, s, noise: x)),
    ),
)


def check_step_back(student, seed: int | None = None) -> Verdict:
    """Check student(x, score, f, g, h, noise): one Euler-Maruyama step of the reverse SDE, from u to u - h."""
    return check(student, STEP_BACK, seed)


def check_flow_velocity(student, seed: int | None = None) -> Verdict:
    """Check student(x, noise, f, g, r): the velocity of the probability-flow ODE, from a predicted noise."""
    return check(student, FLOW_VELOCITY, seed)


def check_edm_denoiser(student, seed: int | None = None) -> Verdict:
    """Check student(predict_noise, x, sigma): E[x_0 | x = x_0 + sigma noise], from a network of the other dialect."""
    return check(student, EDM_DENOISER, seed)
