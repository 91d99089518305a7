"""The chapter `bound_in_numbers`: what it alone uses."""
