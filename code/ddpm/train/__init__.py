"""Training: one loop for every loss, whole chunks of steps as one program."""

from ddpm.train.batches import Batches
from ddpm.train.denoising import batch_loss, denoising, draw_batch, training_loss
from ddpm.train.flow import flow_matching, logit_normal_times, uniform_times, velocity_target
from ddpm.train.labelled import Seen, labelled, unlabelled, v_loss
from ddpm.train.loop import State, program_text, start, train
from ddpm.train.moved import MOVE, moved
from ddpm.train.precision import mixed_precision

__all__ = [
    "Batches",
    "MOVE",
    "Seen",
    "State",
    "batch_loss",
    "denoising",
    "draw_batch",
    "flow_matching",
    "labelled",
    "logit_normal_times",
    "mixed_precision",
    "moved",
    "program_text",
    "start",
    "train",
    "training_loss",
    "uniform_times",
    "unlabelled",
    "v_loss",
    "velocity_target",
]
