"""Training: one loop for every loss, whole chunks of steps as one program."""

from ddpm.train.denoising import batch_loss, denoising, draw_batch, training_loss
from ddpm.train.loop import State, start, train

__all__ = ["State", "batch_loss", "denoising", "draw_batch", "start", "train", "training_loss"]
