"""The chapter `mean_to_noise`: what it alone uses."""
