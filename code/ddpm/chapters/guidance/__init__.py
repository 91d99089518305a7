"""The chapter on guidance: its equations, figures, exact densities and exercises."""
