"""The Sphinx side of the book: what is built around the chapters, and nothing that they import."""

from importlib.util import find_spec

EXTENSIONS = ["bookbuild.mathjax", "bookbuild.darkfigures", "bookbuild.access", "bookbuild.repository", "bookbuild.notebooks",
              "bookbuild.equations", "bookbuild.assignments"]


def setup(app):
    for name in EXTENSIONS:
        if find_spec(name):
            app.setup_extension(name)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
