"""The checks of the exercises of the chapter on guidance."""

from ddpm.chapters.guidance.exercises.by_hand import check_answer_17_2
from ddpm.chapters.guidance.exercises.in_code import check_classifier_score, check_guided_noise
from ddpm.grading import seal

__all__ = ["check_answer_17_2", "check_classifier_score", "check_guided_noise"]

seal.look(__name__)
