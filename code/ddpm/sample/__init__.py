"""Samples of the model: one loop, and the steps that it takes; in continuous time the reverse SDE, the ODE, and the
solvers that need few steps."""

from ddpm.sample.ancestral import ancestral_sample, ancestral_step, ancestral_trajectory
from ddpm.sample.best_grid import BestGrid, fit_grid, relative_error
from ddpm.sample.ddim import ddim, ddim_step, dpm_solver, dpm_solver_sde, dpm_solver_weights
from ddpm.sample.edm import edm_heun
from ddpm.sample.grids import even_in_log_snr, even_in_time, karras, spaced_t
from ddpm.sample.labelled import OfClass, Velocity, labelled_sample
from ddpm.sample.langevin import annealed_langevin_sample, langevin_sample, langevin_step, langevin_trajectory
from ddpm.sample.loop import reverse_chain
from ddpm.sample.ode import adaptive, decode, encode, euler, heun, velocity
from ddpm.sample.sde import reverse_sde, start_noise

__all__ = [
    "BestGrid",
    "OfClass",
    "Velocity",
    "adaptive",
    "ancestral_sample",
    "ancestral_step",
    "ancestral_trajectory",
    "annealed_langevin_sample",
    "ddim",
    "ddim_step",
    "decode",
    "dpm_solver",
    "dpm_solver_sde",
    "dpm_solver_weights",
    "edm_heun",
    "encode",
    "euler",
    "even_in_log_snr",
    "even_in_time",
    "fit_grid",
    "heun",
    "karras",
    "labelled_sample",
    "langevin_sample",
    "langevin_step",
    "langevin_trajectory",
    "relative_error",
    "reverse_chain",
    "reverse_sde",
    "spaced_t",
    "start_noise",
    "velocity",
]
