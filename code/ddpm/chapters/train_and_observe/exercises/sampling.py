"""The reverse step and the loop of Algorithm 2 (problem 5.1)."""

import numpy as np

from ddpm.grading.cases import Coefficients, Wave, draw_schedule, steps_and_schedules, with_other_noise
from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

SHAPES = ((3, 3), (2, 4), (4, 2))
LAST_HINT = "The step from x_1 to x_0 gives the image itself. Should noise be in it?"
SIGMA_HINT = "sigma_t^2 is a variance. By what is standard normal noise multiplied to have it?"
TILDE_HINT = "Two choices of sigma_t^2 are common. Which one does the exercise name?"
ALPHA_HINT = "The forward step shrinks by sqrt(alpha_t). What does the way back do with the bracket?"
SHARE_HINT = (
    "How much of the predicted noise has this one step brought? Read the factor of epsilon_theta symbol by symbol."
)
SIGN_HINT = "Is noise taken out of the image on the way back, or put in?"
INDEX_HINT = "Arrays over time are indexed by the paper's t, and index 0 stands for the clean data. No shift is needed."
PADDED_HINT = "Print your alpha_bar_{t-1} for t = 1 and for t = 2. Is the first of them 1?"
ORDER_HINT = "The chain starts from noise. Which t belongs to that end?"
NOISES_HINT = "noises[t] is the noise of the step from x_t to x_{t-1}: one entry for each t, used once."
TIME_HINT = "The network gets the state as it is now, and the t at which that state is."


def reverse_step_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 53))
    return with_other_noise(
        [
            (
                schedule,
                rng.normal(size=SHAPES[i % 3]),
                t,
                rng.normal(size=SHAPES[i % 3]),
                rng.normal(size=SHAPES[i % 3]),
            )
            for i, (t, schedule) in enumerate(steps_and_schedules(rng))
        ],
        place=4,
    )


def sampler_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 54))
    network = Wave.draw(rng)
    return with_other_noise(
        [
            (draw_schedule(rng, T), network, rng.normal(size=SHAPES[i % 3]), rng.normal(size=(T + 1, *SHAPES[i % 3])))
            for i, T in enumerate((4, 5, 6, 4, 5, 6))
        ],
        place=3,
    )


def _share(s):
    """The factor of the predicted noise in the bracket."""
    return s.beta / np.sqrt(1 - s.alpha_bar)


def _step(
    scale=lambda s: 1 / np.sqrt(s.alpha),
    share=_share,
    sigma=lambda s: np.sqrt(s.beta),
    noiseless=lambda t, T: t == 1,
    shift=0,
):
    """The reverse step with one of its parts replaced."""

    def step(schedule, x_t, t, predicted_noise, noise):
        s = Coefficients(schedule, t + shift)
        mean = scale(s) * (x_t - share(s) * predicted_noise)
        return mean if noiseless(t, schedule.T) else mean + sigma(s) * noise

    return step


def _other_step(formula):
    """A step that is another formula of (s, x_t, predicted noise, noise); the noise is 0 at t = 1."""
    return lambda schedule, x_t, t, predicted_noise, noise: formula(
        Coefficients(schedule, t), x_t, predicted_noise, noise if t > 1 else 0 * noise
    )


def _x_0(s, x_t, predicted_noise):
    """The estimate of x_0 in one go."""
    return (x_t - np.sqrt(1 - s.alpha_bar) * predicted_noise) / np.sqrt(s.alpha_bar)


def _share_of(which):
    return lambda schedule, x_t, t, *rest: _step(share=lambda s: s.beta / np.sqrt(1 - which(schedule, t)))(
        schedule, x_t, t, *rest
    )


def _through_x_0(clip=None, before=lambda bars, t: bars[t - 1]):
    """The step by way of the estimate of x_0 and the posterior's mean, with one of its parts replaced."""

    def step(schedule, x_t, t, predicted_noise, noise):
        s = Coefficients(schedule, t)
        bars = np.cumprod(1 - np.asarray(schedule.beta, np.float64))
        x_0 = _x_0(s, x_t, predicted_noise)
        if clip is not None:
            x_0 = np.clip(x_0, -clip, 1)
        last = before(bars, min(t, schedule.T))
        mean = (np.sqrt(last) * s.beta * x_0 + np.sqrt(s.alpha) * (1 - last) * x_t) / (1 - s.alpha_bar)
        return mean if t == 1 else mean + np.sqrt(s.beta) * noise

    return step


