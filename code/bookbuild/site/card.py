"""The picture that social networks show beside a link to the book, one for all pages: noise that becomes a dot.

It is named by its full address, so there is one where the site has an address.
"""

import textwrap
from pathlib import Path
from urllib.parse import urljoin

import numpy as np

NAME = "_static/card.png"
ALT = "Seven images of three by three pixels: noise, and step by step a dot in the middle. Below, the book's title."
WIDTH, HEIGHT, DPI = 1200, 630, 100
LEFT, STATES, SIDE = 0.06, 7, 0.11  # shares of the width


def draw(path: Path, title: str, sentence: str) -> None:
    import matplotlib.pyplot as plt  # here, since only a site with an address needs it

    dot, noise = np.zeros((3, 3)), np.random.default_rng(5).standard_normal((3, 3))
    dot[1, 1] = 1
    figure = plt.figure(figsize=(WIDTH / DPI, HEIGHT / DPI), facecolor="white")
    for i, bar in enumerate(np.linspace(0, 1, STATES)):  # alpha_bar
        place = LEFT + i * (1 - 2 * LEFT - SIDE) / (STATES - 1), 0.65, SIDE, SIDE * WIDTH / HEIGHT
        ax = figure.add_axes(place, xticks=[], yticks=[])
        ax.imshow(np.sqrt(bar) * dot + np.sqrt(1 - bar) * noise, cmap="PuOr", vmin=-2, vmax=2)
    figure.text(LEFT, 0.46, title, fontsize=40, fontweight="bold", color="#1f2328", va="center")
    figure.text(LEFT, 0.34, textwrap.fill(sentence, 62), fontsize=22, color="#1f2328", va="top", linespacing=1.4)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    plt.close(figure)


def configure(app, config):
    config.ogp_social_cards = {"enable": False}
    if config.html_baseurl:
        config.ogp_image, config.ogp_image_alt = urljoin(config.html_baseurl.rstrip("/") + "/", NAME), ALT


def finish(app, error):
    if error is None and app.builder.name == "html" and app.config.html_baseurl:
        from bookbuild.site.landing import SENTENCE

        draw(Path(app.outdir, NAME), app.config.html_title, SENTENCE)


def setup(app):
    app.connect("config-inited", configure)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
