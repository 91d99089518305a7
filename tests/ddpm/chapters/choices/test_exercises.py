"""The exercises of the chapter `choices`: the numbers by hand, and what the package has."""

import numpy as np
import pytest
from by_hand import by_hand_tests
from grading_answers_choices import BY_HAND, RIGHT_BY_HAND, SLIPS_BY_HAND

from ddpm import Schedule
from ddpm.chapters.choices.exercises.by_hand import PROBLEM_20_1, check_answer_20_1
from ddpm.chapters.choices.exercises.in_code import BEST_VARIANCE, PAIRED_RATIO
from ddpm.chapters.choices.variances import terms
from ddpm.chapters.choices.verdict import effect
from ddpm.process import optimal_variance


def test_the_answers_are_the_packages():
    for beta, alpha_bar, loss in BEST_VARIANCE.cases(0):
        schedule = Schedule.from_betas([1 - alpha_bar / (1 - beta), beta])
        ours = optimal_variance(schedule, np.full(3, loss))[2]
        assert BEST_VARIANCE.reference(beta, alpha_bar, loss) == pytest.approx(float(ours), rel=1e-4)
    for values, base, quantile in PAIRED_RATIO.cases(0):
        np.testing.assert_allclose(PAIRED_RATIO.reference(values, base, quantile), effect(values, base), rtol=1e-3)


def test_what_is_known_is_so():
    schedule, known = Schedule.from_betas([0.2, 0.5]), PROBLEM_20_1.known
    for name, loss in {"one_image": 0.0, "normal": 0.4, "network": 0.1, "silent": 1.0}.items():
        assert known[name] == pytest.approx(float(optimal_variance(schedule, np.full(3, loss))[2]), rel=1e-5)
    loss = np.full(3, 0.1)
    with_beta, best = (terms(schedule, loss, v, 9)[0] for v in (schedule.beta, optimal_variance(schedule, loss)))
    assert known["extra"] == pytest.approx(with_beta - best, rel=1e-5)


test_right_numbers_pass, test_misconceptions_are_named, test_every_misconception_has_an_answer_here = by_hand_tests(
    PROBLEM_20_1, check_answer_20_1, BY_HAND, RIGHT_BY_HAND, SLIPS_BY_HAND
)


@pytest.mark.parametrize("key, wrong", [("one_image", 0.18), ("network", 0.3), ("silent", 2.0), ("extra", 0.5)])
def test_a_wrong_number_without_a_name_is_off_all_the_same(key, wrong):
    verdict = check_answer_20_1(BY_HAND | {key: wrong}, PROBLEM_20_1.known)
    assert not verdict.passed and verdict.slip is None and key in str(verdict)
