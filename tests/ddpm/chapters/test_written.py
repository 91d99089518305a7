"""Written answers: no false verdict on right ones however written, slips named, and an answer of any kind is taken."""

import importlib
import json
import time

import numpy as np
import pytest
import sympy as sp
from some import some
from written_answers import MEASURED, NO_DERIVATION, OTHER_FORM, REFUSED, RIGHT, SLIPS, check_of

from ddpm.chapters.mean_or_noise_timing.exercises import check_answer_4_2
from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import E_noise, E_q
from ddpm.derivation.symbols import Sum, T, alpha, alpha_bar, beta, epsilon, epsilon_theta, family, log, sqrt, t, x
from ddpm.grading import Status, limit
from ddpm.grading.written import problem, reading, wire
from ddpm.grading.written.reading import read

PROBLEMS = ["1.1", "1.4", "2.1", "2.2a", "2.2b", "3.1", "3.2", "4.2", "5.2", "10.2", "10.4"]
SYMBOLIC = [number for number in PROBLEMS if number not in MEASURED]


def check(number, answer):
    function = check_of(number)
    return function(answer, MEASURED[number]) if number in MEASURED else function(answer)


LONG = {  # seconds each
    "contains mu_tilde_t",
    "is not the loss",
    "but another integrand",
    "from the sum over steps",
    "a chain without a step between",
    "Bayes from t = 2",
    "the first step kept apart",
    "the divergence at t = 2 kept apart",
    "is a true equation, but",
    "Bayes' rule cited",
    "write p(x[T])",
    "is not L.",
    "steps",
    "brackets as on paper",
}
OF_THE_BOUND = {"2.1", "2.2b"}


def cases(answers, every=4):
    named = [(number, words) for number in PROBLEMS for words in answers.get(number, {})]
    return pytest.mark.parametrize("number, words", some(named, every, slow=LONG))


@cases(RIGHT, 8)
def test_right_answers_pass_in_every_form(number, words):
    verdict = check(number, RIGHT[number][words])
    assert verdict.status is Status.RIGHT and not verdict.slip and str(verdict).startswith("Right: "), verdict


@cases(OTHER_FORM)
def test_right_answers_in_another_form_are_told_apart(number, words):
    verdict = check(number, OTHER_FORM[number][words])
    assert verdict.status is Status.OTHER_FORM and words in " ".join(str(verdict).split()), verdict
    assert str(verdict).startswith("Right, but not in the form asked for")


@cases(NO_DERIVATION, 16)
def test_a_result_that_the_problem_prints_is_no_derivation(number, words):
    verdict = check(number, NO_DERIVATION[number][words])
    assert verdict.status is Status.OTHER_FORM and str(verdict).startswith("Right result, no derivation yet"), verdict


@cases(REFUSED)
def test_what_agrees_in_small_worlds_alone_is_refused(number, words):
    verdict = check(number, REFUSED[number][words])
    assert verdict.status is Status.WRONG and words in " ".join(str(verdict).split()), verdict


@cases(SLIPS)
def test_slips_are_named(number, words):
    verdict = check(number, SLIPS[number][words])
    assert verdict.status is Status.WRONG and verdict.slip and words in verdict.slip, verdict
    text = str(verdict)
    assert text.startswith("Not right") and "known slip" in text and "Hint:" in text
    assert (
        number in MEASURED
        or "At t = 1 that is" in text
        or ("For example at" in text and "expected" in text and "got" in text)
    )
    assert max(map(len, text.splitlines())) <= 78


STEPS = {n: log(p_theta(x[n - 1] | x[n]) / q(x[n] | x[n - 1])) for n in (t, 1, 2, 3, 4, 5, 6, 7)}
APART = [  # what is kept apart, where the sum of the others begins, whether that is all
    ((1,), 2, True),
    ((1, 2), 3, True),
    ((1, 2, 3, 4, 5, 6), 7, True),
    ((1, 2, 3, 4, 5, 6, 7), 8, False),  # refused: chains that long are not looked at
    ((1, 2), 4, False),
    ((1, 2, 3), 5, False),
    ((1, 2), 2, False),
    ((2,), 3, False),
    ((), 2, False),
]


@pytest.mark.parametrize(
    "apart, first, right", [pytest.param(*c, marks=[pytest.mark.slow] * (c is not APART[1])) for c in APART]
)
def test_a_line_with_a_state_of_its_own_is_about_chains_that_have_it(apart, first, right):
    line = E_q(-log(p(x[T])) - Sum(STEPS[t], (t, first, T)) - sum(STEPS[n] for n in apart))
    verdict = check("2.1", [RIGHT["2.1"]["as in the problem set"][0], line])
    assert verdict.passed is right, verdict
    assert "known slip" not in str(verdict) or apart in ((), (2,))
    said = f"speaks of chains of {max(apart, default=1)} steps or more." in " ".join(str(verdict).split())
    assert said is (right and 2 in apart)


