"""The chapter `forward_extremes`: what it alone uses."""
