"""The first page of the site: what the book is, three ways in, and what it can show for itself.

Its numbers are those of this build: counts of checked equations, and what cells gave to the text of their chapters.
"""

import ast
import html
import json
from itertools import groupby
from pathlib import Path

from sphinx.errors import ExtensionError

from bookbuild.notebook.install import FOLDER
from bookbuild.notebook.notebooks import colab, repository
from bookbuild.site import edition, film
from bookbuild.site.chapters import Chapter, chapters
from bookbuild.site.equations import results

SHOWN = "book/train_and_observe"  # the chapter whose film and numbers are shown
NUMBERS = (
    "error_network",
    "error_best_at_1",
    "last_low",
    "last_high",
    "slip_low",
    "slip_high",
    "share_right, network",
    "share_slip, network",
)
TITLES = {"network": "a network", "best": "the best"}
START = "noise"
DESCRIPTION = (
    "A film. On the left an image of pure noise, three by three pixels. Beside it the same noise turns, in fifty "
    "steps, into a single dot in the middle: once led by a trained network, once by the best predictor there can be."
)
SENTENCE = (
    "An executable textbook on denoising diffusion models: it derives them, builds them in JAX, and holds what a "
    "network has learned against the best that can be learned at all."
)


def numbers(app) -> dict[str, str]:
    """What the cells of the chapter `SHOWN` gave for its text.

    Raises:
        ExtensionError: one that is shown here is not among it.
    """
    path = Path(app.outdir).parent / f"jupyter_execute/{SHOWN}.glue.json"
    given = json.loads(path.read_text(encoding="utf-8"))
    if missing := [name for name in NUMBERS if name not in given]:
        raise ExtensionError(f"the first page shows {missing[0]!r} of {SHOWN}.md, and no cell there glues it")
    return {name.replace(", ", "_"): ast.literal_eval(given[name]["data"]["text/plain"]) for name in NUMBERS}


def moving(app) -> str:
    page = Path(app.outdir, f"{SHOWN}.html").read_text(encoding="utf-8")
    record = film.record_in(page)
    if record is None:
        raise ExtensionError(f"the first page shows the film of {SHOWN}.md, and there is none")
    return film.svg(record, TITLES, START, DESCRIPTION)


def entry(app, chapter: Chapter) -> dict:
    """A chapter as the list shows it."""
    number = app.env.toc_secnumbers.get(chapter.name, {}).get("")
    name = Path(chapter.name).name
    return {
        "page": chapter.name,
        "number": ".".join(map(str, number)) if number else "",
        "title": html.escape(chapter.title),
        "question": chapter.question,
        "minutes": chapter.minutes,
        "notebook": f"{FOLDER}/{name}.ipynb" if chapter.is_notebook else "",
        "colab": colab(app, name) if chapter.is_notebook else "",
    }


def parts(app) -> list[dict]:
    """The numbered parts and what stands before them, each with its chapters."""
    shown = [chapter for chapter in chapters(Path(app.srcdir)) if chapter.numbered or not chapter.part]
    return [
        {"name": name, "chapters": [entry(app, chapter) for chapter in group]}
        for name, group in groupby(shown, key=lambda chapter: chapter.part)
    ]


def collect(app):
    """The page, in a book that has what it shows."""
    if app.builder.name != "html" or SHOWN not in app.env.found_docs:
        return
    cited = edition.edition(Path(app.srcdir))
    url = repository(app)[0]
    every = parts(app)
    found = results(app.env).values()
    context = {
        "title": app.config.html_title,
        "sentence": SENTENCE,
        "card": app.config.ogp_image,
        "film": moving(app),
        "equations": len(found),
        "derived": sum(result[1] in ("proof", "numeric") for result in found),
        "wrong": sum(result[5] for result in found),
        "given": numbers(app),
        "parts": every,
        "hours": round(sum(chapter["minutes"] for part in every for chapter in part["chapters"]) / 60),
        "repository": url,
        "bibtex": edition.bibtex(cited, url or app.config.html_baseurl) if cited else "",
        "shown": SHOWN,
    }
    yield "index", context, "landing.html"


def setup(app):
    app.connect("html-collect-pages", collect)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
