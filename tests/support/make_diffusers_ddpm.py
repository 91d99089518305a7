"""Writes diffusers_ddpm.json: numbers of the DDPM scheduler of Hugging Face diffusers, to compare with.

Made once, outside the book's environment (which has no PyTorch), with diffusers 0.42.1 and torch 2.13.0:

    python -m venv /tmp/reference
    /tmp/reference/bin/pip install torch==2.13.0 diffusers==0.42.1
    /tmp/reference/bin/python tests/support/make_diffusers_ddpm.py

diffusers counts t from 0: its t is the paper's t - 1. The file holds the paper's t. The scheduler computes in float32.
`step` takes its noise from a generator; the same seed gives it again, so the noise is stored and the mean is found by
subtracting sigma_t times that noise.
"""

import json
import pathlib

import diffusers
import torch
from diffusers import DDPMScheduler

T = 1000
STEPS = [1, 2, 10, 100, 500, 900, 999, 1000]
KINDS = {"epsilon": "noise", "sample": "x_0", "v_prediction": "v"}
x_t = torch.tensor([[0.8, -1.1, 0.05]])  # diffusers reads axis 1 as channels
output = torch.tensor([[0.3, -0.7, 1.2]])


def scheduler(beta_schedule, kind="epsilon", variance="fixed_small"):
    return DDPMScheduler(
        num_train_timesteps=T, beta_start=1e-4, beta_end=0.02, beta_schedule=beta_schedule,
        prediction_type=kind, variance_type=variance, clip_sample=False,
    )  # fmt: skip


def one_step(made, t):
    made.set_timesteps(T)
    noise = torch.randn(x_t.shape, generator=torch.Generator().manual_seed(t))
    result = made.step(output, t - 1, x_t, generator=torch.Generator().manual_seed(t)).prev_sample
    return {"noise": noise.tolist(), "x_prev": result.tolist()}


values = {
    "made_by": "tests/support/make_diffusers_ddpm.py",
    "install": "pip install torch==2.13.0 diffusers==0.42.1",
    "versions": {"diffusers": diffusers.__version__, "torch": torch.__version__},
    "t": STEPS,
    "x_t": x_t.tolist(),
    "output": output.tolist(),
    "schedules": {},
}
for name in ("linear", "squaredcos_cap_v2"):
    made = scheduler(name)
    made.set_timesteps(T)
    times = torch.tensor(STEPS) - 1
    values["schedules"][name] = {
        "beta": made.betas[times].tolist(),
        "alpha_bar": made.alphas_cumprod[times].tolist(),
        "posterior_variance": [float(made._get_variance(t - 1)) for t in STEPS],
        "q_sample": [made.add_noise(x_t, output, torch.tensor([t - 1])).tolist() for t in STEPS],
        "step": {
            variance: {KINDS[kind]: [one_step(scheduler(name, kind, variance), t) for t in STEPS] for kind in KINDS}
            for variance in ("fixed_small", "fixed_large")
        },
    }
path = pathlib.Path(__file__).with_name("diffusers_ddpm.json")
path.write_text(json.dumps(values, indent=1) + "\n")
