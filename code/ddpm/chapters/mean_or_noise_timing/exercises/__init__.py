"""The checks of the exercises of the chapter `mean_or_noise_timing`."""

from ddpm.chapters.mean_or_noise_timing.exercises.losses import check_mean_loss, check_noise_loss
from ddpm.chapters.mean_or_noise_timing.exercises.written import check_answer_4_2
from ddpm.grading import seal

__all__ = ["check_answer_4_2", "check_mean_loss", "check_noise_loss"]

seal.look(__name__)
