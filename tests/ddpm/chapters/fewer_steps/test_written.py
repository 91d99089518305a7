"""The written exercises of the chapter on fewer steps: right answers pass in every form, slips are named."""

import itertools

import pytest
import sympy as sp
from sympy import Eq, Symbol, sqrt

from ddpm.chapters.fewer_steps.exercises import check_answer_13_1, check_answer_13_3, written
from ddpm.derivation.symbols import A_i, alpha, c_i, c_next, epsilon, r_i, r_next, sigma_i, t, x, x_i, x_next
from ddpm.grading import Status
from ddpm.grading.written.sample import Sample

KEPT = sqrt(r_next**2 - sigma_i**2)
RATIO = c_next / c_i
X_0 = (x_i - r_i * epsilon) / c_i
STEP = RATIO * x_i + (r_next - RATIO * r_i) * epsilon
RIGHT_1 = {
    "a name for the variance": [Eq(Symbol("variance"), A_i**2 + sigma_i**2), Eq(A_i, KEPT)],
    "plain": KEPT,
    "an equation": Eq(A_i, KEPT),
    "a turned equation": Eq(KEPT, A_i),
    "factored": sqrt((r_next - sigma_i) * (r_next + sigma_i)),
    "a power": (r_next**2 - sigma_i**2) ** sp.Rational(1, 2),
    "a decimal power": (r_next**2 - sigma_i**2) ** 0.5,
    "an absolute value": sp.Abs(KEPT),
    "taken out": r_next * sqrt(1 - sigma_i**2 / r_next**2),
    "with steps": [Eq(A_i**2 + sigma_i**2, r_next**2), Eq(A_i**2, r_next**2 - sigma_i**2), Eq(A_i, KEPT)],
    "steps, the last one bare": [Eq(r_next**2, A_i**2 + sigma_i**2), KEPT],
    "its square, then itself": [r_next**2 - sigma_i**2, KEPT],
    "symbols made by the reader": sqrt(Symbol("r_next") ** 2 - Symbol("sigma_i") ** 2),
    "a name of the reader's": Eq(Symbol("A"), KEPT),
    "a dictionary": {"A": KEPT},
    "a function": lambda: KEPT,
}
RIGHT_3 = {
    "the image first": [X_0, STEP],
    "the image by its name": {"x_0_hat": X_0, "x_next": STEP},
    "plain": STEP,
    "expanded": sp.expand(STEP),
    "by the ratios": c_next * (x_i / c_i + (r_next / c_next - r_i / c_i) * epsilon),
    "one fraction": (c_next * x_i + (c_i * r_next - c_next * r_i) * epsilon) / c_i,
    "an equation": Eq(x_next, STEP),
    "a turned equation": Eq(STEP, x_next),
    "steps": [c_next * x[0] + r_next * epsilon, c_next * X_0 + r_next * epsilon, STEP],
    "with what was put in": [Eq(x[0], X_0), STEP],
    "from the state before": [Eq(x_i, c_i * x[0] + r_i * epsilon), Eq(x[0], X_0), Eq(x_next, STEP)],
    "by way of the noise": [Eq(epsilon, (x_i - c_i * x[0]) / r_i), Eq(x[0], X_0), STEP],
    "what was put in after it": [Eq(x_next, STEP), Eq(x[0], X_0)],
    "over c, then solved": [Eq(x_next / c_next, x_i / c_i + (r_next / c_next - r_i / c_i) * epsilon), Eq(x_next, STEP)],
    "an equation of both forms": Eq(c_next * x[0] + r_next * epsilon, STEP),
    "not put together": c_next * (x_i - r_i * epsilon) / c_i + r_next * epsilon,
    "a part on the way": [Eq(c_next * x[0], RATIO * x_i - RATIO * r_i * epsilon), STEP],
    "symbols made by the reader": STEP.subs({x_i: Symbol("x_i"), epsilon: Symbol("eps")}),
    "a dictionary": {"next state": STEP},
}


@pytest.mark.parametrize("words", RIGHT_1)
def test_what_is_kept_passes_in_every_form(words):
    verdict = check_answer_13_1(RIGHT_1[words])
    assert verdict.status is Status.RIGHT, verdict


@pytest.mark.parametrize("words", RIGHT_3)
def test_the_step_passes_in_every_form(words):
    verdict = check_answer_13_3(RIGHT_3[words])
    assert verdict.status is Status.RIGHT, verdict


@pytest.mark.parametrize(
    "check, answer, words",
    [
        (check_answer_13_1, Eq(A_i**2, r_next**2 - sigma_i**2), "is not solved for A_i"),
        (check_answer_13_1, Eq(A_i**2 + sigma_i**2, r_next**2), "is not solved for A_i"),
        (check_answer_13_3, c_next * x[0] + r_next * epsilon, "still has x_0 in it"),
        (check_answer_13_3, Eq(x_next, c_next * x[0] + r_next * epsilon), "still has x_0 in it"),
        (
            check_answer_13_3,
            Eq(x_next / c_next, x_i / c_i + (r_next / c_next - r_i / c_i) * epsilon),
            "is not solved for the state",
        ),
    ],
)
def test_right_answers_in_another_form_are_told_apart(check, answer, words):
    verdict = check(answer)
    assert verdict.status is Status.OTHER_FORM and words in " ".join(str(verdict).split()), verdict


