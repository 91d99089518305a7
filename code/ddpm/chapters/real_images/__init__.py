"""The chapter on real images: its equations, figures, exercises and stored runs."""
