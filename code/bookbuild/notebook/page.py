"""A page as the writer of notebooks sees it: numbers, anchors, links, images, citations."""

import posixpath
import re
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes
from pybtex.backends.markdown import Backend
from sphinx.errors import ExtensionError

from bookbuild.notebook.markdown import escape
from bookbuild.notebook.tex import one_line

UNNAMED = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)  # the label that an equation without one gets, new in every build


def names(env) -> dict[str, str]:
    """The name of its notebook for each page that has code cells."""
    found = {}
    for docname in sorted(env.found_docs):
        if "kernelspec" in env.metadata[docname]:
            name = posixpath.basename(docname)
            if name in found.values():
                raise ExtensionError(
                    f"{docname}: another page is named {name} too, and their notebooks would be one. "
                    "Rename one of them."
                )
            found[docname] = name
    return found


class Page:
    """What the writer of Markdown asks about a page."""

    def __init__(self, app, docname):
        self.app, self.env, self.docname = app, app.env, docname
        self.names, self.cited = names(app.env), set()
        self.here = {docname}  # the pages whose text stands in the same notebook
        self.macros = ((app.config.mathjax3_config or {}).get("tex") or {}).get("macros") or {}
        self.targets = {app.builder.get_target_uri(name): name for name in app.env.found_docs}
        self.files = {name: path for path, name in app.builder.images.items()}
        self.citations = {(c.bibliography_key.docname, c.citation_id): c for c in app.env.get_domain("cite").citations}
        # what can be referred to by a label, in the whole book
        self.labels = {(doc, label) for doc, label, *_ in app.env.get_domain("std").anonlabels.values()}
        self.labels |= {
            (doc, nodes.make_id(f"equation-{label}"))
            for label, (doc, _) in app.env.get_domain("math").equations.items()
            if not UNNAMED.fullmatch(label)
        }

    def number(self, kind: str, node) -> str:
        """The number that the page shows for `node`, with its word ("Fig. 1.2") if it has one; "" for none."""
        ids = node["ids"]
        if kind == "section":
            table = self.env.toc_secnumbers.get(self.docname, {})
            return ".".join(map(str, table.get("" if isinstance(node.parent, nodes.document) else f"#{ids[0]}", ())))
        table = self.env.toc_fignumbers.get(self.docname, {}).get(kind, {})
        text = ".".join(map(str, next((table[i] for i in ids if i in table), ())))
        return self.app.config.numfig_format[kind] % text if text and kind in self.app.config.numfig_format else text

    def anchor(self, node) -> str:
        return "".join(f'<a id="{i}"></a>' for i in node["ids"] if (self.docname, i) in self.labels and "/" not in i)

    def link(self, node) -> str:
        """Where the reference `node` leads in the notebooks; "" if it leads out of them."""
        uri = node.get("refuri", "")
        if urlsplit(uri).scheme:
            return uri
        path, _, fragment = uri.partition("#")
        fragment = node.get("refid", fragment)
        here = posixpath.dirname(self.app.builder.get_target_uri(self.docname))
        target = self.targets.get(posixpath.normpath(posixpath.join(here, path)), "") if path else self.docname
        if citation := self.citations.get((target, fragment)):
            self.cited.add(citation.key)
            return f"#ref-{citation.key}"
        fragment = f"#{fragment}" if (target, fragment) in self.labels else ""
        if target in self.here:
            return fragment
        return f"{self.names[target]}.ipynb{fragment}" if target in self.names else ""

    def image(self, node) -> Path:
        return Path(self.app.srcdir, self.files[posixpath.basename(node["uri"])])

    def references(self) -> str:
        """The list of what was cited, in the order of the book's bibliography."""
        cited = [c for c in self.citations.values() if c.key in self.cited]
        return "\n".join(
            f'- <a id="ref-{c.key}"></a>{one_line(c.formatted_entry.text.render(References()))}' for c in cited
        )


class References(Backend):
    """pybtex's Markdown with a backslash only where one is needed."""

    def format_str(self, text):
        return escape(text)