@pytest.mark.parametrize(
    "check, answer, words",
    [
        (check_answer_13_1, r_next - sigma_i, "variances do"),
        (check_answer_13_1, r_next, "sigma_i is left out"),
        (check_answer_13_1, r_next**2 - sigma_i**2, "the root is missing"),
        (check_answer_13_1, sqrt(r_next**2 + sigma_i**2), "sigma_i^2 is added"),
        (check_answer_13_1, sqrt(r_next**2 - sigma_i), "sigma_i is not squared"),
        (check_answer_13_1, sqrt(r_i**2 - sigma_i**2), "r_i in the place of r_{i+1}"),
        (check_answer_13_1, KEPT / r_i, "divided by r_i"),
        (check_answer_13_1, sqrt((r_next / r_i) ** 2 - sigma_i**2), "r_{i+1} / r_i in the place"),
        (check_answer_13_1, sqrt(r_next**2 - r_i**2 - sigma_i**2), "r_i^2 is taken off, too"),
        (check_answer_13_3, X_0 + r_next * epsilon, "c_{i+1} is missing before x_0"),
        (check_answer_13_3, RATIO * x_i + (r_next - r_i / RATIO) * epsilon, "in the factor of the noise"),
        (check_answer_13_3, RATIO * x_i + (r_next - r_i / c_i) * epsilon, "c_{i+1} is missing before r_i / c_i"),
        (check_answer_13_1, sqrt(1 - c_next**2 - sigma_i**2), "so only where c^2 + r^2 = 1"),
        (check_answer_13_1, r_next * sqrt(1 - sigma_i**2), "as if it were a share of r_{i+1}"),
        (check_answer_13_1, Eq(A_i, r_next / r_i), "what shrinks the old noise"),
        (check_answer_13_1, -KEPT, "the sign is turned"),
        (check_answer_13_1, sqrt(1 - sigma_i**2), "1 in the place of r_{i+1}^2"),
        (check_answer_13_1, KEPT / r_i**2, "divided by r_i^2"),
        (check_answer_13_1, r_next / r_i * sqrt(1 - sigma_i**2), "a share of 1"),
        (check_answer_13_3, RATIO * x_i + (r_next + RATIO * r_i) * epsilon, "a plus before the noise"),
        (check_answer_13_3, c_next * (x_i - r_i * epsilon) + r_next * epsilon, "without dividing by c_i"),
        (check_answer_13_3, RATIO * x_i - RATIO * r_i * epsilon, "noise of the state after the step is missing"),
        (check_answer_13_3, RATIO * x_i + r_next * epsilon, "with its noise"),
        (check_answer_13_3, RATIO * x_i + (r_next - r_i) * epsilon, "only where c stays 1"),
        (check_answer_13_3, x_i / c_i + (r_next / c_next - r_i / c_i) * epsilon, "the state over c_{i+1}"),
        (check_answer_13_3, RATIO * x_i - (r_next - RATIO * r_i) * epsilon, "has its sign turned"),
        (check_answer_13_3, x_i - r_i * epsilon + r_next * epsilon, "only where c stays 1"),
        (check_answer_13_3, X_0, "the image itself"),
        (check_answer_13_3, x_i + (r_next / c_next - r_i / c_i) * epsilon, "with x in its place"),
        (check_answer_13_3, RATIO * x_i + r_next - RATIO * r_i, "missing behind its factor"),
        (check_answer_13_3, RATIO * (x_i + (r_next - r_i) * epsilon), "before all of it"),
        (check_answer_13_3, [Eq(x[0], X_0), c_i * X_0 + r_next * epsilon], "c_i in the place of c_{i+1}"),
    ],
)
def test_slips_are_named(check, answer, words):
    verdict = check(answer)
    assert verdict.status is Status.WRONG and verdict.slip and words in verdict.slip, verdict
    assert "Hint:" in str(verdict)


@pytest.mark.parametrize(
    "check, answer, words",
    [
        (check_answer_13_1, [Eq(A_i**2, r_next**2 + sigma_i**2), KEPT], "line 1"),
        (check_answer_13_1, alpha[t], "is not A_i"),
        (check_answer_13_3, [Eq(x[0], (x_i + r_i * epsilon) / c_i), STEP], "line 1"),
        (check_answer_13_3, [Eq(epsilon, (x_i + c_i * x[0]) / r_i), STEP], "line 1 of answer_13_3 is not true"),
        (check_answer_13_3, [Eq(x[0], X_0)], "does not say what the state after the step is"),
        pytest.param(
            check_answer_13_3,
            Eq(x_next / c_next, x_i / c_i + (r_next - r_i) * epsilon),
            "is not true",
            marks=pytest.mark.slow,
        ),
        (check_answer_13_3, x_next, "is not the state"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(check, answer, words):
    verdict = check(answer)
    assert not verdict.passed and words in " ".join(str(verdict).split()), verdict


@pytest.mark.parametrize("wrong", [r_next, r_next - sigma_i, sigma_i])
def test_the_example_of_a_wrong_answer_lies_within_the_problem(wrong):
    text = str(check_answer_13_1(wrong))
    assert "For example at" in text and "expected" in text and "j)" not in text


@pytest.mark.parametrize("target", [written.KEPT, written.EULER], ids=["13.1", "13.3"])
def test_all_slips_differ_from_the_answer_and_from_each_other(target):
    sample = Sample({}, target.value)
    values = [target.value, *(slip.make() for slip in target.slips)]
    for one, two in itertools.combinations(values, 2):
        assert not sample.equal(one, two), (one, two)


@pytest.mark.parametrize("check", [check_answer_13_1, check_answer_13_3])
def test_blanks_are_no_mistakes(check):
    assert check(...).status is Status.BLANK and check(None).status is Status.BLANK
