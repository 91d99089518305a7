"""Numbers and words as they are typed: what is read as one, what is refused, and which slip has been made."""

import json
import math
from decimal import Decimal
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

from ddpm.chapters.exercises import PROBLEMS
from ddpm.grading import Status
from ddpm.grading.written.predictions import Predictions
from ddpm.grading.written.quantities import Choice, is_about

ALL = {e.problem: e for e in PROBLEMS.exercises.values() if isinstance(e, Predictions) and e.known}
TRUE, FALSE = (True, np.True_, sp.true, jnp.array(True), np.array([True])), (False, np.False_, sp.false)
NO_NUMBERS = (
    *TRUE,
    *FALSE,
    *(1j, 1 + 0j, np.complex64(1), jnp.array(1 + 0j), np.array([1 + 2j]), sp.I, sp.zoo, sp.nan, float("nan"), "nan"),
    *("", "half", "50%", "0,5", "1/0", "0.1-0.9", b"1", range(1), {1}, {"a": 1}, sp.Interval(0, 1), sp.Symbol("a")),
    *((0, 1), [[1, 2]], np.ones((2, 2)), np.zeros(10**6), [], np.array([]), 10**400, -(10**400), 10**5000),
    *(lambda: 1, float, object(), np.datetime64("2020-01-01"), np.timedelta64(1, "D"), np.array(["a"])),
)
FORMS = {
    "text": str,
    "fraction": lambda v: Fraction(str(v)),
    "fraction as text": lambda v: str(Fraction(str(v))),
    "decimal": lambda v: Decimal(str(v)),
    "sympy": lambda v: sp.Rational(str(v)),
    "numpy": np.float32,
    "no axis": np.array,
    "one axis": lambda v: np.array([v]),
    "two axes": lambda v: np.array([[v]]),
    "jax": jnp.array,
    "jax, two axes": lambda v: jnp.array([[v]]),
    "list": lambda v: [v],
    "lists": lambda v: [[v]],
    "matrix": lambda v: sp.Matrix([v]),
}


def verdicts(problem, **changed):
    """Of the check, and of a grader."""
    exercise = ALL[problem]
    answer = {**exercise.known, **changed}
    data = exercise.collect({exercise.name: answer, "measured": exercise.known})
    return exercise.check(answer, exercise.known), exercise.judge(json.loads(json.dumps(data)))


def the_same(pair):
    first, second = pair
    assert (first.status, first.message, first.slip) == (second.status, second.message, second.slip)
    return first


@pytest.mark.parametrize("form", FORMS)
def test_a_number_may_be_typed_in_any_form(form):
    for problem, exercise in ALL.items():
        as_typed = {
            key: [FORMS[form](float(v)) for v in value] if isinstance(value, list) else FORMS[form](float(value))
            for key, value in exercise.known.items()
            if not isinstance(exercise.quantities[key], Choice)
        }
        assert the_same(verdicts(problem, **as_typed)).passed, problem


@pytest.mark.parametrize("row", [np.ones((3, 1)), np.ones((1, 3)), sp.Matrix([1, 1, 1]), ("1", 1.0, sp.S.One), 1])
def test_a_row_may_be_typed_in_any_form(row):
    assert the_same(verdicts("1.1", mean_0=row)).passed


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: str(type(value).__name__))
def test_what_is_no_number_is_told_with_what_to_type(value):
    for key, typed in (("same_noise_1", value), ("mean_0", [1, value, 1])):
        verdict = the_same(verdicts("1.1", **{key: typed}))
        assert verdict.status is Status.WRONG and f"{key}; expected " in " ".join(str(verdict).split()), verdict
        assert max(map(len, str(verdict).splitlines())) <= 72


def test_an_infinite_number_is_a_number():
    verdict = the_same(verdicts("1.1", half_gone=math.inf))
    assert verdict.slip == "almost 0 was taken for exactly 0: many small losses multiply to a large one."
    assert the_same(verdicts("1.1", mean_almost_1=math.inf)).status is Status.WRONG


def test_a_hole_in_a_row_is_still_to_be_predicted():
    for hole in (None, ..., [1, None, 1], [...]):
        verdict = the_same(verdicts("1.1", mean_0=hole))
        assert verdict.status is Status.BLANK and "still to predict mean_0" in str(verdict)


def test_a_word_may_be_typed_with_signs_around_it():
    for word in ("network at 1.", "'Network_at_1'", "network-at-1", ["network at 1"], np.array(["network at 1"])):
        assert the_same(verdicts("5.2", cause=word, why_it_generates="AIMS anew!")).passed
    for truth in (*FALSE, "n", "No.", jnp.array(False)):
        assert the_same(verdicts("5.2", retraced=truth)).passed
    assert the_same(verdicts("12.3", negative=np.array([True]))).passed


@pytest.mark.parametrize("word", ["", "yes or no", "network", 1, 0.0, ["yes", "no"], {"no"}, "not no", object(), 1j])
def test_another_word_is_told_with_those_to_choose_from(word):
    verdict = the_same(verdicts("5.2", retraced=word))
    assert verdict.status is Status.WRONG and "for retraced; choose from 'yes', 'no'" in " ".join(str(verdict).split())


