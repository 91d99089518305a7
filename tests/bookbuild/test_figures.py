"""Figures as the site shows them."""

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np

from bookbuild.site.darkfigures import DARK_PAGE, LIGHT_INK, ON_DARK, compact, dark
from ddpm.figures import COLOURS, INK

NUMBER = re.compile(r"-?\d+\.?\d*")


def drawn(svg: str) -> tuple[list[tuple[str, ...]], list[np.ndarray]]:
    """All that is drawn, in its order: words, with the styles that hold for it, and numbers."""
    words, numbers = [], []

    def visit(element, styles):
        name = element.tag.rpartition("}")[2]
        own = {key: value for key, value in element.attrib.items() if key != "style"}
        styles = (*styles, element.get("style", ""))
        if name != "metadata":
            if name != "g" or own:  # a group that only hands its style on draws nothing
                text = " ".join([element.text or "", *map("=".join, own.items()), *styles]).split()
                words.append((name, *NUMBER.sub("", " ".join(text)).split()))
                numbers.extend(np.array(NUMBER.findall(value), float) for value in own.values())
            for child in element:
                visit(child, styles)

    visit(ElementTree.fromstring(svg.encode()), ())
    return words, numbers


def test_a_figure_in_fewer_bytes_is_the_same_to_a_hundredth_of_a_point():
    figure, ax = plt.subplots()
    x, y = np.linspace(0, 1, 50), np.random.default_rng(0).normal(size=50)
    ax.plot(x, y, "o-", label="1.23456 points")
    ax.scatter(x, -y, c=np.where(y > 0, "C1", "C2"), label="of two colours")
    ax.legend()
    file = io.StringIO()
    figure.savefig(file, format="svg")
    plt.close(figure)
    before = file.getvalue()
    after = compact(before)
    assert len(after) < 0.8 * len(before)
    (words, numbers), (as_before, exact) = drawn(after), drawn(before)
    assert words == as_before
    np.testing.assert_allclose(np.concatenate(numbers), np.concatenate(exact), atol=0.01, rtol=0)


def lightness(colour: str) -> float:
    """The relative luminance of WCAG."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return float(np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    dark_one, light_one = sorted(map(lightness, (one, other)))
    return (light_one + 0.05) / (dark_one + 0.05)


def test_lines_can_be_seen_on_a_dark_page():
    lines = "".join(f'<path style="stroke: {colour}"/>' for colour in (INK, *COLOURS))
    shown = re.findall("#[0-9a-f]{6}", dark(lines))
    assert shown == [LIGHT_INK, *ON_DARK] and len(set(shown)) == 1 + len(COLOURS)
    assert min(contrast(twin, DARK_PAGE) for twin in ON_DARK) > 6


def test_drawings_that_react_have_the_same_palette():
    css = (Path(__file__).parents[2] / "book/_static/book.css").read_text(encoding="utf-8")
    given = dict(
        re.findall(r'html\[data-theme="dark"\] \.interactive svg \[stroke="(#\w{6})"\] \{ stroke: (#\w{6}); \}', css)
    )
    assert given == {light: twin for light, twin in zip(COLOURS, ON_DARK, strict=True) if light in COLOURS[:3]}
