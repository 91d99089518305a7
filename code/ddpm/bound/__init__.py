"""The variational bound: its terms, their exact values for one pixel, and their averages over draws."""

from ddpm.bound.terms import bound_terms, decoder_term, denoising_term, prior_term

__all__ = ["bound_terms", "decoder_term", "denoising_term", "prior_term"]