def test_a_slip_is_known_in_two_digits_too():
    assert is_about(1.7, 1.738, 0.002) and is_about(1.74, 1.738, 0.001) and is_about(1.737, 1.738, 0.002)
    assert not is_about(2.0, 1.738, 0.002) and not is_about(1.75, 1.738, 0.002) and not is_about(1.7, 1.76, 0.002)
    for problem, key, typed, words in (
        ("16.2", "frechet", 1.4, "the root of it"),
        ("18.2", "doubt", 1.8, "the prior is not used"),
        ("20.1", "extra", 1.7, "the factor 1/2"),
        ("20.1", "network", 0.27, "both make 0.27"),
        ("20.1", "network", 0.271, "alpha_bar_t stands in k_t"),
        ("20.1", "network", 0.267, "the loss alone"),
        ("12.3", "offset_unit", 5.5, "nats"),
        ("14.1", "densest", 1.4, "the sign"),
        ("17.2", "scale", 3.8, "divided by 2"),
    ):
        verdict = the_same(verdicts(problem, **{key: typed}))
        assert verdict.status is Status.WRONG and words in verdict.slip, verdict


@pytest.mark.parametrize(
    "problem, a, b, words",
    [
        ("16.2", "copied", "uneven", "copied and uneven are swapped."),
        ("12.3", "offset_unit", "rademacher", "offset_unit and rademacher are swapped."),  # 8 alone is a known slip
        ("1.1", "mean_1", "deviation_1", "mean_1 and deviation_1 are swapped."),
        ("18.2", "exact", "certain", "the two are swapped: less doubt pulls harder."),
        ("12.3", "rademacher", "gaussian", "the two kinds of probes are swapped."),
        ("1.1", "mean_0", "mean_1", "the two extremes are swapped: at 0 nothing is added, at 1 nothing is left."),
        ("1.1", "mean_0", "same_noise_1", "variances of 0 were taken for a black image: "),  # a row and a number
    ],
)
def test_two_answers_that_are_swapped_are_told(problem, a, b, words):
    known = ALL[problem].known
    alike = isinstance(known[a], list) == isinstance(known[b], list)
    verdict = the_same(verdicts(problem, **{a: known[b], b: known[a] if alike else 1}))
    assert verdict.status is Status.WRONG and verdict.slip.startswith(words), verdict
    more = the_same(verdicts(problem, **{a: known[b]}))
    assert "swapped" not in (more.slip or ""), "one alone is not swapped with anything"


def test_two_wrong_answers_are_swapped_if_both_are_right_then():
    for typed in (
        dict(copied=0.75, uneven=0.9),
        dict(copied=0.9, uneven=0.65),
        dict(copied=0.75, uneven=0.65, copies=1),
    ):
        assert the_same(verdicts("16.2", **typed)).slip is None


def test_a_large_array_is_not_taken_apart():
    assert "has array([0., 0., " in " ".join(str(the_same(verdicts("16.2", copied=np.zeros(10**6)))).split())


def test_percent_and_what_is_far_off_are_no_other_slip():
    for problem, key, typed, words in (
        *(("16.2", key, 100 * ALL["16.2"].known[key], "percent:") for key in ("copied", "copies", "uneven", "covered")),
        ("14.1", "three", 65, "percent:"),
        *(("19.2", key, 100 * ALL["19.2"].known[key], "percentages") for key in ("sent_256", "kept_split", "again")),
    ):
        verdict = the_same(verdicts(problem, **{key: typed}))
        assert verdict.status is Status.WRONG and verdict.slip.startswith(words), verdict
    for problem, key, typed in (
        *(("16.2", "covered", v) for v in (1.9, 1.07)),
        *(("19.2", "sent_256", v) for v in (100, 9)),
        *(("1.1", "mean_almost_1", v) for v in (3.16, 31.6)),
        ("14.1", "three", 0.0065),
    ):
        verdict = the_same(verdicts(problem, **{key: typed}))
        assert verdict.status is Status.WRONG and verdict.slip is None, verdict


@pytest.mark.parametrize("problem", ALL)
def test_a_right_number_in_few_digits_is_not_taken_for_a_slip(problem):
    exercise = ALL[problem]
    numbers = [k for k, kind in exercise.quantities.items() if not isinstance(kind, Choice) and kind.count == 1]
    rounded = {k: float(f"{exercise.known[k]:.2g}") for k in numbers}
    assert the_same(verdicts(problem, **rounded)).passed
    for key in numbers:
        verdict = the_same(verdicts(problem, **{**rounded, key: 1234.5}))
        others = {m.name for m in exercise.misconceptions if _shown_by(m, exercise, key)}
        assert verdict.status is Status.WRONG and (not verdict.slip or verdict.slip in others), verdict


def _shown_by(misconception, exercise, key):
    """Whether this number alone shows it, with all others as they are known."""
    known = {k: np.array(v) if isinstance(v, list) else v for k, v in exercise.known.items()}
    return bool(misconception.shows({**known, key: np.float64(1234.5)}, known))


def test_numbers_of_which_one_is_0_are_judged():
    exercise = next(e for e in PROBLEMS.exercises.values() if e.problem == "4.2")
    measured = {key: 1.5 for key in exercise.quantities} | {"mean_first": 500.0, "noise_first": 0.3}
    for changed in ({"noise_first": 0}, dict.fromkeys(measured, 0), dict.fromkeys(measured, math.inf)):
        assert exercise.check({**measured, **changed}, measured).status is Status.WRONG
