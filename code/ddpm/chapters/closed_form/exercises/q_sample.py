"""The closed form of the forward process (problem 1.4)."""

import numpy as np

from ddpm.grading.cases import Coefficients, steps_and_schedules, with_other_noise
from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

SHAPES = ((3, 3), (2, 4), (4, 2))
NOISE_HINT = "The closed form states a variance. By what is standard normal noise multiplied to have that variance?"
IMAGE_HINT = "What is the mean of q(x_t | x_0)? Each step multiplies by a root; what is their product?"
INDEX_HINT = (
    "schedule.alpha_bar has T + 1 entries and alpha_bar[0] = 1 belongs to the clean image. Which entry "
    "belongs to step t?"
)
STEP_HINT = "This is one step of the chain. From x_0 to x_t there are t of them: which symbol collects them?"


def q_sample_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 14))
    return with_other_noise(
        [
            (schedule, rng.normal(size=SHAPES[i % 3]), t, rng.normal(size=SHAPES[i % 3]))
            for i, (t, schedule) in enumerate(steps_and_schedules(rng))
        ],
        place=3,
    )


def _closed_form(image=lambda s: np.sqrt(s.alpha_bar), noise=lambda s: np.sqrt(1 - s.alpha_bar), shift=0):
    """The closed form with one of its factors replaced."""

    def sample(schedule, x_0, t, eps):
        s = Coefficients(schedule, t + shift)
        return image(s) * x_0 + noise(s) * eps

    return sample


def _running(s):
    """The factor of the noise if no step shrank the noise that is there already."""
    return np.sqrt(np.sum(s.betas))


def _same_noise(schedule, x_0, t, noise):
    for beta in Coefficients(schedule, t).betas:
        x_0 = np.sqrt(1 - beta) * x_0 + np.sqrt(beta) * noise
    return x_0