def _with_early_beta(schedule, x_t, t, predicted_noise, noise):
    """The step with beta and alpha of step t - 1, and alpha_bar of step t."""
    s, early = Coefficients(schedule, t), Coefficients(schedule, t - 1)
    mean = (x_t - early.beta / np.sqrt(1 - s.alpha_bar) * predicted_noise) / np.sqrt(early.alpha)
    return mean if t == 1 else mean + np.sqrt(early.beta) * noise


def _clipped(mean):
    """The step with its mean clipped, or what comes out."""

    def step(schedule, x_t, t, predicted_noise, noise):
        if not mean:
            return np.clip(_step()(schedule, x_t, t, predicted_noise, noise), -1, 1)
        without = _step(noiseless=lambda t, T: True)(schedule, x_t, t, predicted_noise, noise)
        return np.clip(without, -1, 1) + (t > 1) * np.sqrt(Coefficients(schedule, t).beta) * noise

    return step


STEP_SLIPS = (
    Slip("noise is added in the last step, t = 1.", LAST_HINT, _step(noiseless=lambda t, T: False)),
    Slip(
        "no noise is added: this is the mean alone.",
        "Algorithm 2 adds something to the mean at every step but one.",
        _step(noiseless=lambda t, T: True),
    ),
    Slip(
        "noise is left out at t = 2 too.",
        "Which steps go without noise? Only the one that ends at x_0.",
        _step(noiseless=lambda t, T: t <= 2),
    ),
    Slip("noise is left out at t = T in the place of t = 1.", LAST_HINT, _step(noiseless=lambda t, T: t == T)),
    Slip(
        "noise is added at t = 1 alone: the condition is turned round.", LAST_HINT, _step(noiseless=lambda t, T: t > 1)
    ),
    Slip(
        "beta_t scales the noise: the variance in the place of the standard deviation.",
        SIGMA_HINT,
        _step(sigma=lambda s: s.beta),
    ),
    Slip("the noise is at full strength.", SIGMA_HINT, _step(sigma=lambda s: 1)),
    Slip("beta_tilde_t in the place of beta_t as sigma_t^2.", TILDE_HINT, _step(sigma=lambda s: np.sqrt(s.beta_tilde))),
    Slip(
        "beta_tilde_t scales the noise: another variance, and without its root.",
        TILDE_HINT,
        _step(sigma=lambda s: s.beta_tilde),
    ),
    Slip("sqrt(alpha_t) scales the noise.", SIGMA_HINT, _step(sigma=lambda s: np.sqrt(s.alpha))),
    Slip(
        "sqrt(1 - alpha_bar_t) scales the noise: that is the noise of all steps together.",
        SIGMA_HINT,
        _step(sigma=lambda s: np.sqrt(1 - s.alpha_bar)),
    ),
    Slip(
        "the noise is subtracted.", "Which sign has the noise in Algorithm 2?", _step(sigma=lambda s: -np.sqrt(s.beta))
    ),
    Slip(
        "the noise is divided by sqrt(alpha_t) with the rest.",
        "Which terms does the bracket hold?",
        _step(sigma=lambda s: np.sqrt(s.beta / s.alpha)),
    ),
    Slip("1 / sqrt(alpha_t) is missing.", ALPHA_HINT, _step(lambda s: 1)),
    Slip("divided by alpha_t without its square root.", ALPHA_HINT, _step(lambda s: 1 / s.alpha)),
    Slip("multiplied by sqrt(alpha_t) where it divides.", ALPHA_HINT, _step(lambda s: np.sqrt(s.alpha))),
    Slip(
        "divided by sqrt(alpha_bar_t): that leads back over all steps at once.",
        ALPHA_HINT,
        _step(lambda s: 1 / np.sqrt(s.alpha_bar)),
    ),
    Slip("divided by sqrt(beta_t).", ALPHA_HINT, _step(lambda s: 1 / np.sqrt(s.beta))),
    Slip(
        "1 / sqrt(alpha_t) on x_t alone, not on the predicted noise.",
        "Which terms does the bracket hold?",
        _step(share=lambda s: np.sqrt(s.alpha) * _share(s)),
    ),
    Slip(
        "1 / sqrt(alpha_t) on the predicted noise alone, not on x_t.",
        "Which terms does the bracket hold?",
        _step(lambda s: 1, lambda s: _share(s) / np.sqrt(s.alpha)),
    ),
    Slip("the predicted noise is added where it is taken out.", SIGN_HINT, _step(share=lambda s: -_share(s))),
    Slip("the predicted noise is not used.", SIGN_HINT, _step(share=lambda s: 0)),
    Slip("1 - alpha_bar_t without its square root.", SHARE_HINT, _step(share=lambda s: s.beta / (1 - s.alpha_bar))),
    Slip("1 / sqrt(1 - alpha_bar_t) is missing.", SHARE_HINT, _step(share=lambda s: s.beta)),
    Slip("all of the predicted noise is taken out.", SHARE_HINT, _step(share=lambda s: 1)),
    Slip(
        "sqrt(1 - alpha_bar_t) as the factor of the predicted noise: that takes out the noise of all steps.",
        SHARE_HINT,
        _step(share=lambda s: np.sqrt(1 - s.alpha_bar)),
    ),
    Slip(
        "multiplied by sqrt(1 - alpha_bar_t) where it divides.",
        SHARE_HINT,
        _step(share=lambda s: s.beta * np.sqrt(1 - s.alpha_bar)),
    ),
    Slip(
        "alpha_bar_t in the place of 1 - alpha_bar_t.", SHARE_HINT, _step(share=lambda s: s.beta / np.sqrt(s.alpha_bar))
    ),
    Slip(
        "sqrt(beta_t) as the factor of the predicted noise; alpha_t in the place of alpha_bar_t gives the same.",
        SHARE_HINT,
        _step(share=lambda s: np.sqrt(s.beta)),
    ),
    Slip(
        "sqrt(beta_t) in the place of beta_t in the factor of the predicted noise.",
        SHARE_HINT,
        _step(share=lambda s: np.sqrt(s.beta / (1 - s.alpha_bar))),
    ),
    Slip(
        "alpha_t in the place of beta_t in the factor of the predicted noise.",
        SHARE_HINT,
        _step(share=lambda s: s.alpha / np.sqrt(1 - s.alpha_bar)),
    ),
    Slip(
        "alpha_bar of step t + 1 in the place of t.",
        INDEX_HINT,
        _share_of(lambda schedule, t: Coefficients(schedule, t + 1).alpha_bar),
    ),
    Slip(
        "alpha_bar made as the cumulative product of beta.",
        "What is multiplied up: what a step adds, or what it keeps?",
        _share_of(lambda schedule, t: Coefficients(schedule, t).beta_bar),
    ),
    Slip("beta_t and alpha_t of step t - 1.", INDEX_HINT, _with_early_beta),
    Slip("every number of the schedule one step late.", INDEX_HINT, _step(shift=1)),
    Slip(
        "the step of the forward process.",
        "Which way does Algorithm 2 walk?",
        lambda schedule, x_t, t, eps, noise: (
            np.sqrt(Coefficients(schedule, t).alpha) * x_t + np.sqrt(Coefficients(schedule, t).beta) * noise
        ),
    ),
    Slip(
        "the estimate of x_0, in one go.",
        "Only one step is asked for: to x_{t-1}.",
        _other_step(lambda s, x, eps, noise: _x_0(s, x, eps)),
    ),
    Slip(
        "the estimate of x_0, with the noise of one step.",
        "Only one step is asked for: to x_{t-1}.",
        _other_step(lambda s, x, eps, noise: _x_0(s, x, eps) + np.sqrt(s.beta) * noise),
    ),
    Slip(
        "the deterministic step of DDIM.",
        "Algorithm 2 adds fresh noise at every step but one.",
        _other_step(lambda s, x, eps, noise: np.sqrt(s.before) * _x_0(s, x, eps) + np.sqrt(1 - s.before) * eps),
    ),
    Slip("the estimate of x_0 is clipped to [-1, 1].", "Algorithm 2 has no such line.", _through_x_0(clip=1)),
    Slip("the estimate of x_0 is clipped to [0, 1].", "Algorithm 2 has no such line.", _through_x_0(clip=0)),
    Slip(
        "alpha_bar_{t-1} padded on the wrong side: the list is alpha_bar_{t+1}, and 1 at its end.",
        PADDED_HINT,
        _through_x_0(before=lambda bars, t: np.append(bars[1:], 1.0)[t]),
    ),
    Slip(
        "alpha_bar_{t-1} padded on the wrong side: the list is alpha_bar_t, with 1 in the place of its last.",
        PADDED_HINT,
        _through_x_0(before=lambda bars, t: np.append(bars[:-1], 1.0)[t]),
    ),
    Slip(
        "beta_tilde_t without its denominator 1 - alpha_bar_t, and in the place of beta_t, as sigma_t^2.",
        TILDE_HINT,
        _step(sigma=lambda s: np.sqrt((1 - s.before) * s.beta)),
    ),
    Slip("the mean is clipped to [-1, 1].", "Algorithm 2 has no such line.", _clipped(mean=True)),
    Slip("the new state is clipped to [-1, 1].", "Algorithm 2 has no such line.", _clipped(mean=False)),
    Slip(
        "the beta_t of sigma_t^2 is taken from step t - 1.",
        INDEX_HINT,
        lambda schedule, x_t, t, *rest: _step(sigma=lambda s: np.sqrt(Coefficients(schedule, t - 1).beta))(
            schedule, x_t, t, *rest
        ),
    ),
    Slip(
        "x_t minus the predicted noise, and nothing else.", SHARE_HINT, lambda schedule, x_t, t, eps, noise: x_t - eps
    ),
    Slip(
        "predicted noise and fresh noise are swapped.",
        "Which of the two did the network give?",
        lambda schedule, x_t, t, eps, noise: _step()(schedule, x_t, t, noise, eps),
    ),
    Slip(
        "the prediction is taken for x_0: mu_tilde_t(x_t, prediction).",
        "What does the network predict?",
        _other_step(
            lambda s, x, eps, noise: (
                (np.sqrt(s.before) * s.beta * eps + np.sqrt(s.alpha) * (1 - s.before) * x) / (1 - s.alpha_bar)
                + np.sqrt(s.beta) * noise
            )
        ),
    ),
)

