"""The training loss: Algorithm 1 for one example (problem 5.1)."""

import numpy as np

from ddpm.grading.cases import Coefficients, Wave, steps_and_schedules, with_other_noise
from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

SHAPES = ((3, 3), (2, 4), (4, 2))
X_T_HINT = "The network sees x_t. Compare how you make it with your q_sample."
MEAN_HINT = (
    "The exercise asks for the mean over the pixels of the squared error. Which of the words is not in your loss?"
)
TARGET_HINT = "What is the network's answer compared with in Algorithm 1?"
TIME_HINT = "The network gets the paper's t, the step at which x_t is."
INDEX_HINT = (
    "schedule.alpha_bar has T + 1 entries, and alpha_bar[0] = 1 belongs to the clean image. Which one belongs to t?"
)
WEIGHT_HINT = "Algorithm 1 trains on the simple loss. What does it leave out of the weighted one?"


def training_loss_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 51))
    network = Wave.draw(rng)
    return with_other_noise(
        [
            (schedule, network, rng.normal(size=SHAPES[i % 3]), t, rng.normal(size=SHAPES[i % 3]))
            for i, (t, schedule) in enumerate(steps_and_schedules(rng))
        ],
        place=4,
    )


def _loss(
    image=lambda s: np.sqrt(s.alpha_bar),
    spread=lambda s: np.sqrt(1 - s.alpha_bar),
    shift=0,
    seen=None,
    time=lambda t, T: t,
    target=lambda x_0, noise, x_t: noise,
    reduce=lambda d: np.mean(d**2),
    weight=lambda s: 1,
):
    """The training loss with one of its parts replaced."""

    def loss(schedule, predict_noise, x_0, t, noise):
        s = Coefficients(schedule, t + shift)
        x_t = image(s) * x_0 + spread(s) * noise
        predicted = predict_noise(x_t if seen is None else seen(x_0, noise), time(t, schedule.T))
        return weight(s) * reduce(target(x_0, noise, x_t) - predicted)

    return loss


def _noise_weight(s):
    return s.beta / (2 * s.alpha * (1 - s.alpha_bar))


