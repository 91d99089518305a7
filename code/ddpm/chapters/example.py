"""The schedule on which checks of equations try the package: small and large steps, in no order."""

import numpy as np

import ddpm

BETAS = [0.02, 0.3, 0.05, 0.6]
BARS = np.cumprod([1.0, *(1 - np.array(BETAS))])  # alpha_bar_0, ..., alpha_bar_4 in float64
SCHEDULE = ddpm.Schedule.from_betas(BETAS)
