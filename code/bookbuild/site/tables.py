"""What a cell with the tag `table` prints in columns becomes a table; in notebooks it stays what is printed.

Columns are two spaces apart or more. Lines with as many columns as the line before belong together; the first is the
head, and may lack the first column. A line that is not indented begins another table below indented ones (numbers that
end at one place are not indented). What else is printed stays as it is.
"""

import re
from itertools import groupby

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from bookbuild.site.checked import row
from bookbuild.site.shown import with_text

APART = re.compile(r"\s{2,}")
VALUE = re.compile(r"[-+]?[\d.,]+(e[-+]\d+)?%?")  # it stays in one line


def blocks(text: str) -> list[list[list[str]] | str]:
    """The parts of a printed text: a table as its rows, the first being the head, or a line as it is."""
    found, indented = [], False
    for line in text.rstrip("\n").split("\n"):
        cells = APART.split(line.strip())
        inside = line.startswith("  ") and not VALUE.fullmatch(cells[0])
        last = found[-1] if found and isinstance(found[-1], list) else None
        if len(cells) < 2:
            found.append(line)
        elif last and len(last) == 1 and len(cells) == len(last[0]) + 1:
            last[0].insert(0, "")
            last.append(cells)
        elif last and len(cells) == len(last[0]) and not (indented and not inside):
            last.append(cells)
        else:
            found.append([cells])
        indented = inside and len(found[-1]) > 1
    return [part if isinstance(part, str) or len(part) > 1 else "  ".join(part[0]) for part in found]


def table(rows: list[list[str]]) -> nodes.table:
    columns = [nodes.colspec(colwidth=1, **({} if i else {"stub": 1})) for i, _ in enumerate(rows[0])]
    group = nodes.tgroup("", *columns, cols=len(rows[0]))
    head, *body = [
        row([nodes.paragraph("", cell, classes=["value"] * bool(VALUE.fullmatch(cell))) for cell in cells])
        for cells in rows
    ]
    if not rows[0][0]:  # a screen reader says what a column holds
        head[0][0] += nodes.raw("", '<span class="visually-hidden">Name</span>', format="html")
    group += nodes.thead("", head)
    group += nodes.tbody("", *body)
    return nodes.table("", group, classes=["printed"])


class PrintedTables(SphinxPostTransform):
    """Before outputs are folded."""

    default_priority = 6

    def run(self, **kwargs):
        for cell in self.document.findall(
            lambda node: "tag_table" in getattr(node, "attributes", {}).get("classes", ())
        ):
            for output in [part for part in cell.children if part.get("nb_element") == "cell_code_output"]:
                output["printed"] = "\n".join(block.astext() for block in output.findall(nodes.literal_block))
                for printed in list(output.findall(nodes.literal_block)):
                    made = []
                    for lines, parts in groupby(blocks(printed.astext()), key=lambda part: isinstance(part, str)):
                        made += [with_text(printed.deepcopy(), "\n".join(parts))] if lines else map(table, parts)
                    printed.parent.replace(printed, made)


def setup(app):
    app.add_post_transform(PrintedTables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
