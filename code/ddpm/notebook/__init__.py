"""What chapters say about themselves: numbers for the prose, and algorithms beside their code."""
