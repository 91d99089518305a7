"""The checks of the exercises of the chapter on many devices."""

from ddpm.chapters.larger.exercises.in_code import check_bytes_sent, check_whole_gradient
from ddpm.chapters.larger.exercises.written import check_answer_19_2
from ddpm.grading import seal

__all__ = ["check_answer_19_2", "check_bytes_sent", "check_whole_gradient"]

seal.look(__name__)
