"""The directive `{weeks}`: the plan for a class as a table, from the headers of the chapters."""

from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from bookbuild.site.chapters import weeks
from bookbuild.site.checked import table, text


class Plan(nodes.General, nodes.Element):
    """Stands where the table will be, until all titles are known."""


class Weeks(SphinxDirective):
    def run(self):
        self.env.note_reread()  # it depends on the headers of other pages
        return [Plan()]


def fill(app, doctree, docname):
    for place in list(doctree.findall(Plan)):
        rows = [
            [
                text(str(week.number)),
                nodes.paragraph("", "", *linked(app, docname, week.chapters)),
                text(week.hours),
                nodes.paragraph("", "", *named(week.due)),
            ]
            for week in weeks(Path(app.srcdir))
        ]
        place.replace_self([table(["Week", "Chapters", "Hours", "To hand in"], rows, [8, 56, 10, 26])] if rows else [])


def linked(app, docname: str, chapters) -> list[nodes.Node]:
    found = []
    for chapter in chapters:
        uri = app.builder.get_relative_uri(docname, chapter.name)
        title = [child.deepcopy() for child in app.env.titles[chapter.name].children]
        found += [nodes.Text("; ")] * bool(found) + [nodes.reference("", "", *title, internal=True, refuri=uri)]
    return found


def named(assignments: list[str]) -> list[nodes.Node]:
    found = []
    for name in assignments:
        found += [nodes.Text(", ")] * bool(found) + [nodes.literal("", name)]
    return found


def setup(app):
    app.add_node(Plan)
    app.add_directive("weeks", Weeks)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
