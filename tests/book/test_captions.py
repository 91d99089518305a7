"""Every figure: words under it and words for those who do not see it, text that a phone shows, the one style."""

import re
from copy import copy

import pytest
from built_site import CHAPTERS, SOURCES, parsed

CELL = re.compile(r"^(`{3,})\{code-cell\}.*?\n\1", re.M | re.S)
# what belongs to ddpm.figures alone: sizes, settings, colours
STYLE = re.compile(r"matplotlib|\bplt\b|rcParams|figsize|fontsize|colou?r=|cmap=|#[0-9a-fA-F]{6}\b")
PHONE = 345  # pixels that a figure has on a screen of 375
SVG = re.compile(r'<svg [^>]*?width="([\d.]+)pt"')
SCALE = re.compile(
    r'<g [^>]*?transform="[^"]*?scale\(([\d.]+) -'
)  # of the glyphs of a text: its size in points, over 100


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@pytest.mark.parametrize("name", CHAPTERS)
def test_figures_have_captions_and_descriptions(site, name):
    article = parsed(f"book/{name}").article
    assert [image["src"] for image in article.find_all("img") if not image.find_parent("figure")] == [], "no caption"
    for figure in map(copy, article.find_all("figure")):
        for mute in figure.select("mjx-assistive-mml"):  # a formula counts once
            mute.replace_with("x")
        caption = " ".join(figure.figcaption.select_one(".caption-text").get_text().split())
        assert caption[0].isupper() and re.search(r"[.?!)]$", caption) and len(words(caption)) > 5, (
            f"no sentence: {caption}"
        )
        alts = {image["alt"] for image in figure.find_all("img")}
        assert len(alts) == 1, "the twin for dark pages has its own description"
        alt = alts.pop()
        assert len(words(alt)) >= 10, f"too short: {alt}"
        assert words(alt)[:6] != words(caption)[:6], f"the caption once more: {alt}"


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_phone_shows_the_text_of_figures(site, name):
    page = (site / "book" / name).read_text(encoding="utf-8")
    for source in sorted(set(re.findall(r'src="([^":]+\.svg)"', page))):
        svg = (site / "book" / source).read_text(encoding="utf-8")
        width = float(SVG.search(svg)[1]) * 4 / 3
        smallest = 100 * 4 / 3 * min(map(float, SCALE.findall(svg)), default=1)
        assert smallest * min(1, PHONE / width) >= 9, f"{source}: {smallest:.1f} px at a width of {width:.0f}"


@pytest.mark.parametrize("chapter", SOURCES, ids=lambda path: path.stem)
def test_chapters_leave_the_style_alone(chapter):
    cells = "".join(cell[0] for cell in CELL.finditer(chapter.read_text(encoding="utf-8")))
    assert [found[0] for found in STYLE.finditer(re.sub(r"(?ms)^---$.*?^---$", "", cells))] == []
