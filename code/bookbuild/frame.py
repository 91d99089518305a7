"""The frame around each page: the theme's, with less to load."""

from pathlib import Path


def configure(app, config):
    config.templates_path.append(str(Path(__file__).with_name("templates")))
    config.html_use_index = False  # the book marks no index entries


def setup(app):
    app.connect("config-inited", configure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
