"""Terms: `{dfn}` marks where one is defined, and `{glossary-and-index}` collects them.

{dfn}`marginal` defines the term that it shows; another form than that of the glossary comes first, as in
{dfn}`leaves <leaf>`. A term is defined once: a second definition is a warning, and so an error of the build. Elsewhere
Sphinx's {term}`marginal` leads there. The glossary quotes the sentence with the mark, so that the two cannot disagree,
and says in which chapters the word is used. Sphinx's `{index}` adds places to it that define nothing.
"""

import re
from collections import defaultdict

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from bookbuild.site.chapters import chapters

LOG = logging.getLogger(__name__)
END = re.compile(r"(?<=[.?!])\s+(?=[A-Z]|$)")
UNSEEN = (nodes.target, nodes.comment, addnodes.index)


class Define(ReferenceRole):
    def run(self):
        place = nodes.make_id(f"term-{self.target}")
        index = addnodes.index(entries=[("single", self.target, place, "main", None)])
        term = nodes.strong(self.rawtext, self.title, classes=["dfn"])
        self.set_source_info(index)
        self.set_source_info(term)
        self.env.get_domain("std").note_object("term", self.target, place, location=term)
        return [index, nodes.target("", "", ids=[place]), term], []


class Place(nodes.General, nodes.Element):
    """Where the glossary will stand, once all pages have been read."""


class GlossaryAndIndex(SphinxDirective):
    def run(self):
        self.env.metadata[self.env.docname]["glossary"] = True
        return [Place()]


class Fill(SphinxPostTransform):
    default_priority = 5  # before references are resolved, at 10

    def run(self, **_):
        for place in list(self.document.findall(Place)):
            place.replace_self(self.glossary())

    def glossary(self):
        pages = {name: self.env.get_doctree(name) for name in self.pages()}
        passages = {name: list(texts(page)) for name, page in pages.items()}
        found = defaultdict(list)
        for name, page in pages.items():
            for kind, words, place, main, _ in self.env.domaindata["index"]["entries"].get(name, ()):
                if kind == "single":
                    found[words].append((name, place, main))
        items = nodes.definition_list(classes=["simple", "glossary"])
        for words in sorted(found, key=lambda words: (words.lower(), words)):
            items += self.item(words, found[words], pages, passages)
        return addnodes.glossary("", items) if found else []

    def pages(self):
        """The pages of the book but this one, in its order."""
        shown = [chapter.name for chapter in chapters(self.app.srcdir)]
        return [name for name in shown if name in self.env.found_docs and name != self.env.docname]

    def item(self, words, places, pages, passages):
        definition = nodes.definition()
        for name, place, main in places:
            if main:
                definition += quoted(pages[name], place)
        definition += self.where(words, places, pages, passages)
        return nodes.definition_list_item("", nodes.term("", words.replace(";", ",")), definition)

    def where(self, words, places, pages, passages):
        """Where it is defined or mentioned, and the other chapters that use the word."""
        line = nodes.paragraph("", classes=["where"])
        for i, (name, place, main) in enumerate(places):
            section = section_of(pages[name], place)
            line += nodes.Text(("Defined in " if main else "See ") if i == 0 else "; see ")
            line += self.link(name, place if main else section["ids"][0], section)
        here = {name for name, *_ in places}
        used = [(name, place) for name, place in used_in(words, passages) if name not in here]
        numbered = [name for name, _ in used if self.env.toc_secnumbers.get(name)]
        for i, (name, place) in enumerate(sorted(used, key=lambda where: where[0] not in numbered)):
            first = f". Used in {'chapter' * bool(numbered)}{'s' * (len(numbered) > 1)} "
            line += [nodes.Text(first.replace("  ", " ") if i == 0 else ", "), self.link(name, place, None)]
        line += nodes.Text("" if line.astext().endswith("?") else ".")
        return line

    def link(self, name, place, section):
        """To a place, called by the number and title of its section, or of its page."""
        anchor = f"#{section['ids'][0]}" if section else ""
        numbers = self.env.toc_secnumbers.get(name, {})
        number = ".".join(map(str, numbers.get(anchor) or numbers.get("") or ()))
        title = (section.next_node(nodes.title) if section else self.env.titles[name]).astext()
        text = f"{number} {title}".strip() if section or not number else number
        link = nodes.reference("", text, internal=True, refdocname=name)
        link["refuri"] = f"{self.app.builder.get_relative_uri(self.env.docname, name)}#{place}"
        return link


