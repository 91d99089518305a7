"""The checks of the exercises of the chapter `mean_to_noise`."""

from ddpm.chapters.mean_to_noise.exercises.written import check_answer_3_1, check_answer_3_2
from ddpm.grading import seal

__all__ = ["check_answer_3_1", "check_answer_3_2"]

seal.look(__name__)
