"""Checks for exercises: how far off on average, where first, and which known slip it looks like."""

from ddpm.grading import seal
from ddpm.grading.exercise import Exercise, Slip, check
from ddpm.grading.verdict import Verdict

__all__ = ["Exercise", "Slip", "Verdict", "check"]

seal.look()
