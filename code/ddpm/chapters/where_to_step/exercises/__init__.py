"""The checks of the exercises of the chapter `where_to_step`."""

from ddpm.chapters.where_to_step.exercises.by_angle import check_answer_14_1
from ddpm.chapters.where_to_step.exercises.in_code import check_karras_sigmas, check_trailing_pairs
from ddpm.grading import seal

__all__ = ["check_answer_14_1", "check_karras_sigmas", "check_trailing_pairs"]

seal.look(__name__)
