"""The printed book: whole, readable by machine, and with nothing folded away."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bookbuild.notebook.execution import COMPILED
from bookbuild.print import pdf
from bookbuild.site.shown import without_glue

ROOT = Path(__file__).parents[2]
TOOLS = ("latexmk", "xelatex", "xindy", "pdftotext", "pdffonts")
needs_latex = pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason="needs LaTeX and poppler-utils")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """A copy of the book with the results of its cells, so that only LaTeX is left to run."""
    root = tmp_path_factory.mktemp("pdf")
    for name in ("book", "code", "_config.yml", "_toc.yml", "CITATION.cff", "requirements.txt", "_build"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "bare", COMPILED))
        else:
            shutil.copy(ROOT / name, root / name)
    assert pdf.main(root) == 0
    return root


@pytest.fixture(scope="session")
def text(book):
    return run("pdftotext", "-layout", book / "_build/book.pdf", "-")


@pytest.fixture(scope="session")
def pages(book):
    """The pages of the site that a chapter makes."""
    return {
        page.stem: unescape(page.read_text(encoding="utf-8"))
        for page in sorted((book / "_build/html/book").glob("*.html"))
    }


def flat(text: str) -> str:
    return re.sub(r"\W+", " ", text.replace("’", "'")).lower()


@pytest.mark.slow
@needs_latex
def test_latex_had_nothing_to_say(book):
    log = (book / "_build/latex/book.log").read_text(errors="replace")
    assert "undefined" not in log.replace("undefined on input line 0", "")
    assert "Missing character" not in log
    wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", log)]
    assert max(wide, default=0) < 20


@pytest.mark.slow
@needs_latex
def test_the_file_itself_says_title_and_author(book):
    said = run("pdfinfo", book / "_build/book.pdf")
    assert re.search(r"^Title: +Denoising Diffusion, Checked$", said, re.M)
    assert re.search(r"^Author: +The Denoising Diffusion Book contributors$", said, re.M)


@pytest.mark.slow
@needs_latex
def test_title_chapters_and_numbers_are_those_of_the_site(text, pages):
    assert flat(text).lstrip().startswith("denoising diffusion checked an executable textbook")
    for chapter in (ROOT / "book").glob("*.md"):
        assert flat(re.search(r"^# (.+)$", chapter.read_text(), re.M)[1]).strip() in flat(text)
    site = "".join(pages.values())
    for pattern, count, form in [
        (r'class="eqno">\((\d+\.\d+)\)', 5, "({})"),
        (r'caption-number">(Exercise \d+\.\d+)', 5, "{}\n"),
        (r'caption-number">(Fig\. \d+\.\d+)', 5, "{}:"),
    ]:
        numbers = set(re.findall(pattern, site))
        assert len(numbers) > count
        assert {n for n in numbers if form.format(n) not in text} == set()
    assert len(re.findall(r"^\s*bibliography\s*$", text, re.M | re.I)) == 1


@pytest.mark.slow
@needs_latex
def test_an_equation_has_one_number_in_site_pdf_and_notebooks(book, pages):
    """Also where its place differs: in the PDF solutions stand at the end of their chapter."""
    tex = (book / "_build/latex/book.tex").read_text(encoding="utf-8")
    in_pdf = {
        label: number for number, label in re.findall(r"\\tag\{([\d.]+)\}\\label\{equation:[^:}]*:([^}]*)\}", tex)
    }
    in_site, in_notebooks = {}, {}
    for name, page in pages.items():
        for label, rest in re.findall(r'<div class="[^"]*\bmath\b[^"]*" id="equation-([^"]+)"(.*?)</div>', page, re.S):
            in_site[label] = re.search(r'class="eqno">\(([\d.]+)\)', rest)[1]
        path = book / f"_build/html/_notebooks/{name}.ipynb"
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if path.exists() else []:
            for label, rest in re.findall(
                r'<a id="equation-([^"]+)"></a>(.*?\\tag\{[\d.]+\})', "".join(cell["source"]), re.S
            ):
                in_notebooks[label] = re.search(r"\\tag\{([\d.]+)\}", rest)[1]
    assert len(in_site) > 80
    assert in_pdf == in_site == in_notebooks


@pytest.mark.slow
@needs_latex
def test_solutions_stand_at_the_end_of_their_chapter(text, pages):
    assert "BEGIN SOLUTION" not in text
    solved = sum(len(re.findall(r'class="[^"]*\bsolution\b[^"]*"', page)) for page in pages.values())
    pointers = re.findall(r"^ *Solution to (Exercise \d+\.\d+): page (\d+)$", text, re.M)
    assert len(pointers) == solved > 5
    for exercise, page in pointers:
        asked = re.search(rf"^ *{re.escape(exercise)}(?: |$)", text, re.M).start()  # the problem's number may follow
        answered = re.search(rf"^ *Solution to {re.escape(exercise)}$", text, re.M)
        assert answered and asked < text.index(f"Solution to {exercise}: page") < answered.start(), exercise
        leaf = text[: answered.start()].count("\f")
        assert re.search(rf"\b{page}\s*$", text.split("\f")[leaf]), f"{exercise} is not on page {page}"


@pytest.mark.slow
@needs_latex
def test_nothing_runs_over_the_foot_of_a_page(text):
    """A page ends with its number, but for the title."""
    for leaf in text.split("\f")[1:]:
        lines = leaf.split()
        assert not lines or re.fullmatch(r"\d+|[ivxl]+", lines[-1]), leaf[-300:]


def empty_below(book: Path) -> list[float]:
    """Of each page, the share of the place for text that is white below the last line."""
    run("pdftoppm", "-r", "30", "-gray", book / "_build/book.pdf", book / "leaf")
    shares = []
    for leaf in sorted(book.glob("leaf-*.pgm")):
        with Image.open(leaf) as image:
            ink = np.array(image) < 200
        place = ink[int(0.09 * len(ink)) : int(0.905 * len(ink))].any(axis=1)  # without head and foot
        shares.append(1 - (np.flatnonzero(place)[-1] + 1) / len(place) if place.any() else 1.0)
    return shares


@pytest.mark.slow
@needs_latex
def test_pages_are_full_but_for_the_last_of_a_chapter(book, text):
    leaves, shares = text.split("\f")[:-1], empty_below(book)
    assert len(leaves) == len(shares) > 200
    head = "Denoising Diffusion, Checked"  # above every page but those where a chapter or a part begins
    inner = [page for page, after in enumerate(leaves[1:]) if head in leaves[page][:400] and head in after[:400]]
    assert len(inner) > 0.8 * len(leaves)
    assert {page + 1: shares[page] for page in inner if shares[page] > 0.4} == {}


@pytest.mark.slow
@needs_latex
def test_no_figure_stands_alone_on_a_page(text):
    captions = [page for page, leaf in enumerate(text.split("\f"), 1) if re.search(r"^ *Fig\. \d+\.\d+:", leaf, re.M)]
    assert len(captions) > 30
    for page in captions:
        leaf = text.split("\f")[page - 1]
        rest = re.sub(r"^ *Fig\. \d+\.\d+:.*?\n\s*\n", "", leaf, flags=re.M | re.S)
        assert len(re.findall(r"[a-z]{3,}", rest)) > 30, f"page {page}:\n{leaf}"


def shown_lines(cell: str) -> list[str]:
    """The lines of a cell's source without its options and without what is left out of the pages."""
    return without_glue(re.sub(r"\A(---\n.*?\n---\n|(:[^\n]*\n)+)", "", cell, flags=re.S)).splitlines()


