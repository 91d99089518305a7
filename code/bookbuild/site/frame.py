"""The frame around each page: the theme's, with less to load, and with what search engines and social networks read."""

import html
import re
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes

from bookbuild.site import opening

TABLE = re.compile('<div class="pst-scrollable-table-container"')
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\s*')  # Sphinx writes a second one; the theme's comes first
DESCRIPTION = re.compile(r'(<meta (?:property="og:description"|name="description") content=")[^"]*"')
DESCRIBED, FORMULA = 200, "\0"  # letters of a description; what stands in it for a formula
SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
URL_TAG = re.compile(r'<meta property="og:url"[^>]*>\n?')

MEND = [  # roles that do not fit their elements; a name for folded cells that is not what one reads there
    (' role="doc-biblioentry"', ""),
    ('<aside class="footnote-list', '<aside role="none" class="footnote-list'),
    ('<div role="list" class=', "<div class="),
    (' aria-label="Toggle hidden content"', ""),
]

LOST = """<h1>Page not found</h1>
<p>This book has no page of that name. Start from <a href="{}">the first page</a>, or search.</p>
<script>
  // a host shows this page at any depth, so its links start from the top of the host; a file has no host
  if (location.protocol === "file:")
    for (const name of ["href", "src"])
      for (const element of document.querySelectorAll(`[${{name}}^="{}"]`))
        element.setAttribute(name, element.getAttribute(name).slice({}))
</script>"""


def configure(app, config):
    config.templates_path.append(str(Path(__file__).with_name("templates")))
    config.html_use_index = False  # the book marks no index entries
    config.ogp_site_name, config.ogp_site_url = config.html_title, config.html_baseurl
    config.notfound_urls_prefix = urlsplit(config.html_baseurl).path or "/"


def description(doctree) -> str:
    """For search engines and social networks: the first sentences that hold no formula, since TeX is nothing to read
    there."""
    found = ""
    for paragraph in doctree.findall(
        lambda node: (
            isinstance(node, nodes.paragraph)
            and isinstance(node.parent, nodes.section)
            and opening.CLASS not in node["classes"]
        )
    ):
        parts = paragraph.findall(
            lambda node: isinstance(node, (nodes.math, nodes.Text)) and not isinstance(node.parent, nodes.math)
        )
        text = "".join(FORMULA if isinstance(part, nodes.math) else part.astext() for part in parts)
        for sentence in SENTENCE_END.split(" ".join(text.split())):
            if FORMULA not in sentence and sentence[-1:] in (".", "?", "!"):
                if found and len(found) + len(sentence) > DESCRIBED:
                    return found
                found = f"{found} {sentence}".strip()
    return found


def mend(app, pagename, templatename, context, doctree):
    if doctree is None:
        return
    words = html.escape(description(doctree))
    context["metatags"] = VIEWPORT.sub(
        "", DESCRIPTION.sub(lambda tag: f'{tag[1]}{words}"' if words else tag[0], context["metatags"])
    )
    for group in context.get("header_buttons", ()):
        for button in group.get("buttons", ()):
            if button.get("label") == "download-pdf-button":  # the theme calls it .pdf, and it prints
                button["text"], button["tooltip"] = "Print", "Print this page"
    if not app.config.html_baseurl:
        context["metatags"] = URL_TAG.sub("", context["metatags"])
    for wrong, right in MEND:
        context["body"] = context["body"].replace(wrong, right)
    # tables that scroll can be reached with the keyboard, so they need a name
    number = count(1)
    context["body"] = TABLE.sub(
        lambda found: f'{found[0]} role="region" aria-label="Table {next(number)}"', context["body"]
    )


def lead_back(app, pagename, templatename, context, doctree):
    """The 404 page, and its contents: a book of one page has none, and the theme wants a text all the same."""
    if pagename == app.config.notfound_pagename:
        top = app.config.notfound_urls_prefix
        context["body"] = LOST.format(context["pathto"](app.config.root_doc), top, len(top))
        contents = context["toctree"]
        context["toctree"] = lambda *args, **options: contents(*args, **options) or ""


def setup(app):
    app.setup_extension("sphinxext.opengraph")
    app.setup_extension("notfound.extension")
    app.connect("html-page-context", lead_back)  # after notfound put its own contents there, before the theme reads it
    app.connect("config-inited", configure)
    app.connect("html-page-context", mend, priority=900)  # after the tags are made
    return {"parallel_read_safe": True, "parallel_write_safe": True}
