"""The checks of the exercises of the chapter `small_steps`."""

from ddpm.chapters.small_steps.exercises.in_code import check_edm_denoiser, check_flow_velocity, check_step_back
from ddpm.chapters.small_steps.exercises.written import check_answer_11_1, check_answer_11_5
from ddpm.grading import seal

__all__ = [
    "check_answer_11_1",
    "check_answer_11_5",
    "check_edm_denoiser",
    "check_flow_velocity",
    "check_step_back",
]

seal.look(__name__)
