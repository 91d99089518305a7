"""All exercises by the name of the student's function or written answer, and the assignments that they belong to."""

from ddpm.grading.forward import FORWARD_COVARIANCE, FORWARD_MEAN, Q_SAMPLE
from ddpm.grading.losses import MEAN_LOSS, NOISE_LOSS
from ddpm.grading.network import LAYER_SIZES
from ddpm.grading.sampling import REVERSE_STEP, SAMPLER
from ddpm.grading.schedules import MY_BETAS
from ddpm.grading.training import TRAINING_LOSS
from ddpm.grading.written.bound import PROBLEM_2_1, PROBLEM_2_2A, PROBLEM_2_2B
from ddpm.grading.written.closed_form import PROBLEM_1_4
from ddpm.grading.written.extremes import PROBLEM_1_1
from ddpm.grading.written.mean_to_noise import PROBLEM_3_1, PROBLEM_3_2
from ddpm.grading.written.observe import PROBLEM_5_2
from ddpm.grading.written.predictions import Predictions
from ddpm.grading.written.problem import Derivation
from ddpm.grading.written.speed import PROBLEM_4_2

_IN_ORDER = {
    "diffusion": (PROBLEM_1_1, FORWARD_MEAN, FORWARD_COVARIANCE, MY_BETAS, PROBLEM_1_4, Q_SAMPLE),
    "derivations": (PROBLEM_2_1, PROBLEM_2_2A, PROBLEM_2_2B, PROBLEM_3_1, PROBLEM_3_2),
    "loss_func_comp": (MEAN_LOSS, NOISE_LOSS, PROBLEM_4_2),
    "denoising": (LAYER_SIZES, TRAINING_LOSS, REVERSE_STEP, SAMPLER, PROBLEM_5_2),
}
ASSIGNMENTS = {assignment: tuple(exercise.name for exercise in group) for assignment, group in _IN_ORDER.items()}
EXERCISES = {exercise.name: exercise for group in _IN_ORDER.values() for exercise in group}
WRITTEN = {name: exercise for name, exercise in EXERCISES.items() if isinstance(exercise, (Derivation, Predictions))}
