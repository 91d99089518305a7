"""Writes flow_matching.json: numbers of the library flow_matching (Lipman et al. 2024), to compare with.

Made once, outside the book's environment (which has no PyTorch), with flow_matching 1.0.10 and torch 2.13.0:

    python -m venv /tmp/reference
    /tmp/reference/bin/pip install torch==2.13.0 flow_matching==1.0.10 tqdm
    /tmp/reference/bin/python tests/support/make_flow_matching.py

The library counts time from the noise: its t is our 1 - u, its x_0 the noise and its x_1 the image, and velocities have
the other sign. The file keeps its time and its signs; all is computed in float64.
"""

import importlib.metadata
import json
import pathlib

import torch
from flow_matching.path import AffineProbPath
from flow_matching.path.scheduler import CondOTScheduler, CosineScheduler, ScheduleTransformedModel, VPScheduler
from flow_matching.solver import ODESolver
from flow_matching.utils import ModelWrapper

torch.set_default_dtype(torch.float64)
SCHEDULERS = {"straight": CondOTScheduler(), "cosine": CosineScheduler(), "vp": VPScheduler()}
t = torch.tensor([0.05, 0.3, 0.62, 0.97])
image = torch.tensor([[0.8, -1.1], [0.05, 2.0], [-0.4, 0.3], [1.3, 0.7]])
noise = torch.tensor([[0.3, -0.7], [1.2, 0.1], [-1.9, 0.6], [0.2, -0.5]])


class Field(ModelWrapper):
    """Some smooth velocity."""

    def __init__(self):
        super().__init__(model=None)

    def forward(self, x, t, **extras):
        return torch.sin(1.3 * x) - (0.5 + t) * x.flip(-1)


def of_path(name):
    path = AffineProbPath(SCHEDULERS[name])
    found = path.sample(x_0=noise, x_1=image, t=t)
    column = t[:, None]
    velocity = Field()(found.x_t, column)
    return {
        "x_t": found.x_t.tolist(),
        "dx_t": found.dx_t.tolist(),
        "velocity": velocity.tolist(),
        "noise of it": path.velocity_to_epsilon(velocity, found.x_t, column).tolist(),
        "image of it": path.velocity_to_target(velocity, found.x_t, column).tolist(),
        "velocity of noise": path.epsilon_to_velocity(noise + 0.1, found.x_t, column).tolist(),
        "velocity of image": path.target_to_velocity(image + 0.1, found.x_t, column).tolist(),
    }


def transformed(source, target):
    model = ScheduleTransformedModel(Field(), SCHEDULERS[source], SCHEDULERS[target])
    return torch.stack([model(x=x, t=time) for x, time in zip(image, t)]).tolist()


grid = torch.tensor([0.0, 0.1, 0.35, 0.6, 1.0])
solver = ODESolver(Field())
sampled = {
    "euler": solver.sample(noise, step_size=None, method="euler", time_grid=grid, return_intermediates=True).tolist(),
    "dopri5": solver.sample(
        noise, step_size=None, method="dopri5", time_grid=grid, atol=1e-12, rtol=1e-12, return_intermediates=True
    ).tolist(),
}
normal = torch.distributions.Independent(torch.distributions.Normal(torch.zeros(2), torch.ones(2)), 1)
start, log_density = solver.compute_likelihood(
    image, normal.log_prob, step_size=None, method="dopri5", atol=1e-12, rtol=1e-12, exact_divergence=True
)
values = {
    "made_by": "tests/support/make_flow_matching.py",
    "install": "pip install torch==2.13.0 flow_matching==1.0.10 tqdm",
    "versions": {"flow_matching": importlib.metadata.version("flow_matching"), "torch": torch.__version__},
    "t": t.tolist(),
    "image": image.tolist(),
    "noise": noise.tolist(),
    "paths": {name: of_path(name) for name in SCHEDULERS},
    "transformed": {f"{a} to {b}": transformed(a, b) for a in SCHEDULERS for b in SCHEDULERS if a != b},
    "grid": grid.tolist(),
    "sampled": sampled,
    "likelihood": {"start": start.tolist(), "log_density": log_density.tolist()},
}
path = pathlib.Path(__file__).with_name("flow_matching.json")
path.write_text(json.dumps(values, indent=1) + "\n")
