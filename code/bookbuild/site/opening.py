"""How a chapter opens: below its title the number it has among all, its time, and what a reader needs.

The line with **Time:** may stand anywhere in the first section of a chapter's source; it is shown below the title. Its
number comes from _toc.yml, so that nobody counts chapters by hand.
"""

from pathlib import Path

from docutils import nodes

from bookbuild.site.chapters import numbered

CLASS = "opening"
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII"]


def is_opening(node) -> bool:
    first = node.next_node(nodes.strong) if isinstance(node, nodes.paragraph) else None
    return first is not None and first.astext() == "Time:" and node.astext().startswith("Time:")


def open_chapter(app, doctree):
    """Move the line to the place below the title, with the chapter's number before it."""
    top = next(doctree.findall(nodes.section), None)
    line = next((node for node in top.children if is_opening(node)), None) if top else None
    if line is None:
        return
    top.remove(line)
    line["classes"].append(CLASS)
    if place := place_of(Path(app.srcdir), app.env.docname):
        line.insert(0, [nodes.strong("", place), nodes.Text(" ")])
    top.insert(1 + top.first_child_matching_class(nodes.title), line)


def place_of(root: Path, docname: str) -> str:
    """The chapter's number and part in words; "" for a page without a number."""
    every = numbered(root)
    names, parts = [chapter.name for chapter in every], list(dict.fromkeys(chapter.part for chapter in every))
    if docname not in names:
        return ""
    number = names.index(docname)
    part = f"Part {ROMAN[parts.index(every[number].part)]}, " if len(parts) > 1 else ""
    return f"{part}{'chapter' if part else 'Chapter'} {number + 1} of {len(names)}."


def setup(app):
    app.connect("doctree-read", open_chapter)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
