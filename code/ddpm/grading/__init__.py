"""Checks for exercises: how far off on average, where first, and which known slip it looks like."""

from ddpm.grading import seal
from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Exercise, Slip
from ddpm.grading.in_code import CodeExercise, check
from ddpm.grading.verdict import Status, Verdict

__all__ = ["CodeExercise", "Compared", "Exercise", "Slip", "Status", "Verdict", "check"]

seal.look(__name__)
