"""Problem 16.2: right numbers pass, and each misconception is named."""

import numpy as np
import pytest

from ddpm.chapters.real_images.exercises.written import PROBLEM_16_2, RIGHT, check_answer_16_2
from ddpm.evaluate import expected_coverage, frechet_of_gaussians

BY_HAND = {"copied": 0.65, "copies": 0.24, "uneven": 0.75, "covered": 0.969, "frechet": 2, "seen_by": "nearer"}
RIGHT_BY_HAND = {
    "as computed": BY_HAND,
    "as fractions": BY_HAND | {"copied": 13 / 20, "copies": 6 / 25, "uneven": 3 / 4, "covered": 31 / 32},
    "in two digits": BY_HAND | {"covered": 0.97},
    "in capitals": BY_HAND | {"seen_by": "Nearer"},
}
SLIPS_BY_HAND = {
    "the copies alone": {"copied": 0.3},
    "a half and the copies added": {"copied": 0.8},
    "the share nearer to the half held out": {"copied": 0.35},
    "half of the copies": {"copied": 0.15},
    "above one half": {"copies": 0.12},
    "all that are nearer are taken": {"copies": 0.62},
    "half of all that are nearer": {"copies": 0.31},
    "what is farther": {"copies": 0.38},
    "one without the copies": {"copies": 0.76},
    "percent": {"copies": 24},
    "halves of the same size": {"uneven": 0.5},
    "those held out": {"uneven": 0.25},
    "the ratio of the two sets": {"uneven": 3},
    "that are missed": {"covered": 0.031},
    "with k = 1": {"covered": 0.5},
    "one neighbour too few": {"covered": 0.9375},
    "one neighbour too many": {"covered": 0.984},
    "all of them": {"covered": 1},
    "five chances added": {"covered": 5 / 6},
    "taken for the standard deviations": {"frechet": 10},
    "without a square": {"frechet": 4},
    "the variances were added": {"frechet": 6},
    "one of its two parts": {"frechet": 1},
    "the root of it": {"frechet": np.sqrt(2)},
    "the training half is at its floor": {"seen_by": "frechet"},
    "cover those held out": {"seen_by": "coverage"},
}


def test_what_is_known_is_what_the_package_computes():
    assert RIGHT["covered"] == pytest.approx(expected_coverage(10**7, 10**7), abs=1e-6)
    assert RIGHT["frechet"] == pytest.approx(frechet_of_gaussians(np.zeros(1), np.eye(1), np.ones(1), 4 * np.eye(1)))
    assert RIGHT["copied"] == pytest.approx(0.3 + 0.7 / 2) and RIGHT["copies"] == pytest.approx(2 * 0.62 - 1)


@pytest.mark.parametrize("words", RIGHT_BY_HAND)
def test_right_numbers_pass(words):
    verdict = check_answer_16_2(RIGHT_BY_HAND[words], RIGHT)
    assert verdict.passed and verdict.slip is None, verdict
    assert PROBLEM_16_2.judge(PROBLEM_16_2.collect({"answer_16_2": RIGHT_BY_HAND[words]})).passed


@pytest.mark.parametrize("words", SLIPS_BY_HAND)
def test_misconceptions_are_named(words):
    verdict = check_answer_16_2(BY_HAND | SLIPS_BY_HAND[words], RIGHT)
    assert not verdict.passed and verdict.slip and words in verdict.slip, verdict
    assert max(map(len, str(verdict).splitlines())) <= 78


def test_every_misconception_has_an_answer_here():
    said = [check_answer_16_2(BY_HAND | wrong, RIGHT).slip for wrong in SLIPS_BY_HAND.values()]
    assert set(said) == {misconception.name for misconception in PROBLEM_16_2.misconceptions}


@pytest.mark.parametrize(
    "key, wrong", [("copied", 0.7), ("copies", 0.3), ("uneven", 0.6), ("frechet", 3), ("covered", 1 - 6**-5)]
)
def test_a_wrong_number_without_a_name_is_off_all_the_same(key, wrong):
    verdict = check_answer_16_2(BY_HAND | {key: wrong}, RIGHT)
    assert not verdict.passed and verdict.slip is None and key in str(verdict)