Q_SAMPLE = Compared(
    "q_sample",
    "1.4",
    ("schedule", "x_0", "t", "noise"),
    q_sample_cases,
    _closed_form(),
    (
        Slip(
            "the variance 1 - alpha_bar_t in the place of the standard deviation.",
            NOISE_HINT,
            _closed_form(noise=lambda s: 1 - s.alpha_bar),
        ),
        Slip(
            "alpha_bar_t without its square root as the factor of the image.",
            IMAGE_HINT,
            _closed_form(lambda s: s.alpha_bar),
        ),
        Slip(
            "both square roots are missing.", NOISE_HINT, _closed_form(lambda s: s.alpha_bar, lambda s: 1 - s.alpha_bar)
        ),
        Slip(
            "both square roots are taken twice.",
            NOISE_HINT,
            _closed_form(lambda s: s.alpha_bar**0.25, lambda s: (1 - s.alpha_bar) ** 0.25),
        ),
        Slip(
            "1 - sqrt(alpha_bar_t) as the factor of the noise: the root is taken too early.",
            NOISE_HINT,
            _closed_form(noise=lambda s: 1 - np.sqrt(s.alpha_bar)),
        ),
        Slip(
            "the factors of the image and of the noise are swapped.",
            "At t = 1, should x_t resemble the image or the noise?",
            _closed_form(lambda s: np.sqrt(1 - s.alpha_bar), lambda s: np.sqrt(s.alpha_bar)),
        ),
        Slip(
            "alpha_t in the place of alpha_bar_t: one step instead of t.",
            STEP_HINT,
            _closed_form(lambda s: np.sqrt(s.alpha), lambda s: np.sqrt(s.beta)),
        ),
        Slip(
            "beta_t as the variance of the noise: that is one step's.",
            STEP_HINT,
            _closed_form(noise=lambda s: np.sqrt(s.beta)),
        ),
        Slip("beta_t itself as the factor of the noise.", STEP_HINT, _closed_form(noise=lambda s: s.beta)),
        Slip(
            "alpha_t in the place of alpha_bar_t in the factor of the image.",
            STEP_HINT,
            _closed_form(lambda s: np.sqrt(s.alpha)),
        ),
        Slip(
            "beta_t in the place of alpha_bar_t.",
            STEP_HINT,
            _closed_form(lambda s: np.sqrt(s.beta), lambda s: np.sqrt(1 - s.beta)),
        ),
        Slip("alpha_bar of step t - 1 in the place of t.", INDEX_HINT, _closed_form(shift=-1)),
        Slip("alpha_bar of step t + 1 in the place of t.", INDEX_HINT, _closed_form(shift=1)),
        Slip(
            "alpha_bar of step t - 1 in the factor of the image alone.",
            INDEX_HINT,
            _closed_form(lambda s: np.sqrt(s.before)),
        ),
        Slip(
            "alpha_bar of step t - 1 in the factor of the noise alone.",
            INDEX_HINT,
            _closed_form(noise=lambda s: np.sqrt(1 - s.before)),
        ),
        Slip(
            "the cumulative product of beta in the place of alpha_bar_t, which is that of 1 - beta.",
            "What is multiplied up from step to step: what a step adds, or what it keeps?",
            _closed_form(lambda s: np.sqrt(s.beta_bar), lambda s: np.sqrt(1 - s.beta_bar)),
        ),
        Slip(
            "the noise alone, as if alpha_bar_t were 0. A product over schedule.beta is 0, since beta_0 = 0.",
            "What is multiplied up from step to step: what a step adds, or what it keeps?",
            _closed_form(lambda s: 0, lambda s: 1),
        ),
        Slip(
            "1 - prod(beta) in the place of prod(1 - beta).",
            "In which order are the product and the difference taken?",
            _closed_form(lambda s: np.sqrt(1 - s.beta_bar), lambda s: np.sqrt(s.beta_bar)),
        ),
        Slip(
            "a sum of betas in the place of a product of alphas.",
            "Two shrinkings after each other: do their factors add or multiply?",
            _closed_form(
                lambda s: np.sqrt(np.maximum(1 - s.betas.sum(), 0)), lambda s: np.sqrt(np.minimum(s.betas.sum(), 1))
            ),
        ),
        Slip(
            "the variances of all steps added up: earlier noise is shrunk by later steps.",
            "What happens at step 2 to the noise that step 1 brought?",
            _closed_form(noise=_running),
        ),
        Slip(
            "no noise: this is the mean alone.",
            "A sample has randomness in it: which argument is it?",
            _closed_form(noise=lambda s: 0),
        ),
        Slip("the noise at full strength.", NOISE_HINT, _closed_form(noise=lambda s: 1)),
        Slip("the image is not shrunk.", IMAGE_HINT, _closed_form(lambda s: 1)),
        Slip("the image is missing.", "What is left of the image at step t?", _closed_form(lambda s: 0)),
        Slip(
            "the noise is subtracted.",
            "Which sign has the noise in the closed form?",
            _closed_form(noise=lambda s: -np.sqrt(1 - s.alpha_bar)),
        ),
        Slip(
            "sqrt(1 + alpha_bar_t) as the factor of the noise: a sign is flipped.",
            NOISE_HINT,
            _closed_form(noise=lambda s: np.sqrt(1 + s.alpha_bar)),
        ),
        Slip(
            "divided by sqrt(alpha_bar_t): that is the way back.",
            IMAGE_HINT,
            _closed_form(lambda s: 1 / np.sqrt(s.alpha_bar)),
        ),
        Slip(
            "the image keeps its size: x_t divided by sqrt(alpha_bar_t).",
            IMAGE_HINT,
            _closed_form(lambda s: 1, lambda s: np.sqrt((1 - s.alpha_bar) / s.alpha_bar)),
        ),
        Slip(
            "alpha_bar_T, that of the last step, in the place of alpha_bar_t.",
            INDEX_HINT,
            lambda schedule, x_0, t, noise: _closed_form()(schedule, x_0, schedule.T, noise),
        ),
        Slip(
            "alpha_t to the power t: that is alpha_bar_t only if all betas are the same.",
            STEP_HINT,
            _closed_form(lambda s: np.sqrt(s.alpha ** len(s.betas)), lambda s: np.sqrt(1 - s.alpha ** len(s.betas))),
        ),
        Slip(
            "a chain of t steps with the same noise in each.",
            "Each step of the chain has fresh noise. What is the variance of their sum?",
            _same_noise,
        ),
        Slip(
            "beta_tilde_t, the posterior's variance, as that of the noise.",
            "Is q(x_t | x_0) or the way back asked for?",
            _closed_form(noise=lambda s: np.sqrt(s.beta_tilde)),
        ),
        Slip(
            "alpha_bar_t as the factor of the image, and sqrt(1 - alpha_bar_t^2) as that of the noise: a root is "
            "missing in both.",
            IMAGE_HINT,
            _closed_form(lambda s: s.alpha_bar, lambda s: np.sqrt(1 - s.alpha_bar**2)),
        ),
        Slip(
            "sqrt(1) - alpha_bar_t times the noise: the bracket of the root closes too early.",
            "Which brackets does sqrt(1 - alpha_bar_t) need?",
            lambda schedule, x_0, t, noise: (
                _closed_form(noise=lambda s: 0)(schedule, x_0, t, noise)
                + 1
                - Coefficients(schedule, t).alpha_bar * noise
            ),
        ),
        Slip(
            "the factor of the noise is added, without the noise.",
            NOISE_HINT,
            lambda schedule, x_0, t, noise: _closed_form()(schedule, x_0, t, 1),
        ),
        Slip(
            "sqrt(1 - alpha_bar_t^2) as the factor of the noise.",
            NOISE_HINT,
            _closed_form(noise=lambda s: np.sqrt(1 - s.alpha_bar**2)),
        ),
        Slip(
            "(1 - alpha_bar_t) squared as the factor of the noise.",
            NOISE_HINT,
            _closed_form(noise=lambda s: (1 - s.alpha_bar) ** 2),
        ),
    ),
    noise="noise",
)


def check_q_sample(student, seed: int | None = None) -> Verdict:
    """Check student(schedule, x_0, t, noise), x_t in one go: the closed form of the chain (problem 1.4)."""
    return check(student, Q_SAMPLE, seed)
