"""The Sphinx side of the book: what is built around the chapters, and nothing that they import."""

from importlib.util import find_spec

EXTENSIONS = ["frame", "mathjax", "darkfigures", "access", "repository", "shown", "notebooks", "equations", "checked", "bibliography", "assignments",
              "assignmentlist", "printed", "pdf", "slim", "stamps"]


def setup(app):
    for name in EXTENSIONS:
        if find_spec(f"bookbuild.{name}"):
            app.setup_extension(f"bookbuild.{name}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
