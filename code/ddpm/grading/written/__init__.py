"""Checks of the written answers: right, right but not in the form asked for, or wrong with a counter-example and the slip's name."""

from ddpm.grading.written import typed  # noqa: F401  (makes natural signs understood)
from ddpm.grading.written.bound import check_answer_2_1, check_answer_2_2a, check_answer_2_2b
from ddpm.grading.written.closed_form import check_answer_1_4
from ddpm.grading.written.extremes import check_answer_1_1
from ddpm.grading.written.mean_to_noise import check_answer_3_1, check_answer_3_2
from ddpm.grading.written.observe import check_answer_5_2
from ddpm.grading.written.speed import check_answer_4_2

__all__ = ["check_answer_1_1", "check_answer_1_4", "check_answer_2_1", "check_answer_2_2a", "check_answer_2_2b", "check_answer_3_1",
           "check_answer_3_2", "check_answer_4_2", "check_answer_5_2"]
