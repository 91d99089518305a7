"""The address of each style sheet and script ends with a mark of its final contents, so that a browser keeps no
older one.

Sphinx and the theme give such marks while pages are written, of files as they are then: in the first build of a
clone some are
missing, and some are changed later. So all are given here, at the end.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

ADDRESS = re.compile(r'((?:href|src)=")((?:\.\./)*(?:[^":?]*/)?_static/[^":?]+\.(?:css|js))(?:\?\w+=\w*)?"')


def stamp(app, error):
    if error or app.builder.format != "html":
        return
    top = Path(app.outdir)

    @cache
    def mark(name: str) -> str:
        path = top / "_static" / name.rpartition("_static/")[2]
        return f"?v={hashlib.sha256(path.read_bytes()).hexdigest()[:8]}" if path.is_file() else ""

    for path in top.rglob("*.html"):
        if "_static" not in path.parts:
            text = path.read_text(encoding="utf-8")
            stamped = ADDRESS.sub(lambda found: f'{found[1]}{found[2]}{mark(found[2])}"', text)
            if stamped != text:
                path.write_text(stamped, encoding="utf-8")


def setup(app):
    app.connect("build-finished", stamp, priority=700)  # after style sheets are cut down, at 600
    return {"parallel_read_safe": True, "parallel_write_safe": True}