@pytest.mark.slow
@pytest.mark.parametrize("end", [T - 3, T - 2, T - 4])
def test_the_last_steps_may_be_kept_apart(end):
    steps = sum(STEPS[t].subs(t, T - k) for k in range(3))
    line = E_q(-log(p(x[T])) - Sum(STEPS[t], (t, 1, end)) - steps)
    verdict = check("2.1", [RIGHT["2.1"]["as in the problem set"][0], line])
    assert verdict.passed is (end == T - 3), verdict


@pytest.mark.slow
def test_a_sum_that_begins_late_is_compared_with_chains_that_reach_it():
    right = E_q(-log(p(x[T])) - Sum(STEPS[t], (t, 1, T)))
    for extra in (Sum(log(q(x[t] | x[t - 1])), (t, first, T)) for first in (5, 7)):
        verdict = check("2.1", [RIGHT["2.1"]["as in the problem set"][0], right + E_q(extra)])
        assert verdict.status is Status.WRONG and "is not L" in str(verdict), verdict


def test_every_problem_has_enough_of_both():
    assert set(PROBLEMS) == set(RIGHT) == set(SLIPS) and set(SYMBOLIC) == set(OTHER_FORM)
    assert min(map(len, RIGHT.values())) >= 5 and min(map(len, SLIPS.values())) >= 5


def long(numbers, also=()):
    """Those of the problems about the bound take seconds each."""
    return [pytest.param(n, marks=[pytest.mark.slow] * (n in {*OF_THE_BOUND, *also})) for n in numbers]


@pytest.mark.parametrize("number", long(SYMBOLIC, ["3.2"]))
def test_an_unknown_mistake_is_wrong_without_a_name_and_with_its_factor(number):
    right = next(iter((NO_DERIVATION.get(number) or RIGHT[number]).values()))
    if number == "1.4":
        verdict = check(number, (3 * right.args[1], right.args[2]))
        assert "It is 3 times the right one." in str(verdict)
    else:
        verdict = check(number, right * sp.Rational(5, 7) if number != "3.2" else right.subs(epsilon, 2 * epsilon))
        assert number == "3.2" or "It is 5/7 times the right one." in str(verdict)
    assert not verdict.passed and not verdict.slip and "For example at" in str(verdict)


@pytest.mark.parametrize(
    "module, target",
    [
        pytest.param(module, target, marks=[pytest.mark.slow] * (target in ("SUM_TARGET", "KL_TARGET")))
        for module, targets in {
            "closed_form.exercises.written": ("MEAN", "SPREAD", "DENSITY"),
            "likelihood_to_kl.exercises.problem_2_1": ("SUM_TARGET",),
            "likelihood_to_kl.exercises.problem_2_2a": ("TURNED_TARGET",),
            "likelihood_to_kl.exercises.problem_2_2b": ("KL_TARGET",),
            "mean_to_noise.exercises.written": ("MEAN", "MEAN_LOSS", "WEIGHT", "NOISE_LOSS"),
            "score.exercises.written": ("IMAGE", "NOISE", "REST"),
        }.items()
        for target in targets
    ],
)
def test_every_slip_differs_from_the_answer_and_from_those_before_it(module, target):
    target = getattr(importlib.import_module(f"ddpm.chapters.{module}"), target)
    sample = problem.Sample(dict(target.where))
    for slip in target.slips:
        expr = slip.make()
        assert sample.difference(expr, target.value) is not None, slip.name
        assert problem.matching(problem.Claim(target, expr, expr), sample).name == slip.name


STRANGE = {
    "a text": ("alpha[t]", "without quotation marks"),
    "an equation that SymPy answers": (sp.Eq(alpha[t], alpha[t] + 1), "sides SymPy has found to differ"),
    "a family": (alpha, "without an index"),
    "an array": (np.ones(3), "expected an expression"),
    "a class": (sp.log, "no expression"),
    "a function of something": (lambda t: t, "is a function of t"),
    "a function that raises": (lambda: 1 / 0, "ZeroDivisionError"),
    "NaN": (sp.nan * alpha[t], "not finite"),
    "a division by 0": (alpha[t] / (t - t), "not finite"),
    "a float that is none": (float("nan"), "not finite"),
    "unknown symbols": (sp.Symbol("a") * sp.Symbol("b") * x[t], "holds a, b, not symbols of the book"),
    "an unknown family": (family("gamma", r"\gamma")[t], "gamma[t]"),
    "an unknown function": (sp.sin(x[t]), "sin, which this check does not know"),
    "an integral": (sp.Integral(x[t] * t, (t, 0, 1)), "Integral"),
    "too large": (sp.Add(*[x[i] * alpha[i] for i in range(1, 1000)]), "more than 1500 parts"),
    "a huge number": (sp.Integer(7) ** 5000 * alpha[t], "more than nine digits"),
    "a long sum": (Sum(log(alpha[t]), (t, 1, 10**8)), "more than 100 terms"),
    "a double sum": (Sum(alpha[t], (t, 1, T), (T, 1, 9)), "one index"),
    "the root of -1": (sqrt(-alpha[t]), "negative number"),
    "many lines": ([alpha[t]] * 50, "50 lines"),
    "an inequality": (sp.Le(alpha[t], beta[t], evaluate=False), "expected an expression"),
    "noise and densities": (E_noise(log(q(x[1] | x[0]))), None),
    "too many states": (E_q(x[1] * x[2]), None),
    "a number": (3, None),
    "nested deeply": ([[[[alpha[t]]]]], None),
}


