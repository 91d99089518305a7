"""Checks of the written answers: right, right but not in the form asked for, or wrong with a counter-example and the
slip's name."""

from ddpm.grading.written import typed  # noqa: F401  (makes natural signs understood)
