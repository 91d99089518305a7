"""The chapter on inverse problems: its equations, figures, measured figures and exercises."""