UNDEFINED = [STRANGE[name][1] for name in ("unknown symbols", "an unknown family")]


@pytest.mark.parametrize("number", long(["1.4", "2.1", "3.2"]))  # one of each module
def test_whatever_the_answer_is_a_verdict_comes_back(number):
    for answer, words in STRANGE.values():
        verdict = check(number, answer)
        head = "Not yet answered: " if verdict.status is Status.BLANK else "Not right yet: "
        assert verdict.status is (Status.BLANK if words in UNDEFINED else Status.WRONG), verdict
        assert str(verdict).startswith(head) and max(map(len, str(verdict).splitlines())) <= 80
        assert words is None or words in " ".join(str(verdict).split()), verdict


@pytest.mark.parametrize("number", PROBLEMS)
def test_blanks_count_as_not_yet_answered(number):
    for blank in (..., None, NotImplemented, [], {}, [...], lambda: None, lambda: ...):
        verdict = check(number, blank)
        assert verdict.status is Status.BLANK and str(verdict).startswith("Not yet answered"), blank


def test_an_answer_that_does_not_end_is_stopped(monkeypatch):
    def forever():
        while True:
            pass

    monkeypatch.setattr(reading, "SECONDS", 0.3)
    started = time.process_time()
    assert "did not end within 0.3 s" in str(check("2.1", forever))
    assert time.process_time() - started < 3


def test_a_comparison_that_does_not_end_is_stopped(monkeypatch):
    monkeypatch.setattr(problem, "SECONDS", 0.3)
    monkeypatch.setattr(limit, "ASLEEP", 2)
    monkeypatch.setattr(problem.Sample, "difference", lambda *args: [time.sleep(0.01) for _ in range(10**6)])
    assert "could not be compared within 0.3 s of work" in " ".join(str(check("3.2", alpha[t])).split())


def test_symbols_go_by_their_names():
    other_t, noise = sp.Symbol("t"), sp.Symbol("epsilon")
    answer = (x[other_t] - beta[other_t] / sqrt(1 - alpha_bar[other_t]) * noise) / sqrt(alpha[other_t])
    assert check("3.1", answer).passed
    guess = sp.Function("epsilon_theta")(x[t], t)
    weight = beta[t] ** 2 / (2 * family("sigma", r"\sigma")[t] ** 2)
    assert "sigma[t]" in str(check("3.2", weight)) or not check("3.2", weight).passed
    right = RIGHT["3.2"]["one draw"]
    assert check("3.2", right.subs(epsilon_theta(x[t], t), guess)).passed


def test_an_equation_whose_sides_differ_is_told():
    assert "not the variance of q(x_t" in str(check("1.4", [sp.Eq(alpha[t] * beta[t], 1 - alpha_bar[t])]))
    draws = [sqrt(alpha_bar[t]) * x[0] + factor * epsilon for factor in (1 - alpha_bar[t], sqrt(1 - alpha_bar[t]))]
    assert "whose sides differ" in str(check("1.4", sp.Eq(*draws)))


def test_the_first_wrong_line_is_named():
    right = RIGHT["3.1"]["steps"]
    verdict = check("3.1", [*right[:2], right[2] * 2, right[3]])
    assert "line 3 of answer_3_1" in str(verdict)


@pytest.mark.parametrize("number", long(SYMBOLIC))
def test_a_reading_survives_as_data(number):
    for answer in (*RIGHT[number].values(), *OTHER_FORM[number].values(), *SLIPS[number].values(), "a text", ...):
        reading = read(answer, "name")
        assert wire.from_json(json.loads(json.dumps(wire.to_json(reading)))) == reading


# Predictions


@pytest.mark.parametrize("number", MEASURED)
def test_before_the_experiment_predictions_are_only_counted(number):
    function = check_of(number)
    right = next(iter(RIGHT[number].values()))
    verdict = function(right)
    assert str(verdict).startswith("Noted: ") and verdict.status is Status.NOTED
    some = dict(list(right.items())[:2])
    assert (
        "still to predict" in str(function(some))
        and list(right)[2] in str(function(some))
        and function(some).status is Status.BLANK
    )
    assert "still to predict" in str(function(some, MEASURED[number]))


