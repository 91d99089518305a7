"""A resolved page as Markdown that plain Jupyter shows: its dialect, and `$`, `$$` and a little HTML, nothing else."""

import base64
import html
import mimetypes
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.locale import admonitionlabels
from sphinx.util import logging

from bookbuild.notebook.tex import display, expand, one_line

LOG = logging.getLogger(__name__)
SKIPPED = (nodes.target, nodes.comment, nodes.substitution_definition, nodes.pending, nodes.citation, addnodes.index)
# one space where docutils keeps a line break: a line that starts with "-" or "1." would begin a list
SPACE = re.compile(r"\s+")


class Markdown:
    """Writer for the nodes of one page.

    Args:
        page: what the writer asks about the page: `number(kind, node)`, `anchor(node)`, `link(reference)`,
            `image(node)`, `macros`.
    """

    def __init__(self, page):
        self.page, self.nested, self.in_table = page, 0, False

    # Blocks: each method gives text without blank lines around it.

    def blocks(self, children) -> str:
        return "\n\n".join(filter(None, map(self.block, children)))

    def block(self, node) -> str:
        if isinstance(node, SKIPPED) or "toctree-wrapper" in node.get("classes", ()):
            return ""
        if method := getattr(self, f"block_{node.tagname}", None):
            return method(node)
        if isinstance(node, nodes.Admonition):
            return self.box(node)
        if isinstance(node, nodes.TextElement):
            return self.inline_of(node).strip()
        return self.unknown(node)

    def unknown(self, node) -> str:
        LOG.warning(
            "no form in a notebook for <%s>: write it another way, or teach bookbuild/markdown.py",
            node.tagname,
            location=node,
        )
        return ""

    def inside(self, children) -> str:
        """The blocks of a box or list item: there an equation takes one line, since Jupyter cuts it out of the lines
        as they stand."""
        self.nested += 1
        try:
            return self.blocks(children)
        finally:
            self.nested -= 1

    def block_section(self, node):  # as exercises have it inside; the page's own sections are cells
        return self.blocks(node.children)

    block_container = block_compound = block_legend = block_section

    def block_paragraph(self, node):
        text = self.inline_of(node).strip()
        return self.page.anchor(node) + re.sub(r"^(#{1,6}(?= )|[-+>](?= )|\d+(?=[.)] ))", escape_start, text)

    def heading(self, node, level: int) -> str:
        title = node.next_node(nodes.title)
        number = self.page.number("section", node)
        return f"{self.anchor_above(node)}{'#' * level} {number + '. ' if number else ''}{self.inline_of(title)}"

    def anchor_above(self, node) -> str:
        """The anchor as a block of its own, where Markdown lets nothing stand before what follows."""
        return anchor + "\n\n" if (anchor := self.page.anchor(node)) else ""

    def block_math_block(self, node):
        tex = display(
            expand(node.astext(), self.page.macros), self.page.number("displaymath", node), node.get("nowrap")
        )
        return self.anchor_above(node) + (f"$${one_line(tex)}$$" if self.nested else f"$$\n{tex}\n$$")

    def block_literal_block(self, node):
        language = node.get("language", "")
        return fenced(
            node.astext().strip("\n"),
            {"ipython3": "python", "default": "", "none": "", "myst-ansi": ""}.get(language, language),
        )

    block_doctest_block = block_literal_block

    def block_bullet_list(self, node):
        return "\n".join(self.item("- ", item) for item in node.children)

    def block_enumerated_list(self, node):
        return "\n".join(self.item(f"{i}. ", item) for i, item in enumerate(node.children, start=node.get("start", 1)))

    def item(self, mark, node) -> str:
        return indented(mark, self.inside(node.children))

    def block_definition_list(self, node):
        items = []
        for entry in node.children:
            terms = ", ".join(self.inline_of(term) for term in entry.findall(nodes.term))
            items.append(
                indented(
                    "- ", f"**{terms}**: " + self.inside(d for c in entry.findall(nodes.definition) for d in c.children)
                )
            )
        return "\n".join(items)

    def block_block_quote(self, node):
        return quoted(self.inside(node.children))

    def block_transition(self, node):
        return "---"

    def block_raw(self, node):
        for_the_site = "site-only" in node["classes"]  # controls, which need its scripts
        return node.astext() if "html" in node["format"] and not for_the_site else ""

    def block_footnote(self, node):
        label, *rest = node.children
        return f'<a id="{node["ids"][0]}"></a><sup>{label.astext()}</sup> {self.inside(rest)}'

    def block_figure(self, node):
        images = [self.inline_image(image) for image in node.findall(nodes.image)]
        return "\n\n".join(filter(None, [self.page.anchor(node) + "".join(images), self.caption(node)]))

    def caption(self, figure) -> str:
        """The caption of a figure with its number, or nothing."""
        parts = [
            self.inline_of(c) if isinstance(c, nodes.caption) else self.block(c)
            for c in figure.children
            if isinstance(c, (nodes.caption, nodes.legend))
        ]
        number = self.page.number("figure", figure)
        return " ".join([f"**{number}.**"] * bool(number) + parts)

    def block_table(self, node):
        title = node.next_node(nodes.title)
        caption = f"**{self.page.number('table', node)}.** {self.inline_of(title)}\n\n" if title else ""
        self.in_table = True
        rows = [[self.cell(entry) for entry in row.children] for row in node.findall(nodes.row)]
        self.in_table = False
        first = node.next_node(nodes.row)
        marks = {"text-left": ":--", "text-right": "--:", "text-center": ":-:"}
        rule = [next((marks[c] for c in entry["classes"] if c in marks), "---") for entry in first.children]
        lines = [rows[0], rule, *rows[1:]]
        return self.page.anchor(node) + caption + "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def cell(self, entry) -> str:
        return "<br>".join(self.block(child) for child in entry.children)

    # Boxes

    def box(self, node) -> str:
        """An admonition, exercise or solution: a quotation under a bold title, or folded."""
        title, rest = nodes.title("", admonitionlabels.get(node.tagname, "")), node.children
        if rest and isinstance(rest[0], nodes.title):
            title, *rest = rest
        name = f"{self.page.number('exercise', node)}{self.inline_of(title)}".strip()
        if "dropdown" in node["classes"]:
            body = self.inside(rest)
            return f"{self.anchor_above(node)}<details>\n<summary><b>{name}</b></summary>\n\n{body}\n\n</details>"
        return quoted(f"{self.page.anchor(node)}**{name}**\n\n{self.inside(rest)}")

    # Inlines

    def inline_of(self, node) -> str:
        return "".join(map(self.inline, node.children))

    def inline(self, node) -> str:
        if isinstance(node, nodes.Text):
            return escape(SPACE.sub(" ", node.astext()), self.in_table)
        if isinstance(node, SKIPPED):
            return ""
        if method := getattr(self, f"inline_{node.tagname}", None):
            return method(node)
        return self.unknown(node)

    def inline_inline(self, node):
        return self.inline_of(node)

    inline_abbreviation = inline_inline

    def inline_emphasis(self, node):
        return f"*{self.inline_of(node)}*"

    inline_title_reference = inline_emphasis

    def inline_strong(self, node):
        return f"**{self.inline_of(node)}**"

    def inline_subscript(self, node):
        return f"<sub>{self.inline_of(node)}</sub>"

    def inline_superscript(self, node):
        return f"<sup>{self.inline_of(node)}</sup>"

    def inline_literal(self, node):
        text = node.astext().replace("|", r"\|") if self.in_table else node.astext()
        fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
        pad = " " if text.startswith("`") or text.endswith("`") else ""
        return f"{fence}{pad}{text}{pad}{fence}"

    def inline_math(self, node):
        return f"${self.cell_safe(one_line(expand(node.astext(), self.page.macros)))}$"

    def inline_math_block(self, node):
        return (
            f"$${self.cell_safe(one_line(display(expand(node.astext(), self.page.macros), '', node.get('nowrap'))))}$$"
        )

    def cell_safe(self, tex) -> str:
        return tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ") if self.in_table else tex

    def inline_reference(self, node):
        text, target = self.inline_of(node), self.page.link(node)
        if target and target == node.astext():
            return f"<{target}>"
        return f"[{text}]({target})" if target else text

    inline_number_reference = inline_reference

    def inline_footnote_reference(self, node):
        return f"<sup>[{node.astext()}](#{node['refid']})</sup>"

    def inline_image(self, node):
        if "only-dark" in node["classes"]:
            return ""
        path = self.page.image(node)
        kind = mimetypes.guess_type(path)[0]
        data = base64.b64encode(Path(path).read_bytes()).decode()
        return f'<img alt="{html.escape(node.get("alt", ""))}" src="data:{kind};base64,{data}">'

    def inline_raw(self, node):
        return node.astext() if "html" in node["format"] else ""


def escape(text: str, in_table: bool = False) -> str:
    """`text` without meaning in Markdown."""
    text = re.sub(r"([\\`*\[\]<$~])|((?<![^\W_])_|_(?![^\W_]))", r"\\\g<0>", text)
    return text.replace("|", r"\|") if in_table else text


def escape_start(found) -> str:
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"


def fenced(text: str, language: str = "") -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def indented(mark: str, text: str) -> str:
    return mark + text.replace("\n", "\n" + " " * len(mark)).replace("\n" + " " * len(mark) + "\n", "\n\n")
