"""The chapter `likelihood_to_kl`: what it alone uses."""
