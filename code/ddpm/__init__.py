"""Denoising diffusion probabilistic models, in the notation of Ho, Jain and Abbeel (2020).

Time runs as in the paper, t = 1, ..., T. Arrays over time have T + 1 entries and their index *is* the
paper's t: `schedule.alpha_bar[0] == 1` and `schedule.beta[0] == 0`.
"""

from ddpm.schedule import Schedule, constant, cosine, linear, sigmoid

__all__ = ["Schedule", "constant", "cosine", "linear", "sigmoid"]
