"""The checks of the exercises of the chapter on real images."""

from ddpm.chapters.real_images.exercises.in_code import check_coverage, check_reverse_variances, check_share_nearer
from ddpm.grading import seal

__all__ = ["check_coverage", "check_reverse_variances", "check_share_nearer"]

seal.look(__name__)