TRAINING_LOSS = Compared(
    "training_loss",
    "5",
    ("schedule", "predict_noise", "x_0", "t", "noise"),
    training_loss_cases,
    _loss(),
    (
        Slip("the sum over the pixels in the place of the mean.", MEAN_HINT, _loss(reduce=lambda d: np.sum(d**2))),
        Slip("absolute values in the place of squares.", MEAN_HINT, _loss(reduce=lambda d: np.mean(np.abs(d)))),
        Slip("the square root of the mean squared error.", MEAN_HINT, _loss(reduce=lambda d: np.sqrt(np.mean(d**2)))),
        Slip(
            "the length of the error, neither squared nor averaged.",
            MEAN_HINT,
            _loss(reduce=lambda d: np.sqrt(np.sum(d**2))),
        ),
        Slip(
            "squared after the mean: errors of opposite sign cancel.",
            MEAN_HINT,
            _loss(reduce=lambda d: np.mean(d) ** 2),
        ),
        Slip("the mean error, not squared: errors of opposite sign cancel.", MEAN_HINT, _loss(reduce=np.mean)),
        Slip("the squared errors pixel by pixel, not averaged.", MEAN_HINT, _loss(reduce=lambda d: d**2)),
        Slip("half the mean squared error.", MEAN_HINT, _loss(reduce=lambda d: np.mean(d**2) / 2)),
        Slip("half the sum of the squared errors.", MEAN_HINT, _loss(reduce=lambda d: np.sum(d**2) / 2)),
        Slip(
            "the sign is flipped.",
            "Training makes the loss small. What would it do to the error here?",
            _loss(reduce=lambda d: -np.mean(d**2)),
        ),
        Slip("the weight of the noise loss.", WEIGHT_HINT, _loss(weight=_noise_weight)),
        Slip(
            "the weighted noise loss, a sum over the pixels.",
            WEIGHT_HINT,
            _loss(weight=_noise_weight, reduce=lambda d: np.sum(d**2)),
        ),
        Slip(
            "the prediction is compared with x_0, not with the noise.",
            TARGET_HINT,
            _loss(target=lambda x_0, noise, x_t: x_0),
        ),
        Slip(
            "the prediction is compared with x_t, not with the noise.",
            TARGET_HINT,
            _loss(target=lambda x_0, noise, x_t: x_t),
        ),
        Slip("the prediction is compared with 0.", TARGET_HINT, _loss(target=lambda x_0, noise, x_t: 0 * noise)),
        Slip(
            "the prediction is compared with the noise in x_t, sqrt(1 - alpha_bar_t) included.",
            TARGET_HINT,
            lambda schedule, predict_noise, x_0, t, noise: _loss(
                target=lambda *_: np.sqrt(1 - Coefficients(schedule, t).alpha_bar) * noise
            )(schedule, predict_noise, x_0, t, noise),
        ),
        Slip(
            "prediction and noise are added: the error is their difference.",
            TARGET_HINT,
            lambda schedule, predict_noise, *rest: _loss()(schedule, lambda x, t: -predict_noise(x, t), *rest),
        ),
        Slip("the network sees x_0, not x_t.", X_T_HINT, _loss(seen=lambda x_0, noise: x_0)),
        Slip("the network sees the noise, not x_t.", X_T_HINT, _loss(seen=lambda x_0, noise: noise)),
        Slip("the network sees x_0 + noise.", X_T_HINT, _loss(seen=lambda x_0, noise: x_0 + noise)),
        Slip("the network sees the mean of x_t, without noise.", X_T_HINT, _loss(spread=lambda s: 0)),
        Slip("the network gets t - 1.", TIME_HINT, _loss(time=lambda t, T: t - 1)),
        Slip("the network gets t + 1.", TIME_HINT, _loss(time=lambda t, T: t + 1)),
        Slip("the network gets t / T.", TIME_HINT, _loss(time=lambda t, T: t / T)),
        Slip("the network gets T, whatever t is.", TIME_HINT, _loss(time=lambda t, T: T)),
        Slip(
            "the arguments of the network are swapped: predict_noise(x_t, t).",
            "In which order does predict_noise take them?",
            lambda schedule, predict_noise, *rest: _loss()(schedule, lambda x, t: predict_noise(t, x), *rest),
        ),
        Slip(
            "the variance 1 - alpha_bar_t scales the noise in x_t, not its square root.",
            X_T_HINT,
            _loss(spread=lambda s: 1 - s.alpha_bar),
        ),
        Slip("alpha_bar_t without its square root scales the image in x_t.", X_T_HINT, _loss(lambda s: s.alpha_bar)),
        Slip(
            "1 - sqrt(alpha_bar_t) scales the noise in x_t: the root is taken too early.",
            X_T_HINT,
            _loss(spread=lambda s: 1 - np.sqrt(s.alpha_bar)),
        ),
        Slip(
            "both square roots are missing in x_t.", X_T_HINT, _loss(lambda s: s.alpha_bar, lambda s: 1 - s.alpha_bar)
        ),
        Slip(
            "the factors of image and noise in x_t are swapped.",
            X_T_HINT,
            _loss(lambda s: np.sqrt(1 - s.alpha_bar), lambda s: np.sqrt(s.alpha_bar)),
        ),
        Slip(
            "x_t is one step from x_0: alpha_t in the place of alpha_bar_t.",
            X_T_HINT,
            _loss(lambda s: np.sqrt(s.alpha), lambda s: np.sqrt(s.beta)),
        ),
        Slip(
            "sqrt(beta_t) scales the noise in x_t: that is one step's.",
            X_T_HINT,
            _loss(spread=lambda s: np.sqrt(s.beta)),
        ),
        Slip("beta_t scales the noise in x_t: that is one step's.", X_T_HINT, _loss(spread=lambda s: s.beta)),
        Slip("the image in x_t is not shrunk.", X_T_HINT, _loss(lambda s: 1)),
        Slip("the noise in x_t is at full strength.", X_T_HINT, _loss(spread=lambda s: 1)),
        Slip("the noise in x_t is subtracted.", X_T_HINT, _loss(spread=lambda s: -np.sqrt(1 - s.alpha_bar))),
        Slip("alpha_bar of step t - 1 in the place of t.", INDEX_HINT, _loss(shift=-1)),
        Slip(
            "t counted from 0: alpha_bar and the network both get t - 1.",
            INDEX_HINT,
            _loss(shift=-1, time=lambda t, T: t - 1),
        ),
        Slip("alpha_bar of step t + 1 in the place of t.", INDEX_HINT, _loss(shift=1)),
        Slip(
            "alpha_bar made as the cumulative product of beta.",
            "What is multiplied up: what a step adds, or what it keeps?",
            _loss(lambda s: np.sqrt(s.beta_bar), lambda s: np.sqrt(1 - s.beta_bar)),
        ),
        Slip(
            "the prediction is compared with x_t - x_0, not with the noise.",
            TARGET_HINT,
            _loss(target=lambda x_0, noise, x_t: x_t - x_0),
        ),
        Slip(
            "the prediction is compared with x_0 - x_t, not with the noise.",
            TARGET_HINT,
            _loss(target=lambda x_0, noise, x_t: x_0 - x_t),
        ),
        Slip(
            "the network gets 2 t / T - 1: it scales the time by itself.",
            TIME_HINT,
            _loss(time=lambda t, T: 2 * t / T - 1),
        ),
        Slip(
            "alpha_bar_T, that of the last step, in the place of alpha_bar_t.",
            INDEX_HINT,
            lambda schedule, predict_noise, x_0, t, noise: _loss(
                lambda s: np.sqrt(Coefficients(schedule, schedule.T).alpha_bar),
                lambda s: np.sqrt(1 - Coefficients(schedule, schedule.T).alpha_bar),
            )(schedule, predict_noise, x_0, t, noise),
        ),
    ),
    noise="noise",
    later=("descended",),
)


def check_training_loss(student, seed: int | None = None) -> Verdict:
    """Check student(schedule, predict_noise, x_0, t, noise): the mean over the pixels of the squared error of
    predict_noise(x_t, t) (problem 5.1, Algorithm 1 for one example)."""
    return check(student, TRAINING_LOSS, seed)
