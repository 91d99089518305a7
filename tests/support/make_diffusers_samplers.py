"""Writes diffusers_samplers.json: runs of three schedulers of Hugging Face diffusers, to compare with.

Made once, outside the book's environment (which has no PyTorch), with diffusers 0.42.1 and torch 2.13.0:

    python -m venv /tmp/reference
    /tmp/reference/bin/pip install torch==2.13.0 diffusers==0.42.1
    /tmp/reference/bin/python tests/support/make_diffusers_samplers.py

diffusers counts t from 0: its t is the paper's t - 1. The file holds the paper's t. The schedulers compute in float32;
here its name means float64, which is set before they are loaded, so that the runs are exact to 1e-9. The predictor of
the noise is tanh(x) (0.4 + t / 1000), with the paper's t. Noise that a scheduler takes is stored.
"""

import json
import pathlib

import numpy as np
import torch

torch.float32, np.float32 = torch.float64, np.float64  # before the schedulers are loaded
torch.set_default_dtype(torch.float64)

import diffusers  # noqa: E402
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, HeunDiscreteScheduler  # noqa: E402

T = 1000
BETAS = {"num_train_timesteps": T, "beta_start": 1e-4, "beta_end": 0.02, "beta_schedule": "linear"}
START = torch.tensor([[0.8, -1.1, 0.05]])  # diffusers reads axis 1 as channels


def predict(x, t):
    return torch.tanh(x) * (0.4 + (t + 1) / T)


def run(made, steps, noise=(), **options):
    made.set_timesteps(steps)
    x = START * made.init_noise_sigma
    asked = []
    for i, t in enumerate(made.timesteps):
        asked.append(float(t) + 1)
        extra = dict(options)
        if len(noise):
            extra["variance_noise"] = noise[i]
        x = made.step(predict(made.scale_model_input(x, t), t), t, x, **extra).prev_sample
    assert x.dtype == torch.float64
    return {"t": asked, "end": x.tolist(), "noise": [z.tolist() for z in noise]}


def fresh(steps):
    return torch.randn((steps, *START.shape), generator=torch.Generator().manual_seed(steps))


def ddim(spacing):
    return DDIMScheduler(**BETAS, clip_sample=False, timestep_spacing=spacing)


def multistep(spacing, kind):
    return DPMSolverMultistepScheduler(**BETAS, algorithm_type=kind, timestep_spacing=spacing)


def heun(spacing):
    return HeunDiscreteScheduler(**BETAS, timestep_spacing=spacing)


SPACINGS = ("leading", "trailing", "linspace")
values = {
    "made_by": "tests/support/make_diffusers_samplers.py",
    "install": "pip install torch==2.13.0 diffusers==0.42.1",
    "versions": {"diffusers": diffusers.__version__, "torch": torch.__version__},
    "start": START.tolist(),
    "ddim": {spacing: {steps: run(ddim(spacing), steps) for steps in (5, 7, 10)} for spacing in SPACINGS},
    "ddim_eta": {"leading": {10: run(ddim("leading"), 10, fresh(10), eta=0.6)}},
    "2M": {s: {n: run(multistep(s, "dpmsolver++"), n) for n in (5, 20)} for s in SPACINGS},
    "2M SDE": {"trailing": {n: run(multistep("trailing", "sde-dpmsolver++"), n, fresh(n)) for n in (5, 20)}},
    "heun": {"trailing": {n: run(heun("trailing"), n) for n in (5, 10)}},
}
path = pathlib.Path(__file__).with_name("diffusers_samplers.json")
path.write_text(json.dumps(values, indent=1) + "\n")
