"""The first minute: what the first page shows and where it leads; how each chapter opens."""

import json
import re
import tomllib

import pytest
from built_site import CHAPTERS, ROOT, open_page, parsed

from bookbuild.cli import readme
from bookbuild.site import film

# colours of the nine pixels of each of the three images
PICTURE = """() => { const all = [...document.querySelectorAll('.film svg rect[width="40"]')];
    return [0, 1, 2].map(i => all.slice(9 * i, 9 * i + 9).map(r => getComputedStyle(r).fill)); }"""
RUNNING = "() => document.getAnimations().filter(a => a.playState === 'running').length"


def numbered() -> list[str]:
    """The pages with a number, in the order of the contents."""
    links = parsed("book/introduction.html").select("nav.bd-links a")
    return [link["href"] for link in links if re.match(r"\d+\. ", link.get_text().strip())]


def test_the_first_page_leads_everywhere(site):
    page = parsed("index.html")
    assert page.select_one(".landing h1").get_text() == "Denoising Diffusion, Checked" and "refresh" not in str(
        page.head
    )
    ways = {link.strong.get_text(): link["href"] for link in page.select(".ways a")}
    assert list(ways) == ["Read", "Teach", "Run"]
    shown = [link["href"] for link in page.select(".contents > li > a")]
    assert shown == ["book/introduction.html", *(f"book/{name}" for name in numbered())]
    notebooks = [link["href"] for link in page.select(".contents .files a")]
    assert len(notebooks) == len(shown) and all((site / name).is_file() for name in notebooks)
    assert (page.find(href="book.pdf") is not None) == (site / "book.pdf").is_file()
    assert "@misc{" in page.select_one("#cite + pre").get_text()


def test_its_numbers_are_those_of_the_pages_that_it_names(site):
    proofs = [item.get_text() for item in parsed("index.html").select(".proofs li")]
    rows = parsed("book/how_checked.html").select("table.longtable")[0].select("tbody tr")
    kinds = [row.select("td")[1].get_text().strip() for row in rows]
    assert proofs[0].startswith(f"{len(rows)} equations, all checked.")
    assert f"{sum('proof' in kind for kind in kinds)} of them" in proofs[0]
    given = parsed("book/train_and_observe.html").select(".pasted-text")
    said = {number.get_text() for number in given}
    for proof in proofs[1:]:
        numbers = re.findall(r"[\d.]+(?:\xa0×\xa010[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+| to [\d.]+\d|%)", proof)
        assert len(numbers) >= 2 and set(numbers) <= said


def test_the_film_moves_and_can_be_held(address, page):
    open_page(page, f"{address}index.html")
    assert page.evaluate(RUNNING) >= 18
    first = page.evaluate(PICTURE)
    page.wait_for_function(f"first => JSON.stringify(({PICTURE})()) !== first", arg=json.dumps(first))
    page.get_by_label("Hold the film").check()
    assert page.evaluate(RUNNING) == 0


def test_who_asks_for_less_motion_sees_the_noise_and_both_dots(address, page):
    page.emulate_media(reduced_motion="reduce")
    open_page(page, f"{address}index.html")
    assert page.evaluate(RUNNING) == 0
    noise, *ends = page.evaluate(PICTURE)
    assert len(set(noise)) > 4
    for end in ends:  # nothing but the dot
        assert len(set(end[:4] + end[5:])) <= 2 and end[4] not in end[:4] + end[5:]


def test_the_film_shows_the_states_that_the_record_has(site):
    record = film.record_in((site / "book/train_and_observe.html").read_text(encoding="utf-8"))
    states = record["rows"]["network"]
    middle = film.pixels(record, "network")[4]
    assert len(middle) == len(states) == 51
    assert middle[0] == film.colour(record, states[50][1][1]) and middle[-1] == film.colour(record, states[0][1][1])
    assert film.colour(record, 9) == record["palette"][-1] and film.colour(record, -9) == record["palette"][0]
    assert film.frames(["#a", "#a", "#b"]) == "0%{fill:#a}66.67%{fill:#b}"


def test_the_readme_shows_the_same_film(site):
    """But for a colour here and there: the numbers of another machine may round otherwise."""
    new = readme.picture((site / "book/train_and_observe.html").read_text(encoding="utf-8"))
    old = (ROOT / readme.FILM).read_text(encoding="utf-8")
    assert re.sub('<style>.*?</style>| fill="[^"]*"', "", new) == re.sub('<style>.*?</style>| fill="[^"]*"', "", old)
    one, two = ({*re.findall(r"[\d.]+%\{fill:#\w+\}", text)} for text in (new, old))
    assert len(one ^ two) <= 0.1 * len(one), "run `make readme`"


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_opens_with_its_place_and_the_way_to_its_neighbours(site, name):
    page, every = parsed(f"book/{name}"), numbered()
    opening = page.select("article p.opening")
    if name in every:
        (line,) = opening
        assert line.find_previous_sibling().name == "h1"
        part = r"(Part [IVX]+, c|C)"
        assert re.match(rf"{part}hapter {every.index(name) + 1} of {len(every)}\. Time: about \d+", line.get_text())
        assert "You need: " in line.get_text()
    above = [link["href"] for link in page.select("nav.turn a")]
    below = [link["href"] for link in page.select(".prev-next-area a")]
    assert above == below and above
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    footer = page.select_one(".bd-footer-content").get_text()
    assert f"Version {version}, " in footer and "CC BY 4.0" in footer and re.search(r"\d+ [A-Z]\w+ 20\d\d", footer)
