"""Problems 15.1 and 15.2: a noise prediction from a network of flow matching, and the loss of one example."""

import numpy as np

from ddpm.grading.cases import FlowWave, TimeWave
from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

SHAPES = ((3, 3), (2, 4), (4, 2))
CASES = 16


def flow_loss_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 15, 1))
    return [
        (
            TimeWave.draw(rng),
            rng.normal(size=SHAPES[i % 3]),
            rng.normal(size=SHAPES[i % 3]),
            float(rng.choice([rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9)])),
        )
        for i in range(CASES)
    ]


def _state(x_0, noise, u):
    return (1 - u) * x_0 + u * noise


def _loss(
    state=_state,
    target=lambda x_0, noise, u: noise - x_0,
    asked=lambda u: u,
    of=lambda error: np.mean(error**2),
):
    """The loss with one of its parts replaced."""
    return lambda network, x_0, noise, u: of(
        np.asarray(network(state(x_0, noise, u), asked(u)), np.float64) - target(x_0, noise, u)
    )


STATE_HINT = "Where is the state at u = 0, and where at u = 1? Try yours at both."
TARGET_HINT = "The state is (1 - u) x_0 + u noise. What is its derivative by u?"
ASKED_HINT = "The network's time runs as in this book: 0 is the data, 1 is the noise."
MEAN_HINT = "What is asked for is the mean over the pixels of the square of the difference."

FLOW_LOSS = Compared(
    "flow_loss",
    "15.2",
    ("network", "x_0", "noise", "u"),
    flow_loss_cases,
    _loss(),
    (
        Slip(
            "the target is x_0 - noise: the velocity against the direction of u.",
            TARGET_HINT,
            _loss(target=lambda x_0, noise, u: x_0 - noise),
        ),
        Slip("the target is the noise.", TARGET_HINT, _loss(target=lambda x_0, noise, u: noise)),
        Slip("the target is x_0.", TARGET_HINT, _loss(target=lambda x_0, noise, u: x_0)),
        Slip(
            "the target is noise minus the state.",
            TARGET_HINT,
            _loss(target=lambda x_0, noise, u: noise - _state(x_0, noise, u)),
        ),
        Slip(
            "the target is the state minus x_0: what has been gone, not how fast.",
            TARGET_HINT,
            _loss(target=lambda x_0, noise, u: _state(x_0, noise, u) - x_0),
        ),
        Slip("the target is the state itself.", TARGET_HINT, _loss(target=_state)),
        Slip(
            "the target is noise + x_0: a sign is missing in the derivative.",
            TARGET_HINT,
            _loss(target=lambda x_0, noise, u: noise + x_0),
        ),
        Slip(
            "the state is u x_0 + (1 - u) noise: the times of the other direction.",
            STATE_HINT,
            _loss(lambda x_0, noise, u: u * x_0 + (1 - u) * noise),
        ),
        Slip(
            "the state is u x_0 + (1 - u) noise, and the target x_0 - noise: all of it in the other direction of time.",
            ASKED_HINT,
            _loss(lambda x_0, noise, u: u * x_0 + (1 - u) * noise, lambda x_0, noise, u: x_0 - noise),
        ),
        Slip(
            "all of it in the other direction of time, and the network asked at 1 - u: it predicts noise - x_0.",
            ASKED_HINT,
            _loss(lambda x_0, noise, u: u * x_0 + (1 - u) * noise, lambda x_0, noise, u: x_0 - noise, lambda u: 1 - u),
        ),
        Slip(
            "the state is u noise - x_0: a bracket is missing in (1 - u) x_0.",
            STATE_HINT,
            _loss(lambda x_0, noise, u: u * noise - x_0),
        ),
        Slip("the state is x_0 + u noise.", STATE_HINT, _loss(lambda x_0, noise, u: x_0 + u * noise)),
        Slip(
            "the state is sqrt(1 - u) x_0 + sqrt(u) noise: that path is not straight.",
            STATE_HINT,
            _loss(lambda x_0, noise, u: np.sqrt(1 - u) * x_0 + np.sqrt(u) * noise),
        ),
        Slip(
            "the state is sqrt(1 - u^2) x_0 + u noise: that path is not straight.",
            STATE_HINT,
            _loss(lambda x_0, noise, u: np.sqrt(1 - u**2) * x_0 + u * noise),
        ),
        Slip("the network is asked about x_0, not about the state.", STATE_HINT, _loss(lambda x_0, noise, u: x_0)),
        Slip("the network is asked at 1 - u.", ASKED_HINT, _loss(asked=lambda u: 1 - u)),
        Slip("the sum over the pixels in the place of the mean.", MEAN_HINT, _loss(of=lambda e: np.sum(e**2))),
        Slip(
            "the sum of the squares, divided by the number of rows, not of pixels.",
            MEAN_HINT,
            _loss(of=lambda e: np.sum(e**2) / len(e)),
        ),
        Slip("the square of the mean, not the mean of the square.", MEAN_HINT, _loss(of=lambda e: np.mean(e) ** 2)),
        Slip("half of it.", MEAN_HINT, _loss(of=lambda e: np.mean(e**2) / 2)),
        Slip("the root of the mean square.", MEAN_HINT, _loss(of=lambda e: np.sqrt(np.mean(e**2)))),
        Slip("the mean of the absolute difference.", MEAN_HINT, _loss(of=lambda e: np.mean(np.abs(e)))),
        Slip("the mean of the difference, without a square.", MEAN_HINT, _loss(of=np.mean)),
        Slip("the squares of all pixels: the mean is missing.", MEAN_HINT, _loss(of=lambda e: e**2)),
    ),
)


