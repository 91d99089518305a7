"""The checks of the exercises of the chapter `bits`."""

from ddpm.chapters.bits.exercises.bits import check_bits
from ddpm.chapters.bits.exercises.trace import check_trace
from ddpm.chapters.bits.exercises.written import check_answer_12_3
from ddpm.grading import seal

__all__ = ["check_answer_12_3", "check_bits", "check_trace"]

seal.look(__name__)
