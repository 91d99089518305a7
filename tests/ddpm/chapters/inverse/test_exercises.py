"""The exercises of the chapter `inverse`: the numbers by hand."""

import pytest
from grading_answers_inverse import BY_HAND, RIGHT_BY_HAND, SLIPS_BY_HAND

from ddpm.chapters.inverse.exercises.by_hand import PROBLEM_18_2, check_answer_18_2


@pytest.mark.parametrize("words", RIGHT_BY_HAND)
def test_right_numbers_pass(words):
    verdict = check_answer_18_2(RIGHT_BY_HAND[words], PROBLEM_18_2.known)
    assert verdict.passed and verdict.slip is None, verdict
    assert PROBLEM_18_2.judge(PROBLEM_18_2.collect({"answer_18_2": RIGHT_BY_HAND[words]})).passed


@pytest.mark.parametrize("words", SLIPS_BY_HAND)
def test_misconceptions_are_named(words):
    verdict = check_answer_18_2(BY_HAND | SLIPS_BY_HAND[words], PROBLEM_18_2.known)
    assert not verdict.passed and verdict.slip and words in verdict.slip, verdict
    assert max(map(len, str(verdict).splitlines())) <= 78


def test_every_misconception_has_an_answer_here():
    said = [check_answer_18_2(BY_HAND | wrong, PROBLEM_18_2.known).slip for wrong in SLIPS_BY_HAND.values()]
    assert set(said) == {misconception.name for misconception in PROBLEM_18_2.misconceptions}
