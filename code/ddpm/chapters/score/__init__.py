"""The chapter `score`: what it alone uses."""
