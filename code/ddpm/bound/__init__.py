"""The variational bound: its terms, their exact averages for one pixel, and their averages over draws."""

from ddpm.bound.draws import bound_terms, drawn_terms, variance_ratio
from ddpm.bound.models import ReverseProcess, best_mean, from_predictor, informed, normal, reverse_step, true_reverse
from ddpm.bound.terms import decoder_term, denoising_term, prior_term, step_term

__all__ = [
    "ReverseProcess",
    "best_mean",
    "bound_terms",
    "decoder_term",
    "denoising_term",
    "drawn_terms",
    "from_predictor",
    "informed",
    "normal",
    "prior_term",
    "reverse_step",
    "step_term",
    "true_reverse",
    "variance_ratio",
]
