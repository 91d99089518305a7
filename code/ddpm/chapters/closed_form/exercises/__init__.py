"""The checks of the exercises of the chapter `closed_form`."""

from ddpm.chapters.closed_form.exercises.q_sample import check_q_sample
from ddpm.chapters.closed_form.exercises.written import check_answer_1_4
from ddpm.grading import seal

__all__ = ["check_answer_1_4", "check_q_sample"]

seal.look(__name__)
