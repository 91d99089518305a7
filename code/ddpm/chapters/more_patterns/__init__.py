"""The chapter `more_patterns`: what it alone uses."""
