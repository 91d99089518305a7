"""The search: what the pages say, section by section, in one script, so that it is found from a file too.

The pages are read when they are finished. Code, outputs, displayed formulas and navigation are left out; captions and
solutions stay. Entries of the index (Sphinx's `{index}`, and `{dfn}`, bookbuild.site.terms) count for their section.
The engine is MiniSearch 7.2.0 (MIT) as published, in `book/_static/search`; `engine.js` there says what it is asked,
`field.js` shows what it finds. Words are cut to their roots by the script that Sphinx ships.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, NavigableString, Tag
from sphinx.search.en import SearchEnglish

from bookbuild.site import plain

SECTIONS, STEMMER = "sections.js", "stemmer.js"
OF_SPHINX = ("searchindex.js", "_static/searchtools.js", "_static/language_data.js", "_static/sphinx_highlight.js")
LEFT_OUT = re.compile(r"<(mjx-math|pre|script|style|svg)\b.*?</\1>|<img\b[^>]*>|<!--.*?-->", re.S)
NOT_TEXT = {
    "headerlink",
    "toggle-button",
    "footnote-reference",
    "fn-bracket",
    "admonition-title",
    "interactive",
    "opening",
}
NOT_TEXT |= {"playground", "prompt", "dataframe", "cell_input"}
INLINE = {"a", "span", "em", "strong", "dfn", "code", "sup", "sub", "i", "b", "cite"}
HEADINGS = ["h1", "h2", "h3", "h4", "h5"]


def sections(address: str, page: str, index: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    """The sections of a finished page: address, number, heading, page, text, and the words that are set off in it.

    Args:
        index: the terms of the index, by the id of the place on this page.
    """
    article = BeautifulSoup(LEFT_OUT.sub("", page[page.index("<article") : page.rindex("</article>")]), "html.parser")
    title = ""
    for section in article.find_all("section", id=True):
        heading = section.find(HEADINGS, recursive=False)
        if heading is None:
            continue
        number = heading.find("span", class_="section-number")
        number = number.extract().get_text().strip() if number else ""
        name = one_line(read(heading))
        title = title or name
        own = [child for child in section.children if child is not heading and getattr(child, "name", "") != "section"]
        inside = [node for child in own if isinstance(child, Tag) for node in (child, *child.find_all(True))]
        marked = [one_line(read(node)) for node in inside if node.name in ("strong", "dfn")]
        yield {
            "id": f"{address}#{section['id']}",
            "number": number,
            "heading": name,
            "page": title,
            "text": one_line("".join(map(read, own))),
            "terms": "; ".join(term for term in marked if not term.endswith(":")),
            "index": "; ".join(term for node in inside for term in index.get(node.get("id"), ())),
        }


def read(node) -> str:
    """The words of a part of a page, formulas in one line among them."""
    if isinstance(node, NavigableString):
        return str(node)
    classes = node.get("class", ())
    if not NOT_TEXT.isdisjoint(classes) or node.name in ("summary", "template"):
        return ""
    if "math" in classes:
        return plain.text(node.find("math")) if node.name == "span" else " … "
    parts = list(node.children)
    if "cell_output" in classes:  # a figure's caption alone
        parts = node.find_all("figcaption")
    words = "".join(map(read, parts))
    return words if node.name in INLINE else f" {words} "


def one_line(text: str) -> str:
    return " ".join(text.split())


def entries(env, name: str) -> dict[str, list[str]]:
    """What the page `name` has in the index: terms by the id of their place."""
    found = {}
    for kind, term, place, *_ in env.domaindata["index"]["entries"].get(name, ()):
        if kind in ("single", "pair", "triple"):
            found.setdefault(place, []).append(term)
    return found


def write(app, error):
    """The script with all sections of the pages that are there."""
    if error or app.builder.name != "html":
        return
    top, found = Path(app.outdir), []
    for name in sorted(app.env.found_docs):
        if app.env.metadata[name].get("glossary"):  # what it says is quoted from other pages
            continue
        address = app.builder.get_target_uri(name)
        found += sections(address, (top / address).read_text(encoding="utf-8"), entries(app.env, name))
    folder = top / "_static/search"
    folder.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(section, ensure_ascii=False) for section in found)
    (folder / SECTIONS).write_text(f"window.bookSections = [\n{lines}\n];\n", encoding="utf-8")
    (folder / STEMMER).write_text(SearchEnglish.js_stemmer_code, encoding="utf-8")
    for name in OF_SPHINX:
        (top / name).unlink(missing_ok=True)


def leave_out(app):
    """No index and no page of Sphinx's own."""
    app.builder.search = False


def configure(app, config):
    config.html_additional_pages["search"] = "search.html"


def setup(app):
    app.connect("config-inited", configure)
    app.connect("builder-inited", leave_out)
    app.connect("build-finished", write, priority=650)  # after style sheets are cut down, before files are stamped
    return {"parallel_read_safe": True, "parallel_write_safe": True}
