"""The map of the chapters says what the chapters say of themselves, and its ways can be walked."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Arc

from bookbuild.site.chapters import numbered
from ddpm.chapters import map as chapters_map
from ddpm.chapters.map import CHAPTERS, FIRST_PART, NUMBER

BOOK = numbered(Path(__file__).parents[3])
NAMES = [Path(chapter.name).name for chapter in BOOK]


def test_it_has_the_chapters_of_the_book_with_their_titles_and_minutes():
    assert [(c.slug, c.title, c.minutes) for c in CHAPTERS] == [
        (name, chapter.title, chapter.minutes) for name, chapter in zip(NAMES, BOOK)
    ]
    assert len({chapter.part for chapter in BOOK[:FIRST_PART]}) == len({c.part for c in BOOK[FIRST_PART:]}) == 1


@pytest.mark.parametrize("chapter, page", list(zip(CHAPTERS, BOOK)), ids=NAMES)
def test_a_chapter_needs_what_it_says(chapter, page):
    linked = re.findall(r"\]\((\w+)\.md\)", page.needs)
    assert set(chapter.needs) == {name for name in linked if name in NAMES}
    assert all(NUMBER[need] < NUMBER[chapter.slug] for need in chapter.needs)


@pytest.mark.parametrize("name", list(chapters_map.ways()))
def test_a_way_has_all_that_its_chapters_need_before_them(name):
    way = chapters_map.ways()[name]
    seen: set[int] = set()
    for number in way:
        assert {NUMBER[need] for need in CHAPTERS[number - 1].needs} <= seen
        seen.add(number)
    assert chapters_map.hours(way) == pytest.approx(sum(BOOK[n - 1].minutes for n in way) / 60)


def test_the_way_to_a_chapter_is_the_shortest():
    assert chapters_map.way_to("closed_form") == [1, 2]
    assert chapters_map.way_to("larger") == [1, 2, 3, 4, 5, 6, 7, 19]
    with pytest.raises(KeyError):
        chapters_map.way_to("nothing")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=NAMES)
def test_what_is_implied_can_be_left_out(chapter):
    left = set(chapter.needs) - chapters_map.implied(chapter.slug)
    assert [*chapters_map.way_to(*left), NUMBER[chapter.slug]] == chapters_map.way_to(chapter.slug)
    for need in left:  # and no more than that
        assert NUMBER[need] not in chapters_map.way_to(*(left - {need}))


def test_there_is_an_arc_for_each_need_between_its_chapters():
    figure = chapters_map.draw_map()
    arcs = [patch for patch in figure.axes[0].patches if isinstance(patch, Arc)]
    ends = sorted((-arc.center[1] - arc.height / 2, -arc.center[1] + arc.height / 2) for arc in arcs)
    assert ends == sorted((NUMBER[need], NUMBER[c.slug]) for c in CHAPTERS for need in c.needs)
    plt.close(figure)
