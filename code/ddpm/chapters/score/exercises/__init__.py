"""The checks of the exercises of the chapter `score`."""

from ddpm.chapters.score.exercises.langevin import check_langevin_step
from ddpm.chapters.score.exercises.mixture import check_mixture_score
from ddpm.chapters.score.exercises.written import check_answer_10_2, check_answer_10_4
from ddpm.grading import seal

__all__ = ["check_answer_10_2", "check_answer_10_4", "check_langevin_step", "check_mixture_score"]

seal.look(__name__)