@pytest.mark.parametrize(
    "answer, words",
    [
        ("1.5", "of the type str"),
        (1.5, "expected a dictionary"),
        ([1, 2], "of the type list"),
        ({"speed": 1}, "unknown key 'speed'"),
        ({"eager": "fast"}, "has 'fast' for eager"),
        ({"eager": float("nan")}, "NaN for eager"),
        ({"eager": [1, 2]}, "2 numbers for eager"),
        ({"eager": x[t]}, "a formula for eager"),
        ({"eager": {}}, "has {} for eager"),
        ({"eager": 1j}, "has 1j for eager"),
        (lambda: {}[1], "KeyError"),
        (lambda a: a, "a function of a"),
    ],
)
def test_strange_predictions_are_told(answer, words):
    verdict = check("4.2", answer)
    assert (
        not verdict.passed and str(verdict).startswith("Not right yet") and words in " ".join(str(verdict).split())
    ), verdict


@pytest.mark.parametrize(
    "number, answer, words",
    [
        ("4.2", {"eager": -1.2}, "-1.2 for eager, with care, D = 802, without jit; it cannot be below 0"),
        ("1.1", {"deviation_1": [1, -1, 1]}, "cannot be below 0"),
        ("1.1", {"same_noise_1": 2}, "cannot be above 1"),
        ("1.1", {"half_gone": -5}, "cannot be below 0"),
        ("5.2", {"best_error": -0.1}, "cannot be below 0"),
    ],
)
def test_predictions_that_cannot_be_are_refused_at_once(number, answer, words):
    function = check_of(number)
    verdict = function(answer)
    assert str(verdict).startswith("Not right yet") and words in " ".join(str(verdict).split()), verdict


@pytest.mark.parametrize(
    "key, wrong",
    [
        ("mean_almost_1", 0),
        ("mean_almost_1", 0.001),
        ("mean_almost_1", 0.1),
        ("mean_almost_1", 0.05),
        ("half_gone", 1100),
        ("half_gone", 1700),
        ("half_gone", 1000),
        ("mean_1", [0.1, 0.01, 0]),
        ("deviation_1", 0.9),
        ("mean_0", 0.9),
        ("same_noise_1", 0.05),
    ],
)
def test_slips_of_a_few_percent_are_told_from_the_right_numbers(key, wrong):
    assert check("1.1", RIGHT["1.1"]["rows"]).passed
    assert not check("1.1", RIGHT["1.1"]["rows"] | {key: wrong}).passed


def test_a_grader_compares_with_what_is_known_and_not_with_what_a_notebook_says():
    from ddpm.chapters.exercises import PROBLEMS

    speed, extremes = (PROBLEMS.exercises[name] for name in ("answer_4_2", "answer_1_1"))
    wrong = RIGHT["4.2"]["plain"] | {"eager": 50.0}
    assert "are the predictions themselves" in " ".join(
        str(speed.judge(speed.collect({"answer_4_2": wrong, "measured": wrong}))).split()
    )
    assert speed.judge(speed.collect({"answer_4_2": RIGHT["4.2"]["plain"], "measured": MEASURED["4.2"]})).passed
    wrong = RIGHT["1.1"]["rows"] | {"mean_1": 1}
    assert not extremes.judge(extremes.collect({"answer_1_1": wrong, "measured": wrong})).passed
    assert extremes.judge(extremes.collect({"answer_1_1": RIGHT["1.1"]["rows"]})).passed


def test_a_word_that_is_no_choice_is_told_with_the_choices():
    verdict = check("5.2", {"retraced": "perhaps"})
    assert "'perhaps' for retraced; choose from 'yes', 'no'" in " ".join(str(verdict).split())


def test_what_is_off_is_listed_where_no_slip_is_known():
    verdict = check("4.2", RIGHT["4.2"]["plain"] | {"eager": 0.5})
    assert str(verdict).startswith("5 of 6 predictions of") and not verdict.slip and "Off: eager" in str(verdict)


def test_of_many_measurements_the_middle_half_counts():
    figures = MEASURED["4.2"] | {"jit_large": (1.1, 2.8, 3.0)}
    verdict = check_answer_4_2(RIGHT["4.2"]["plain"], figures)
    assert verdict.passed and "1.1 2.8 3" in str(verdict)
    assert not check_answer_4_2(RIGHT["4.2"]["plain"], figures | {"jit_large": [2.1, 2.8, 3.0]}).passed


def test_verdicts_follow_the_measurement():
    """The same predictions on a machine where compiled large arrays cost the same."""
    assert not check_answer_4_2(RIGHT["4.2"]["plain"], MEASURED["4.2"] | {"jit_large": 1.0}).passed
