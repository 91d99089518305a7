"""The checks of the exercises of the chapter `train_and_observe`."""

from ddpm.chapters.train_and_observe.exercises.layers import check_layer_sizes
from ddpm.chapters.train_and_observe.exercises.sampling import check_reverse_step, check_sampler
from ddpm.chapters.train_and_observe.exercises.training import check_training_loss
from ddpm.chapters.train_and_observe.exercises.written import check_answer_5_2
from ddpm.grading import seal

__all__ = ["check_answer_5_2", "check_layer_sizes", "check_reverse_step", "check_sampler", "check_training_loss"]

seal.look(__name__)
