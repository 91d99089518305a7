"""The chapter `fewer_steps`: what it alone uses."""
