"""No false verdict: right answers pass in every style and precision, slips are named, over many seeds."""

import inspect
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from grading_answers import CHECKS, EAGER, RIGHT, SLIPS
from some import some

import ddpm.evaluate
import ddpm.losses
import ddpm.nn
import ddpm.predict
import ddpm.process
import ddpm.sample
import ddpm.train
from ddpm.chapters.exercises import PROBLEMS
from ddpm.grading import CodeExercise, Compared, Status
from ddpm.grading.remarks import TOLERANCE
from ddpm.grading.runner import Run

pytestmark = pytest.mark.usefixtures("unsealed")
SEEDS = range(20)
CODE = {name: exercise for name, exercise in PROBLEMS.exercises.items() if isinstance(exercise, CodeExercise)}
RANDOM = [exercise for exercise in CODE.values() if isinstance(exercise, Compared)]
RIGHTS = [(exercise, style) for exercise, answers in RIGHT.items() for style in answers]
WRONGS = [(exercise, words) for exercise, answers in SLIPS.items() for words in answers]


def _seed(index: int, precision: str) -> int:
    """One of the seeds; the answers and precisions together go through all of them."""
    return (index + 10 * (precision == "float64")) % len(SEEDS)


# Double with the long tests, but for one exercise: XLA compiles every operation anew for another precision.
BOTH = [
    pytest.param(
        *right.values, precision, id=f"{right.id}-{precision}", marks=[*right.marks, *[pytest.mark.slow] * late]
    )
    for right in some(RIGHTS, 12)
    for precision, late in (("float32", False), ("float64", right.values[0] != "q_sample"))
]


@pytest.mark.parametrize("exercise, style, precision", BOTH, indirect=["precision"])
def test_right_answers_pass(exercise, style, precision):
    answer = RIGHT[exercise][style]
    verdict = CHECKS[exercise](answer, seed=_seed(RIGHTS.index((exercise, style)), precision))
    assert verdict.passed and verdict.slip is None and verdict.mean_error < 1e-4, verdict


@pytest.mark.parametrize("exercise, words", some(WRONGS, 12))
def test_slips_are_named(exercise, words):
    # those of every run single
    precision = ("float32", "float64")[[*SLIPS[exercise]].index(words) % 2]
    with jax.enable_x64(precision == "float64"):
        verdict = CHECKS[exercise](SLIPS[exercise][words], seed=_seed(WRONGS.index((exercise, words)), precision))
    assert not verdict.passed and verdict.slip and words in verdict.slip, verdict
    assert "known slip" in str(verdict) and "Hint:" in str(verdict)


EAGERS = [(exercise, words) for exercise, answers in EAGER.items() for words in answers]


@pytest.mark.parametrize("exercise, words", some(EAGERS, 3))
def test_what_later_cells_cannot_use_is_not_called_right(exercise, words):
    verdict = CHECKS[exercise](EAGER[exercise][words], seed=EAGERS.index((exercise, words)))
    assert not verdict.passed and words in _said(verdict), verdict
    assert (
        "raised TypeError: JAX arrays are immutable" in _said(verdict)
        or verdict.status is Status.OTHER_FORM
        and "values of" in str(verdict)
    )
    if exercise in ("mean_loss", "noise_loss", "training_loss"):
        assert "works only eagerly" in _said(verdict) and "The way out: " in str(verdict)


def test_every_exercise_has_enough_of_both():
    assert set(RIGHT) == set(SLIPS) == set(CODE) == set(CHECKS)
    assert min(map(len, RIGHT.values())) >= 6 and min(map(len, SLIPS.values())) >= 6


@pytest.mark.parametrize("seeds", [SEEDS[:1], pytest.param(SEEDS[4::4], marks=pytest.mark.slow)], ids=["one", "more"])
@pytest.mark.parametrize("exercise", RANDOM, ids=lambda e: e.name)
def test_all_slips_differ_from_the_answer_and_from_each_other(exercise, seeds):
    """By far more than the tolerance, so that rounding never gives one the name of another."""
    for seed in seeds:
        cases = exercise.cases(seed)
        with np.errstate(all="ignore"):
            tables = [
                [np.asarray(make(*case), float) for case in cases] if make(*cases[0]) is not None else None
                for make in (exercise.reference, *(slip.make for slip in exercise.slips))
            ]
        for (i, a), (j, b) in itertools.combinations(enumerate(tables), 2):
            assert a is None or b is None or _distance(a, b) > 20 * TOLERANCE, (seed, i, exercise.slips[j - 1].name)


