"""How good samples are, in numbers with their intervals, where no best predictor is known."""

from ddpm.evaluate.bits import held_out_bits
from ddpm.evaluate.counted import confidence_interval, counts, pixels_within, share_within
from ddpm.evaluate.frechet import frechet, frechet_of_gaussians
from ddpm.evaluate.judge import Judge, train_judge
from ddpm.evaluate.measured import Measured, average, bootstrapped, share
from ddpm.evaluate.neighbours import coverage, expected_coverage, nearest, precision, share_nearer
from ddpm.evaluate.over_time import Curve, loss_over_time
from ddpm.evaluate.sliced import sliced_wasserstein

__all__ = [
    "Curve",
    "Judge",
    "Measured",
    "average",
    "bootstrapped",
    "confidence_interval",
    "counts",
    "coverage",
    "expected_coverage",
    "frechet",
    "frechet_of_gaussians",
    "held_out_bits",
    "loss_over_time",
    "nearest",
    "pixels_within",
    "precision",
    "share",
    "share_nearer",
    "share_within",
    "sliced_wasserstein",
    "train_judge",
]
