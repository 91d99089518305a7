"""The exercises of the chapter `inverse`: the numbers by hand."""

from by_hand import by_hand_tests
from grading_answers_inverse import BY_HAND, RIGHT_BY_HAND, SLIPS_BY_HAND

from ddpm.chapters.inverse.exercises.by_hand import PROBLEM_18_2, check_answer_18_2

test_right_numbers_pass, test_misconceptions_are_named, test_every_misconception_has_an_answer_here = by_hand_tests(
    PROBLEM_18_2, check_answer_18_2, BY_HAND, RIGHT_BY_HAND, SLIPS_BY_HAND
)