def noise_from_flow_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 15, 3))
    return [
        (FlowWave.draw(rng), rng.normal(size=SHAPES[i % 3]), float(rng.uniform(*ends)))
        for i, ends in zip(range(CASES), 8 * [(0.1, 0.4), (0.6, 0.9)])
    ]


def _both(bar):
    """Signal and spread of the noise prediction's dialect."""
    return np.sqrt(bar), np.sqrt(1 - bar)


def _size(bar):
    return sum(_both(bar))


def _flow_time(bar):
    return _both(bar)[0] / _size(bar)


def _noise(scale=lambda bar: 1 / _size(bar), asked=_flow_time, answer=lambda x, s, v: x - s * v):
    """The noise with one of its parts replaced: how x is scaled, when the network is asked, what is made of it."""

    def predicted(velocity, x, bar):
        there = scale(bar) * x
        return answer(there, _flow_time(bar), np.asarray(velocity(there, asked(bar)), np.float64))

    return predicted


SCALE_HINT = "The network knows states s x_0 + (1 - s) noise, whose factors add up to 1. What do those of x add up to?"
TIME_HINT = "At which s is the ratio (1 - s) / s that of sqrt(1 - alpha_bar) to sqrt(alpha_bar)?"
ANSWER_HINT = "With x_s = s x_0 + (1 - s) noise and v = x_0 - noise there are two equations. Solve them for the noise."

