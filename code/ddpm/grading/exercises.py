"""All code exercises by the name of the student's function, and the assignments that they belong to."""

from ddpm.grading.forward import FORWARD_COVARIANCE, FORWARD_MEAN, Q_SAMPLE
from ddpm.grading.losses import MEAN_LOSS, NOISE_LOSS
from ddpm.grading.network import LAYER_SIZES
from ddpm.grading.sampling import REVERSE_STEP, SAMPLER
from ddpm.grading.schedules import MY_BETAS
from ddpm.grading.training import TRAINING_LOSS

_IN_ORDER = {
    "diffusion": (FORWARD_MEAN, FORWARD_COVARIANCE, MY_BETAS, Q_SAMPLE),
    "loss_func_comp": (MEAN_LOSS, NOISE_LOSS),
    "denoising": (LAYER_SIZES, TRAINING_LOSS, REVERSE_STEP, SAMPLER),
}
ASSIGNMENTS = {assignment: tuple(exercise.name for exercise in group) for assignment, group in _IN_ORDER.items()}
EXERCISES = {exercise.name: exercise for group in _IN_ORDER.values() for exercise in group}