def _distance(a, b) -> float:
    """Of the first case that is far enough, else the largest; relative as in the comparison of answers; infinite for
    another shape or other NaNs."""
    far = 0.0
    for x, y in zip(a, b):
        if x.shape != y.shape or not np.array_equal(np.isfinite(x), np.isfinite(y)):
            return np.inf
        x, y = x[np.isfinite(x)], y[np.isfinite(y)]
        far = max(
            far,
            np.max(np.abs(x - y), initial=0) / (max(np.max(np.abs(x), initial=0), np.max(np.abs(y), initial=0)) + 1e-3),
        )
        if far > 20 * TOLERANCE:
            break
    return far


@pytest.mark.parametrize("exercise", RANDOM, ids=lambda e: e.name)
def test_every_slip_gets_its_own_name_and_hint(exercise):
    cases = exercise.cases(7)
    for slip in exercise.slips:
        with np.errstate(all="ignore"):
            values = [slip.make(*case) for case in cases]
        answers = ["raised ValueError" if value is None else np.asarray(value, float) for value in values]
        verdict = exercise.verdict(cases, Run(answers))
        assert verdict.slip == slip.name and not verdict.passed
        assert max(map(len, str(verdict).splitlines())) <= 78


@pytest.mark.parametrize("exercise", CODE)
def test_a_table_of_outputs_does_not_pass_on_another_seed(exercise):
    right = getattr(CODE[exercise], "reference", next(iter(RIGHT[exercise].values())))
    answers = [right(*case) for case in CODE[exercise].cases(0)]
    for seed in (0, 1):
        replay = iter(answers)
        verdict = CHECKS[exercise](lambda *args: next(replay), seed=seed)
        assert not verdict.passed if seed else verdict.status in (Status.RIGHT, Status.OTHER_FORM)


PACKAGE = {  # what the package has of the same kind
    "q_sample": ddpm.process.q_sample,
    "mean_loss": ddpm.losses.mean_loss,
    "noise_loss": ddpm.losses.noise_loss,
    "training_loss": ddpm.train.training_loss,
    "layer_sizes": ddpm.nn.layer_sizes,
    "reverse_step": ddpm.sample.ancestral_step,
    "langevin_step": ddpm.sample.langevin_step,
    "share_nearer": lambda samples, images, others: ddpm.evaluate.share_nearer(samples, images, others).value,
    "coverage": lambda samples, images, k: ddpm.evaluate.coverage(samples, images, k).value,
}


@pytest.mark.parametrize("name", CODE)
def test_the_packages_function_can_stand_for_the_readers(name):
    arguments = list(CODE[name].arguments)
    if name in PACKAGE:
        assert list(inspect.signature(PACKAGE[name]).parameters)[: len(arguments)] == arguments
        assert CHECKS[name](PACKAGE[name]).passed
    else:
        core = (
            ddpm,
            ddpm.process,
            ddpm.gaussian,
            ddpm.losses,
            ddpm.nn,
            ddpm.predict,
            ddpm.sample,
            ddpm.schedule,
            ddpm.train,
        )
        assert not any(hasattr(module, name) for module in core)
        assert "schedule" not in arguments or arguments[0] == "schedule"


def test_the_seed_comes_from_the_environment(monkeypatch):
    seen = []

    def answer(x_prev, beta):
        seen.append(beta)
        return np.sqrt(1 - beta) * x_prev

    for seed in ("0", "1"):
        monkeypatch.setenv("DDPM_GRADING_SEED", seed)
        CHECKS["forward_mean"](answer)
    CHECKS["forward_mean"](answer, seed=1)
    assert set(seen[:20]).isdisjoint(seen[20:40]) and seen[20:40] == seen[40:]
    monkeypatch.setenv("DDPM_GRADING_SEED", "one")
    with pytest.raises(ValueError, match="DDPM_GRADING_SEED must be an integer"):
        CHECKS["forward_mean"](answer)