def section_of(page, place):
    """The section of `page` that holds the place with this id."""
    node = enclosing(next(node for node in page.findall(nodes.Element) if place in node.get("ids", ())))
    return node if isinstance(node, nodes.section) else node.next_node(nodes.section)


def enclosing(node):
    """The nearest section with a heading (the bodies of exercises have none), or the document, that `node` is in."""
    while not (
        isinstance(node, nodes.document) or isinstance(node, nodes.section) and isinstance(node[0], nodes.title)
    ):
        node = node.parent
    return node


def texts(page):
    """What is said in the sections of a page, code and formulas left out: (words, id of the section)."""
    for text in page.findall(nodes.Text):
        if not isinstance(text.parent, (nodes.literal, nodes.literal_block, nodes.math)):
            section = enclosing(text.parent)
            if isinstance(section, nodes.section):
                yield text, section["ids"][0]


def used_in(words, passages):
    """The first place of each page that uses a term: (page, id of its section)."""
    pattern = re.compile(rf"\b{re.escape(words)}(?:s|es)?\b", re.I)
    for name, said in passages.items():
        if place := next((place for text, place in said if pattern.search(text)), None):
            yield name, place


def quoted(page, place) -> list[nodes.Element]:
    """The sentence of `page` that defines what is marked by `place`, and the displayed formulas that belong to it."""
    mark = next(node for node in page.findall(nodes.target) if place in node["ids"])
    block = mark.parent
    parts = sentences(block)
    at = next(i for i, sentence in enumerate(parts) if mark in sentence)
    around = [node for node in block.parent.children if not isinstance(node, UNSEEN)]
    here, found = around.index(block), [paragraph(parts[at])]
    if at == 0 and here > 1 and isinstance(around[here - 1], nodes.math_block):  # it goes on after a formula
        found.insert(0, bare(around[here - 1]))
        if isinstance(around[here - 2], nodes.paragraph):
            found.insert(0, paragraph(sentences(around[here - 2])[-1]))
    follows = around[here + 1] if here + 1 < len(around) else None
    if at == len(parts) - 1 and isinstance(follows, nodes.math_block) and found[-1].astext()[-1:] not in ".?!)":
        found.append(bare(follows))
    return found


def sentences(block) -> list[list[nodes.Node]]:
    """The inline nodes of a paragraph, sentence by sentence."""
    found = [[]]
    for node in block.children:
        first, *others = END.split(node.astext()) if isinstance(node, nodes.Text) else [None]
        found[-1].append(node if first is None else nodes.Text(first))
        found += [[nodes.Text(other)] if other else [] for other in others]
    return [sentence for sentence in found if sentence]


def paragraph(sentence) -> nodes.paragraph:
    shown = [node for node in sentence if not isinstance(node, (*UNSEEN, nodes.footnote_reference))]
    copy = nodes.paragraph("", "", *(node.deepcopy() for node in shown))
    for part in copy.findall(nodes.Element):
        part["ids"] = []
    return copy


def bare(formula) -> nodes.math_block:
    """A displayed formula without its number."""
    copy = formula.deepcopy()
    copy["label"] = copy["number"] = None
    copy["ids"], copy["names"] = [], []
    return copy


def outdated(app, env):
    return [name for name in env.found_docs if env.metadata[name].get("glossary")]


def setup(app):
    app.add_node(Place)
    app.add_role("dfn", Define(), override=True)
    app.add_directive("glossary-and-index", GlossaryAndIndex)
    app.add_post_transform(Fill)
    app.connect("env-updated", outdated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
