"""The exercises of the chapter `where_to_step`: the numbers by hand, and what the package has."""

import numpy as np
import pytest
from by_hand import by_hand_tests
from grading_answers_where_to_step import BY_HAND, RIGHT_BY_HAND, SLIPS_BY_HAND

from ddpm.chapters.where_to_step.exercises.by_angle import PROBLEM_14_1, check_answer_14_1
from ddpm.chapters.where_to_step.exercises.in_code import KARRAS, TRAILING_PAIRS
from ddpm.path import edm
from ddpm.sample import karras, spaced_t


@pytest.mark.slow
def test_the_answers_are_the_packages():
    for sigma_max, sigma_min, N, rho in KARRAS.cases(0)[::5]:  # each of its N compiles anew
        ours = sigma_max * karras(edm(sigma_max), 1.0, sigma_min / sigma_max, N, rho)
        np.testing.assert_allclose(KARRAS.reference(sigma_max, sigma_min, N, rho), ours, rtol=2e-4)
    for T, N in TRAILING_PAIRS.cases(0):
        t = spaced_t(T, N, "trailing")
        np.testing.assert_array_equal(TRAILING_PAIRS.reference(T, N), np.stack([t[:-1], t[1:]], 1))
        part = np.arange(N, 0, -1) * T / N % 1
        assert (np.abs(part - 0.5) > 1e-9).all()  # a tie could be rounded in two ways


def test_what_is_known_is_so():
    known = PROBLEM_14_1.known
    assert known["three"] > known["uneven"]
    assert np.cos(np.pi / 2 / known["steps"]) ** known["steps"] >= 0.95
    assert np.cos(np.pi / 2 / (known["steps"] - 1)) ** (known["steps"] - 1) < 0.95


test_right_numbers_pass, test_misconceptions_are_named, test_every_misconception_has_an_answer_here = by_hand_tests(
    PROBLEM_14_1, check_answer_14_1, BY_HAND, RIGHT_BY_HAND, SLIPS_BY_HAND
)


@pytest.mark.parametrize(
    "key, wrong", [("three", 0.7), ("steps", 26), ("factor", 3), ("densest", -2.0), ("densest", -1.42)]
)
def test_a_wrong_number_without_a_name_is_off_all_the_same(key, wrong):
    verdict = check_answer_14_1(BY_HAND | {key: wrong}, PROBLEM_14_1.known)
    assert not verdict.passed and verdict.slip is None and key in str(verdict)
