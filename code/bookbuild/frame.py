"""The frame around each page: the theme's, with less to load, and with what search engines and social networks read."""

import re
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

TABLE = re.compile('<div class="pst-scrollable-table-container"')
URL_TAG = re.compile(r'<meta property="og:url"[^>]*>\n?')

MEND = [  # roles that do not fit their elements; a name for folded cells that is not what one reads there
    (' role="doc-biblioentry"', ""), ('<aside class="footnote-list', '<aside role="none" class="footnote-list'),
    ('<div role="list" class=', "<div class="), (' aria-label="Toggle hidden content"', "")]

LOST = '<h1>Page not found</h1>\n<p>This book has no page of that name. Start from <a href="{}">the first page</a>, or search.</p>'


def configure(app, config):
    config.templates_path.append(str(Path(__file__).with_name("templates")))
    config.html_use_index = False  # the book marks no index entries
    config.ogp_site_name, config.ogp_site_url = config.html_title, config.html_baseurl
    if not config.html_baseurl:
        config.ogp_social_cards = {"enable": False}  # a card is named by its full address
    config.notfound_urls_prefix = urlsplit(config.html_baseurl).path or "/"


def mend(app, pagename, templatename, context, doctree):
    if doctree is None:
        return
    if not app.config.html_baseurl:
        context["metatags"] = URL_TAG.sub("", context["metatags"])
    for wrong, right in MEND:
        context["body"] = context["body"].replace(wrong, right)
    # tables that scroll can be reached with the keyboard, so they need a name
    number = count(1)
    context["body"] = TABLE.sub(lambda found: f'{found[0]} role="region" aria-label="Table {next(number)}"', context["body"])


def lead_back(app, pagename, templatename, context, doctree):
    """The 404 page, and its contents: a book of one page has none, and the theme wants a text all the same."""
    if pagename == app.config.notfound_pagename:
        context["body"] = LOST.format(context["pathto"](app.config.root_doc))
        contents = context["toctree"]
        context["toctree"] = lambda *args, **options: contents(*args, **options) or ""


def setup(app):
    app.setup_extension("sphinxext.opengraph")
    app.setup_extension("notfound.extension")
    app.connect("html-page-context", lead_back)  # after notfound put its own contents there, before the theme reads it
    app.connect("config-inited", configure)
    app.connect("html-page-context", mend, priority=900)  # after the tags are made
    return {"parallel_read_safe": True, "parallel_write_safe": True}
