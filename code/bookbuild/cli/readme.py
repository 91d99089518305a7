"""The parts of README.md that are made: links, the chapters, the plan for four weeks, how to cite, the film.

Between `<!-- made: NAME -->` and `<!-- end -->` stands what this module writes, from `_config.yml`, `_toc.yml`, the
chapters' own headers and `CITATION.cff`. The film is taken from the built site.
"""

import os
import re
from pathlib import Path

import yaml

from bookbuild.notebook.notebooks import COLAB_BRANCH
from bookbuild.site import edition, film, landing
from bookbuild.site.chapters import Chapter, chapters, numbered, weeks
from ddpm import files

MADE = re.compile(r"(<!-- made: (\w+) -->\n)(?:(?!<!--).)*(<!-- end -->)", re.S)
LINK = re.compile(r"\]\((?!https?:)([^)]*)\)")
FILM = ".github/film.svg"


def main(root: Path) -> int:
    path = root / "README.md"
    files.replace(path, made(path.read_text(encoding="utf-8"), root).encode())
    page = root / f"_build/html/{landing.SHOWN}.html"
    if page.is_file():
        files.replace(root / FILM, picture(page.read_text(encoding="utf-8")).encode())
        print("README.md and its film are written.")
    else:
        print("README.md is written. Its film stays as it was: build the site to make it anew.")
    return 0


def made(text: str, root: Path) -> str:
    """`text`, the README of the book under `root`, with its made parts as they should be.

    Raises:
        KeyError: a part has a name that is not known.
    """
    return MADE.sub(lambda found: f"{found[1]}{PARTS[found[2]](root)}\n{found[3]}", text)


def picture(page: str) -> str:
    """The film as a file: its words have a colour on light pages and on dark."""
    shown = film.svg(film.record_in(page), landing.TITLES, landing.START, landing.DESCRIPTION)
    colours = "svg{color:#1f2328}@media (prefers-color-scheme:dark){svg{color:#e6edf3}}"
    return shown.replace("<style>", f"<style>{colours}", 1) + "\n"


def links(root: Path) -> str:
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    site, repository = config["html"]["baseurl"].rstrip("/"), config["repository"]["url"].rstrip("/")
    found = []
    if site:
        found += [f"[Read it]({site}/)", f"[PDF]({site}/book.pdf)"]
    if repository.startswith("https://github.com/"):
        place = f"{repository.removeprefix('https://github.com/')}/blob/{COLAB_BRANCH}/introduction.ipynb"
        found.append(f"[Open in Colab](https://colab.research.google.com/github/{place})")
    here = "`make book` builds the website, `make pdf` the PDF, `make notebooks` the notebooks."
    return " · ".join(found) or here


def needed(chapter: Chapter) -> str:
    """What a reader needs, with links that lead from the README."""
    folder = os.path.dirname(chapter.name)
    return LINK.sub(lambda found: f"]({folder}/{found[1]})", chapter.needs)


def linked(chapter: Chapter) -> str:
    return f"[{chapter.title}]({chapter.name}.md)"


def contents(root: Path) -> str:
    numbers = {chapter.name: f"{number}. " for number, chapter in enumerate(numbered(root), start=1)}
    rows = ["| Chapter | Its question | Minutes | You need |", "| --- | --- | --- | --- |"]
    shown = [chapter for chapter in chapters(root) if chapter.question]
    for chapter in shown:
        rows.append(
            f"| {numbers.get(chapter.name, '')}{linked(chapter)} | {chapter.question} | {chapter.minutes} "
            f"| {needed(chapter)} |"
        )
    hours = sum(chapter.minutes for chapter in shown) / 60
    return "\n".join([*rows, "", f"Together about {hours:.0f} hours."])


def syllabus(root: Path) -> str:
    rows = ["| Week | Chapters | Hours | To hand in |", "| --- | --- | --- | --- |"]
    for week in weeks(root):
        handed = ", ".join(f"`{name}`" for name in week.due)
        rows.append(f"| {week.number} | {'; '.join(map(linked, week.chapters))} | {week.hours} | {handed} |")
    return "\n".join(rows)


def cite(root: Path) -> str:
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    url = config["repository"]["url"] or config["html"]["baseurl"]
    return f"```bibtex\n{edition.bibtex(edition.edition(root), url)}\n```"


PARTS = {"links": links, "chapters": contents, "syllabus": syllabus, "cite": cite}
