"""Samples of the model: one loop, and the steps that it takes."""

from ddpm.sample.ancestral import ancestral_sample, ancestral_step, ancestral_trajectory
from ddpm.sample.loop import reverse_chain

__all__ = ["ancestral_sample", "ancestral_step", "ancestral_trajectory", "reverse_chain"]
