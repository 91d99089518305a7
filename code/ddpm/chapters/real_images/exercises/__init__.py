"""The checks of the exercises of the chapter on real images."""

from ddpm.chapters.real_images.exercises.in_code import check_coverage, check_reverse_variances, check_share_nearer
from ddpm.chapters.real_images.exercises.written import check_answer_16_2
from ddpm.grading import seal

__all__ = ["check_answer_16_2", "check_coverage", "check_reverse_variances", "check_share_nearer"]

seal.look(__name__)
