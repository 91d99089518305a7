import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bookbuild import pdf

ROOT = Path(__file__).parents[2]
TOOLS = ("latexmk", "xelatex", "xindy", "pdftotext", "pdffonts")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A copy of the book with the results of its cells, so that only LaTeX is left to run."""
    root = tmp_path_factory.mktemp("pdf")
    for name in ("book", "code", "_config.yml", "_toc.yml", "requirements.txt", "_build"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    assert pdf.main(root) == 0
    return root


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason="needs LaTeX and poppler-utils")
def test_the_pdf_is_whole(book):
    log = (book / "_build/latex/book.log").read_text(errors="replace")
    assert "undefined" not in log.replace("undefined on input line 0", "")
    assert "Missing character" not in log
    wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", log)]
    assert max(wide, default=0) < 20

    text = run("pdftotext", "-layout", book / "_build/book.pdf", "-")
    flat = re.sub(r"\s+", " ", text).lower()
    for chapter in (ROOT / "book").glob("*.md"):
        title = re.search(r"^# (.+)$", chapter.read_text(), re.M)[1].lower()
        assert title in flat
    site = "".join(page.read_text() for page in (book / "_build/html/book").glob("*.html"))
    numbers = set(re.findall(r'class="eqno">\((\d+\.\d+)\)', site))
    assert len(numbers) > 5
    assert {n for n in numbers if f"({n})" not in text} == set()
    assert len(re.findall(r"^\s*bibliography\s*$", text, re.M | re.I)) == 1

    fonts = [line.split() for line in run("pdffonts", book / "_build/book.pdf").splitlines()[2:]]
    assert fonts and all(font[-5] == "yes" for font in fonts)


def test_missing_programs_are_named_at_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pdf.main(tmp_path) == 1
    shown = capsys.readouterr().err
    assert "not found: latexmk, xelatex, xindy" in shown and "apt-get install" in shown
