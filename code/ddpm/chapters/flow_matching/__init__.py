"""The chapter on flow matching: its equations, figures and exercises."""
