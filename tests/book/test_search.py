"""What readers type leads to where the book says it: first or second, from a server, below a folder, and from a file.

The questions come from the subjects of the chapters; they were written down before the search was.
"""

import pytest

# what a reader types, and the section that must come first or second
QUESTIONS = [
    ("forward process", "forward_extremes#one-step"),
    ("β", "forward_extremes#one-step"),
    ("markov chain", "forward_extremes#one-step"),
    ("signal to noise ratio", "forward_extremes#what-decides-how-fast-an-image-is-lost"),
    ("cosine schedule", "forward_extremes#the-schedules-people-use"),
    ("write your own noise schedule", "forward_extremes#a-schedule-of-your-own"),
    ("closed form of x_t", "closed_form#the-derivation"),
    ("reparameterization trick", "closed_form#the-derivation"),
    ("reparametrisation", "closed_form#the-derivation"),
    ("proof by induction", "closed_form#the-machine-checks-the-proof"),
    ("evidence lower bound", "likelihood_to_kl#the-bound"),
    ("ELBO", "likelihood_to_kl#the-bound"),
    ("VLB", "likelihood_to_kl#the-bound"),
    ("variational bound", "likelihood_to_kl#the-bound"),
    ("jensens inequality", "likelihood_to_kl#the-bound"),
    ("kullback leibler divergence", "likelihood_to_kl#kl-divergences-and-their-direction"),
    ("telescoping sum", "likelihood_to_kl#problem-2-2b-the-kl-form"),
    ("importance weighted bound", "bound_in_numbers#exercises"),
    ("beta tilde", "mean_to_noise#the-posterior-by-completing-the-square"),
    ("posterior variance", "mean_to_noise#the-posterior-by-completing-the-square"),
    ("v-prediction", "mean_to_noise#one-family-x-0-noise-v-score-mean"),
    ("simple loss", "mean_to_noise#dropping-the-weight"),
    ("roofline", "mean_or_noise_timing#what-the-machine-lets-expect"),
    ("training algorithm", "train_and_observe#algorithm-1"),
    ("which activation function relu", "train_and_observe#which-activation"),
    ("sampling algorithm", "train_and_observe#algorithm-2"),
    ("softmax responsibilities", "more_patterns#the-best-predictor-of-a-finite-data-set"),
    ("memorization", "more_patterns#what-the-best-predictor-makes-and-what-it-does-not"),
    ("jax random keys", "jax#random-numbers-from-keys"),
    ("grading notebooks", "for_instructors#grade"),
]
