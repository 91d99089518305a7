"""Importing this makes the cell magic `%%answered NAME ...` know the exercises of this book."""

from ddpm.chapters.exercises import PROBLEMS
from ddpm.grading.answered import install

install(PROBLEMS.exercises)
