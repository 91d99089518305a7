"""Samples of the model: one loop, and the steps that it takes; in continuous time the reverse SDE and the ODE."""

from ddpm.sample.ancestral import ancestral_sample, ancestral_step, ancestral_trajectory
from ddpm.sample.loop import reverse_chain
from ddpm.sample.ode import adaptive, decode, encode, euler, heun, velocity
from ddpm.sample.sde import reverse_sde, start_noise

__all__ = [
    "adaptive",
    "ancestral_sample",
    "ancestral_step",
    "ancestral_trajectory",
    "decode",
    "encode",
    "euler",
    "heun",
    "reverse_chain",
    "reverse_sde",
    "start_noise",
    "velocity",
]
