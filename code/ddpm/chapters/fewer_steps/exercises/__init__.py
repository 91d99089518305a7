"""The checks of the exercises of the chapter `fewer_steps`."""

from ddpm.chapters.fewer_steps.exercises.in_code import check_family_step, check_second_order_step
from ddpm.chapters.fewer_steps.exercises.written import check_answer_13_1, check_answer_13_3
from ddpm.grading import seal

__all__ = [
    "check_answer_13_1",
    "check_answer_13_3",
    "check_family_step",
    "check_second_order_step",
]

seal.look(__name__)
