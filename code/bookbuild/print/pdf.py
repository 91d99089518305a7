"""The book as one PDF, through Jupyter Book's LaTeX builder."""

import os
import re
import shutil
import sys
from pathlib import Path

from bookbuild.cli import build
from ddpm import files

INSTALL = """On Debian and Ubuntu:
  sudo apt-get install --no-install-recommends latexmk texlive-xetex texlive-latex-recommended \\
    texlive-latex-extra texlive-fonts-recommended fonts-freefont-otf fonts-lmodern xindy
On macOS:
  brew install --cask mactex-no-gui"""
# a missing package or class, or a missing font
LACKING = re.compile(r"""File [`']([\w.-]+)' not found|The font "([\w.-]+)" cannot""")

PRINT_BUTTON = '<button onclick="window.print()"'
OFFER = """\
<li><a href="{address}" class="btn btn-sm btn-download-book-button dropdown-item" title="Download the whole book"
   data-bs-placement="left" data-bs-toggle="tooltip">
<span class="btn__icon-container"><i class="fas fa-file-pdf"></i></span>
<span class="btn__text-container">Whole book (.pdf)</span></a></li>
"""


PLACE = "<!-- the whole book on paper -->"  # on the first page
LISTED = '<li><a href="book.pdf">The whole book as one PDF</a>, with the solutions at the end of each chapter.</li>'


def main(root: Path) -> int:
    """Build `_build/book.pdf` and lay a copy beside the site; the exit status."""
    missing = [name for name in ("latexmk", "xelatex", "xindy") if not shutil.which(name)]
    if missing:
        print(f"The PDF needs LaTeX; not found: {', '.join(missing)}.\n{INSTALL}", file=sys.stderr)
        return 1
    made = root / "_build/latex/book.pdf"
    for old in (made, made.with_suffix(".log")):
        old.unlink(missing_ok=True)
    if build.build(root, "pdflatex") or not made.exists():
        log = made.with_suffix(".log")
        said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        if lacking := sorted({name for found in LACKING.findall(said) for name in found if name}):
            print(f"LaTeX lacks {', '.join(lacking)}.\n{INSTALL}", file=sys.stderr)
        elif said:
            print(f"What LaTeX said: {log}", file=sys.stderr)
        return 1
    files.replace(root / "_build/book.pdf", made.read_bytes())
    if (root / "_build/html").is_dir():
        files.replace(root / "_build/html/book.pdf", made.read_bytes())
        offer(root / "_build/html")
    print(f"Open {(root / '_build/book.pdf').as_uri()}")
    return 0


def offer(site: Path) -> None:
    """Add the PDF that lies in `site` to the download menu of each page, before the button that prints the page."""
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        if PLACE in page:
            files.replace(path, page.replace(PLACE, LISTED).encode())
        if PRINT_BUTTON in page and "book.pdf" not in page:
            address = os.path.relpath(site / "book.pdf", path.parent).replace(os.sep, "/")
            before, after = page.split(PRINT_BUTTON, 1)
            item = before.rindex("<li>")
            page = before[:item] + OFFER.format(address=address) + before[item:] + PRINT_BUTTON + after
            files.replace(path, page.encode())


def offer_again(app, error):
    """Pages that were written anew beside a PDF that is there."""
    if error is None and app.builder.format == "html" and Path(app.outdir, "book.pdf").is_file():
        offer(Path(app.outdir))


def setup(app):
    app.connect("build-finished", offer_again)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
