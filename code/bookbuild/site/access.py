"""Pages that are valid: an id stands once."""

from docutils import nodes


def drop_repeated_ids(app, doctree, docname):
    """sphinx-exercise gives the body of every exercise and of every solution the same id; nothing refers to it."""
    for section in doctree.findall(nodes.section):
        section["ids"] = [name for name in section["ids"] if name not in ("exercise-content", "solution-content")]


def setup(app):
    app.connect("doctree-resolved", drop_repeated_ids)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
