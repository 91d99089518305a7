"""Figures for the site: every SVG is written in fewer bytes and gets a twin in a palette for dark pages, and no other
image is dimmed.

The figures of `ddpm.figures` are drawn in INK and COLOURS on nothing. The theme shows the one of the two images that
fits (`only-light`, `only-dark`) and takes the other out of the page for screen readers also. Drawings that react have
the same two palettes, from `book.css`.
"""

import hashlib
import os
import re
from pathlib import Path

from docutils import nodes

# the theme's colours of text and page in dark mode
LIGHT_INK, DARK_PAGE = "#ced6dd", "#121212"
# for COLOURS of ddpm.figures, in their order: the same hues, as far from a dark page as those are from a light one
ON_DARK = ("#4ba3f5", "#ff8a5c", "#2fd6a6", "#f0a3d3", "#c8c86e")
IMAGE = re.compile(r'<img (?!loading)[^>]*src="([^":]+\.svg)"[^>]*>')
OUTLINE = re.compile(r'(?<= d=")[^"]*')
FINER = re.compile(r'(?<=[\s"])(-?\d+\.\d\d)\d+(?=[\s"])')  # than a hundredth of a point
BETWEEN = re.compile(r"(?<=>)\s*\n\s*(?=<)")
UNREAD = re.compile(r"<!DOCTYPE[^>]*>|<metadata>.*?</metadata>", re.S)  # by browsers
MARKERS = re.compile(r'<use [^>]* (style="[^"]*")/>(?:<use [^>]* \1/>)+')
SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"')


def compact(svg: str) -> str:
    """`svg` without the digits that nobody sees and what no browser reads, outlines in one line, and a style that
    markers share told once."""
    svg = FINER.sub(r"\1", OUTLINE.sub(lambda outline: " ".join(outline[0].split()), svg))
    svg = BETWEEN.sub("", UNREAD.sub("", svg))
    return MARKERS.sub(lambda run: f"<g {run[1]}>{run[0].replace(' ' + run[1], '')}</g>", svg)


def dark(svg: str) -> str:
    """`svg` with ink, paper and the colours of lines exchanged for those of a dark page."""
    from ddpm.figures import COLOURS, INK  # here, since it brings matplotlib with it

    for light, twin in zip((INK, "#ffffff", *COLOURS), (LIGHT_INK, DARK_PAGE, *ON_DARK), strict=True):
        svg = svg.replace(light, twin)
    return svg


def pair_figures(app, doctree):
    for image in list(doctree.findall(nodes.image)):
        if {"only-light", "only-dark", "dark-light"} & set(image["classes"]):
            continue
        source = Path(app.env.relfn2path(image["uri"], app.env.docname)[1])
        if source.suffix == ".svg" and source.is_file() and not isinstance(image.parent, nodes.reference):
            pair(app, image, source.read_text(encoding="utf-8"))
        else:
            image["classes"].append("dark-light")


def kept(app, svg: str) -> str:
    """The address, for Sphinx, of a file that holds `svg`."""
    path = Path(app.outdir).parent / "shown_figures" / f"{hashlib.sha256(svg.encode()).hexdigest()[:32]}.svg"
    path.parent.mkdir(exist_ok=True)
    path.write_text(svg, encoding="utf-8")
    return "/" + Path(os.path.relpath(path, app.srcdir)).as_posix()


def pair(app, image, svg: str):
    """Show `svg` as `image`, and put its dark twin behind it."""
    svg = compact(svg)
    twin = image.deepcopy()
    twin["ids"], twin["names"] = [], []
    image["uri"], twin["uri"] = kept(app, svg), kept(app, dark(svg))
    twin["classes"].append("only-dark")
    image["classes"].append("only-light")
    if isinstance(image.parent, nodes.TextElement):
        image.parent.insert(image.parent.index(image) + 1, twin)
    else:  # in a box, since the theme hides a caption beside a hidden image
        box = nodes.container(classes=["twins"])
        image.parent.replace(image, box)
        box += [image, twin]


def lazily(app, error):
    """Figures are loaded when they are about to be seen, the hidden twin of each never; their place is kept free for
    them."""
    if error or app.builder.format != "html":
        return
    for path in Path(app.outdir).glob("book/*.html"):
        page = path.read_text(encoding="utf-8")
        path.write_text(IMAGE.sub(lambda found: sized(found, path.parent), page), encoding="utf-8")


def sized(found, folder: Path) -> str:
    with open(folder / found[1], encoding="utf-8") as file:
        size = SIZE.search(file.read(2000))
    place = (
        "".join(f' {side}="{round(float(points) * 4 / 3)}"' for side, points in zip(("width", "height"), size.groups()))
        if size
        else ""
    )
    return found[0].replace("<img ", f'<img loading="lazy"{place} ', 1)


def setup(app):
    app.connect("build-finished", lazily)
    # before Sphinx itself, at 500, collects the images to copy
    app.connect("doctree-read", pair_figures, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
