"""The checks of the exercises of the chapter `forward_extremes`."""

from ddpm.chapters.forward_extremes.exercises.betas import check_my_betas
from ddpm.chapters.forward_extremes.exercises.step import check_forward_mean, check_forward_variance
from ddpm.chapters.forward_extremes.exercises.written import check_answer_1_1
from ddpm.grading import seal

__all__ = ["check_answer_1_1", "check_forward_mean", "check_forward_variance", "check_my_betas"]

seal.look(__name__)
