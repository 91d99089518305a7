"""The checks of the exercises of the chapter `choices`."""

from ddpm.chapters.choices.exercises.by_hand import check_answer_20_1
from ddpm.chapters.choices.exercises.in_code import check_best_variance, check_paired_ratio
from ddpm.grading import seal

__all__ = ["check_answer_20_1", "check_best_variance", "check_paired_ratio"]

seal.look(__name__)