# In the loop these two divide by 1 - alpha_bar_0 = 0 and give NaN, whose reason cannot be told.
EARLY_SLIPS = (
    Slip(
        "alpha_bar of step t - 1 in the place of t.",
        INDEX_HINT,
        _share_of(lambda schedule, t: Coefficients(schedule, t).before),
    ),
    Slip("every number of the schedule one step early.", INDEX_HINT, _step(shift=-1)),
)

REVERSE_STEP = Compared(
    "reverse_step",
    "5",
    ("schedule", "x_t", "t", "predicted_noise", "noise"),
    reverse_step_cases,
    _step(),
    STEP_SLIPS + EARLY_SLIPS,
    noise="noise",
    later=("stepped",),
)


def _sampler(
    step=_step(), order=lambda T: range(T, 0, -1), noise=lambda t, T: t, time=lambda t, T: t, seen=lambda x, x_T: x
):
    """The loop with one of its parts replaced."""

    def sampler(schedule, predict_noise, x_T, noises):
        T, x = schedule.T, x_T
        for t in order(T):
            z = noises[min(noise(t, T), T)]
            x = step(schedule, x, t, predict_noise(seen(x, x_T), time(t, T)), z)
        return x

    return sampler


def _states(schedule, predict_noise, x_T, noises):
    """x_T, ..., x_0."""
    states = [x_T]
    for t in range(schedule.T, 0, -1):
        states.append(_step()(schedule, states[-1], t, predict_noise(states[-1], t), noises[t]))
    return np.array(states)


