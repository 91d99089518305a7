"""The directive `{assignments}`: a list of the assignment notebooks with their chapters, points and minutes, and
where to get them."""

import posixpath
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from bookbuild.notebook.assignments import STUDENT, assignments
from bookbuild.notebook.install import FOLDER
from bookbuild.notebook.notebooks import colab
from bookbuild.site.chapters import TIME


class Placeholder(nodes.General, nodes.Element):
    """Stands where the list will be, until all chapters are read."""


class Assignments(SphinxDirective):
    def run(self):
        self.env.note_reread()  # the list depends on the headers of other pages
        return [Placeholder()]


def fill(app, doctree, docname):
    for placeholder in list(doctree.findall(Placeholder)):
        items = [item(app, docname, name, chapters) for name, chapters in assignments(app.env).items()]
        placeholder.replace_self([nodes.bullet_list("", *items)] if items else [])


def item(app, docname: str, name: str, chapters: list[str]):
    """One assignment: its name, the chapters that it is from, and on the website the links."""
    parts = [nodes.strong("", "", nodes.literal("", f"{name}.ipynb")), nodes.Text(", from ")]
    for i, chapter in enumerate(chapters):
        title = app.env.titles[chapter]
        link = nodes.reference(
            "",
            "",
            *[child.deepcopy() for child in title.children],
            internal=True,
            refuri=app.builder.get_relative_uri(docname, chapter),
        )
        parts += [nodes.Text(" and " if i == len(chapters) - 1 else ", ")] * (i > 0) + [nodes.emphasis("", "", link)]
    parts.append(nodes.Text(effort(app, name, chapters)))
    if app.builder.format == "html":
        path = f"{FOLDER}/{STUDENT}/{name}.ipynb"
        top = posixpath.relpath(".", posixpath.dirname(app.builder.get_target_uri(docname)) or ".")
        places = [("download", posixpath.join(top, path)), ("open in Colab", colab(app, f"{STUDENT}/{name}"))]
        links = [nodes.reference("", text, refuri=address) for text, address in places if address]
        parts += [nodes.Text(": "), links[0], *[part for link in links[1:] for part in (nodes.Text(" or "), link)]]
    return nodes.list_item("", nodes.paragraph("", "", *parts))


def effort(app, name: str, chapters: list[str]) -> str:
    """The points of an assignment, and the minutes of its chapters where all of them state some."""
    from ddpm.chapters.exercises import PROBLEMS

    found = [TIME.search(Path(app.env.doc2path(chapter)).read_text(encoding="utf-8")) for chapter in chapters]
    words = [f"{len(PROBLEMS.groups[name])} points"] if name in PROBLEMS.groups else []
    words += [f"about {sum(int(time[1]) for time in found)} minutes"] if all(found) else []
    return f" ({', '.join(words)})" if words else ""


def setup(app):
    app.add_node(Placeholder)
    app.add_directive("assignments", Assignments)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
