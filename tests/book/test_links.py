"""Every link inside the site leads somewhere."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

BOOK = sorted((Path(__file__).parents[2] / "book").glob("*.md"))


class Page(HTMLParser):
    """The link targets and the addresses in one page."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.repeated, self.links = set(), set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id" or (name == "name" and tag == "a"):
                (self.repeated if value in self.ids else self.ids).add(value)
            elif name in ("href", "src") and value:
                self.links.add(value)
            elif name == "content" and value and "url=" in value.lower():
                self.links.add(value.lower().split("url=", 1)[1])


@pytest.fixture(scope="module")
def found(site):
    """The pages of the site, by their paths."""
    paths = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    return {path: Page(path.read_text(encoding="utf-8")) for path in paths}


def test_links(site, found):
    broken = []
    for path, page in found.items():
        for link in sorted(page.links):
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            top = site if url.path.startswith("/") else path.parent  # as on 404.html, which is shown anywhere
            target = (top / unquote(url.path).lstrip("/")).resolve() if url.path else path
            if not target.is_file():
                broken.append(f"{path.relative_to(site)}: {link}: no such file")
            elif "=" in url.fragment and target.name == "playground.html":
                continue  # a state, which test_playground reads
            elif url.fragment and target in found and unquote(url.fragment) not in found[target].ids:
                broken.append(f"{path.relative_to(site)}: {link}: no such place")
    assert broken == []


def test_ids_are_unique(found):
    assert {path.name: page.repeated for path, page in found.items() if page.repeated} == {}


def test_every_work_of_the_bibliography_is_cited_and_every_citation_is_of_one():
    known = re.findall(r"^@\w+\{([^,]+),", (BOOK[0].parent / "references.bib").read_text(), re.M)
    groups = re.findall(r"\{cite:\w\}`([^`]+)`", "".join(path.read_text() for path in BOOK))
    assert sorted(known) == sorted({key.strip() for group in groups for key in group.split(",")})


def test_what_is_cited_of_public_code_has_its_address():
    linked = re.compile(r"\[[^\]]*\]\(https://[^)]*\)")
    bare = re.compile(r"\b(?:issue|discussion|pull request)s? #?\d+")
    found = [f"{path.name}: {text[0]}" for path in BOOK for text in bare.finditer(linked.sub("", path.read_text()))]
    found += [
        f"{path.name}: {note[:60]}"
        for path in BOOK
        for note in re.findall(r"^\[\^\w+\]: .*(?:GitHub|[Bb]log).*", path.read_text(), re.M)
        if not linked.search(note)
    ]
    assert found == []
