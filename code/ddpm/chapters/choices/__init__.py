"""The chapter *Which choices matter*: its sweep, equations, figures and exercises.

`python -m ddpm.chapters.choices`, or `make choices`, trains what is missing in `results.json`; the chapter reads it.
"""