NOISE_FROM_FLOW = Compared(
    "noise_from_flow",
    "15.1",
    ("velocity", "x", "alpha_bar"),
    noise_from_flow_cases,
    _noise(),
    (
        Slip("the network is asked about x as it is, not scaled to its own level.", SCALE_HINT, _noise(lambda b: 1)),
        Slip("x is multiplied by sqrt(alpha_bar).", SCALE_HINT, _noise(lambda b: np.sqrt(b))),
        Slip("x is divided by sqrt(alpha_bar): that is EDM's scale.", SCALE_HINT, _noise(lambda b: 1 / np.sqrt(b))),
        Slip("x is multiplied by s: it is to be divided by sqrt(alpha_bar), too.", SCALE_HINT, _noise(_flow_time)),
        Slip("x is multiplied where it is to be divided.", SCALE_HINT, _noise(_size)),
        Slip("the network is asked at alpha_bar.", TIME_HINT, _noise(asked=lambda b: b)),
        Slip("the network is asked at sqrt(alpha_bar).", TIME_HINT, _noise(asked=lambda b: np.sqrt(b))),
        Slip(
            "the network is asked at 1 - s: its time begins at the noise.",
            "In this network's time, is the noise at 0 or at 1?",
            _noise(asked=lambda b: 1 - _flow_time(b)),
        ),
        Slip(
            "the network is asked at 1 - s, and its answer is read as noise - x_0: the book's direction of time.",
            "In this network's time, is the noise at 0 or at 1?",
            _noise(asked=lambda b: 1 - _flow_time(b), answer=lambda x, s, v: x + s * v),
        ),
        Slip("the network is asked at sqrt(1 - alpha_bar).", TIME_HINT, _noise(asked=lambda b: np.sqrt(1 - b))),
        Slip(
            "the network is asked at the ratio sqrt((1 - alpha_bar) / alpha_bar), which is EDM's time.",
            TIME_HINT,
            _noise(asked=lambda b: np.sqrt((1 - b) / b)),
        ),
        Slip(
            "s v is added: that is so for a velocity noise - x_0.",
            ANSWER_HINT,
            _noise(answer=lambda x, s, v: x + s * v),
        ),
        Slip(
            "x + (1 - s) v: that is the predicted image.", ANSWER_HINT, _noise(answer=lambda x, s, v: x + (1 - s) * v)
        ),
        Slip(
            "x - (1 - s) v: which factor stands before v, once x_0 is put in?",
            ANSWER_HINT,
            _noise(answer=lambda x, s, v: x - (1 - s) * v),
        ),
        Slip("x - v: the factor s is missing.", ANSWER_HINT, _noise(answer=lambda x, s, v: x - v)),
        Slip("that is the velocity.", ANSWER_HINT, _noise(answer=lambda x, s, v: v)),
        Slip("that is the velocity with a minus.", ANSWER_HINT, _noise(answer=lambda x, s, v: -v)),
        Slip(
            "the answer is scaled back to x's unit; the noise is the same number in both.",
            ANSWER_HINT,
            lambda velocity, x, bar: _size(bar) * _noise()(velocity, x, bar),
        ),
        Slip(
            "x stands unscaled beside s v: two dialects in one formula.",
            SCALE_HINT,
            lambda velocity, x, bar: x - _flow_time(bar) * np.asarray(velocity(x / _size(bar), _flow_time(bar))),
        ),
        Slip(
            "the network is asked about x as it is, beside an x that is scaled.",
            SCALE_HINT,
            lambda velocity, x, bar: x / _size(bar) - _flow_time(bar) * np.asarray(velocity(x, _flow_time(bar))),
        ),
        Slip(
            "x as it is, and sqrt(alpha_bar) for s: the factors of x do not add up to 1.",
            f"{SCALE_HINT} {TIME_HINT}",
            lambda velocity, x, bar: x - np.sqrt(bar) * np.asarray(velocity(x, np.sqrt(bar))),
        ),
        Slip(
            "x as it is, and alpha_bar for s: the factors of x are roots, and do not add up to 1.",
            f"{SCALE_HINT} {TIME_HINT}",
            lambda velocity, x, bar: x - bar * np.asarray(velocity(x, bar)),
        ),
        Slip(
            "1 - s in the place of s, as the time and before v.",
            "In this network's time, is the noise at 0 or at 1?",
            _noise(asked=lambda b: 1 - _flow_time(b), answer=lambda x, s, v: x - (1 - s) * v),
        ),
        Slip(
            "that is the velocity, at x as it is.",
            f"{SCALE_HINT} {ANSWER_HINT}",
            _noise(lambda b: 1, answer=lambda x, s, v: v),
        ),
        Slip(
            "what the network says is taken for x_0.",
            ANSWER_HINT,
            _noise(answer=lambda x, s, v: (x - s * v) / (1 - s)),
        ),
        Slip(
            "what the network says is taken for the v prediction.",
            "v of Part I and the velocity of flow matching share a letter, and not more.",
            lambda velocity, x, bar: (
                np.sqrt(1 - bar) * x + np.sqrt(bar) * np.asarray(velocity(x / _size(bar), _flow_time(bar)))
            ),
        ),
    ),
)


def check_flow_loss(student, seed: int | None = None) -> Verdict:
    """Check student(network, x_0, noise, u): the flow-matching loss of one example on the straight path."""
    return check(student, FLOW_LOSS, seed)


def check_noise_from_flow(student, seed: int | None = None) -> Verdict:
    """Check student(velocity, x, alpha_bar): the noise in x = sqrt(alpha_bar) x_0 + sqrt(1 - alpha_bar) noise, from a
    network of flow matching."""
    return check(student, NOISE_FROM_FLOW, seed)
