"""The glossary says what the chapters say: every term that they define, in their words, and where."""

import re

import pytest
from built_site import ROOT, parsed
from docutils import nodes

from bookbuild.site import terms

DEFINED = re.compile(r"\{dfn\}`(?:[^`<]*<)?([^`<>]+)>?`", re.S)
SOURCES = {
    path.stem: [" ".join(term.split()) for term in DEFINED.findall(path.read_text(encoding="utf-8"))]
    for path in sorted((ROOT / "book").glob("*.md"))
}


@pytest.fixture(scope="module")
def entries(site):
    """What the glossary says of each term."""
    found = parsed("book/glossary.html").select_one("dl.glossary")
    return {term.find(string=True).strip(): term.find_next_sibling("dd") for term in found.find_all("dt")}


def test_every_term_that_a_chapter_defines_is_there_once_and_in_order(entries):
    defined = [term for found in SOURCES.values() for term in found]
    assert len(defined) == len(set(defined)) > 30
    assert set(defined) <= set(entries) and list(entries) == sorted(entries, key=str.lower)


@pytest.mark.parametrize("name", [name for name, found in SOURCES.items() if found])
def test_the_glossary_quotes_the_sentence_and_leads_to_it(entries, name):
    page = parsed(f"book/{name}.html")
    for term in SOURCES[name]:
        link = entries[term].select_one(".where a")
        place = link["href"].partition("#")[2]
        mark = page.find(id=place)
        assert link["href"].startswith(f"{name}.html#term-") and mark is not None
        (word,) = [strong for strong in mark.find_all_next("strong", limit=1)]
        text = " ".join(word.find_parent(["p", "li"]).get_text().split())
        quote = [p for p in entries[term].find_all("p") if p.find("strong") and "where" not in p.get("class", ())]
        assert any(" ".join(p.get_text().split()).rstrip(".") in text for p in quote), term


def test_the_word_is_used_where_the_glossary_says(entries):
    checked = 0
    for term, said in entries.items():
        for link in said.select(".where a")[1:]:
            name, place = link["href"].split(".html#")
            assert term.lower() in " ".join(parsed(f"book/{name}.html").find(id=place).get_text().split()).lower(), (
                term,
                link,
            )
            checked += 1
    assert checked >= 40


def inline(*parts):
    return nodes.paragraph("", "", *(nodes.Text(part) if isinstance(part, str) else part for part in parts))


def test_a_sentence_ends_at_its_stop():
    mark = nodes.target("", "", ids=["term-b"])
    formula = nodes.math("", "x = 0.5.")
    parts = terms.sentences(
        inline("One is 1.5. Two. ", formula, " is a ", mark, nodes.strong("", "b"), ", see p. 3. Last.")
    )
    assert [[part.astext() for part in sentence] for sentence in parts] == [
        ["One is 1.5."],
        ["Two."],
        ["x = 0.5.", " is a ", "", "b", ", see p. 3."],
        ["Last."],
    ]


def test_what_begins_before_a_formula_is_quoted_with_it():
    mark = nodes.target("", "", ids=["term-b"])
    formula = nodes.math_block("", "q", ids=["equation-q"], label="q", number=3)
    section = nodes.section(
        "", inline("First. Then for all"), formula, inline("is the ", mark, nodes.strong("", "b"), ".")
    )
    lead, quoted, rest = terms.quoted(section, "term-b")
    assert [lead.astext(), quoted.astext(), rest.astext()] == ["Then for all", "q", "is the b."]
    assert quoted["label"] is None and quoted["ids"] == [] and formula["ids"] == ["equation-q"]
