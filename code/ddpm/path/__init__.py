"""Levels in continuous time: u from 0, the data, to 1, the noise, with x_u = c_u x_0 + r_u noise.

A path says what c_u and r_u are. All else follows: the drift f_u = (log c_u)' and the diffusion
g_u^2 = (r_u^2)' - 2 f_u r_u^2 of the stochastic differential equation dx = f_u x du + g_u dw whose x_u has these levels
(Song et al. 2021, section 3). A schedule is a path of which one knows the points u = t / T.

u is a number, or an array of them. What is not in [0, 1] is an error; under `jit` the values are unknown, and there it
gives NaN.
"""

from ddpm.path.base import Path, check_ends, check_path, check_some_signal
from ddpm.path.kinds import cosine_path, edm, straight, ve, vp
from ddpm.path.schedules import path_through, schedule_on
from ddpm.path.times import check_one_time, check_times

__all__ = [
    "Path",
    "check_ends",
    "check_one_time",
    "check_path",
    "check_some_signal",
    "check_times",
    "cosine_path",
    "edm",
    "path_through",
    "schedule_on",
    "straight",
    "ve",
    "vp",
]
