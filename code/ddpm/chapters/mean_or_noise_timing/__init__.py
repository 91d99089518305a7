"""The chapter `mean_or_noise_timing`: what it alone uses."""
