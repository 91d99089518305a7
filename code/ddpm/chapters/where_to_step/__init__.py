"""The chapter *Where to step, and when to stop*: its equations, runs, figures and exercises."""
