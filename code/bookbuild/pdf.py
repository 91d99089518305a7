"""The book as one PDF, through Jupyter Book's LaTeX builder."""

import shutil
import sys
from pathlib import Path

from bookbuild import build

INSTALL = """On Debian and Ubuntu:
  sudo apt-get install --no-install-recommends latexmk texlive-xetex texlive-latex-recommended \\
    texlive-latex-extra texlive-fonts-recommended fonts-freefont-otf fonts-lmodern xindy
On macOS: MacTeX, or `brew install --cask mactex-no-gui`."""


def main(root: Path) -> int:
    """Build `_build/book.pdf` and lay a copy beside the site; the exit status."""
    missing = [name for name in ("latexmk", "xelatex", "xindy") if not shutil.which(name)]
    if missing:
        print(f"The PDF needs LaTeX; not found: {', '.join(missing)}.\n{INSTALL}", file=sys.stderr)
        return 1
    made = root / "_build/latex/book.pdf"
    made.unlink(missing_ok=True)
    if build.build(root, "pdflatex"):
        return 1
    if not made.exists():
        print(f"LaTeX made no PDF. What it said: {made.with_suffix('.log')}\nIf a package is missing: {INSTALL}", file=sys.stderr)
        return 1
    shutil.copy(made, root / "_build/book.pdf")
    if (root / "_build/html").is_dir():
        shutil.copy(made, root / "_build/html/book.pdf")
    print(f"Open {(root / '_build/book.pdf').as_uri()}")
    return 0
