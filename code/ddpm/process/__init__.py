"""The forward process q, in steps and in continuous time, and what follows from it by Bayes' rule for the way back."""

from ddpm.process.coupling import minibatch_coupling
from ddpm.process.forward import (
    forward_mean_variance,
    forward_step,
    forward_trajectory,
    q_mean_variance,
    q_sample,
)
from ddpm.process.reverse import (
    ReverseVariance,
    noise_gain,
    optimal_variance,
    posterior_coefficients,
    posterior_mean,
    reverse_variance,
    variance_between,
)
from ddpm.process.sde import forward_sde, transition

__all__ = [
    "ReverseVariance",
    "forward_mean_variance",
    "forward_sde",
    "forward_step",
    "forward_trajectory",
    "minibatch_coupling",
    "noise_gain",
    "optimal_variance",
    "posterior_coefficients",
    "posterior_mean",
    "q_mean_variance",
    "q_sample",
    "reverse_variance",
    "transition",
    "variance_between",
]
