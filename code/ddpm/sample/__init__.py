"""Samples of the model: one loop, and the steps that it takes; in continuous time the reverse SDE and the ODE."""

from ddpm.sample.ancestral import ancestral_sample, ancestral_step, ancestral_trajectory
from ddpm.sample.langevin import annealed_langevin_sample, langevin_sample, langevin_step, langevin_trajectory
from ddpm.sample.loop import reverse_chain
from ddpm.sample.ode import adaptive, decode, encode, euler, heun, velocity
from ddpm.sample.sde import reverse_sde, start_noise

__all__ = [
    "adaptive",
    "ancestral_sample",
    "ancestral_step",
    "ancestral_trajectory",
    "annealed_langevin_sample",
    "decode",
    "encode",
    "euler",
    "heun",
    "langevin_sample",
    "langevin_step",
    "langevin_trajectory",
    "reverse_chain",
    "reverse_sde",
    "start_noise",
    "velocity",
]
