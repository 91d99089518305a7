"""The likelihood of an example: its log-density along an ODE, and what that is in bits per dimension."""

from ddpm.likelihood.bits import bits_per_dimension, dequantise, offset
from ddpm.likelihood.divergence import draw_probes, exact_divergence, hutchinson, probe_variance
from ddpm.likelihood.flow import log_density, noise_log_density

__all__ = [
    "bits_per_dimension",
    "dequantise",
    "draw_probes",
    "exact_divergence",
    "hutchinson",
    "log_density",
    "noise_log_density",
    "offset",
    "probe_variance",
]
