"""The forward process q, and what follows from it by Bayes' rule."""

from ddpm.process.forward import (
    forward_mean_variance,
    forward_step,
    forward_trajectory,
    posterior_coefficients,
    posterior_mean,
    q_mean_variance,
    q_sample,
)

__all__ = [
    "forward_mean_variance",
    "forward_step",
    "forward_trajectory",
    "posterior_coefficients",
    "posterior_mean",
    "q_mean_variance",
    "q_sample",
]
