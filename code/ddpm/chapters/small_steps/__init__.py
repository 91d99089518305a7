"""The chapter `small_steps`: what it alone uses."""