def test_an_unknown_mistake_is_wrong_without_a_name():
    verdict = CHECKS["forward_mean"](lambda x, beta: np.sqrt(1 - beta) * x + 0.01)
    assert not verdict.passed and verdict.slip is None and verdict.mean_error == pytest.approx(0.01)
    for words in ("off by 0.01", "First at case 1 of 20", "x_prev = [", "expected [", "got      ["):
        assert words in str(verdict)


def test_remarks_on_what_no_slip_explains():
    assert "0.9 times" in str(CHECKS["forward_mean"](lambda x, beta: 0.9 * np.sqrt(1 - beta) * x))
    assert "Every answer is 0." in str(CHECKS["forward_mean"](lambda x, beta: 0 * x))
    assert "further off than rounding" in str(
        CHECKS["forward_mean"](lambda x, beta: 1.001 * np.sqrt(1 - beta) * x + 1e-4)
    )
    text = str(CHECKS["forward_mean"](lambda x, beta: np.sqrt(1 - beta) * x.ravel()))
    assert "the numbers in it are right" in " ".join(text.split()) and "close" not in text


def test_remarks_on_cases_that_differ():
    def at_t_1(s, t, noise, predicted_noise):
        return 3 * jnp.sum((noise - predicted_noise) ** 2) / s.beta[t - 1]

    text = _said(CHECKS["noise_loss"](at_t_1))
    assert (
        "That happens at t = 1 alone: an index t - 1 is 0 there, and at index 0 both beta and 1 - alpha_bar are 0."
        in text
    )
    assert "comes from a division by 0, at line" in text

    def squares_only(x_prev, beta):
        return np.sqrt(1 - beta) * x_prev if x_prev.shape == (3, 3) else x_prev[:, :, 0]

    text = _said(CHECKS["forward_mean"](squares_only))
    assert "In 7 of the 20 cases the values are right." in text and "close" not in text and "IndexError" in text
    one_off = iter(range(100))  # one small case is far off, and is not hidden by larger numbers in others
    text = _said(CHECKS["forward_mean"](lambda x, beta: np.sqrt(1 - beta) * x * (1.5 if next(one_off) == 3 else 1.0)))
    assert "close" not in text and "In 19 of the 20 cases" in text


def _said(verdict) -> str:
    """The verdict on one line."""
    return " ".join(str(verdict).split())


def test_what_a_schedule_reaches_is_said_in_words():
    text = _said(CHECKS["my_betas"](lambda T: np.full(T, 0.3 if T < 50 else 0.1 if T < 500 else 0.005)))
    assert "T = 1000: alpha_bar_T = 0.0067, SNR 0.0067: hardly anything but noise is left." in text
    assert (
        "nothing but noise is left" in text and "gone at t = 139" in text
    )  # 0.995**138 is above a half, 0.995**139 below
    assert "beta_1 = 0" in str(CHECKS["my_betas"](lambda T: np.linspace(0, 0.999, T)))
    assert "(14) leaves alpha_bar_T = 0.87" in str(CHECKS["my_betas"](lambda T: np.linspace(1e-4, 0.02, T)))


def test_a_valid_schedule_that_looks_like_alphas_is_right_and_asked_about():
    for betas in (RIGHT["my_betas"]["what alphas look like"], lambda T: ddpm.cosine(T).alpha_bar[1:]):
        verdict = CHECKS["my_betas"](betas)
        assert verdict.passed and "Or are these alpha_t or alpha_bar_t?" in _said(verdict)
    assert "alpha_t" not in str(CHECKS["my_betas"](RIGHT["my_betas"]["falling"]))


def test_a_jitted_function_with_a_traced_step_passes():
    answer = jax.jit(
        lambda s, x_0, t, noise: np.sqrt(1) * x_0 * s.alpha_bar[t] ** 0.5 + noise * s.one_minus_alpha_bar[t] ** 0.5
    )
    assert CHECKS["q_sample"](answer).passed
