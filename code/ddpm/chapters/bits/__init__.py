"""The chapter `bits`: what it alone uses."""
