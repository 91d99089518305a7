"""The checks of the exercises of the chapter `more_patterns`."""

from ddpm.chapters.more_patterns.exercises.best_noise import check_best_noise
from ddpm.grading import seal

__all__ = ["check_best_noise"]

seal.look(__name__)
