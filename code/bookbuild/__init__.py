"""The Sphinx side of the book: what is built around the chapters, and nothing that they import."""

import os

EXTENSIONS = [
    "site.frame",
    "site.card",
    "site.edition",
    "site.opening",
    "site.mathjax",
    "site.darkfigures",
    "site.access",
    "site.repository",
    "site.shown",
    "site.exercises",
    "site.tables",
    "site.play",
    "site.predict",
    "site.terms",
    "site.search",
    "site.previews",
    "notebook.execution",
    "notebook.notebooks",
    "site.equations",
    "site.checked",
    "site.bibliography",
    "notebook.assignments",
    "site.assignmentlist",
    "site.weeks",
    "site.landing",
    "print.printed",
    "print.solutions",
    "print.pdf",
    "site.slim",
    "site.stamps",
]


def write_side_by_side(app, env):
    """Pages are written, though not read, by as many processes as there are cores; one more gives them their pages."""
    app.parallel = 1 + (os.cpu_count() or 1)


def setup(app):
    for name in EXTENSIONS:
        app.setup_extension(f"bookbuild.{name}")
    app.connect("env-check-consistency", write_side_by_side)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
