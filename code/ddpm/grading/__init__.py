"""Checks for the exercises: how far off on average, where first, and which known slip it looks like."""

from ddpm.grading import seal
from ddpm.grading.exercise import Exercise, Slip, check
from ddpm.grading.forward import check_forward_mean, check_forward_variance, check_q_sample
from ddpm.grading.losses import check_mean_loss, check_noise_loss
from ddpm.grading.network import check_layer_sizes
from ddpm.grading.sampling import check_reverse_step, check_sampler
from ddpm.grading.schedules import check_my_betas
from ddpm.grading.training import check_training_loss
from ddpm.grading.verdict import Verdict

__all__ = [
    "Exercise", "Slip", "Verdict", "check", "check_forward_mean", "check_forward_variance", "check_layer_sizes",
    "check_mean_loss", "check_my_betas", "check_noise_loss", "check_q_sample", "check_reverse_step", "check_sampler",
    "check_training_loss",
]

seal.look()
