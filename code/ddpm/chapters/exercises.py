"""All exercises that are graded, by the assignments that they belong to."""

from ddpm.chapters.bits.exercises.bits import BITS
from ddpm.chapters.bits.exercises.trace import TRACE
from ddpm.chapters.bits.exercises.written import PROBLEM_12_3
from ddpm.chapters.choices.exercises.by_hand import PROBLEM_20_1
from ddpm.chapters.choices.exercises.in_code import BEST_VARIANCE, PAIRED_RATIO
from ddpm.chapters.closed_form.exercises.q_sample import Q_SAMPLE
from ddpm.chapters.closed_form.exercises.written import PROBLEM_1_4
from ddpm.chapters.fewer_steps.exercises.in_code import FAMILY_STEP, SECOND_ORDER_STEP
from ddpm.chapters.fewer_steps.exercises.written import PROBLEM_13_1, PROBLEM_13_3
from ddpm.chapters.flow_matching.exercises.in_code import FLOW_LOSS, NOISE_FROM_FLOW
from ddpm.chapters.flow_matching.exercises.paired import PAIRED
from ddpm.chapters.flow_matching.exercises.written import PROBLEM_15_3
from ddpm.chapters.forward_extremes.exercises.betas import MY_BETAS
from ddpm.chapters.forward_extremes.exercises.step import FORWARD_COVARIANCE, FORWARD_MEAN
from ddpm.chapters.forward_extremes.exercises.written import PROBLEM_1_1
from ddpm.chapters.guidance.exercises.by_hand import PROBLEM_17_2
from ddpm.chapters.guidance.exercises.in_code import CLASSIFIER_SCORE, GUIDED_NOISE
from ddpm.chapters.inverse.exercises.by_hand import PROBLEM_18_2
from ddpm.chapters.inverse.exercises.in_code import KEEP_MEASURED, MEASURED_MEAN
from ddpm.chapters.larger.exercises.in_code import BYTES_SENT, WHOLE_GRADIENT
from ddpm.chapters.larger.exercises.written import PROBLEM_19_2
from ddpm.chapters.likelihood_to_kl.exercises.problem_2_1 import PROBLEM_2_1
from ddpm.chapters.likelihood_to_kl.exercises.problem_2_2a import PROBLEM_2_2A
from ddpm.chapters.likelihood_to_kl.exercises.problem_2_2b import PROBLEM_2_2B
from ddpm.chapters.mean_or_noise_timing.exercises.losses import MEAN_LOSS, NOISE_LOSS
from ddpm.chapters.mean_or_noise_timing.exercises.written import PROBLEM_4_2
from ddpm.chapters.mean_to_noise.exercises.written import PROBLEM_3_1, PROBLEM_3_2
from ddpm.chapters.real_images.exercises.in_code import COVERAGE, REVERSE_VARIANCES, SHARE_NEARER
from ddpm.chapters.real_images.exercises.written import PROBLEM_16_2
from ddpm.chapters.score.exercises.langevin import LANGEVIN_STEP
from ddpm.chapters.score.exercises.mixture import MIXTURE_SCORE
from ddpm.chapters.score.exercises.written import PROBLEM_10_2, PROBLEM_10_4
from ddpm.chapters.small_steps.exercises.in_code import EDM_DENOISER, FLOW_VELOCITY, STEP_BACK
from ddpm.chapters.small_steps.exercises.written import PROBLEM_11_1, PROBLEM_11_5
from ddpm.chapters.train_and_observe.exercises.layers import LAYER_SIZES
from ddpm.chapters.train_and_observe.exercises.sampling import REVERSE_STEP, SAMPLER
from ddpm.chapters.train_and_observe.exercises.training import TRAINING_LOSS
from ddpm.chapters.train_and_observe.exercises.written import PROBLEM_5_2
from ddpm.chapters.where_to_step.exercises.by_angle import PROBLEM_14_1
from ddpm.chapters.where_to_step.exercises.in_code import KARRAS, TRAILING_PAIRS
from ddpm.grading import seal
from ddpm.grading.exercise import Problems

PROBLEMS = Problems(
    __name__,
    {
        "diffusion": (PROBLEM_1_1, FORWARD_MEAN, FORWARD_COVARIANCE, MY_BETAS, PROBLEM_1_4, Q_SAMPLE),
        "derivations": (PROBLEM_2_1, PROBLEM_2_2A, PROBLEM_2_2B, PROBLEM_3_1, PROBLEM_3_2),
        "loss_func_comp": (MEAN_LOSS, NOISE_LOSS, PROBLEM_4_2),
        "denoising": (LAYER_SIZES, TRAINING_LOSS, REVERSE_STEP, SAMPLER, PROBLEM_5_2),
        "score": (
            *(MIXTURE_SCORE, PROBLEM_10_2, LANGEVIN_STEP, PROBLEM_10_4),
            *(PROBLEM_11_1, EDM_DENOISER, STEP_BACK, FLOW_VELOCITY, PROBLEM_11_5),
            *(BITS, TRACE, PROBLEM_12_3),
        ),
        "samplers": (
            *(PROBLEM_13_1, FAMILY_STEP, PROBLEM_13_3, SECOND_ORDER_STEP),
            *(PROBLEM_14_1, KARRAS, TRAILING_PAIRS),
            *(NOISE_FROM_FLOW, FLOW_LOSS, PROBLEM_15_3, PAIRED),
        ),
        "digits": (
            *(SHARE_NEARER, PROBLEM_16_2, COVERAGE, REVERSE_VARIANCES),
            *(CLASSIFIER_SCORE, PROBLEM_17_2, GUIDED_NOISE),
            *(MEASURED_MEAN, PROBLEM_18_2, KEEP_MEASURED),
        ),
        "scale": (
            *(WHOLE_GRADIENT, PROBLEM_19_2, BYTES_SENT),
            *(PROBLEM_20_1, BEST_VARIANCE, PAIRED_RATIO),
        ),
    },
)

seal.look(__name__)
