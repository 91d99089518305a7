"""The checks of the exercises of the chapter `likelihood_to_kl`."""

from ddpm.chapters.likelihood_to_kl.exercises.problem_2_1 import check_answer_2_1
from ddpm.chapters.likelihood_to_kl.exercises.problem_2_2a import check_answer_2_2a
from ddpm.chapters.likelihood_to_kl.exercises.problem_2_2b import check_answer_2_2b
from ddpm.grading import seal

__all__ = ["check_answer_2_1", "check_answer_2_2a", "check_answer_2_2b"]

seal.look(__name__)
