"""The exercises of the chapter `guidance`: the numbers by hand."""

from by_hand import by_hand_tests
from grading_answers_guidance import BY_HAND, RIGHT_BY_HAND, SLIPS_BY_HAND

from ddpm.chapters.guidance.exercises.by_hand import PROBLEM_17_2, check_answer_17_2

test_right_numbers_pass, test_misconceptions_are_named, test_every_misconception_has_an_answer_here = by_hand_tests(
    PROBLEM_17_2, check_answer_17_2, BY_HAND, RIGHT_BY_HAND, SLIPS_BY_HAND
)
