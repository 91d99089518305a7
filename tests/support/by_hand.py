"""The tests of an exercise that asks for a few numbers and words, computed by hand."""

import pytest


def by_hand_tests(problem, check, by_hand: dict, right: dict, slips: dict) -> tuple:
    """Three tests, to be given names that begin with `test_`: right numbers pass, misconceptions are named, and each
    misconception of the exercise has an answer among the slips.

    Args:
        check: what a reader calls, with an answer and what is known.
        by_hand: the right numbers and words.
        right: right answers, by what is special about them.
        slips: what is wrong in an answer, the rest being right, by words that its misconception must have in its name.
    """

    @pytest.mark.parametrize("words", right)
    def right_numbers_pass(words):
        verdict = check(right[words], problem.known)
        assert verdict.passed and verdict.slip is None, verdict
        assert problem.judge(problem.collect({check.__name__.removeprefix("check_"): right[words]})).passed

    @pytest.mark.parametrize("words", slips)
    def misconceptions_are_named(words):
        verdict = check(by_hand | slips[words], problem.known)
        assert not verdict.passed and verdict.slip and words in verdict.slip, verdict
        assert max(map(len, str(verdict).splitlines())) <= 78

    def every_misconception_has_an_answer():
        said = {check(by_hand | wrong, problem.known).slip for wrong in slips.values()}
        assert said == {misconception.name for misconception in problem.misconceptions}

    return right_numbers_pass, misconceptions_are_named, every_misconception_has_an_answer
