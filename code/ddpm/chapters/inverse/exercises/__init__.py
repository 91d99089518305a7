"""The checks of the exercises of the chapter on inverse problems."""

from ddpm.chapters.inverse.exercises.by_hand import check_answer_18_2
from ddpm.chapters.inverse.exercises.in_code import check_keep_measured, check_measured_mean
from ddpm.grading import seal

__all__ = ["check_answer_18_2", "check_keep_measured", "check_measured_mean"]

seal.look(__name__)
