"""The checks of the exercises of the chapter on flow matching."""

from ddpm.chapters.flow_matching.exercises.in_code import check_flow_loss, check_noise_from_flow
from ddpm.chapters.flow_matching.exercises.paired import check_paired
from ddpm.chapters.flow_matching.exercises.written import check_answer_15_3
from ddpm.grading import seal

__all__ = ["check_answer_15_3", "check_flow_loss", "check_noise_from_flow", "check_paired"]

seal.look(__name__)