@pytest.mark.slow
@needs_latex
def test_folded_code_is_printed(text):
    """Each line of a cell that the site folds away, where lines are short enough not to be broken."""
    printed = re.sub(r"\s+", "", text)
    for chapter in (ROOT / "book").glob("*.md"):
        for cell in re.findall(
            r"^`{3}\{code-cell\}[^\n]*\n((?:(?!^`{3}).)*?hide-input.*?)^`{3}", chapter.read_text(), re.M | re.S
        ):
            for line in shown_lines(cell):
                if re.match(r"(def|for|return|assert) ", line) and len(line) < 80:
                    assert re.sub(r"\s+", "", line) in printed, line


@pytest.mark.slow
@needs_latex
def test_figures_are_vectors_and_fonts_are_embedded(book):
    images = re.findall(
        r"\\sphinxincludegraphics(?:\[[^]]*\])?\{(.*?)\}\n", (book / "_build/latex/book.tex").read_text()
    )
    assert len(images) > 5
    for image in images:  # the name stands in braces, the ending outside of them
        assert image.replace("{", "").replace("}", "").endswith(".pdf"), image
    fonts = [line.split() for line in run("pdffonts", book / "_build/book.pdf").splitlines()[2:]]
    assert fonts and all(font[-5] == "yes" for font in fonts)


@pytest.mark.slow
@needs_latex
def test_the_site_offers_the_pdf_where_there_is_one(book):
    site = book / "_build/html"
    offered = list(site.glob("book/*.html"))
    assert offered
    for page in offered:
        assert page.read_text().count('<a href="../book.pdf"') == 1, page
    assert (site / "book.pdf").read_bytes() == (book / "_build/book.pdf").read_bytes()


def test_missing_programs_are_named_at_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pdf.main(tmp_path) == 1
    shown = capsys.readouterr().err
    assert "not found: latexmk, xelatex, xindy" in shown and "apt-get install" in shown and "brew install" in shown


def test_missing_packages_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pdf.shutil, "which", lambda name: name)

    def fail(root, builder):
        (root / "_build/latex").mkdir(parents=True)
        (root / "_build/latex/book.log").write_text(
            '! LaTeX Error: File `tgheros.sty\' not found.\n! The font "lmroman10-regular" cannot be found'
        )
        return 1

    monkeypatch.setattr(pdf.build, "build", fail)
    assert pdf.main(tmp_path) == 1
    shown = capsys.readouterr().err
    assert "LaTeX lacks lmroman10-regular, tgheros.sty" in shown and "apt-get install" in shown
