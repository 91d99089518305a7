"""Training: one loop for every loss, whole chunks of steps as one program."""

from ddpm.train.loop import SECONDS_BEFORE_THE_BAR, State, draw_batch, start, train, training_loss

__all__ = ["SECONDS_BEFORE_THE_BAR", "State", "draw_batch", "start", "train", "training_loss"]
