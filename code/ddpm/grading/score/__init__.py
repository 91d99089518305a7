"""Scores of a folder of submitted notebooks: `python -m ddpm.grading.score FOLDER`.

Every notebook runs in a process of its own (`child`), with limits of time and memory and without network. Its functions
are then called there (`kernel`) on cases of a seed that students do not know, and its written answers are taken down as data.
All is judged here (`folder`): a notebook can change its own checks, and nothing follows from it.

What it is not: a prison. A notebook runs as the user who grades it and may read and write that user's files. Grade what
strangers send in a container, or on an account of its own.
"""