SAMPLER = Compared(
    "sampler",
    "5",
    ("schedule", "predict_noise", "x_T", "noises"),
    sampler_cases,
    _sampler(),
    (
        *(Slip(slip.name, slip.hint, _sampler(slip.make)) for slip in STEP_SLIPS),
        Slip("the loop runs forwards, from t = 1 to T.", ORDER_HINT, _sampler(order=lambda T: range(1, T + 1))),
        Slip(
            "the loop runs forwards, and its last step is without noise.",
            ORDER_HINT,
            _sampler(_step(noiseless=lambda t, T: t == T), order=lambda T: range(1, T + 1)),
        ),
        Slip(
            "the loop starts at t = T - 1.",
            "x_T is the state at t = T. Which step comes first?",
            _sampler(order=lambda T: range(T - 1, 0, -1)),
        ),
        Slip(
            "the loop stops at t = 2 and returns x_1.",
            "Python's range leaves its end out.",
            _sampler(order=lambda T: range(T, 1, -1)),
        ),
        Slip("one step alone, at t = T.", "How many steps lead from x_T to x_0?", _sampler(order=lambda T: [T])),
        Slip("one step alone, at t = 1.", "How many steps lead from x_T to x_0?", _sampler(order=lambda T: [1])),
        Slip("nothing happens: this is x_T.", "Does the loop keep the new state?", _sampler(order=lambda T: [])),
        Slip("noises[t - 1] in the place of noises[t].", NOISES_HINT, _sampler(noise=lambda t, T: t - 1)),
        Slip("noises[t + 1] in the place of noises[t].", NOISES_HINT, _sampler(noise=lambda t, T: t + 1)),
        Slip(
            "noises[T - t]: the noises are taken in the order of the loop, from index 0.",
            NOISES_HINT,
            _sampler(noise=lambda t, T: T - t),
        ),
        Slip(
            "noises[T - t + 1]: the noises are taken in the order of the loop.",
            NOISES_HINT,
            _sampler(noise=lambda t, T: T - t + 1),
        ),
        Slip("the same noise in every step, noises[0].", NOISES_HINT, _sampler(noise=lambda t, T: 0)),
        Slip("the same noise in every step, noises[1].", NOISES_HINT, _sampler(noise=lambda t, T: 1)),
        Slip("the same noise in every step, noises[T].", NOISES_HINT, _sampler(noise=lambda t, T: T)),
        Slip("the network gets t - 1.", TIME_HINT, _sampler(time=lambda t, T: t - 1)),
        Slip(
            "t counted from 0: the network gets t - 1, and the noise is noises[t - 1].",
            TIME_HINT,
            _sampler(time=lambda t, T: t - 1, noise=lambda t, T: t - 1),
        ),
        Slip("the network gets t + 1.", TIME_HINT, _sampler(time=lambda t, T: t + 1)),
        Slip("the network gets t / T.", TIME_HINT, _sampler(time=lambda t, T: t / T)),
        Slip("the network gets T in every step.", TIME_HINT, _sampler(time=lambda t, T: T)),
        Slip("the network gets the number of steps done: T - t.", TIME_HINT, _sampler(time=lambda t, T: T - t)),
        Slip("the network sees x_T in every step.", TIME_HINT, _sampler(seen=lambda x, x_T: x_T)),
        Slip(
            "the arguments of the network are swapped: predict_noise(x_t, t).",
            "In which order does predict_noise take them?",
            lambda schedule, predict_noise, *rest: _sampler()(schedule, lambda x, t: predict_noise(t, x), *rest),
        ),
        Slip("all states from x_T to x_0: the sample is one of them.", "Which one is the sample?", _states),
        Slip(
            "all states from x_0 to x_T: the sample is one of them.",
            "Which one is the sample?",
            lambda *args: _states(*args)[::-1],
        ),
        Slip(
            "all states after x_T: the sample is one of them.",
            "Which one is the sample?",
            lambda *args: _states(*args)[1:],
        ),
        Slip(
            "the loop starts at t = T + 1. There is no such step; JAX answers an index past the end with the last "
            "entry.",
            "Python's range includes its start. x_T is the state at which t?",
            _sampler(order=lambda T: range(T + 1, 0, -1)),
        ),
        Slip(
            "noise is added in the last step, t = 1, and noises are taken in the order of the loop.",
            LAST_HINT,
            _sampler(_step(noiseless=lambda t, T: False), noise=lambda t, T: T - t),
        ),
    ),
    noise="noises",
    later=("sampled",),
)


def check_reverse_step(student, seed: int | None = None) -> Verdict:
    """Check student(schedule, x_t, t, predicted_noise, noise): x_{t-1}, sigma_t^2 = beta_t, no noise at t = 1 (5.1)."""
    return check(student, REVERSE_STEP, seed)


def check_sampler(student, seed: int | None = None) -> Verdict:
    """Check student(schedule, predict_noise, x_T, noises): x_0 by Algorithm 2, noises[t] being that of step t (5.1).

    noises has the shape (T + 1, *x_T.shape); predict_noise(x_t, t) works on NumPy's and JAX's arrays.
    """
    return check(student, SAMPLER, seed)
