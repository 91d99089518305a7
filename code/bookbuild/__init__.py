"""The Sphinx side of the book: what is built around the chapters, and nothing that they import."""

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


def setup(app):
    for name in EXTENSIONS:
        app.setup_extension(f"bookbuild.{name}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
